"""Files as the system sees them: opened, mapped, read, listed."""
