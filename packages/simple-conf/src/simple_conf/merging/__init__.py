"""Merging trees."""
