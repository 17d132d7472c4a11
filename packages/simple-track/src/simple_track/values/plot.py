"""Plots as JSON: lines and scattered points, in the figure format of Plotly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import attrs
import numpy as np
import orjson

from simple_track.values.arrays import Array, ValueShapeError, as_array, as_floats, frozen, same
from simple_track.values.checks import distinct, whole
from simple_track.values.notebook.chart import lines, scatter
from simple_track.values.value import Body, Value, ValueFolder

_NAMES = "simple_track"  # where `layout.meta`, which Plotly leaves to its users, keeps what JSON cannot


def _same_lines(a: dict[str, Array], b: dict[str, Array]) -> bool:
    return list(a) == list(b) and all(same(a[name], b[name]) for name in a)


@attrs.frozen(init=False)
class Plot(Value):
    """Lines over a common x.

    Args:
        x: Numbers or words, shape (N,).
        y: Numbers, shape (N,), or (N, L) for L lines, or a dict of lines by name.
        title: Its title.
        xlabel: The x axis' label.
        ylabel: The y axis' label.

    Attributes:
        x: float64 of shape (N,), or a tuple of words.
        lines: Lines by name, float64, each of shape (N,). NaN and ±inf are kept, and drawn as gaps.

    Raises:
        ValueShapeError: x and a line differ in length, or have another shape; the message names it.
        ValueRangeError: A number is one that float64 would round, or two lines have one name.
    """

    kind: ClassVar[str] = "plot"
    x: Any = attrs.field(eq=attrs.cmp_using(eq=lambda a, b: _same_axis(a, b)))
    lines: dict[str, Array] = attrs.field(eq=attrs.cmp_using(eq=_same_lines))
    title: str = attrs.field(default="", converter=whole)
    xlabel: str = attrs.field(default="", converter=whole)
    ylabel: str = attrs.field(default="", converter=whole)

    def __init__(self, x: Any, y: Any, title: str = "", xlabel: str = "", ylabel: str = "") -> None:
        words = isinstance(x, Sequence) and len(x) > 0 and all(isinstance(item, str) for item in x)
        axis = tuple(map(whole, x)) if words else _line("plot x", x)
        lines = {name: _line(f"plot y {name!r}", line) for name, line in _named(y).items()}
        if not lines:
            raise ValueShapeError("plot y", (len(axis), 0), "at least one line")
        for name, line in lines.items():
            if len(line) != len(axis):
                raise ValueShapeError(f"plot y {name!r}", line.shape, f"({len(axis)},), like x")
        self.__attrs_init__(axis, lines, title, xlabel, ylabel)

    def _repr_html_(self) -> str:
        words = isinstance(self.x, tuple)
        x = np.arange(len(self.x)) if words else self.x
        ends = (self.x[0], self.x[-1]) if words and self.x else None
        return lines({name: (x, line) for name, line in self.lines.items()}, self.title, ends)

    def write(self, folder: ValueFolder) -> Body:
        """One JSON file that Plotly opens."""
        x = list(self.x) if isinstance(self.x, tuple) else self.x.tolist()
        traces = [
            {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": line.tolist()}
            for name, line in self.lines.items()
        ]
        layout = {"title": {"text": self.title}, **axes(xaxis=self.xlabel, yaxis=self.ylabel)}
        return folder.save(to_plotly(traces, layout), "plots", ".plotly.json") | {"title": self.title}

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The plot from its file."""
        traces, layout = from_plotly(folder.load(body))
        x = traces[0]["x"] if traces else []
        labels = (layout[axis]["title"]["text"] for axis in ("xaxis", "yaxis"))
        return cls(x, {trace["name"]: trace["y"] for trace in traces}, layout["title"]["text"], *labels)


