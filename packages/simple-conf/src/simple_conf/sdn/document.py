"""A document that is edited in place: every byte outside an edit stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simple_conf.atomic_write import replace_file
from simple_conf.errors import ConfError, DocumentError, UnwritableError
from simple_conf.keypath import KeyPath, format_path, parse_path
from simple_conf.sdn.editing import block, inline
from simple_conf.sdn.editing.buffer import Page, Splice, closed_text, splice
from simple_conf.sdn.editing.tree import plain, same, with_inserted, with_value, without
from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parser import Parsed, parse
from simple_conf.sdn.parsing.position import Place
from simple_conf.sdn.writer import entry_lines, item_lines, one_lined
from simple_conf.source import Source, source_from_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


class SdnDocument:
    """SDN text with its comments, blank lines and quotes, to be edited value by value.

    An edit is checked before it is made: the new text must read as the old tree with exactly that
    change. Otherwise the document stays as it is and the edit raises.

    Args:
        text: SDN text.
        name: what errors call it.
        limits: how large it may be.

    Raises:
        SdnSyntaxError: the text is not SDN.
    """

    def __init__(self, text: str = "", *, name: str = "<text>", limits: Limits | None = None) -> None:
        self._name = name
        self._limits = limits or Limits()
        self._text = text
        self._parsed = self._parse(text)

    @classmethod
    def read(cls, path: str | Path, *, limits: Limits | None = None) -> SdnDocument:
        """Read a document from a UTF-8 file.

        Args:
            path: the file.
            limits: how large it may be.

        Raises:
            SdnSyntaxError: the file is not SDN, or not UTF-8.
            OSError: it cannot be read.
        """
        limits = limits or Limits()
        with open(path, "rb") as stream:  # noqa: PTH123  # pathlib is not light
            data = stream.read(limits.characters + 1)
        source_from_bytes(data, str(path), limit=limits.characters)  # its errors name the byte
        return cls(data.decode(), name=str(path), limits=limits)

    def save(self, path: str | Path) -> None:
        """Write the document to a file in one step; an existing file keeps its mode.

        Raises:
            OSError: it cannot be written; the old file is then untouched.
        """
        replace_file(path, self._text.encode())

    @property
    def text(self) -> str:
        """The text as it is now."""
        return self._text

    @property
    def values(self) -> Any:
        """The tree that the text means: dict, list, `Table` and scalars."""
        return self._parsed.values

    def get(self, path: str | KeyPath, default: Any = None) -> Any:
        """Give the value at a path, or the default where there is none."""
        value = self.values
        for part in _parts(path):
            try:
                value = value[part]
            except (LookupError, TypeError):
                return default
        return value

    def set(self, path: str | KeyPath, value: Any) -> None:
        """Write a value at a path; keys that are not there yet are added at the end of their mapping.

        Args:
            path: for instance ``train.layers[0]``.
            value: what stands there afterwards.

        Raises:
            DocumentError: the path leads through a scalar, or the value cannot stand there.
        """
        parts = _parts(path)
        if not parts:
            raise DocumentError("set a key of the document, or make a new document", key_path="")
        place, depth = self._deepest(parts)
        if depth == len(parts):
            value = _in_order(self._deepest(parts[:-1])[0], value)
        expected = with_value(self.values, parts, plain(value))
        if depth == len(parts):
            self._change(parts, expected, lambda new: self._replace(parts, new), value)
            return
        for part in reversed(parts[depth + 1 :]):
            value = {part: value}
        key = str(parts[depth])
        if depth and self.get(parts[:depth]) is None:
            self._change(parts, expected, lambda new: self._replace(parts[:depth], {key: new}), value)
        else:
            count = len(place.inside())
            self._change(parts, expected, lambda new: self._insert(place, count, key, new), value)

    def delete(self, path: str | KeyPath) -> None:
        """Take the value at a path away, with its key, dash or row.

        Raises:
            DocumentError: nothing stands there, or it is a cell of a table.
        """
        parts = _parts(path)
        if not parts:
            raise DocumentError("delete a key of the document", key_path="")
        expected = without(self.values, parts)
        self._change(parts, expected, lambda _: self._delete(parts))

    def insert(self, path: str | KeyPath, value: Any, *, before: str | None = None) -> None:
        """Insert an item into a list or table before an index, or a new key into a mapping.

        Args:
            path: ends in the index that the item gets, or in the new key.
            value: the item.
            before: the key that a new key goes before; by default it goes last.

        Raises:
            DocumentError: there is no such list or mapping, or the key is taken.
        """
        parts = _parts(path)
        if not parts:
            raise DocumentError("give the index or the key of what to insert", key_path="")
        place, _ = self._deepest(parts[:-1])
        value = _in_order(place, value)
        expected = with_inserted(self.values, parts, plain(value), before=before)
        last = parts[-1]
        if isinstance(last, int):
            self._change(
                parts, expected, lambda new: self._insert_into(parts[:-1], place, last, None, new), value
            )
            return
        keys = list(place.children or ())
        at = keys.index(before) if before is not None else len(keys)
        self._change(parts, expected, lambda new: self._insert_into(parts[:-1], place, at, last, new), value)

    def append(self, path: str | KeyPath, value: Any) -> None:
        """Add an item at the end of a list or table.

        Args:
            path: the list; a key without a value counts as an empty one.
            value: the item.

        Raises:
            DocumentError: there is no list at the path.
        """
        parts = _parts(path)
        held = self.get(parts, default=DocumentError)
        if held is None and parts:
            self.set(parts, [value])
            return
        if not isinstance(plain(held), list):
            raise DocumentError("there is no list at this path", key_path=format_path(parts))
        self.insert((*parts, len(held)), value)

    # --- how -----------------------------------------------------------------------------------------

    def _parse(self, text: str) -> Parsed:
        return parse(Source(closed_text(text), self._name), limits=self._limits)

    def _deepest(self, parts: KeyPath) -> tuple[Place, int]:
        """Give the place of as much of a path as there is, and how many parts that is."""
        place = self._parsed.places
        for depth, part in enumerate(parts):
            inner = place.child(part)
            if inner is None:
                return place, depth
            place = inner
        return place, len(parts)

    def _change(
        self, parts: KeyPath, expected: Any, splices: Callable[[Any], list[Splice]], value: Any = None
    ) -> None:
        """Make an edit, if the new text reads as it should.

        A comment below could become part of a block of text: then the text is written in quotes.
        """
        try:
            self._attempt(parts, expected, splices, value)
        except DocumentError:
            if not _several_lines(value):
                raise
            self._attempt(parts, expected, splices, one_lined(value))

    def _attempt(
        self, parts: KeyPath, expected: Any, splices: Callable[[Any], list[Splice]], value: Any
    ) -> None:
        path = format_path(parts)
        try:
            text = splice(self._text, splices(value))
            parsed = self._parse(text)
        except UnwritableError as error:
            raise DocumentError(error.message, key_path=path) from None
        except DocumentError:
            raise
        except (ConfError, ValueError) as error:
            reason = getattr(error, "message", str(error))
            raise DocumentError(f"this value cannot stand here: {reason}", key_path=path) from None
        if not same(plain(parsed.values), expected):
            raise DocumentError("the text would not read back as this value", key_path=path)
        self._text, self._parsed = text, parsed

    def _page(self) -> Page:
        return Page(self._parsed.source.text)

    def _replace(self, parts: KeyPath, value: Any) -> list[Splice]:
        place, holder = self._deepest(parts)[0], self._deepest(parts[:-1])[0]
        if holder.kind in block.BLOCKS:
            key = parts[-1] if isinstance(parts[-1], str) else None
            return block.replace(self._page(), place, holder, key, value)
        return inline.replace(place, holder, value, holder.columns)

    def _insert_into(
        self, parts: KeyPath, place: Place, at: int, key: str | None, value: Any
    ) -> list[Splice]:
        """Insert an item; an empty list or mapping may have to become one on lines first."""
        if place.kind in inline.KINDS and not place.children and parts:
            holder, _ = self._deepest(parts[:-1])
            if holder.kind in block.BLOCKS and place.kind != "short":
                return self._replace(parts, [value] if key is None else {key: value})
        return self._insert(place, at, key, value)

    def _insert(self, place: Place, at: int, key: str | None, value: Any) -> list[Splice]:
        page = self._page()
        if place.kind in inline.KINDS:
            return inline.insert(page, place, at, inline.item_text(place, key, value))
        if place.kind in block.TABLES:
            return block.insert_row(page, place, at, inline.cells(value, place.columns))
        if place.kind == "mapping":
            items = place.inside()
            column = page.column(items[0].key_at) if items else 0
            lines = entry_lines(str(key), value, column)
            if not items:
                return [Splice(len(page.text), len(page.text), "\n".join([*lines, ""]))]
            return block.insert_lines(page, place, at, lines)
        if place.kind not in block.BLOCKS:
            raise ValueError(f"a {place.kind} has no items")
        column = page.column(place.inside()[0].key_at)
        if place.kind == "lines":
            return block.insert_lines(page, place, at, [" " * column + block.line_item(value)])
        return block.insert_lines(page, place, at, item_lines(value, column))

    def _delete(self, parts: KeyPath) -> list[Splice]:
        holder, _ = self._deepest(parts[:-1])
        place, _ = self._deepest(parts)
        items = holder.inside()
        at = next(number for number, item in enumerate(items) if item is place)
        page = self._page()
        if holder.kind in inline.KINDS:
            return inline.delete(page, holder, at)
        if holder.kind in block.TABLES:
            return block.delete_row(page, holder, at)
        if holder.kind not in block.BLOCKS:
            raise ValueError("a row keeps all its cells: set this one to null")
        if len(items) > 1:
            return block.delete(page, holder, at)
        if len(parts) == 1:
            if holder.kind != "mapping":
                raise ValueError("a document is a mapping, or a list that is not empty")
            return [Splice(page.line_start(place.key_at), page.line_end(place.end) + 1, "")]
        if page.is_first(place.key_at):
            return block.delete_only(page, holder)
        return self._replace(parts[:-1], {} if holder.kind == "mapping" else [])


def _in_order(holder: Place, value: Any) -> Any:
    """Give a row of a named table with its cells in the order of the columns."""
    if holder.kind == "named" and isinstance(value, dict) and set(value) == set(holder.columns):
        return {column: value[column] for column in holder.columns}
    return value


def _parts(path: str | KeyPath) -> KeyPath:
    return parse_path(path) if isinstance(path, str) else tuple(path)


def _several_lines(value: Any) -> bool:
    """Tell whether there is a text of several lines in a value."""
    if isinstance(value, dict):
        return any(map(_several_lines, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_several_lines, value))
    return isinstance(value, str) and "\n" in value
