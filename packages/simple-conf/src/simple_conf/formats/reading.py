"""Reading a config file: the format by suffix, a clear error where it is not there."""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: PTH100, PTH110, PTH111, PTH112, PTH118, PTH122, PTH208

from __future__ import annotations

import os

from simple_conf.config.config import as_config
from simple_conf.errors import ConfError, ConfigNotFoundError, LoadError, SdnSyntaxError
from simple_conf.origin.layers import TextLayer
from simple_conf.suggestion import MANY, closest
from simple_conf.tree.node import grow, marked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.resources.abc import Traversable
    from typing import Any

    from simple_conf.config.config import Config
    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer
    from simple_conf.source import Source, Span

    Reader = Callable[[Source], tuple[Any, Layer]]


def read_sdn(source: Source) -> tuple[Any, Layer]:
    """Return the values of SDN text and the layer that locates them."""
    from simple_conf.sdn import parse

    return parse(source).values, TextLayer(source, places_in_sdn)


def places_in_sdn(source: Source) -> Callable[[KeyPath], Span | None]:
    """Return a function that gives the place of the value at a path of SDN text."""
    from simple_conf.sdn import parse

    return parse(source).locate


def read_json(source: Source) -> tuple[Any, Layer]:
    """Return the values of JSON text and the layer that locates them."""
    from simple_conf.formats.json_text import read

    return read(source)


def read_toml(source: Source) -> tuple[Any, Layer]:
    """Return the values of TOML text and the layer that locates them."""
    from simple_conf.formats.toml_text import read

    return read(source)


def read_yaml(source: Source) -> tuple[Any, Layer]:
    """Return the values of YAML text and the layer that locates them."""
    from simple_conf.formats.yaml_text import read

    return read(source)


PACKAGE = "pkg://"
"""What the name of a file of a package begins with."""
READERS: dict[str, Reader] = {
    ".sdn": read_sdn,
    ".json": read_json,
    ".toml": read_toml,
    ".yaml": read_yaml,
    ".yml": read_yaml,
}


def parse_sdn(text: str, name: str = "<text>") -> Config:
    """Return the config of an SDN text.

    Args:
        text: The text.
        name: What errors call it.

    Raises:
        SdnSyntaxError: The text is not SDN.
    """
    from simple_conf.source import Source, normalise

    return as_config(grow(*read_sdn(Source(normalise(text), name))))


def file_name(path: str | os.PathLike[str] | Traversable) -> str:
    """Return the name of a config file that is given as a path, or as a resource of a package.

    Args:
        path: The path, or what ``importlib.resources.files`` leads to; in a zip archive its name is that of
            the archive with the name in it behind.

    Raises:
        TypeError: It is neither, or it is of a loader that keeps no files.
    """
    if isinstance(path, (str, os.PathLike)):
        return os.fspath(path)
    archive = getattr(getattr(path, "root", None), "filename", None)
    inner = getattr(path, "at", None)
    if isinstance(archive, str) and isinstance(inner, str):
        return f"{archive}/{inner}"
    if hasattr(path, "read_bytes"):
        raise TypeError(
            f"{path!r} is neither in a folder nor in a zip archive; "
            "write `with importlib.resources.as_file(…) as path:` and load the path"
        )
    raise TypeError(f"a config file is named by a path, not by {type(path).__name__}")


def read_file(path: str | os.PathLike[str], suffix: str | None = None) -> tuple[dict[str, Any], Layer]:
    """Return the values of a config file and the layer that locates them.

    Args:
        path: The file; ``~`` at its beginning is the home folder, ``pkg://package/file`` a file of a package.
        suffix: Its format, such as ``".sdn"``; by default the file's own.

    Raises:
        ConfigNotFoundError: There is no such file.
        LoadError: The format is unknown, or the file does not hold a mapping.
        SdnSyntaxError: The text is not SDN.
    """
    name = os.fspath(path)
    if name.startswith("~"):
        name = os.path.expanduser(name)
    ending = suffix or os.path.splitext(name)[1].lower()
    reader = READERS.get(ending)
    if reader is None and os.path.isdir(name):
        raise folder(name)
    if reader is None:
        there = [name + suffix for suffix in READERS if os.path.exists(name + suffix)]
        hint = f"did you mean {there[0]!r}?" if there else None
        raise LoadError(f"{name}: a config file ends in {', '.join(READERS)}", hint=hint)
    problem: ConfError | None = None
    try:
        values, layer = reader(read_text(name))
    except (LoadError, SdnSyntaxError) as failure:
        problem = failure
    if problem is not None:
        problem.__context__ = None  # a parser's own error, which may quote a secret
        raise problem
    if not isinstance(values, dict):
        raise LoadError(f"{name}: a config must be a mapping at its top, not a {type(values).__name__}")
    if reader is not read_sdn:
        try:
            values = marked(values)
        except ConfError as failure:
            raise LoadError(f"{name}: {failure}") from None
    return values, layer