@attrs.frozen(init=False)
class Scatter(Value):
    """Points in the plane or in space, each with a label if wanted.

    Args:
        points: Shape (N, 2) or (N, 3).
        labels: N words or numbers; points of one label have one colour.
        title: Its title.

    Attributes:
        points: float64. NaN and ±inf are kept, and not drawn.
        labels: N words, or None.

    Raises:
        ValueShapeError: The shape is another one, or there are not as many labels as points.
        ValueRangeError: A coordinate is an integer that float64 would round.
    """

    kind: ClassVar[str] = "scatter"
    points: Array = attrs.field(eq=attrs.cmp_using(eq=same))
    labels: tuple[str, ...] | None = None
    title: str = attrs.field(default="", converter=whole)

    def __init__(self, points: Any, labels: Any = None, title: str = "") -> None:
        array = as_floats(points, "scatter")
        if array.ndim != 2 or array.shape[1] not in (2, 3):
            raise ValueShapeError("scatter", array.shape, "(N, 2) or (N, 3)")
        words = None
        if labels is not None:
            words = tuple(
                whole(label) for label in (labels.tolist() if hasattr(labels, "tolist") else labels)
            )
            if len(words) != len(array):
                raise ValueShapeError("scatter labels", (len(words),), f"({len(array)},), one for each point")
        self.__attrs_init__(frozen(array), words, title)

    def _repr_html_(self) -> str:
        names = list(dict.fromkeys(self.labels or ()))
        number = {name: n for n, name in enumerate(names)}
        groups = [number[label] for label in self.labels] if self.labels else [0] * len(self.points)
        title = f"{self.title} (x and y)" if self.points.shape[1] == 3 else self.title
        return scatter(self.points[:, :2], groups, names, title)

    def write(self, folder: ValueFolder) -> Body:
        """One JSON file that Plotly opens."""
        names = "xyz"[: self.points.shape[1]]
        trace: dict[str, Any] = {"type": "scatter3d" if len(names) == 3 else "scatter", "mode": "markers"}
        trace |= {axis: self.points[:, n].tolist() for n, axis in enumerate(names)}
        if self.labels is not None:
            number = {label: n for n, label in enumerate(dict.fromkeys(self.labels))}
            trace["text"] = list(self.labels)
            trace["marker"] = {"color": [number[label] for label in self.labels], "colorscale": "Portland"}
        layout = {"title": {"text": self.title}}
        return folder.save(to_plotly([trace], layout), "plots", ".plotly.json") | {"title": self.title}

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The points from their file."""
        (trace,), layout = from_plotly(folder.load(body))
        names = [axis for axis in "xyz" if axis in trace]
        points = np.array([trace[axis] for axis in names], dtype=np.float64).T.reshape(-1, len(names))
        return cls(points, trace.get("text"), layout["title"]["text"])


def _line(kind: str, values: Any) -> Array:
    array = as_floats(values, kind)
    if array.ndim != 1:
        raise ValueShapeError(kind, array.shape, "(N,)")
    return frozen(array)


def _named(y: Any) -> dict[str, Any]:
    if isinstance(y, Mapping):
        return dict(zip(distinct("plot y", y), y.values(), strict=True))
    array = as_array(y, "plot y")
    if array.ndim == 1:
        return {"y": array}
    if array.ndim != 2:
        raise ValueShapeError("plot y", array.shape, "(N,) or (N, L)")
    return {f"y{n}": line for n, line in enumerate(array.T)}


def _same_axis(a: Any, b: Any) -> bool:
    return a == b if isinstance(a, tuple) or isinstance(b, tuple) else same(a, b)


def axes(**labels: str) -> dict[str, Any]:
    """The part of a layout that labels axes.

    Args:
        labels: The text of each axis, such as `xaxis="epoch"`.
    """
    return {axis: {"title": {"text": label}} for axis, label in labels.items()}


def to_plotly(traces: list[dict[str, Any]], layout: dict[str, Any]) -> bytes:
    """A Plotly figure. Numbers that JSON has not are null, and named in `layout.meta`."""
    odd = [
        [n, axis, place, repr(value)]
        for n, trace in enumerate(traces)
        for axis in ("x", "y", "z")
        for place, value in enumerate(trace.get(axis, ()))
        if isinstance(value, float) and not math.isfinite(value)
    ]
    return orjson.dumps({"data": traces, "layout": layout | {"meta": {_NAMES: {"nonfinite": odd}}}})


def from_plotly(data: bytes) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The traces and the layout that `to_plotly` was given."""
    figure = orjson.loads(data)
    for n, axis, place, value in figure["layout"]["meta"][_NAMES]["nonfinite"]:
        figure["data"][n][axis][place] = float(value)
    return figure["data"], figure["layout"]
