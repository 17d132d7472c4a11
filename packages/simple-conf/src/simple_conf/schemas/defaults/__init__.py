"""The defaults of schemas, as the lowest layer of a config."""
