"""The commands about artifacts, the registry and lineage; each has verbs of its own."""
