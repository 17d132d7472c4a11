"""SDN documents that are edited in place: all text outside an edit stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simple_conf.atomic_write import replace_file
from simple_conf.errors import DocumentError, SdnSyntaxError, UnwritableError
from simple_conf.keypath import KeyPath, format_path, parse_path
from simple_conf.sdn.editing.buffer import Splice, apply_splices, normalised
from simple_conf.sdn.editing.planner import Planner
from simple_conf.sdn.editing.tree import equal_trees, plain, with_inserted, with_value, without_value
from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parser import Parsed, parse
from simple_conf.sdn.parsing.position import Position
from simple_conf.sdn.writer import without_text_blocks
from simple_conf.source import Source, source_from_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


class SdnDocument:
    """SDN text with its comments, blank lines and quotes, which can be edited value by value.

    Every edit is verified: the new text must read as the old tree with exactly that change. Otherwise the
    document stays as it is, and the edit raises.

    Args:
        text: SDN text.
        name: name of the text in errors.
        limits: limits on its size.

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
            limits: limits on its size.

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
        """Write the document to a file atomically; an existing file keeps its mode.

        Raises:
            OSError: it cannot be written; the old file is unchanged.
        """
        replace_file(path, self._text.encode())

    @property
    def text(self) -> str:
        """The current text."""
        return self._text

    @property
    def values(self) -> Any:
        """The tree of the text: dict, list, `Table` and scalars."""
        return self._parsed.values

    def get(self, path: str | KeyPath, default: Any = None) -> Any:
        """Return the value at a path, or the default if there is none."""
        value = self.values
        for part in _parts(path):
            try:
                value = value[part]
            except (LookupError, TypeError):
                return default
        return value

    def set(self, path: str | KeyPath, value: Any) -> None:
        """Set the value at a path; missing keys are added at the end of their mapping.

        Args:
            path: for instance ``train.layers[0]``.
            value: the new value.

        Raises:
            DocumentError: the path leads through a scalar, or the value cannot be written there.
        """
        parts = _parts(path)
        if not parts:
            raise DocumentError("set a key of the document, or create a new document", key_path="")
        planner = self._planner()
        _, depth = planner.locate(parts)
        existing = parts[:depth]
        if depth == len(parts):
            value = _in_column_order(planner.locate(parts[:-1])[0], value)
        expected = with_value(self.values, parts, plain(value))
        if depth == len(parts):
            self._edit(parts, expected, value, lambda new: planner.replace(parts, new))
            return
        for part in reversed(parts[depth + 1 :]):
            value = {part: value}
        key = str(parts[depth])
        if existing and self.get(existing) is None:
            self._edit(parts, expected, {key: value}, lambda new: planner.replace(existing, new))
        else:
            self._edit(parts, expected, value, lambda new: planner.insert((*existing, key), new))

    def delete(self, path: str | KeyPath) -> None:
        """Delete the value at a path, with its key, dash or row.

        Raises:
            DocumentError: there is no value, or it is a cell of a table.
        """
        parts = _parts(path)
        if not parts:
            raise DocumentError("delete a key of the document", key_path="")
        expected = without_value(self.values, parts)
        planner = self._planner()
        self._edit(parts, expected, None, lambda _: planner.delete(parts))

    def insert(self, path: str | KeyPath, value: Any, *, before: str | None = None) -> None:
        """Insert an item into a list or table before an index, or a new key into a mapping.

        Args:
            path: ends in the index of the new item, or in the new key.
            value: the item.
            before: the key before which a new key is inserted; by default it becomes the last one.

        Raises:
            DocumentError: there is no such list or mapping, or the key exists already.
        """
        parts = _parts(path)
        if not parts:
            raise DocumentError("give the index or the key of the new value", key_path="")
        planner = self._planner()
        value = _in_column_order(planner.locate(parts[:-1])[0], value)
        expected = with_inserted(self.values, parts, plain(value), before=before)
        self._edit(parts, expected, value, lambda new: planner.insert_or_expand(parts, new, before=before))

    def append(self, path: str | KeyPath, value: Any) -> None:
        """Append an item to a list or table.

        Args:
            path: the list; a key without a value counts as an empty one.
            value: the item.

        Raises:
            DocumentError: there is no list at the path.
        """
        parts = _parts(path)
        current = self.get(parts, default=DocumentError)
        if current is None and parts:
            self.set(parts, [value])
            return
        if not isinstance(plain(current), list):
            raise DocumentError("there is no list at this path", key_path=format_path(parts))
        self.insert((*parts, len(current)), value)

    def _parse(self, text: str) -> Parsed:
        return parse(Source(normalised(text), self._name), limits=self._limits)

    def _planner(self) -> Planner:
        return Planner(self._parsed.source.text, self._parsed.positions)

    def _edit(self, path: KeyPath, expected: Any, value: Any, plan: Callable[[Any], list[Splice]]) -> None:
        """Make an edit if the new text reads as expected.

        A comment below could become part of a text block: then the text is written in quotes instead.

        Args:
            path: path of the edit, for errors.
            expected: the plain tree after the edit.
            value: the new value.
            plan: returns the splices that write the value.
        """
        try:
            self._try_edit(path, expected, value, plan)
        except DocumentError:
            if not _has_newlines(value):
                raise
            self._try_edit(path, expected, without_text_blocks(value), plan)

    def _try_edit(
        self, path: KeyPath, expected: Any, value: Any, plan: Callable[[Any], list[Splice]]
    ) -> None:
        key_path = format_path(path)
        try:
            text = apply_splices(self._text, plan(value))
            parsed = self._parse(text)
        except SdnSyntaxError as error:
            raise DocumentError(f"this value is not valid here: {error.message}", key_path=key_path) from None
        except UnwritableError as error:
            raise DocumentError(error.message, key_path=key_path) from None
        except ValueError as error:
            raise DocumentError(str(error), key_path=key_path) from None
        if not equal_trees(plain(parsed.values), expected):
            raise DocumentError("the text would not read back as this value", key_path=key_path)
        self._text, self._parsed = text, parsed


def _in_column_order(holder: Position, value: Any) -> Any:
    """Return a row of a named table with its cells in the order of the columns."""
    if holder.kind == "named_table" and isinstance(value, dict) and set(value) == set(holder.columns):
        return {column: value[column] for column in holder.columns}
    return value


def _parts(path: str | KeyPath) -> KeyPath:
    return parse_path(path) if isinstance(path, str) else tuple(path)


def _has_newlines(value: Any) -> bool:
    """Return whether a value contains a text of several lines."""
    if isinstance(value, dict):
        return any(map(_has_newlines, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_newlines, value))
    return isinstance(value, str) and "\n" in value
