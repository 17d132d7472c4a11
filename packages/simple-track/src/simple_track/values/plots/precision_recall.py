"""Precision-recall curves, one for each class."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import attrs
import numpy as np

from simple_track.values.arrays import Array, ValueRangeError, ValueShapeError, as_array, frozen, same
from simple_track.values.checks import whole
from simple_track.values.notebook.chart import lines
from simple_track.values.plot import axes, from_plotly, to_plotly
from simple_track.values.plots.classes import class_names, class_numbers
from simple_track.values.value import Body, Value, ValueFolder

_KIND = "precision-recall curve"
POINTS = 1000
"""The most points of a curve that are kept, evenly chosen among its thresholds; both ends are among them."""


@attrs.frozen
class Curve:
    """The curve of one class.

    Args:
        recall: float64, shape (P,), growing from 0.
        precision: float64, shape (P,).
        average_precision: The mean of the precisions at each threshold, weighted by the growth of the recall,
            over all points; NaN for a class that no sample is of, which has no curve.
    """

    recall: Array = attrs.field(eq=attrs.cmp_using(eq=same), converter=frozen)
    precision: Array = attrs.field(eq=attrs.cmp_using(eq=same), converter=frozen)
    average_precision: float = attrs.field(eq=lambda value: None if value != value else value)


@attrs.frozen(init=False)
class PrCurve(Value):
    """Precision over recall, for every threshold of a classifier's scores.

    Args:
        truth: For one class, shape (N,): whether a sample is of it, as bools or 0 and 1. For several, class
            numbers of shape (N,), or 0 and 1 of shape (N, C) where a sample may be of several.
        scores: Shape (N,) for one class, else (N, C); higher means surer.
        labels: The names of the classes.
        title: Its title.

    Attributes:
        curves: A `Curve` by class name, with at most `POINTS` points.

    Raises:
        ValueShapeError: The shapes do not fit each other.
        ValueRangeError: Truth is something else, or a score is NaN.
    """

    kind: ClassVar[str] = "pr_curve"
    curves: dict[str, Curve]
    title: str = attrs.field(default="", converter=whole)

    def __init__(self, truth: Any, scores: Any, labels: Any = None, title: str | None = "") -> None:
        score = as_array(scores, f"{_KIND} scores")
        if score.ndim not in (1, 2) or 0 in score.shape:
            raise ValueShapeError(f"{_KIND} scores", score.shape, "(N,) or (N, C)")
        if np.isnan(score.astype(np.float64)).any():
            raise ValueRangeError(f"{_KIND} scores", "NaN", "a number for each sample")
        columns = score[:, None] if score.ndim == 1 else score
        positive = _is_of(truth, score)
        names = class_names(labels, columns.shape[1]) if labels is not None or score.ndim == 2 else ("1",)
        curves = {name: _curve(positive[:, n], columns[:, n]) for n, name in enumerate(names)}
        self.__attrs_init__(curves, title)

    def _repr_html_(self) -> str:
        curves = {
            f"{name} (AP {curve.average_precision:.3f})": (curve.recall, curve.precision)
            for name, curve in self.curves.items()
        }
        return lines(curves, self.title or "precision over recall")

    def write(self, folder: ValueFolder) -> Body:
        """One JSON file that Plotly opens."""
        traces = [
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"{name} (AP {curve.average_precision:.3f})",
                "x": curve.recall.tolist(),
                "y": curve.precision.tolist(),
                "customdata": [name, _exact(curve.average_precision)],
            }
            for name, curve in self.curves.items()
        ]
        layout = {"title": {"text": self.title}, **axes(xaxis="recall", yaxis="precision")}
        body = folder.save(to_plotly(traces, layout), "plots", ".plotly.json")
        mean = {name: _exact(curve.average_precision) for name, curve in self.curves.items()}
        return body | {"average_precision": mean, "title": self.title}

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The curves from their file."""
        traces, layout = from_plotly(folder.load(body))
        curves = {}
        for trace in traces:
            name, mean = trace["customdata"]
            recall, precision = (np.array(trace[axis], np.float64) for axis in "xy")
            curves[name] = Curve(recall, precision, float("nan") if mean is None else mean)
        made = cls.__new__(cls)
        made.__attrs_init__(curves, layout["title"]["text"])
        return made


def _exact(number: float) -> float | None:
    """The number, or None for NaN, which JSON has not."""
    return None if number != number else number


def _is_of(truth: Any, scores: Array) -> Array:
    """Whether each sample is of each class: bool, shape (N, C)."""
    array = as_array(truth, f"{_KIND} truth")
    count = 1 if scores.ndim == 1 else scores.shape[1]
    if len(array) != len(scores) or array.shape not in {(len(scores),), (len(scores), count)}:
        expected = f"({len(scores)},) like scores" if count == 1 else f"({len(scores)},) or {scores.shape}"
        raise ValueShapeError(f"{_KIND} truth", array.shape, expected)
    if scores.ndim == 2 and array.ndim == 1:
        numbers = class_numbers(_KIND, "truth", array, count)
        of: Array = numbers[:, None] == np.arange(count)
        return of
    flags = array.reshape(len(scores), -1)
    if not ((flags == 0) | (flags == 1)).all():
        raise ValueRangeError(
            f"{_KIND} truth", f"{array.dtype} with others than 0 and 1", "0 and 1, or bools"
        )
    is_of: Array = flags == 1
    return is_of


def _curve(positive: Array, scores: Array) -> Curve:
    """The curve of one class, as `sklearn.metrics.precision_recall_curve` has it, turned round."""
    total = int(positive.sum())
    if not total:
        return Curve(np.zeros(0), np.zeros(0), float("nan"))
    order = np.argsort(scores, kind="stable")[::-1]
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)  # the last of each equal score
    hits = np.cumsum(positive[order])[ends]
    recall = np.append(0.0, hits / total)
    precision = np.append(1.0, hits / (ends + 1))
    mean = float(np.sum(np.diff(recall) * precision[1:]))
    chosen = np.unique(np.linspace(0, len(recall) - 1, min(POINTS, len(recall))).round().astype(np.int64))
    return Curve(recall[chosen], precision[chosen], mean)
