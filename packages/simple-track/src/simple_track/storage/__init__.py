"""Files on disk: layout, records, journals, locks, metadata."""
