"""What every metric is built on."""
