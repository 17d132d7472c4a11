"""Commands that change runs: tag, rename, note, archive, rm."""
