"""The verbs that change files: set, del, fmt."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable

from simple_conf.atomic_write import replace_file
from simple_conf.cli import files
from simple_conf.errors import DocumentError, KeyPathError, SdnSyntaxError
from simple_conf.keypath import parse_path
from simple_conf.sdn import SdnDocument, parse_value
from simple_conf.sdn.format import format_text


def change(arguments: argparse.Namespace) -> int:
    """Set a value."""
    path = parse_path(arguments.path)
    try:
        value = parse_value(arguments.value)
    except SdnSyntaxError as error:
        print(f"sdn: {error}", file=sys.stderr)
        return 2
    if not path:
        raise KeyPathError("a key is missing", text=arguments.path)
    return _edit(arguments.file, lambda document: document.set(path, value))


def delete(arguments: argparse.Namespace) -> int:
    """Delete a value."""
    path = parse_path(arguments.path)
    if not path:
        raise KeyPathError("a key is missing", text=arguments.path)
    return _edit(arguments.file, lambda document: document.delete(path))


def _edit(name: str, edit: Callable[[SdnDocument], None]) -> int:
    """Make an edit in a file, or say why it cannot be made."""
    document = files.document(name)
    try:
        edit(document)
    except DocumentError as error:
        print(f"sdn: {name}: {error}", file=sys.stderr)
        return 1
    files.store(document, name)
    return 0


def tidy(arguments: argparse.Namespace) -> int:
    """Lay files out anew."""
    status = 0
    for name in arguments.files:
        try:
            changed = _tidy(name, check=arguments.check, show=arguments.diff)
        except SdnSyntaxError as error:
            print(error, file=sys.stderr)
            status = 1
        else:
            if changed and arguments.check:
                status = 1
    return status


def _tidy(name: str, *, check: bool, show: bool) -> bool:
    document = files.document(name)
    source = files.STDIN if name == "-" else name
    result = format_text(document.text, name=source)
    changed = result != document.text
    if show:
        old, new = document.text.splitlines(keepends=True), result.splitlines(keepends=True)
        for line in difflib.unified_diff(old, new, source, source):
            sys.stdout.write(line if line.endswith("\n") else f"{line}\n")
    if check:
        if changed:
            print(f"{source} would change", file=sys.stderr)
    elif not show:
        if name == "-":
            sys.stdout.write(result)
        elif changed:
            replace_file(name, result.encode())
    return changed
