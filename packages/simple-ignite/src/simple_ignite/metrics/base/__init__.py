"""The base classes of metrics, and what they need: states, reduction over ranks, adapters."""
