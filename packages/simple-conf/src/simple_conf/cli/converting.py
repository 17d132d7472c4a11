"""The commands that convert SDN to JSON or YAML, and back."""

from __future__ import annotations

import argparse
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
    """Return a value as JSON; a table is a list of its rows, and `???` is a string."""
    return json_format.write(_with_markers(plain(value)))


def _with_markers(value: Any) -> Any:
    """Return a plain tree in which the text `???` stands for every missing value."""
    if isinstance(value, dict):
        return {key: _with_markers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_markers(item) for item in value]
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
    sys.stdout.write(yaml_format.write(_with_markers(plain(parse(source(arguments.file)).values))))
    return 0


def from_yaml(arguments: argparse.Namespace) -> int:
    """Print a YAML file as SDN."""
    values, _ = yaml_format.read(source(arguments.file))
    return _print_sdn(values)


def _print_sdn(values: Any) -> int:
    if not isinstance(values, dict | list) or values == []:
        raise ConfError("an SDN document is a mapping, or a list that is not empty")
    if (path := _path_of_non_finite(values, ())) is not None:
        raise ConfError(
            f"{format_path(path)}: NaN and infinity cannot be written as SDN: write a text or null instead"
        )
    sys.stdout.write(write(marked(values)))
    return 0


def _path_of_non_finite(value: Any, path: KeyPath) -> KeyPath | None:
    """Return the path of the first float that is infinite or NaN."""
    if isinstance(value, float):
        return None if math.isfinite(value) else path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    paths = (_path_of_non_finite(item, (*path, part)) for part, item in items)
    return next((found for found in paths if found is not None), None)
