"""Secrets: paths whose values are never shown."""

from __future__ import annotations

from simple_conf import access
from simple_conf.history import holder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.config import Config
    from simple_conf.origin import Path


def mark(cfg: Config, path: str | Path) -> None:
    """Mask the value at ``path`` from now on, in this config and in all that it is merged into.

    Raises:
        MissingKeyError: There is nothing at ``path``.
    """
    segments = access.path_of(path)
    holder(cfg, segments)
    cfg.__tree__.secrets.add((*cfg.__path__, *segments))
    cfg.__tree__.forget(())


def hide(cfg: Config, schema: Any) -> set[Path]:
    """Mask what a schema has as `Secret` fields; return the paths that were not masked before."""
    from simple_conf import fields

    if not fields.schemas_in(schema):
        return set()
    found = {(*cfg.__path__, *field.path) for field in fields.walk(schema) if fields.is_secret(field.kind)}
    fresh = found - cfg.__tree__.secrets
    cfg.__tree__.secrets |= fresh
    return fresh


def is_secret(cfg: Config, path: Path) -> bool:
    """Return whether the value at ``path``, or one around it, is masked."""
    whole = (*cfg.__path__, *path)
    return any(whole[:end] in cfg.__tree__.secrets for end in range(1, len(whole) + 1))
