"""A plain snapshot of a run's config, and its fingerprint."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import attrs

from simple_track.errors import ValueKindError
from simple_track.storage.record import plain_text
from simple_track.storage.secrets import MASK, is_secret_name, mask_text, mask_tree

DEEPEST = 64


def snapshot(config: Any) -> dict[str, Any]:
    """Plain values of a configuration, resolved, with secrets masked.

    Args:
        config: None, a mapping, a simple-conf `Config`, an attrs or dataclass instance, or an argparse
            `Namespace`.

    Raises:
        ValueKindError: It is none of these.
    """
    if config is None:
        return {}
    plain = _plain(config, 0, top=True)
    if not isinstance(plain, dict):
        hint = "give a dict, a Config, an attrs or dataclass object or a Namespace"
        raise ValueKindError("config", type(config).__name__, hint, "take a config")
    return plain


def fingerprint(tree: Mapping[str, Any]) -> str:
    """The SHA-256 (hex) of a snapshot, the same for equal trees whatever they were made from."""
    return hashlib.sha256(json.dumps(tree, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()


def _plain(value: Any, depth: int, *, top: bool = False) -> Any:
    if depth > DEEPEST:
        raise ValueKindError("config", "dict", f"it is nested deeper than {DEEPEST}", "take a config")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return mask_text(plain_text(str.__str__(value)))
    if type(value).__name__ == "Secret":
        return MASK
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    fields = _fields(value, top=top)
    if fields is not None:
        plain = {plain_text(str(key)): _item(str(key), item, depth + 1) for key, item in fields.items()}
        if len(plain) < len(fields):
            raise ValueKindError("config", "dict", "two of its keys are the same as text", "take a config")
        return plain
    if isinstance(value, list | tuple | set | frozenset):
        items = value if isinstance(value, list | tuple) else sorted(value, key=str)
        return [_plain(item, depth + 1) for item in items]
    if isinstance(value, type):  # before arrays, whose classes have a shape, too
        return value.__qualname__
    if hasattr(value, "shape") and hasattr(value, "tolist"):  # an array, of numpy, torch or their kin
        if getattr(getattr(value, "dtype", None), "kind", "") in (
            "m",
            "M",
        ):  # `tolist` makes integers of some
            return [_plain(item, depth + 1) for item in value] if value.shape else str(value)
        return _plain(value.tolist(), depth + 1)
    if isinstance(value, PurePath) or not callable(value):
        return mask_text(str(value))
    return getattr(value, "__qualname__", None) or str(value)


def _fields(value: Any, *, top: bool) -> Mapping[Any, Any] | None:
    """What a mapping-like or record-like value holds, or None."""
    conf = sys.modules.get("simple_conf")
    if conf is not None and isinstance(value, getattr(conf, "Config", ())):
        tree: dict[str, Any] = conf.Conf.to_dict(value, resolve=True)
        return tree
    if isinstance(value, Mapping):
        return dict(value)
    kind = type(value)
    if isinstance(value, type):
        return None
    if attrs.has(kind):
        return {field.name: getattr(value, field.name) for field in attrs.fields(kind)}
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if kind.__name__ == "Namespace" or (top and hasattr(value, "__dict__") and vars(value)):
        named: dict[str, Any] = vars(value)
        return named
    return None


def _item(name: str, value: Any, depth: int) -> Any:
    """A value of a mapping; all beneath a name such as `password` or `api_key` is masked."""
    plain = _plain(value, depth)
    return mask_tree(plain) if is_secret_name(name) else plain
