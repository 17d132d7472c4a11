"""Writing runs in other formats."""
