"""Edits of SDN text that keep all other text as it is."""
