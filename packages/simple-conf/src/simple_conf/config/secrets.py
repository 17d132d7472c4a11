"""Secrets: paths whose values are never shown."""

from __future__ import annotations

from simple_conf.config.access import path_of
from simple_conf.config.history import holder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from simple_conf.keypath import KeyPath
    from simple_conf.tree.node import MappingNode


def mark(cfg: MappingNode, path: str | KeyPath) -> None:
    """Mask the value at ``path`` from now on, in this config and in all that it is merged into.

    Raises:
        MissingKeyError: There is nothing at ``path``.
    """
    segments = path_of(path)
    holder(cfg, segments)
    add(cfg, {(*cfg.__path__, *segments)})
    cfg.__tree__.forget(())


def add(cfg: MappingNode, paths: set[KeyPath]) -> None:
    """Mask the values at some paths of a config's tree."""
    tree = cfg.__tree__
    with tree.lock:
        tree.secrets = tree.secrets | paths  # a new set: others may read the old one


def is_secret(cfg: MappingNode, path: KeyPath) -> bool:
    """Return whether the value at ``path``, or one around it, is masked."""
    return cfg.__tree__.hides((*cfg.__path__, *path))
