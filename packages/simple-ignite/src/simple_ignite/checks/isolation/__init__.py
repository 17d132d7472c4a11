"""Copies and snapshots, so that checks leave everything as it was."""
