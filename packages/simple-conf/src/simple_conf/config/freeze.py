"""Frozen configs: a copy that cannot change, with a fingerprint of its values."""

from __future__ import annotations

from simple_conf.config.config import Config, as_config
from simple_conf.tree.editing import detached
from simple_conf.tree.export import to_dict
from simple_conf.values import integer_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def freeze(cfg: Config) -> Config:
    """Return a copy of ``cfg`` that cannot change; a frozen config is returned as it is."""
    if cfg.__tree__.frozen:
        return cfg
    frozen = as_config(detached(cfg))
    frozen.__tree__.frozen = True
    return frozen


def unfreeze(cfg: Config) -> Config:
    """Return an independent copy of ``cfg`` that can change."""
    free = as_config(detached(cfg))
    free.__tree__.frozen = False
    return free


def is_frozen(cfg: Config) -> bool:
    """Return whether ``cfg`` cannot change."""
    return cfg.__tree__.frozen


def fingerprint(cfg: Config) -> str:
    """Return the sha256, as 64 hexadecimal digits, of the values of ``cfg``, with all references resolved.

    The order of keys does not matter; ``1`` and ``1.0`` differ.

    Raises:
        InterpolationError: A value cannot be resolved.
    """
    import hashlib
    import json

    values = to_dict(cfg, reveal=True)
    try:
        text = json.dumps(values, sort_keys=True, ensure_ascii=True, default=named)
    except ValueError:
        text = json.dumps(hexadecimal(values), sort_keys=True, ensure_ascii=True, default=named)
    return hashlib.sha256(text.encode()).hexdigest()


def hexadecimal(value: Any) -> Any:
    """Return plain data with the ints that Python does not write in decimal as type and text."""
    if isinstance(value, dict):
        return {key: hexadecimal(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [hexadecimal(inner) for inner in value]
    if type(value) is int and "x" in (text := integer_text(value)):
        return ["int", text]
    return value


def named(value: Any) -> list[str]:
    """Return a value that JSON has no form for as its type and its text."""
    return [type(value).__name__, str(value)]
