"""The command line of a script that is configured."""
