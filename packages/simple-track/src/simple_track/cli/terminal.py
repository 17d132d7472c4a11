"""The terminal: where a command's answer goes, with colours for people and plain text for pipes."""

from __future__ import annotations

import importlib
import json
import math
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO, TypeVar, cast

import orjson

T = TypeVar("T")
CUT = 30  # characters of a cell that is kept on its line
STYLES = {"finished": "green", "running": "cyan", "failed": "red", "crashed": "red", "interrupted": "yellow"}


class Terminal:
    """Where answers go.

    Args:
        out: The stream; standard output by default.
        json: Print one JSON document instead of text.
    """

    def __init__(self, out: TextIO | None = None, *, json: bool = False) -> None:
        self.out = out if out is not None else sys.stdout
        self.json = json
        self.unreadable: list[dict[str, str]] = []
        self._console = None if json else _rich_console(self.out)

    @property
    def width(self) -> int:
        """How many characters fit on a line; plain text has no limit, but charts have 80."""
        return self._console.width if self._console is not None else 80

    @property
    def pretty(self) -> bool:
        """Whether a person is looking, through rich."""
        return self._console is not None

    def document(self, value: Any, name: str = "runs") -> None:
        """Print a value as JSON. NaN and infinities become null, which every reader of JSON knows.

        If something was left out because it cannot be read, the document is an object that has it under
        `unreadable`; a list is then under a name.

        Args:
            value: Lists and dicts of plain values.
            name: The name of a list.
        """
        if self.unreadable:
            value = {**(value if isinstance(value, dict) else {name: value}), "unreadable": self.unreadable}
        options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
        self.out.write(as_json(value, options) + "\n")

    def stream(self, value: Any) -> None:
        """Print a value as one line of JSON, at once."""
        self.out.write(as_json(value, orjson.OPT_SERIALIZE_NUMPY) + "\n")
        self.out.flush()

    def title(self, text: str) -> None:
        """Print what the following is about, on one line."""
        self.line(safe(text, one_line=True), style="bold")

    def line(self, text: str = "", style: str = "") -> None:
        """Print a line of text."""
        if self._console is None:
            self.out.write(safe(text) + "\n")
        else:
            self._console.print(_rich("text").Text(safe(text), style=style), soft_wrap=True)

    @property
    def colored(self) -> bool:
        """Whether text can have colors."""
        console = self._console
        return console is not None and console.color_system is not None and not console.no_color

    def spans(self, parts: Iterable[tuple[str, str]]) -> None:
        """Print a line of parts, each with its style."""
        safe_parts = [(safe(text, one_line=True), style) for text, style in parts]
        if self._console is None:
            self.out.write("".join(text for text, _ in safe_parts).rstrip() + "\n")
        else:
            self._console.print(_rich("text").Text.assemble(*safe_parts), soft_wrap=True)

    def complain(self, text: str) -> None:
        """Print a line about what went wrong, apart from the answer."""
        sys.stderr.write(safe(text) + "\n")

    def leave_out(self, where: object, reason: str) -> None:
        """Report something that cannot be read, and so is not in the answer; the exit code is then 1."""
        entry = {"where": str(where), "reason": reason}
        if entry in self.unreadable:
            return
        self.unreadable.append(entry)
        self.complain(f"left out, as it cannot be read: {reason}")

    def progress(self, items: Iterable[T], what: str, total: int | None = None) -> Iterable[T]:
        """The same items, with a bar on a terminal while they last.

        Args:
            items: Work, one item at a time.
            what: What is being done.
            total: How many there are, where `items` cannot say.
        """
        if self._console is None:
            return items
        shown = _rich("progress").track(items, what, total=total, console=self._console, transient=True)
        return cast("Iterable[T]", shown)

    def heading(self, text: str) -> None:
        """Print a heading, with an empty line before it."""
        self.line()
        self.line(text, style="bold")

    def table(
        self,
        headers: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        right: Iterable[int] = (),
        spare: Sequence[int] = (),
        firm: Iterable[int] = (),
        cut: bool = False,
    ) -> None:
        """Print rows under headers.

        Args:
            headers: The columns' names.
            rows: Cells, shown by `show`.
            right: The numbers of the columns that are flushed right.
            spare: The numbers of the columns that a narrow terminal can do without, the first to go first.
            firm: The numbers of the columns that are never broken over lines while others can be.
            cut: Keep each row on one line of a terminal: what is too long ends in "…", but for the first
                column.
        """
        headers = [safe(header, one_line=True) for header in headers]
        cells = [[safe(show(cell), one_line=True) for cell in row] for row in rows]
        if self._console is None:
            self._plain_table(headers, cells, set(right))
        else:
            self._rich_table(headers, cells, set(right), list(spare), set(firm), cut=cut)

    def _plain_table(self, headers: Sequence[str], rows: list[list[str]], right: set[int]) -> None:
        lines = [list(headers), *rows] if any(headers) else rows
        widths = [max((_width(line[n]) for line in lines), default=0) for n in range(len(headers))]
        for line in lines:
            padded = [
                _pad(cell, width, n in right)
                for n, (cell, width) in enumerate(zip(line, widths, strict=True))
            ]
            self.out.write("  ".join(padded).rstrip() + "\n")

    def _rich_table(
        self,
        headers: Sequence[str],
        rows: list[list[str]],
        right: set[int],
        spare: list[int],
        firm: set[int],
        *,
        cut: bool,
    ) -> None:
        widths = [max(map(_width, column)) + 2 for column in zip(headers, *rows, strict=True)]
        if cut:
            widths = [widths[0], *(min(width, CUT + 2) for width in widths[1:])]
        kept = set(range(len(headers)))
        while spare and sum(widths[n] for n in kept) - 2 > self.width:
            kept.discard(spare.pop(0))
        text = _rich("text").Text
        table = _rich("table").Table(box=None, pad_edge=False, header_style="dim", show_header=any(headers))
        for n in sorted(kept):
            table.add_column(
                headers[n],
                justify="right" if n in right else "left",
                overflow="ellipsis" if cut else "fold",
                no_wrap=cut or n in firm,
                min_width=widths[n] - 2 if cut and n == 0 else None,
                max_width=CUT if cut and n > 0 else None,
            )
        for row in rows:
            table.add_row(*(text(row[n], style=STYLES.get(row[n], "")) for n in sorted(kept)))
        assert self._console is not None  # noqa: S101 - the caller chose by it
        self._console.print(table)


