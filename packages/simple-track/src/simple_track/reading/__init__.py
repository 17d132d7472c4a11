"""Reading runs: histories, summaries, views."""
