"""Plots of how well a classifier does, kept as figures of Plotly."""
