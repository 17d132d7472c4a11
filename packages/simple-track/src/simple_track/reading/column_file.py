"""The values of one metric and kind in a file that only grows."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import BinaryIO

import attrs
import orjson

from simple_track.lazy_module import numpy as np
from simple_track.reading.blocks import BLOCK, summarize
from simple_track.reading.blocks import TYPE as BLOCKS
from simple_track.reading.columns import WIDE, Array, Part

TYPES = {"f": "<f8", "i": "<i8", "u": "<u8", "b": "?"}
ROW_NUMBER = "<u4"
ROW_NUMBER_BYTES = 4


@attrs.define
class ColumnFile:
    """One column on disk: `{number}.{letter}` holds the values, `{number}.rows` the rows when they have gaps.

    Args:
        key: The metric.
        letter: The kind: f, i, u, b; or s for text and w for integers beyond 64 bits, which are kept as JSON
            texts with commas after them.
        number: The number in the names of its files.
        count: How many values it holds.
        first: The first row, when the rows follow one another without gaps; else None.
        size: The bytes of the values.
        sum: The checksum of values and rows.
    """

    key: str
    letter: str
    number: int
    count: int = 0
    first: int | None = None
    size: int = 0
    sum: int = 0

    @staticmethod
    def opened(path: Path, size: int) -> BinaryIO:
        """Open a file to write from a byte on; the bytes there were left by a writer that died."""
        fd = os.open(
            path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0), 0o644
        )
        file = os.fdopen(fd, "r+b")
        file.seek(size)
        return file

    def read(self, folder: Path) -> Part:
        """The column.

        Args:
            folder: The folder of columns.

        Raises:
            ValueError: The file is shorter than it should be.
            OSError: It is gone.
        """
        values = self._read_values(folder / f"{self.number}.{self.letter}")
        if self.first is not None:
            rows: Array = np.arange(self.first, self.first + self.count, dtype=np.uint32)
        else:
            rows = np.fromfile(folder / f"{self.number}.rows", ROW_NUMBER, self.count)
        stored = checksum(values) if self.first is not None else checksum(values) + checksum(rows)
        if len(values) != self.count or len(rows) != self.count or stored % 2**64 != self.sum:
            raise ValueError(f"column {self.number} is not what its index says")
        return Part(rows, values)

    def _read_values(self, path: Path) -> Array:
        if self.letter in TYPES:
            return np.fromfile(path, TYPES[self.letter], self.count)
        with path.open("rb") as file:
            texts = orjson.loads(b"[" + file.read(self.size)[:-1] + b"]")
        values = np.empty(len(texts), dtype=object)
        values[:] = list(map(int, texts)) if self.letter == WIDE else texts
        return values

    def mapped(self, folder: Path) -> tuple[Array, Array | int, Array]:
        """The values, their rows (the first row, if there are no gaps) and the blocks, mapped and not read.

        Args:
            folder: The folder of columns.

        Raises:
            ValueError: A file is shorter than it should be.
            OSError: It is gone.
        """
        values = np.memmap(
            folder / f"{self.number}.{self.letter}", np.dtype(TYPES[self.letter]), "r", shape=(self.count,)
        )
        rows: Array | int = self.first if self.first is not None else 0
        if self.first is None:
            rows = np.memmap(folder / f"{self.number}.rows", np.dtype(ROW_NUMBER), "r", shape=(self.count,))
        whole = self.count // BLOCK
        blocks: Array = np.zeros(0, BLOCKS)
        if whole:
            blocks = np.memmap(folder / f"{self.number}.blocks", np.dtype(BLOCKS), "r", shape=(whole,))
        return values, rows, blocks

    def append(self, folder: Path, part: Part) -> None:
        """Write more values, and take them in; the caller commits that.

        Args:
            folder: The folder of columns.
            part: The values, with rows beyond the last.
        """
        with self.opened(folder / f"{self.number}.{self.letter}", self.size) as file:
            if self.letter in TYPES:
                values = part.values.astype(TYPES[self.letter], copy=False)
                values.tofile(file)
                size = values.nbytes
                self._append_blocks(folder, file, values)
            else:
                size = file.write(b"".join(orjson.dumps(str(text)) + b"," for text in part.values))
        first, last = int(part.rows[0]), int(part.rows[-1])
        gapless = last - first + 1 == len(part.rows)
        if self.count == 0 and gapless:
            self.first = first
        elif not (gapless and self.first is not None and first == self.first + self.count):
            self._append_rows(folder / f"{self.number}.rows", part.rows)
        self.sum = (self.sum + checksum(part.values)) % 2**64
        self.count += len(part.values)
        self.size += size

    def _append_blocks(self, folder: Path, file: BinaryIO, values: Array) -> None:
        """Write the blocks that are whole now; the values of the unfinished one are read again."""
        done = self.count // BLOCK
        file.flush()
        file.seek(done * BLOCK * values.itemsize)
        before = np.frombuffer(file.read((self.count - done * BLOCK) * values.itemsize), values.dtype)
        together = np.concatenate([before, values])
        whole = len(together) // BLOCK
        if whole:
            blocks = summarize(together[: whole * BLOCK])
            with self.opened(folder / f"{self.number}.blocks", done * blocks.itemsize) as out:
                blocks.tofile(out)

    def _append_rows(self, path: Path, rows: Array) -> None:
        """Write row numbers; those of a column that had no gaps so far are written first."""
        before = 0 if self.first is not None else self.count
        if self.first is not None:
            gapless = np.arange(self.first, self.first + self.count, dtype=np.uint32)
            rows = np.concatenate([gapless, rows])
            self.first = None
        self.sum += checksum(rows)
        with self.opened(path, before * ROW_NUMBER_BYTES) as file:
            rows.astype(ROW_NUMBER, copy=False).tofile(file)


def checksum(values: Array) -> int:
    """A sum that shows zeroed pages and flipped bits, at the speed of memory; that of two pieces adds up.

    Args:
        values: Numbers, bools, rows, text, or integers beyond 64 bits.
    """
    if values.dtype == object:
        return sum(zlib.crc32(str(text).encode("utf-8", "surrogatepass")) for text in values)
    if not len(values):
        return 0
    width = 8 if values.dtype.itemsize % 8 == 0 else values.dtype.itemsize
    words = np.ascontiguousarray(values).view(f"<u{width}")
    return int(np.add.reduce(words, dtype=np.uint64)) + len(values)
