"""Finding runs: the catalog, conditions and SQL."""
