"""What was found, as a report."""
