"""Charts as SVG: lines, points and bars in one frame, with the ends of both axes as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from simple_track.html_table import Markup, html_text
from simple_track.values.arrays import Array

WIDTH, HEIGHT = 480, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 10, 24, 24
COLORS = ("#4363d8", "#e6194b", "#3cb44b", "#f58231", "#911eb4", "#469990", "#9a6324", "#808000")
POINTS = 2000
"""The most points of a line that are drawn."""


@attrs.frozen
class Frame:
    """The plane that is drawn.

    Args:
        left: The least x.
        right: The greatest x.
        low: The least y.
        high: The greatest y.
    """

    left: float
    right: float
    low: float
    high: float

    @classmethod
    def around(cls, x: Array, y: Array) -> Frame:
        """The smallest frame around the finite points of these coordinates."""
        return cls(*_ends(x), *_ends(y))

    def place(self, x: Array, y: Array) -> list[tuple[float, float]]:
        """Finite points in pixels of the drawing."""
        good = np.isfinite(x) & np.isfinite(y)
        wide, tall = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
        x, y = np.clip(x[good], self.left, self.right), np.clip(y[good], self.low, self.high)
        across = _LEFT + (x - self.left) / (self.right - self.left) * wide
        down = HEIGHT - _BOTTOM - (y - self.low) / (self.high - self.low) * tall
        return list(zip(across.round(1).tolist(), down.round(1).tolist(), strict=True))


def lines(
    curves: Mapping[str, tuple[Any, Any]], title: str = "", ends: tuple[str, str] | None = None
) -> Markup:
    """Lines by name; NaN and infinities are gaps.

    Args:
        curves: The x and y of each line, shape (N,).
        title: Its title.
        ends: What stands at the ends of the x axis, instead of numbers.
    """
    pairs = {name: (_numbers(x), _numbers(y)) for name, (x, y) in curves.items()}
    x_all, y_all = (np.concatenate([np.zeros(0), *(pair[n] for pair in pairs.values())]) for n in (0, 1))
    frame = Frame.around(x_all, y_all)
    drawn = []
    for number, (x, y) in enumerate(pairs.values()):
        color = COLORS[number % len(COLORS)]
        breaks = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
        for piece in np.split(np.arange(len(x)), breaks):
            piece = piece[:: max(1, len(piece) // POINTS)]
            points = " ".join(f"{a},{b}" for a, b in frame.place(x[piece], y[piece]))
            drawn.append(f"<polyline points='{points}' fill='none' stroke='{color}' stroke-width='1.5'/>")
    return _drawing(frame, "".join(drawn), title, list(pairs) if len(pairs) > 1 else [], ends)


def scatter(points: Array, groups: Sequence[int], names: Sequence[str], title: str = "") -> Markup:
    """Points in the plane.

    Args:
        points: Shape (N, 2).
        groups: The number of each point's group, which says its colour.
        names: The names of the groups.
        title: Its title.
    """
    x, y = _numbers(points[:, 0]), _numbers(points[:, 1])
    frame = Frame.around(x, y)
    good = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    places = zip(good.tolist(), frame.place(x, y), strict=True)
    drawn = [
        f"<circle cx='{a}' cy='{b}' r='2' fill='{COLORS[groups[n] % len(COLORS)]}'/>"
        for n, (a, b) in list(places)[:: max(1, len(good) // POINTS)]
    ]
    return _drawing(frame, "".join(drawn), title, list(names), None)


def bars(counts: Array, edges: Array, title: str = "") -> Markup:
    """A histogram: a bar from each edge to the next.

    Args:
        counts: Shape (bins,).
        edges: Shape (bins + 1,).
        title: Its title.
    """
    heights = _numbers(counts)
    frame = Frame(*_ends(_numbers(edges)), 0.0, max(float(heights.max(initial=0)), 1.0))
    top = frame.place(_numbers(edges)[:-1], heights)
    foot = frame.place(_numbers(edges)[1:], np.zeros(len(heights)))
    drawn = [
        f"<rect x='{a}' y='{b}' width='{max(c - a, 0.5):.1f}' height='{max(d - b, 0):.1f}'/>"
        for (a, b), (c, d) in zip(top, foot, strict=True)
    ]
    return _drawing(frame, f"<g fill='{COLORS[0]}'>{''.join(drawn)}</g>", title, [], None)


def _numbers(values: Any) -> Array:
    return np.asarray(values, dtype=np.float64)


def _ends(values: Array) -> tuple[float, float]:
    """The least and the greatest finite number, some way apart, whose difference does not overflow."""
    finite = np.clip(values[np.isfinite(values)], -8e307, 8e307)
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    pad = abs(low) * 0.05 or 0.5  # which is nothing for the least numbers that there are
    return (low - pad, high + pad) if low == high else (low, high)


def _drawing(frame: Frame, drawn: str, title: str, names: list[str], ends: tuple[str, str] | None) -> Markup:
    left, right = ends or (f"{frame.left:.4g}", f"{frame.right:.4g}")
    bottom = HEIGHT - _BOTTOM
    label = "<text x='{}' y='{}' text-anchor='{}' font-size='11' fill='currentColor'>{}</text>"
    texts = [
        label.format(WIDTH / 2, 15, "middle", html_text(title)),
        label.format(_LEFT, HEIGHT - 8, "start", html_text(left)),
        label.format(WIDTH - _RIGHT, HEIGHT - 8, "end", html_text(right)),
        label.format(_LEFT - 4, bottom, "end", f"{frame.low:.4g}"),
        label.format(_LEFT - 4, _TOP + 8, "end", f"{frame.high:.4g}"),
    ]
    legend = " ".join(
        f"<span style='color:{COLORS[n % len(COLORS)]}'>■ {html_text(name)}</span>"
        for n, name in enumerate(names[:20])
    )
    axes = f"<path d='M{_LEFT} {_TOP}V{bottom}H{WIDTH - _RIGHT}' fill='none' stroke='currentColor'/>"
    size = f"width='{WIDTH}' height='{HEIGHT}' viewBox='0 0 {WIDTH} {HEIGHT}'"
    svg = f"<svg {size}>{axes}{drawn}{''.join(texts)}</svg>"
    return Markup(f"<div>{svg}{f'<div>{legend}</div>' if legend else ''}</div>")
