"""Origins: where a value was written, worked out only when somebody asks."""

from __future__ import annotations

import os
import sys
from functools import partial

from simple_conf.values import MASK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol

    from simple_conf.source import Source, Span

    Path = tuple[str | int, ...]

    class Layer(Protocol):
        """A source of values that can say where each of them was written."""

        def locate(self, path: Path, key: bool = False) -> Origin:
            """Return the origin of the value, or else of the key, that this source holds at ``path``."""


class Origin:
    """Where one value came from.

    Args:
        kind: ``"file"``, ``"command line"``, ``"environment"`` or ``"code"``.
        name: The file's path, the argument, the variable or the Python file.
        line: 1-based line, where there is one.
        column: 1-based column, where there is one.
        quote: Returns the source lines with a caret under the column, or ``""``.
    """

    __slots__ = ("_quote", "column", "kind", "line", "name")

    def __init__(
        self,
        kind: str,
        name: str,
        line: int | None = None,
        column: int | None = None,
        quote: Callable[[], str] | None = None,
    ) -> None:
        self.kind = kind
        self.name = name
        self.line = line
        self.column = column
        self._quote = quote

    def excerpt(self) -> str:
        """Return the source line with a caret under the column, or ``""`` where there is no text."""
        return self._quote() if self._quote is not None else ""

    def masked(self) -> Origin:
        """Return the origin without the value: no excerpt, and of an argument only its left side."""
        name = self.name
        if self.kind == "command line" and "=" in name:
            name = f"{name.partition('=')[0]}={MASK}"
        return Origin(self.kind, name, self.line, self.column)

    def fixed(self) -> Origin:
        """Return the origin with its excerpt as it is now."""
        return restored(self.kind, self.name, self.line, self.column, self.excerpt())

    def __str__(self) -> str:
        label = self.name if self.kind == "file" else f"{self.kind}: {self.name}"
        if self.line is not None:
            label += f":{self.line}"
            if self.column is not None:
                label += f":{self.column}"
        return label

    def __repr__(self) -> str:
        return f"<Origin {self}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Origin) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __reduce__(self) -> tuple[object, ...]:
        return restored, (self.kind, self.name, self.line, self.column, self.excerpt())


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

    def locate(self, path: Path, key: bool = False) -> Origin:
        """Return the argument, with a caret under its value or under the last key of ``path``."""
        column = self._column
        if key and self._keys:
            column = self._keys[max(min(len(path), len(self._keys)), 1) - 1]
        return Origin("command line", self._argument, quote=lambda: underline(self._argument, column))


class TextLayer:
    """Values read from a text whose positions can be found again.

    Args:
        source: The text and its name.
        search: Reads the text again and returns what finds the place of the value at a path in it, or None.
    """

    __slots__ = ("_find", "_search", "_source")

    def __init__(self, source: Source, search: Callable[[Source], Callable[[Path], Span | None]]) -> None:
        self._source = source
        self._search = search
        self._find: Callable[[Path], Span | None] | None = None

    def locate(self, path: Path, key: bool = False) -> Origin:
        """Return line and column of what is at ``path``, or of the nearest value around it.

        A mapping or list in the lines below its key is shown by its key.
        """
        source = self._source
        if self._find is None:
            self._find = self._search(source)
        for end in range(len(path), 0, -1):
            span = self._find(path[:end])
            if span is not None:
                own = span.line == span.key_line and not key
                line, column = (span.line, span.column) if own else (span.key_line, span.key_column)
                return Origin("file", source.name, line, column, partial(source.excerpt, line, column))
        return Origin("file", source.name)

    def __reduce__(self) -> tuple[object, ...]:
        return TextLayer, (self._source, self._search)


def restored(kind: str, name: str, line: int | None, column: int | None, excerpt: str) -> Origin:
    """Return an origin with its excerpt already made, as pickle needs it."""
    return Origin(kind, name, line, column, lambda: excerpt)


def underline(text: str, column: int) -> str:
    """Return ``text`` indented, with a caret under its 1-based ``column``."""
    return f"  {text}\n  {' ' * (column - 1)}^"


def caller() -> CodeLayer:
    """Return the line of Python outside this package that is running now."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__package__") == __package__:
        frame = frame.f_back
    return CodeLayer(frame.f_code.co_filename, frame.f_lineno)


def shorten(path: str) -> str:
    """Return ``path`` relative to the working directory where that is shorter to read."""
    try:
        relative = os.path.relpath(path)
    except (ValueError, OSError):
        return path
    return path if relative.startswith("..") or len(relative) > len(path) else relative