def read_text(name: str) -> Source:
    """Return the text of a file."""
    from simple_conf.source import read_source

    if "\0" in name:
        raise LoadError(f"{name!r} cannot name a file")
    if name.startswith(PACKAGE):
        return read_resource(name)
    try:
        return read_source(name)
    except (FileNotFoundError, NotADirectoryError):
        from simple_conf.formats.archive import member_of, read_member

        if (member := member_of(name)) is not None:
            return read_member(member, name)
        raise not_found(name) from None
    except IsADirectoryError:
        raise folder(name) from None
    except PermissionError:
        raise LoadError(f"{name} cannot be read: permission denied") from None


def read_resource(name: str) -> Source:
    """Return the text of a file of a package, which may be in a zip archive.

    Args:
        name: Such as ``pkg://mypackage/config/train.sdn``; the package may have dots.
    """
    from importlib import resources

    from simple_conf.source import source_from_bytes

    package, _, inner = name.removeprefix(PACKAGE).partition("/")
    inner = os.path.normpath(inner).replace("\\", "/") if inner else ""
    if not inner or inner.startswith(("..", "/")):
        raise LoadError(f"{name} names no file of a package; write pkg://package/folder/file.sdn")
    try:
        file = resources.files(package).joinpath(*inner.split("/"))
    except (ImportError, TypeError, ValueError):
        raise ConfigNotFoundError(f"{name}: there is no package {package}") from None
    if not file.is_file():
        beside = resources.files(package).joinpath(*inner.split("/")[:-1])
        names = [one.name for one in beside.iterdir()] if beside.is_dir() else []
        close = closest(inner.rpartition("/")[2], names)
        hint = f"did you mean {name.rpartition('/')[0]}/{close}?" if close is not None else None
        raise ConfigNotFoundError(f"there is no file {inner} in the package {package}", hint=hint)
    return source_from_bytes(file.read_bytes(), name)


def folder(name: str) -> LoadError:
    """Return the error for a folder in the place of a file, with the config files that are in it."""
    files = [os.path.join(name, file) for file in sorted(os.listdir(name)) if file.endswith(tuple(READERS))]
    hint = f"name a file in it: {', '.join(files)}" if 0 < len(files) <= MANY else None
    return LoadError(f"{name} is a folder, not a config file", hint=hint)


def not_found(name: str, tried: Sequence[str] = ()) -> ConfigNotFoundError:
    """Return the error for a file that is not there, with the folder looked in and the nearest name.

    Args:
        name: The file.
        tried: The paths that were tried; by default the name alone.
    """
    paths = [os.path.abspath(path) for path in tried or [name]]
    folders = list(dict.fromkeys(map(os.path.dirname, paths)))
    parent, wanted = os.path.split(name)
    message = f"there is no file {wanted or name} in {' or in '.join(folders)}"
    there = [folder for folder in folders if os.path.isdir(folder)]
    if not there:
        return ConfigNotFoundError(message, hint=no_folder(parent))
    names = [file for folder in there for file in os.listdir(folder) if file.endswith(tuple(READERS))]
    stems = {os.path.splitext(file)[0]: file for file in sorted(names)}
    close = closest(os.path.splitext(wanted)[0], stems)
    hint: str | None
    if close is not None:
        hint = f"did you mean {os.path.join(parent, stems[close])!r}?"
    else:
        hint = f"known: {', '.join(sorted(stems.values()))}" if 0 < len(stems) <= MANY else None
    return ConfigNotFoundError(message, hint=hint)


def no_folder(name: str) -> str:
    """Return the hint for a folder that is not there: the nearest name in the folder around it."""
    around, wanted = os.path.split(name.rstrip("/"))
    hint = f"there is no folder {name}"
    if os.path.isdir(around or "."):
        folders = [entry.name for entry in os.scandir(around or ".") if entry.is_dir()]
        close = closest(wanted, folders)
        hint += f"; did you mean {os.path.join(around, close)!r}?" if close is not None else ""
    return hint
