"""What a run notes about its machine, code and console."""
