"""The verbs that turn SDN into JSON or YAML, and back."""

from __future__ import annotations

import argparse
import json
import math
import sys
from typing import Any

from simple_conf.cli.files import source
from simple_conf.errors import ConfError
from simple_conf.formats import json_text as json_format
from simple_conf.formats import yaml_text as yaml_format
from simple_conf.keypath import KeyPath, format_path
from simple_conf.sdn import parse, write
from simple_conf.sdn.editing.tree import plain
from simple_conf.tree.node import MARKER, marked
from simple_conf.values import MISSING


def json_text(value: Any) -> str:
    """Write a value as JSON; a table is a list of its rows, and `???` is a string."""
    return json.dumps(_filled(plain(value)), ensure_ascii=False, indent=2)


def _filled(value: Any) -> Any:
    """Put the text `???` in the place of every value that must be filled in."""
    if isinstance(value, dict):
        return {key: _filled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item) for item in value]
    return MARKER if value is MISSING else value


def to_json(arguments: argparse.Namespace) -> int:
    """Print an SDN file as JSON."""
    print(json_text(parse(source(arguments.file)).values))
    return 0


def from_json(arguments: argparse.Namespace) -> int:
    """Print a JSON file as SDN."""
    values, _ = json_format.read(source(arguments.file))
    return _print_sdn(values)


def to_yaml(arguments: argparse.Namespace) -> int:
    """Print an SDN file as YAML."""
    sys.stdout.write(yaml_format.write(_filled(plain(parse(source(arguments.file)).values))))
    return 0


def from_yaml(arguments: argparse.Namespace) -> int:
    """Print a YAML file as SDN."""
    values, _ = yaml_format.read(source(arguments.file))
    return _print_sdn(values)


def _print_sdn(values: Any) -> int:
    if not isinstance(values, dict | list) or values == []:
        raise ConfError("an SDN document is a mapping, or a list that is not empty")
    if (path := _not_finite(values, ())) is not None:
        raise ConfError(
            f"{format_path(path)}: NaN and infinity have no form in SDN: write a text or null in their place"
        )
    sys.stdout.write(write(marked(values)))
    return 0


def _not_finite(value: Any, path: KeyPath) -> KeyPath | None:
    """Find a float that is no number."""
    if isinstance(value, float):
        return None if math.isfinite(value) else path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return next(
        (found for part, item in inside if (found := _not_finite(item, (*path, part))) is not None), None
    )
