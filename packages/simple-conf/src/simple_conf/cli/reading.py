"""The commands that only read files: check, get, diff."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from simple_conf.cli.converting import json_text
from simple_conf.cli.files import source
from simple_conf.error_block import print_error
from simple_conf.errors import SdnSyntaxError
from simple_conf.keypath import KeyPath, format_path, parse_path
from simple_conf.sdn import parse, write
from simple_conf.sdn.editing.diff import differences
from simple_conf.sdn.quoting import non_string_text
from simple_conf.sdn.writer import write_inline
from simple_conf.suggestion import did_you_mean
from simple_conf.values import Table


def check(arguments: argparse.Namespace) -> int:
    """Report the files that are not SDN."""
    status = 0
    for name in arguments.files:
        try:
            parse(source(name))
        except SdnSyntaxError as error:
            print_error(error, sys.stderr, label=False)
            status = 1
    return status


def get(arguments: argparse.Namespace) -> int:
    """Print the value at a path."""
    path = parse_path(arguments.path)
    value = parse(source(arguments.file)).values
    for depth, part in enumerate(path):
        try:
            value = value[part]
        except (LookupError, TypeError):
            print(f"sdn: {arguments.file}: {_missing(value, path, depth)}", file=sys.stderr)
            return 1
    print(_value_text(value, as_json=arguments.json))
    return 0


def _value_text(value: Any, *, as_json: bool) -> str:
    if as_json:
        return json_text(value)
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list | Table):
        return write(value).rstrip("\n") if value else write_inline(value)
    return non_string_text(value)


def _missing(holder: Any, path: KeyPath, depth: int) -> str:
    """Return the message for a path that does not exist, with the key that may be meant.

    Args:
        holder: the value at the first `depth` parts of the path.
        path: the path.
        depth: number of parts that exist.
    """
    last = path[depth]
    where = format_path(path[:depth]) or "the document"
    if isinstance(last, int):
        count = len(holder) if isinstance(holder, list | Table) else None
        return f"{where} is not a list" if count is None else f"{where} has no item {last}: it has {count}"
    if not isinstance(holder, dict):
        return f"{where} has no keys"
    dotted = ".".join(map(str, path[depth:]))
    if dotted in holder:
        quoted = format_path((*path[:depth], dotted))
        return f"there is no {format_path(path)}; did you mean {quoted}?"
    missing = f"there is no {format_path(path[: depth + 1])}"
    hint = did_you_mean(last, holder)
    return f"{missing}; {hint}" if hint else missing


def diff(arguments: argparse.Namespace) -> int:
    """Print the paths at which two documents differ."""
    if arguments.first == arguments.second == "-":
        print("sdn: only one of the two documents can be standard input", file=sys.stderr)
        return 2
    try:
        first, second = (parse(source(name)).values for name in (arguments.first, arguments.second))
    except SdnSyntaxError as error:  # 1 would mean that they differ
        print_error(error, sys.stderr, label=False)
        return 2
    found = differences(first, second)
    for path, old, new in found:
        name = format_path(path) or "(top)"
        if old is not None:
            print(f"- {name}: {write_inline(old[0])}")
        if new is not None:
            print(f"+ {name}: {write_inline(new[0])}")
    return 1 if found else 0
