"""Config files that extend others: ``extends: base.sdn`` at the top of a file."""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: PTH111, PTH118, PTH120

from __future__ import annotations

import os

from simple_conf import migration
from simple_conf.config.config import as_config
from simple_conf.errors import ConfigNotFoundError, LoadError
from simple_conf.formats import read_file
from simple_conf.formats.reading import PACKAGE, file_name
from simple_conf.merging.merge import merge
from simple_conf.tree.export import resolve
from simple_conf.tree.node import grow
from simple_conf.tree.provenance import assignments_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from typing import Any

    from simple_conf.config.config import Config
    from simple_conf.origin.layers import Layer
    from simple_conf.tree.node import MappingNode

EXTENDS = "extends"


def load(
    path: str | os.PathLike[str] | Traversable,
    suffix: str | None = None,
    *,
    extends: bool = True,
    lazy_resolve: bool = True,
    files: list[str] | None = None,
) -> Config:
    """Return the config of a file, merged over the files that it extends.

    Args:
        path: The file, as a path or as a resource of a package.
        suffix: Its format, such as ``".sdn"``; by default by the file's own suffix.
        extends: Whether a top-level ``extends`` is followed; it is an ordinary key otherwise.
        lazy_resolve: Whether references are resolved when they are read; all at once otherwise.
        files: Where the names of all files that are read are appended.

    Raises:
        ConfigNotFoundError: The file, or one that it extends, is not there.
        LoadError: The files extend each other in a circle, or one cannot be read.
        SdnSyntaxError: A file is not SDN.
        ResolveError: With ``lazy_resolve=False``, values cannot be resolved.
    """
    name = file_name(path)
    if files is not None:
        files.append(name)
    values, layer = (read_config if extends else read_file)(name, suffix)
    if not extends or EXTENDS not in values:
        root = grow(values, layer)
    else:
        root = merge(stack(name, values, layer, [], [] if files is None else files))
        object.__setattr__(root, "__provenance__", assignments_of(root))  # before the layer changes
        object.__setattr__(root, "__layer__", layer)  # absent keys are missing in the file asked for
    if not lazy_resolve:
        resolve(root)
    return as_config(root)


def layers(path: str | os.PathLike[str] | Traversable, files: list[str]) -> list[MappingNode]:
    """Return the configs of all files that a file extends, lowest first, and its own as the last.

    Args:
        path: The file.
        files: Where the names of all files that are read are appended.

    Raises:
        LoadError: A file cannot be read; see `load`.
    """
    name = file_name(path)
    files.append(name)
    values, layer = read_config(name)
    if EXTENDS not in values:
        return [grow(values, layer)]
    return stack(name, values, layer, [], files)


def read_config(path: str | os.PathLike[str], suffix: str | None = None) -> tuple[dict[str, Any], Layer]:
    """Return the values of a config file and the layer that locates them.

    Raises:
        LoadError: It has a list of defaults as Hydra's files do, or cannot be read.
    """
    values, layer = read_file(path, suffix)
    listed = values.get("defaults")
    if isinstance(listed, list) and listed and all(map(is_default, listed)):
        raise LoadError(
            migration.KEYS["defaults"],
            path="defaults",
            origin=layer.locate(("defaults",), True),
            hint="with extends=False, Conf.load takes it as an ordinary key",
        )
    return values, layer


def is_default(entry: object) -> bool:
    """Return whether a list of defaults may have an entry: a file, or a group with its choice."""
    return isinstance(entry, str) or (isinstance(entry, dict) and len(entry) == 1)


def stack(
    name: str, values: dict[str, Any], layer: Layer, chain: list[tuple[str, str]], files: list[str]
) -> list[MappingNode]:
    """Return the configs of all files that a file extends, and its own as the last.

    Args:
        name: The file.
        values: Its values; ``extends`` is taken out of them.
        layer: Where they are written.
        chain: The files that led here, each by its real path and as it is written.
        files: Where the names of the files that are read are appended.
    """
    here = os.path.realpath(name)
    below: list[MappingNode] = []
    bases = values.pop(EXTENDS, [])
    for base in [bases] if isinstance(bases, str) else bases if isinstance(bases, list) else [bases]:
        if not isinstance(base, str):
            raise LoadError(
                f"'extends' names files, not {base!r}", path=EXTENDS, origin=layer.locate((EXTENDS,))
            )
        whole = base.startswith(("~", PACKAGE))
        target = os.path.expanduser(base) if whole else os.path.join(os.path.dirname(name), base)
        seen = [*chain, (here, name)]
        if os.path.realpath(target) in [real for real, _ in seen]:
            circle = " → ".join([shown for _, shown in seen] + [target])
            raise LoadError(
                f"files extend each other in a circle: {circle}",
                path=EXTENDS,
                origin=layer.locate((EXTENDS,)),
            )
        files.append(target)
        try:
            inner, inner_layer = read_config(target)
        except LoadError as failure:
            if failure.origin is not None:
                raise
            kind, hint = LoadError, failure.hint
            if isinstance(failure, ConfigNotFoundError):
                kind = ConfigNotFoundError
                hint = "'extends' names files; references in it are not resolved" if "${" in base else hint
            origin = layer.locate((EXTENDS,))
            raise kind(failure.message, path=EXTENDS, origin=origin, hint=hint) from None
        below += stack(target, inner, inner_layer, seen, files)
    return [*below, grow(values, layer)]
