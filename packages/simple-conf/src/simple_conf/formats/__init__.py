"""Formats of config files, each behind a reader chosen by suffix."""

from simple_conf.formats.reading import load_file, parse_sdn, read_file

__all__ = ["load_file", "parse_sdn", "read_file"]