def show(value: Any) -> str:
    """A value as short text: a float with six digits (a large one, such as a time, with more), None as ""."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".") if 1e6 <= abs(value) < 1e12 else f"{value:.6g}"
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    if isinstance(value, list | dict):
        return as_json(value)
    return str(value)


def as_json(value: Any, options: int = 0) -> str:
    """A value as JSON, with null for NaN and infinities.

    Args:
        value: Plain values; what is none becomes text.
        options: Those of orjson, where no integer has more than 64 bits.
    """
    try:
        return orjson.dumps(value, default=str, option=options).decode()
    except TypeError:
        indent = 2 if options & orjson.OPT_INDENT_2 else None
        return json.dumps(_finite(value), default=str, indent=indent, ensure_ascii=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


def safe(text: str, *, one_line: bool = False) -> str:
    """Text that cannot steer a terminal: control characters are shown, not sent."""
    if text.isascii() and text.isprintable():
        return text
    kept = "" if one_line else "\n\t"
    return "".join(
        c if c in kept or unicodedata.category(c) not in {"Cc", "Cs", "Cf"} else _visible(c) for c in text
    )


def _visible(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _rich_console(out: TextIO) -> Any:
    """A rich console when a person looks at `out` and rich is installed, else None."""
    if not out.isatty() or os.environ.get("TERM") == "dumb":
        return None
    try:
        return _rich("console").Console(file=out, highlight=False)
    except ImportError:
        return None


def _rich(module: str) -> Any:
    return importlib.import_module(f"rich.{module}")
