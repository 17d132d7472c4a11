"""Plans edits of a document: which parts of the text are replaced, and with what."""

from __future__ import annotations

from typing import Any

from simple_conf.keypath import KeyPath
from simple_conf.sdn.editing import block, inline
from simple_conf.sdn.editing.buffer import Buffer, Splice
from simple_conf.sdn.parsing.position import BLOCKS, INLINE_COLLECTIONS, TABLES, Position
from simple_conf.sdn.writer import write_entry, write_item


class Planner:
    """Returns the splices for edits of one document.

    Args:
        text: the document as `buffer.normalised` returns it.
        root: position of the document.
    """

    __slots__ = ("_buffer", "_root")

    def __init__(self, text: str, root: Position) -> None:
        self._buffer = Buffer(text)
        self._root = root

    def locate(self, path: KeyPath) -> tuple[Position, int]:
        """Return the position of the deepest existing value on a path, and how many parts lead to it."""
        position = self._root
        for depth, part in enumerate(path):
            inner = position.child(part)
            if inner is None:
                return position, depth
            position = inner
        return position, len(path)

    def replace(self, path: KeyPath, value: Any) -> list[Splice]:
        """Replace the value at a path.

        Raises:
            ValueError: the value cannot be written in this place.
            UnwritableError: SDN cannot represent the value.
        """
        (position, _), (holder, _) = self.locate(path), self.locate(path[:-1])
        if holder.kind not in BLOCKS:
            return inline.replace(position, holder, value)
        key = path[-1] if isinstance(path[-1], str) else None
        return block.replace(self._buffer, position, holder, key, value)

    def insert(self, path: KeyPath, value: Any, *, before: str | None = None) -> list[Splice]:
        """Insert an item into a list or table, or an entry into a mapping.

        Args:
            path: ends in the index of the new item, or in the new key.
            value: the item.
            before: the key before which a new key is inserted; by default it becomes the last one.

        Raises:
            ValueError: the value cannot be written in this place.
            UnwritableError: SDN cannot represent the value.
        """
        buffer, (holder, _), last = self._buffer, self.locate(path[:-1]), path[-1]
        if holder.kind not in (*INLINE_COLLECTIONS, *TABLES, *BLOCKS):
            raise ValueError("a row has one cell per column: no cell can be added")
        items = holder.items()
        if isinstance(last, int):
            index, key = last, None
        else:
            key = last
            index = len(items) if before is None else list(holder.children or ()).index(before)
        if holder.kind in INLINE_COLLECTIONS:
            return inline.insert(buffer, holder, index, inline.item_text(holder, key, value))
        if holder.kind in TABLES:
            return block.insert_row(buffer, holder, index, inline.row_cells(value, holder.columns))
        column = buffer.column(items[0].key_start) if items else 0
        if key is not None:
            lines = write_entry(key, value, column)
        elif holder.kind == "dash_list":
            lines = write_item(value, column)
        else:
            lines = [" " * column + block.plain_list_item(value)]
        if items:
            return block.insert_lines(buffer, holder, index, lines)
        end = len(buffer.text)  # the document is empty, perhaps with comments
        return [Splice(end, end, "".join(f"{line}\n" for line in lines))]

    def insert_or_expand(self, path: KeyPath, value: Any, *, before: str | None = None) -> list[Splice]:
        """Insert like `insert`; an empty `[]` or `{}` in a block is replaced, perhaps by a block."""
        parent, last = path[:-1], path[-1]
        holder, _ = self.locate(parent)
        if parent and holder.kind in ("inline_list", "inline_dict") and not holder.children:
            outer, _ = self.locate(parent[:-1])
            if outer.kind in BLOCKS:
                return self.replace(parent, [value] if isinstance(last, int) else {last: value})
        return self.insert(path, value, before=before)

    def delete(self, path: KeyPath) -> list[Splice]:
        """Delete the value at a path, with its key, dash or row.

        Raises:
            ValueError: the value cannot be deleted.
        """
        buffer, (position, _), (holder, _) = self._buffer, self.locate(path), self.locate(path[:-1])
        items = holder.items()
        index = next(index for index, item in enumerate(items) if item is position)
        if holder.kind in INLINE_COLLECTIONS:
            return inline.delete(buffer, holder, index)
        if holder.kind in TABLES:
            return block.delete_row(buffer, holder, index)
        if holder.kind not in BLOCKS:
            raise ValueError("a row has one cell per column: set this one to null instead")
        if len(items) > 1:
            return block.delete(buffer, holder, index)
        if len(path) > 1:
            if buffer.starts_line(position.key_start):
                return block.delete_only(buffer, holder)
            return self.replace(path[:-1], {} if holder.kind == "mapping" else [])
        if holder.kind != "mapping":
            raise ValueError("a document is a mapping, or a list that is not empty")
        start, end = buffer.line_start(position.key_start), buffer.line_end(position.end)
        return [Splice(start, end + 1, "")]
