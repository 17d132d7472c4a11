"""The nodes of a config, and what is done with nodes alone."""
