"""The progress line: its text, and the displays that show it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TextIO

import torch

__all__ = ["Display", "Figures", "display_for", "progress_line"]

BLOCKS = " ▏▎▍▌▋▊▉█"
ASCII = " #"
WIDEST_BAR = 40


@dataclass(frozen=True, slots=True)
class Figures:
    """The content of a progress line.

    Attributes:
        label: Its beginning.
        done: Iterations done.
        total: Iterations in all, or None if that is unknown.
        elapsed: Seconds so far.
        rate: Iterations per second, or None if that is unknown.
        values: Further values by name.
    """

    label: str
    done: int
    total: int | None
    elapsed: float
    rate: float | None
    values: Mapping[str, Any]


def progress_line(figures: Figures, width: int, blocks: str = BLOCKS) -> str:
    """Return the line, not longer than `width` characters.

    Args:
        figures: The content.
        width: The maximum number of characters. The bar is shortened first, then the end is cut off.
        blocks: The characters of a cell, from empty to full.
    """
    tail = ", ".join([_speed(figures.rate), *(f"{k}={_value(v)}" for k, v in figures.values.items())])
    spent = _time(figures.elapsed)
    if figures.total is None:
        return f"{figures.label}: {figures.done}it [{spent}, {tail}]"[:width]
    share = min(figures.done / figures.total, 1.0) if figures.total else 1.0
    left = _time((figures.total - figures.done) / figures.rate) if figures.rate else "?"
    head = f"{figures.label}: {int(share * 100):3d}%|"
    rest = f"| {figures.done}/{figures.total} [{spent}<{left}, {tail}]"
    room = min(width - len(head) - len(rest), WIDEST_BAR)
    return (head + _bar(share, max(room, 0), blocks) + rest)[:width]


def _bar(share: float, cells: int, blocks: str) -> str:
    parts = len(blocks) - 1
    filled = int(share * cells * parts)
    full, part = divmod(filled, parts)
    return (blocks[-1] * full + (blocks[part] if part else "")).ljust(cells)


def _time(seconds: float) -> str:
    minutes, second = divmod(int(seconds + 0.5), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute:02d}:{second:02d}"


def _speed(rate: float | None) -> str:
    if not rate:
        return "?it/s"
    return f"{rate:.2f}it/s" if rate >= 1 else f"{1 / rate:.2f}s/it"


def _value(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


class Display(Protocol):
    """Shows a line that changes.

    Attributes:
        in_place: Whether a new line replaces the old one.
    """

    in_place: bool

    @property
    def width(self) -> int:
        """The maximum number of characters."""
        ...

    @property
    def blocks(self) -> str:
        """The characters of a bar's cell, from empty to full."""
        ...

    def show(self, line: str) -> None:
        """Show a line."""
        ...

    def close(self, persist: bool) -> None:
        """End the line, and keep it or not."""
        ...


class Terminal:
    """One line of a terminal, redrawn in place."""

    in_place = True

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._length = 0
        self.blocks = BLOCKS if "utf" in (getattr(file, "encoding", None) or "").lower() else ASCII

    @property
    def width(self) -> int:
        """One less than the terminal's, so that the cursor stays on the line."""
        try:
            return max(os.get_terminal_size(self._file.fileno()).columns or 80, 10) - 1
        except (OSError, ValueError):
            return shutil.get_terminal_size().columns - 1

    def show(self, line: str) -> None:
        """Draw the line over the last one."""
        self._file.write("\r" + line.ljust(self._length))
        self._file.flush()
        self._length = len(line)

    def close(self, persist: bool) -> None:
        """Go to the next line, or clear this one."""
        if self._length:
            self._file.write("\n" if persist else "\r" + " " * self._length + "\r")
            self._file.flush()
        self._length = 0


class Log:
    """A file or a pipe: each line is written below the last one."""

    in_place = False
    width = 200

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.blocks = BLOCKS if "utf" in (getattr(file, "encoding", None) or "").lower() else ASCII

    def show(self, line: str) -> None:
        """Write the line."""
        self._file.write(line + "\n")
        self._file.flush()

    def close(self, persist: bool) -> None:
        """Do nothing: lines that are written stay."""


class Notebook:
    """An output of a Jupyter cell, updated in place."""

    in_place = True
    width = 120
    blocks = BLOCKS

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, line: str) -> None:
        """Show the line in the cell."""
        display = sys.modules["IPython"].display.display
        bundle = {"text/plain": line}
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)

    def close(self, persist: bool) -> None:
        """Keep the output, or clear it."""
        if self._handle is not None and not persist:
            self._handle.update({"text/plain": ""}, raw=True)
        self._handle = None


def display_for(file: TextIO) -> Display | None:
    """Return the display for a file: a terminal, a notebook or a log; None on all ranks but the first."""
    if (
        torch.distributed.is_available()
        and torch.distributed.is_initialized()
        and torch.distributed.get_rank()
    ):
        return None
    if _in_notebook() and file is sys.stderr:
        return Notebook()
    return Terminal(file) if file.isatty() else Log(file)


def _in_notebook() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"
