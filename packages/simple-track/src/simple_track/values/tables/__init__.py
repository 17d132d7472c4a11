"""What the cells of a table are in Python, and in Arrow."""
