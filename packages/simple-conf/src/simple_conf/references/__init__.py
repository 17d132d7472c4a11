"""References: `${...}` in values, evaluated when read."""
