"""Batches drawn ahead of their consumer, and moved to its device."""
