"""Runs over a few batches: a smoke run of a whole script, and overfitting on the same batches."""
