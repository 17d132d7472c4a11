"""The commands that change files: set, del, fmt."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable
from typing import Any

from simple_conf.atomic_write import replace_file
from simple_conf.cli import files
from simple_conf.error_block import print_error
from simple_conf.errors import DocumentError, KeyPathError, SdnSyntaxError
from simple_conf.keypath import KeyPath, parse_path
from simple_conf.sdn import SdnDocument, parse, parse_value
from simple_conf.sdn.format import format_text
from simple_conf.source import Source
from simple_conf.written import KINDS, number_at, reads_as, written


def set_value(arguments: argparse.Namespace) -> int:
    """Set a value."""
    path = _path(arguments.path)
    try:
        value = numbers_as_written(arguments.value, parse_value(arguments.value), ())
    except SdnSyntaxError as error:
        print(f"sdn: {error}", file=sys.stderr)
        return 2
    return _edit(arguments.file, lambda document: document.set(path, value))


def numbers_as_written(text: str, value: Any, path: KeyPath) -> Any:
    """Return the value that a text is, whose numbers know what was written.

    Args:
        text: The text.
        value: What it is, or what is at ``path`` of it.
        path: The path.
    """
    if isinstance(value, dict):
        return {key: numbers_as_written(text, inner, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [numbers_as_written(text, inner, (*path, at)) for at, inner in enumerate(value)]
    if type(value) not in KINDS:
        return value
    source = Source(f"x: {text}")
    span = parse(source).locate(("x", *path))
    found = None if span is None else number_at(source.text, source.offset(span.line, span.column))
    return written(value, found) if found is not None and reads_as(found, value) else value


def delete_value(arguments: argparse.Namespace) -> int:
    """Delete a value."""
    path = _path(arguments.path)
    return _edit(arguments.file, lambda document: document.delete(path))


def _path(text: str) -> KeyPath:
    path = parse_path(text)
    if not path:
        raise KeyPathError("a key is missing", text=text)
    return path


def _edit(name: str, edit: Callable[[SdnDocument], None]) -> int:
    """Edit a file, or report why it cannot be edited."""
    document = files.document(name)
    try:
        edit(document)
    except DocumentError as error:
        print(f"sdn: {name}: {error}", file=sys.stderr)
        return 1
    files.save(document, name)
    return 0


def fmt(arguments: argparse.Namespace) -> int:
    """Format files."""
    status = 0
    for name in arguments.files:
        try:
            changed = _format(name, check=arguments.check, diff=arguments.diff)
        except SdnSyntaxError as error:
            print_error(error, sys.stderr, label=False)
            status = 1
        else:
            if changed and arguments.check:
                status = 1
    return status


def _format(name: str, *, check: bool, diff: bool) -> bool:
    """Format one file; return whether this changes it."""
    document = files.document(name)
    source = files.STDIN if name == "-" else name
    formatted = format_text(document.text, name=source)
    changed = formatted != document.text
    if diff:
        old, new = document.text.splitlines(keepends=True), formatted.splitlines(keepends=True)
        for line in difflib.unified_diff(old, new, source, source):
            sys.stdout.write(line if line.endswith("\n") else f"{line}\n")
    if check:
        if changed:
            print(f"{source} would change", file=sys.stderr)
    elif not diff:
        if name == "-":
            sys.stdout.write(formatted)
        elif changed:
            replace_file(name, formatted.encode())
    return changed
