"""Layers: the sources of values; each says where a value of it was written."""

from __future__ import annotations

import os
import sys
from functools import partial

from simple_conf.generic import Subscriptable
from simple_conf.origin.origin import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol, TypeVar

    Path = tuple[str | int, ...]

    class Layer(Protocol):
        """A source of values that can say where each of them was written."""

        def locate(self, path: Path, key: bool = False) -> Origin:
            """Return the origin of the value, or else of the key, that this source holds at ``path``."""

    class Text(Protocol):
        """A text that can show one of its lines, such as `simple_conf.source.Source`."""

        @property
        def text(self) -> str:
            """The text itself."""

        @property
        def usual_numbers(self) -> frozenset[str]:
            """The numbers that the text has in one form only, the one in which Python writes them."""

        def offset(self, line: int, column: int) -> int:
            """Return the offset, from 0, of a line and column from 1."""

        @property
        def name(self) -> str:
            """The name that errors call it by."""

        def excerpt(self, line: int, column: int) -> str:
            """Return a line with a caret under one of its columns, both from 1."""

    Span = tuple[int, int, int, int]  # line and column of a value, line and column of its key
    T = TypeVar("T", bound=Text)
else:
    T = object

PACKAGE = __name__.partition(".")[0]


class CodeLayer:
    """Values set by a line of Python."""

    __slots__ = ("_file", "_line")

    def __init__(self, file: str, line: int) -> None:
        self._file = file
        self._line = line

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CodeLayer) and (self._file, self._line) == (other._file, other._line)

    def __hash__(self) -> int:
        return hash((self._file, self._line))

    def locate(self, path: Path, key: bool = False) -> Origin:  # noqa: ARG002 - one line of code sets all
        """Return the line of Python, whatever the path."""
        return Origin("code", shorten(self._file), self._line)


class NamedLayer:
    """Values whose only known origin is a name, such as a file without positions."""

    __slots__ = ("_kind", "_name")

    def __init__(self, kind: str, name: str) -> None:
        self._kind = kind
        self._name = name

    def locate(self, path: Path, key: bool = False) -> Origin:  # noqa: ARG002 - the name covers every path
        """Return the name, whatever the path."""
        return Origin(self._kind, self._name)


class ArgumentLayer:
    """Values set by one override such as ``train.lr=5e-4``.

    Args:
        argument: The whole argument.
        column: 1-based column in it where the value begins.
        keys: 1-based columns where the keys of its path begin.
    """

    __slots__ = ("_argument", "_column", "_keys")

    def __init__(self, argument: str, column: int, keys: Sequence[int] = ()) -> None:
        self._argument = argument
        self._column = column
        self._keys = tuple(keys)

    @property
    def text(self) -> str:
        """The value as it was written."""
        return self._argument[self._column - 1 :]

    def locate(self, path: Path, key: bool = False) -> Origin:
        """Return the argument, with a caret under its value or under the last key of ``path``."""
        column = self._column
        if key and self._keys:
            column = self._keys[max(min(len(path), len(self._keys)), 1) - 1]
        return Origin("command line", self._argument, quote=lambda: underline(self._argument, column))


class TextLayer(Subscriptable[T]):
    """Values read from a text whose positions can be found again.

    Args:
        source: The text and its name.
        search: Reads the text again; returns a function that gives the place of the value at a path, or None.
    """

    __slots__ = ("_find", "_search", "_source")

    def __init__(self, source: T, search: Callable[[T], Callable[[Path], Span | None]]) -> None:
        self._source = source
        self._search = search
        self._find: Callable[[Path], Span | None] | None = None

    @property
    def source(self) -> T:
        """The text."""
        return self._source

    def find(self, path: Path) -> Span | None:
        """Return the place of the value at ``path``, or None where the text has no place for it."""
        if self._find is None:
            self._find = self._search(self._source)
        return self._find(path)

    def locate(self, path: Path, key: bool = False) -> Origin:
        """Return line and column of what is at ``path``, or of the nearest value around it.

        A mapping or list in the lines below its key is shown by its key.
        """
        source = self._source
        for end in range(len(path), 0, -1):
            span = self.find(path[:end])
            if span is not None:
                line, column, key_line, key_column = span
                if key or line != key_line:
                    line, column = key_line, key_column
                return Origin("file", source.name, line, column, partial(source.excerpt, line, column))
        return Origin("file", source.name)

    def __reduce__(self) -> tuple[object, ...]:
        return TextLayer, (self._source, self._search)


class VariableLayer:
    """A value read from one environment variable.

    Args:
        name: The variable.
        text: What it was set to; what is read later may be another text.
    """

    __slots__ = ("_name", "_text")

    def __init__(self, name: str, text: str = "") -> None:
        self._name = name
        self._text = text

    @property
    def text(self) -> str:
        """What the variable was set to; pickles of version 0.3.0 do not have it."""
        return getattr(self, "_text", "")

    def locate(self, path: Path, key: bool = False) -> Origin:  # noqa: ARG002 - a variable has no place
        """Return the variable, whatever the path."""
        return Origin("environment", self._name)


def underline(text: str, column: int) -> str:
    """Return ``text`` indented, with a caret under its 1-based ``column``."""
    return f"  {text}\n  {' ' * (column - 1)}^"


def caller() -> CodeLayer:
    """Return the line of Python outside this package that is running now."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_own(frame.f_globals.get("__package__")):
        frame = frame.f_back
    return CodeLayer(frame.f_code.co_filename, frame.f_lineno)


def is_own(package: str | None) -> bool:
    """Return whether a package is this one or a sub-package of it."""
    return package is not None and package.partition(".")[0] == PACKAGE


def shorten(path: str) -> str:
    """Return ``path`` relative to the working directory where that is shorter to read."""
    try:
        relative = os.path.relpath(path)
    except (ValueError, OSError):
        return path
    return path if relative.startswith("..") or len(relative) > len(path) else relative
