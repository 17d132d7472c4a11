"""Configs as text, and saved to a file: all of it or nothing."""

# pathlib is slow to import, and writing a config must not be.
# ruff: noqa: PTH112, PTH120, PTH122

from __future__ import annotations

import os

from simple_conf.atomic_write import replace_file
from simple_conf.errors import ConfigNotFoundError, LoadError
from simple_conf.tree.export import Exporter, simple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, Protocol

    from simple_conf.tree.node import MappingNode

    NonFinite = Literal["error", "text"]

    class Writer(Protocol):
        """A function such as `to_sdn`."""

        def __call__(self, cfg: MappingNode, resolve: bool = True, *, reveal: bool = False) -> str:
            """Return ``cfg`` as text."""


def to_sdn(cfg: MappingNode, resolve: bool = True, *, reveal: bool = False) -> str:
    """Return a config as SDN text.

    Args:
        cfg: The config.
        resolve: Whether references are resolved; they stay as text otherwise.
        reveal: Whether secrets are shown.

    Raises:
        InterpolationError: A value cannot be resolved.
        ResolveError: Several values cannot be.
        UnwritableError: A value has no form in SDN text.
    """
    from simple_conf.sdn import write

    return write(values_of(cfg, resolve, reveal, tables=True))


def to_json(
    cfg: MappingNode, resolve: bool = True, *, reveal: bool = False, non_finite: NonFinite = "error"
) -> str:
    """Return a config as JSON text.

    Args:
        cfg: The config.
        resolve: Whether references are resolved; they stay as text otherwise.
        reveal: Whether secrets are shown.
        non_finite: What becomes of infinities and NaN, for which JSON has no number: ``"error"``, or
            ``"text"`` for the texts ``"inf"``, ``"-inf"`` and ``"nan"``, which a ``float`` field of a schema
            reads as the numbers.

    Raises:
        InterpolationError: A value cannot be resolved.
        ResolveError: Several values cannot be.
        UnwritableError: A value has no form in JSON.
        ValueError: ``non_finite`` is something else.
    """
    from simple_conf.formats.json_text import write

    return write(values_of(cfg, resolve, reveal), non_finite) + "\n"


def to_yaml(cfg: MappingNode, resolve: bool = True, *, reveal: bool = False) -> str:
    """Return a config as YAML text; see `to_sdn`.

    Raises:
        MissingExtraError: PyYAML is not installed.
    """
    from simple_conf.formats.yaml_text import write

    return write(values_of(cfg, resolve, reveal))


def values_of(cfg: MappingNode, resolve: bool, reveal: bool, tables: bool = False) -> Any:
    """Return a config as plain data that a file has a form for."""
    return simple(Exporter(resolve=resolve, reveal=reveal, tables=tables, escape=True).run(cfg))


WRITERS: dict[str, Writer] = {".sdn": to_sdn, ".yaml": to_yaml, ".yml": to_yaml, ".json": to_json}


def save(
    cfg: MappingNode,
    path: str | os.PathLike[str],
    resolve: bool = False,
    *,
    reveal: bool = False,
    non_finite: NonFinite = "error",
) -> None:
    """Write a config to a file: whoever reads it meanwhile gets the old text or the new one.

    Args:
        cfg: The config.
        path: The file; its suffix decides the format.
        resolve: Whether references are resolved; they stay as text otherwise.
        reveal: Whether secrets are written.
        non_finite: What becomes of infinities and NaN in a JSON file; see `to_json`.

    Raises:
        UnwritableError: A value has no form in the format.
        LoadError: There is no format with this suffix that can be written.
        ConfigNotFoundError: There is no folder for the file.
    """
    name = os.fspath(path)
    ending = os.path.splitext(name)[1].lower()
    if ending not in WRITERS:
        raise LoadError(f"{name}: a config can be saved as {', '.join(WRITERS)}")
    if ending == ".json":
        text = to_json(cfg, resolve=resolve, reveal=reveal, non_finite=non_finite)
    else:
        text = WRITERS[ending](cfg, resolve=resolve, reveal=reveal)
    if not os.path.isdir(os.path.dirname(os.path.realpath(name))):
        raise ConfigNotFoundError(f"there is no folder {os.path.dirname(name)} to save {name} in")
    replace_file(name, text.encode("utf-8"))
