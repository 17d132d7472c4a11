"""Confusion matrices: how often each class was taken for each."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import attrs
import numpy as np

from simple_track.html_table import ROWS, html_table
from simple_track.values.arrays import Array, ValueRangeError, ValueShapeError, as_array, frozen, same
from simple_track.values.checks import whole
from simple_track.values.plot import axes, from_plotly, to_plotly
from simple_track.values.plots.classes import are_words, class_names, class_numbers, numbered
from simple_track.values.value import Body, Value, ValueFolder

_KIND = "confusion matrix"


@attrs.frozen(init=False)
class ConfusionMatrix(Value):
    """How often each class was predicted as each: a row for each true class, a column for each predicted one.

    Args:
        truth: The true classes, shape (N,): class numbers from 0, or words.
        predictions: The predicted ones, alike; or scores of shape (N, C), of which the highest counts.
        labels: The names of the classes by number; for words, all words in the order wanted.
        title: Its title.

    Attributes:
        counts: int64, shape (C, C): `counts[i, j]` of class i were predicted as class j.
        labels: The names of the C classes.

    Raises:
        ValueShapeError: Truth and predictions differ in length, or have another shape.
        ValueRangeError: They are no classes, or a score is NaN.
    """

    kind: ClassVar[str] = "confusion_matrix"
    counts: Array = attrs.field(eq=attrs.cmp_using(eq=same))
    labels: tuple[str, ...]
    title: str = attrs.field(default="", converter=whole)

    def __init__(self, truth: Any, predictions: Any, labels: Any = None, title: str | None = "") -> None:
        if are_words(truth) or are_words(predictions):
            (true, predicted), labels = numbered(_KIND, (truth, predictions), labels)
            known: int | None = len(labels)
        else:
            predicted, known = _predicted(predictions, None if labels is None else len(labels))
            true = class_numbers(_KIND, "truth", truth, known)
        highest = int(max(true.max(initial=-1), predicted.max(initial=-1)))
        classes = highest + 1 if known is None else known
        if len(true) != len(predicted) or not classes:
            raise ValueShapeError(_KIND, (len(true), len(predicted)), "as many predictions as true classes")
        counts = np.bincount(true * classes + predicted, minlength=classes**2).reshape(classes, classes)
        self.__attrs_init__(frozen(counts.astype(np.int64)), class_names(labels, classes), title)

    @classmethod
    def from_counts(cls, counts: Any, labels: Any = None, title: str | None = "") -> Self:
        """A matrix that was counted elsewhere, by a metric for instance.

        Args:
            counts: Whole numbers, shape (C, C): a row for each true class.
            labels: The names of the classes.
            title: Its title.

        Raises:
            ValueShapeError: It is not square.
            ValueRangeError: A count is no whole number from 0.
        """
        array = as_array(counts, _KIND)
        if array.ndim != 2 or array.shape[0] != array.shape[1] or not array.size:
            raise ValueShapeError(_KIND, array.shape, "(C, C)")
        counted = array.astype(np.float64)
        if not ((counted >= 0) & (counted < 2**53) & (counted == np.trunc(counted))).all():
            raise ValueRangeError(
                _KIND, f"{array.dtype} from {array.min()} to {array.max()}", "counts from 0"
            )
        made = cls.__new__(cls)
        made.__attrs_init__(frozen(array.astype(np.int64)), class_names(labels, len(array)), title)
        return made

    def _repr_html_(self) -> str:
        shown = self.labels[:ROWS]
        rows = [[name, *self.counts[n, :ROWS].tolist()] for n, name in enumerate(shown)]
        rest = f", the first {ROWS} of {len(self.labels)} classes" if len(self.labels) > ROWS else ""
        return html_table(["true \\ predicted", *shown], rows, f"{self.title or 'confusion matrix'}{rest}")

    def write(self, folder: ValueFolder) -> Body:
        """One JSON file that Plotly opens."""
        names = list(self.labels)
        trace = {"type": "heatmap", "x": names, "y": names, "z": self.counts.tolist(), "colorscale": "Blues"}
        layout: dict[str, Any] = {"title": {"text": self.title}, **axes(xaxis="predicted", yaxis="true")}
        layout["xaxis"] |= {"type": "category"}  # names such as "3" are no numbers
        layout["yaxis"] |= {"type": "category", "autorange": "reversed"}
        data = to_plotly([trace | {"texttemplate": "%{z}"}], layout)
        return folder.save(data, "plots", ".plotly.json") | {"classes": len(names), "title": self.title}

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The matrix from its file."""
        (trace,), layout = from_plotly(folder.load(body))
        return cls.from_counts(trace["z"], trace["x"], layout["title"]["text"])


def _predicted(predictions: Any, classes: int | None) -> tuple[Array, int | None]:
    """Class numbers of predictions or of scores, and how many classes there are, where that is known."""
    array = as_array(predictions, f"{_KIND} predictions")
    if array.ndim != 2:
        return class_numbers(_KIND, "predictions", array, classes), classes
    if np.isnan(array.astype(np.float64)).any() or not array.shape[1]:
        raise ValueRangeError(_KIND, "scores with NaN, or none", "a score for each class")
    if classes is not None and array.shape[1] != classes:
        raise ValueShapeError(f"{_KIND} predictions", array.shape, f"(N, {classes}), a score for each class")
    return array.argmax(axis=1), array.shape[1]
