"""From SDN text to plain values and positions."""
