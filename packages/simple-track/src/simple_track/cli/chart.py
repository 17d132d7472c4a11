"""Charts of text: lines drawn in braille dots, with their axes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from simple_track.cli.terminal import show
from simple_track.values.arrays import Array

_DOTS = np.array(
    [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
)  # Unicode braille: row, column → bit
MARKS = "*o+x#@%&=~"
"""The marks of the lines of a chart, where dots cannot be colored."""
LABEL = 10
Series = tuple[Array, Array]
Span = tuple[str, int | None]
BARS = "▁▂▃▄▅▆▇█"


def draw(x: Array, y: Array, *, width: int = 72, height: int = 12, braille: bool = True) -> list[str]:
    """Draw a line through points, as lines of text.

    Args:
        x: Shape (n,).
        y: Shape (n,). Points that are not finite leave a gap.
        width: Characters, axis included.
        height: Lines, the x axis not included.
        braille: Two by four dots a character; otherwise one "*" a character.

    Returns:
        `height + 2` lines; a single line of words when there is nothing to draw.
    """
    lines = draw_all([(x, y)], width=width, height=height, braille=braille)
    return ["".join(text for text, _ in line) for line in lines]


def draw_all(
    series: Sequence[Series], *, width: int = 72, height: int = 12, braille: bool = True
) -> list[list[Span]]:
    """Draw several lines in one chart, on common axes.

    Args:
        series: For each line, x and y of shape (n,). Points that are not finite leave a gap.
        width: Characters, axis included.
        height: Lines, the x axis not included.
        braille: Two by four dots a character; otherwise one mark of `MARKS` a character.

    Returns:
        `height + 2` lines of spans: a text, and the number of its line in the chart, or None for an axis.
    """
    points = [(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)) for x, y in series]
    good = [np.isfinite(x) & np.isfinite(y) for x, y in points]
    xs = np.concatenate([x[kept] for (x, _), kept in zip(points, good, strict=True)])
    ys = np.concatenate([y[kept] for (_, y), kept in zip(points, good, strict=True)])
    if not xs.size:
        return [[("(no finite values)", None)]]
    low, high, left, right = (float(end) for end in (ys.min(), ys.max(), xs.min(), xs.max()))
    labels = [_label(high), _label(low / 2 + high / 2), _label(low)] if high > low else ["", _label(low), ""]
    margin = max(map(len, labels))
    columns = max(width - margin - 2, 8)
    fine = (4, 2) if braille else (1, 1)
    grids = np.zeros((len(points), height * fine[0], columns * fine[1]), bool)
    for grid, (x, y), kept in zip(grids, points, good, strict=True):
        _trace(grid, _scaled(x, left, right, grid.shape[1]), _scaled(y, low, high, grid.shape[0]), kept)
    at = {0: labels[0], height // 2: labels[1], height - 1: labels[2]}
    axis = "│" if braille else "|"
    body = _cells(grids) if braille else _marks(grids)
    lines = [[(f"{at.get(n, ''):>{margin}} {axis}", None), *_spans(row)] for n, row in enumerate(body)]
    corner = "└" + "─" * columns if braille else "+" + "-" * columns
    ends = f"{_label(left)} {_label(right).rjust(columns - len(_label(left)) - 1)}"
    return [*lines, [(" " * (margin + 1) + corner, None)], [(" " * (margin + 2) + ends, None)]]


def _label(value: float) -> str:
    text = show(value)
    return text if len(text) <= LABEL else f"{value:.4g}"


def _spans(row: list[tuple[str, int | None]]) -> Iterator[Span]:
    """Runs of characters of one line of the chart, without blanks at the end."""
    while row and row[-1][0] == " ":
        row.pop()
    for number, cells in groupby(row, key=lambda cell: cell[1]):
        yield "".join(character for character, _ in cells), number


def _marks(grids: Array) -> list[list[tuple[str, int | None]]]:
    last = _last(grids)
    return [[(MARKS[n], n) if n >= 0 else (" ", None) for n in row] for row in last.tolist()]


def _cells(grids: Array) -> list[list[tuple[str, int | None]]]:
    count, height, width = grids.shape
    cells = grids.reshape(count, height // 4, 4, width // 2, 2).transpose(0, 1, 3, 2, 4)
    codes = (cells.any(axis=0) * _DOTS).sum(axis=(2, 3)) + 0x2800
    owners = _last(np.any(cells, axis=(3, 4))).tolist()
    return [
        [(chr(code), n) if n >= 0 else (" ", None) for code, n in zip(row, own, strict=True)]
        for row, own in zip(codes.tolist(), owners, strict=True)
    ]


def _last(grids: Any) -> Array:
    """For each place, the last line of the chart that is there, or -1."""
    numbers = np.arange(len(grids))[:, None, None]
    found: Array = np.where(grids, numbers, -1).max(axis=0)
    return found


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
