"""Where configs come from: files, groups, overrides, the environment."""
