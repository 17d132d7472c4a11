"""Where a value was written, as errors show it."""

from __future__ import annotations

from simple_conf.values import MASK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


LABELS = {"file": "", "default": "default of "}
"""What stands before the name, where it is not the kind itself."""


class Origin:
    """Where one value came from.

    Args:
        kind: ``"file"``, ``"command line"``, ``"environment"``, ``"code"`` or ``"default"``.
        name: The file's path, the argument, the variable, the Python file, or the field of a schema and the
            Python file that it is in: ``Job.lr, train.py``.
        line: 1-based line, or None.
        column: 1-based column, or None.
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
        label = LABELS.get(self.kind, f"{self.kind}: ") + self.name
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


def restored(kind: str, name: str, line: int | None, column: int | None, excerpt: str) -> Origin:
    """Return an origin with its excerpt already made, as pickle needs it."""
    return Origin(kind, name, line, column, lambda: excerpt)
