"""Charts of text: a line drawn in braille dots, with its axes."""

from __future__ import annotations

import math

import numpy as np

from simple_track.cli.terminal import show
from simple_track.values.arrays import Array

_DOTS = np.array(
    [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
)  # Unicode braille: row, column → bit
BARS = "▁▂▃▄▅▆▇█"


def draw(x: Array, y: Array, *, width: int = 72, height: int = 12, braille: bool = True) -> list[str]:
    """A line through points, as lines of text.

    Args:
        x: Shape (n,).
        y: Shape (n,). Points that are not finite leave a gap.
        width: Characters, axis included.
        height: Lines, the x axis not included.
        braille: Two by four dots a character; otherwise one "*" a character.

    Returns:
        `height + 2` lines; a single line of words when there is nothing to draw.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    good = np.isfinite(x) & np.isfinite(y)
    if not good.any():
        return ["(no finite values)"]
    low, high = float(y[good].min()), float(y[good].max())
    left, right = float(x[good].min()), float(x[good].max())
    labels = [show(high), show((low + high) / 2), show(low)] if high > low else ["", show(low), ""]
    margin = max(map(len, labels))
    columns = max(width - margin - 2, 8)
    fine = (4, 2) if braille else (1, 1)
    grid = np.zeros((height * fine[0], columns * fine[1]), bool)
    _trace(grid, _scaled(x, left, right, grid.shape[1]), _scaled(y, low, high, grid.shape[0]), good)
    body = _braille(grid) if braille else ["".join("*" if dot else " " for dot in row) for row in grid]
    at = {0: labels[0], height // 2: labels[1], height - 1: labels[2]}
    axis = "│" if braille else "|"
    lines = [f"{at.get(n, ''):>{margin}} {axis}{row}".rstrip() for n, row in enumerate(body)]
    corner = "└" + "─" * columns if braille else "+" + "-" * columns
    ends = f"{show(left)} {show(right).rjust(columns - len(show(left)) - 1)}"
    return [*lines, " " * (margin + 1) + corner, " " * (margin + 2) + ends]


def sparkline(values: Array, width: int = 24) -> str:
    """A row of bars for a series, with at most `width` of them; what is not finite is a blank."""
    values = np.asarray(values, dtype=np.float64)
    if len(values) > width:
        values = np.array([_mean(part) for part in np.array_split(values, width)])
    finite = values[np.isfinite(values)]
    if not finite.size:
        return ""
    low, high = float(finite.min()), float(finite.max())
    span = (high - low) or 1.0
    return "".join(BARS[round((v - low) / span * 7)] if math.isfinite(v) else " " for v in values.tolist())


def _mean(part: Array) -> float:
    finite = part[np.isfinite(part)]
    return float(finite.mean()) if finite.size else math.nan


def _scaled(values: Array, low: float, high: float, size: int) -> Array:
    if high <= low:
        return np.full(len(values), size // 2)
    with np.errstate(invalid="ignore", over="ignore"):
        unit = (values / 2 - low / 2) / (high / 2 - low / 2)  # halves: the whole span may exceed a float
    return np.nan_to_num(np.rint(np.clip(unit, 0, 1) * (size - 1))).astype(np.int64)


def _trace(grid: Array, columns: Array, rows: Array, good: Array) -> None:
    """Mark the points and, between neighbours that are both there, the line."""
    rows = grid.shape[0] - 1 - rows
    grid[rows[good], columns[good]] = True
    for n in np.flatnonzero(good[1:] & good[:-1]):
        steps = max(abs(int(columns[n + 1] - columns[n])), abs(int(rows[n + 1] - rows[n])))
        if steps > 1:
            across = np.rint(np.linspace(columns[n], columns[n + 1], steps + 1)).astype(np.int64)
            down = np.rint(np.linspace(rows[n], rows[n + 1], steps + 1)).astype(np.int64)
            grid[down, across] = True


def _braille(grid: Array) -> list[str]:
    height, width = grid.shape[0] // 4, grid.shape[1] // 2
    cells = grid.reshape(height, 4, width, 2).transpose(0, 2, 1, 3)
    codes = (cells * _DOTS).sum(axis=(2, 3)) + 0x2800
    return ["".join(map(chr, row)).replace("\u2800", " ") for row in codes.tolist()]
