"""Changes to SDN text that leave everything else as it was."""
