"""Checking and cleaning a store."""
