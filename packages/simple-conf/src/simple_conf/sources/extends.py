"""Composing a config from files: ``extends`` at the top of a file, and a folder of choices for a key."""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: PTH118, PTH120

from __future__ import annotations

import os

from simple_conf.errors import ConfigNotFoundError, LoadError
from simple_conf.formats import read_file
from simple_conf.merging.merge import merge
from simple_conf.tree.node import grow
from simple_conf.tree.provenance import assignments_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.origin.layers import Layer
    from simple_conf.tree.node import MappingNode

EXTENDS = "extends"


def load(
    path: str | os.PathLike[str],
    suffix: str | None = None,
    *,
    extends: bool = True,
    files: list[str] | None = None,
) -> MappingNode:
    """Return the tree of a config file, laid over the files that it extends.

    Args:
        path: The file.
        suffix: Its format; by default by the file's own suffix.
        extends: Whether a top-level ``extends`` is followed; it is an ordinary key otherwise.
        files: Where the names of all files that are read are put.

    Raises:
        ConfigNotFoundError: The file, or one that it extends, is not there.
        LoadError: The files extend each other in a circle, or one cannot be read.
        SdnSyntaxError: A file is not SDN.
    """
    if files is not None:
        files.append(os.fspath(path))
    values, layer = read_file(path, suffix)
    if not extends or EXTENDS not in values:
        return grow(values, layer)
    config = merge(stack(os.fspath(path), values, layer, [], [] if files is None else files))
    object.__setattr__(config, "__provenance__", assignments_of(config))  # before the layer changes
    object.__setattr__(config, "__layer__", layer)  # a key that no file sets is missing in the one asked for
    return config


def stack(
    name: str, values: dict[str, Any], layer: Layer, chain: list[tuple[str, str]], files: list[str]
) -> list[MappingNode]:
    """Return a file's tree after the trees of all files that it extends."""
    here = os.path.realpath(name)
    below: list[MappingNode] = []
    bases = values.pop(EXTENDS, [])
    for base in [bases] if isinstance(bases, str) else bases if isinstance(bases, list) else [bases]:
        if not isinstance(base, str):
            raise LoadError(
                f"'extends' names files, not {base!r}", path=EXTENDS, origin=layer.locate((EXTENDS,))
            )
        target = os.path.join(os.path.dirname(name), base)
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
            inner, inner_layer = read_file(target)
        except ConfigNotFoundError as failure:
            hint = failure.hint
            if "${" in base:
                hint = "'extends' names files; references are not worked out in it"
            raise ConfigNotFoundError(
                failure.message, path=EXTENDS, origin=layer.locate((EXTENDS,)), hint=hint
            ) from None
        except LoadError as failure:
            if failure.origin is not None:
                raise
            raise LoadError(
                failure.message, path=EXTENDS, origin=layer.locate((EXTENDS,)), hint=failure.hint
            ) from None
        below += stack(target, inner, inner_layer, seen, files)
    return [*below, grow(values, layer)]
