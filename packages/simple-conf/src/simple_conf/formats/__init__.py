"""Formats of config files, each behind a reader chosen by suffix."""

from simple_conf.formats.reading import parse_sdn, read_file

__all__ = ["parse_sdn", "read_file"]
