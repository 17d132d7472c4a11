"""Averages of a model's weights."""
