"""Versioned artifacts and their content."""
