"""Frozen configs: a copy that cannot change, with a fingerprint of what it says."""

from __future__ import annotations

from simple_conf.config.config import detached
from simple_conf.tree.export import to_dict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.config.config import Config


def freeze(cfg: Config) -> Config:
    """Return a copy of ``cfg`` that cannot change; a frozen config is returned as it is."""
    if cfg.__tree__.frozen:
        return cfg
    frozen = detached(cfg)
    frozen.__tree__.frozen = True
    return frozen


def unfreeze(cfg: Config) -> Config:
    """Return an independent copy of ``cfg`` that can change."""
    free = detached(cfg)
    free.__tree__.frozen = False
    return free


def is_frozen(cfg: Config) -> bool:
    """Return whether ``cfg`` cannot change."""
    return cfg.__tree__.frozen


def fingerprint(cfg: Config) -> str:
    """Return the sha256, as 64 hexadecimal digits, of what ``cfg`` says with all references worked out.

    The order of keys does not matter; ``1`` and ``1.0`` differ.

    Raises:
        InterpolationError: A value cannot be worked out.
    """
    import hashlib
    import json

    text = json.dumps(to_dict(cfg, reveal=True), sort_keys=True, ensure_ascii=True, default=named)
    return hashlib.sha256(text.encode()).hexdigest()


def named(value: Any) -> list[str]:
    """Return what stands for a value that JSON has no form for."""
    return [type(value).__name__, str(value)]
