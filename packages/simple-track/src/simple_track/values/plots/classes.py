"""Class labels: the truth and the predictions of a classifier as class numbers, and the classes' names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from simple_track.values.arrays import Array, ValueRangeError, ValueShapeError, as_array
from simple_track.values.checks import distinct

MOST = 4096
"""The most classes: beyond it a matrix of counts has more than 16 million."""


def class_names(labels: Any, count: int) -> tuple[str, ...]:
    """The names of the classes 0 to count - 1.

    Args:
        labels: A name for each class, a dict of names by class number, or None: the numbers are the names.
        count: How many classes there are.

    Raises:
        ValueShapeError: There are not as many names as classes.
        ValueRangeError: Two classes have one name.
    """
    if labels is None:
        return tuple(map(str, range(count)))
    if isinstance(labels, Mapping):
        labels = [labels.get(number, str(number)) for number in range(count)]
    names = tuple(distinct("class labels", labels))
    if len(names) != count:
        raise ValueShapeError("class labels", (len(names),), f"({count},), one for each class")
    return names


def class_numbers(kind: str, what: str, values: Any, count: int | None) -> Array:
    """Class numbers as int64, shape (N,).

    Args:
        kind: The kind of value they belong to.
        what: The name of the argument.
        values: Integers or bools, shape (N,).
        count: How many classes there are; None where the numbers say that.

    Raises:
        ValueShapeError: They have another shape.
        ValueRangeError: They are no class numbers from 0 to count - 1.
    """
    array = as_array(values, f"{kind} {what}")
    if array.ndim != 1:
        raise ValueShapeError(f"{kind} {what}", array.shape, "(N,)")
    whole = array.dtype.kind != "f" or bool((array == np.trunc(array)).all())
    least, greatest = (array.min(), array.max()) if array.size else (0, 0)
    if not whole or least < 0 or greatest >= (MOST if count is None else count):
        expected = f"class numbers from 0 to {(MOST if count is None else count) - 1}"
        raise ValueRangeError(f"{kind} {what}", f"{array.dtype} from {least} to {greatest}", expected)
    return array.astype(np.int64)


def numbered(
    kind: str, columns: Iterable[Any], labels: Sequence[str] | None
) -> tuple[list[Array], list[str]]:
    """Words as class numbers: in the order of `labels`, or in alphabetical order where that is None.

    Args:
        kind: The kind of value they belong to.
        columns: Sequences of words.
        labels: All words that there can be.

    Raises:
        ValueRangeError: A word is not among the labels.
    """
    texts = [list(map(str, column)) for column in columns]
    names = (
        sorted({text for column in texts for text in column}) if labels is None else distinct(kind, labels)
    )
    if len(names) > MOST:
        raise ValueRangeError(kind, f"{len(names)} different words", f"at most {MOST} classes")
    numbers = {name: number for number, name in enumerate(names)}
    for column in texts:
        for text in column:
            if text not in numbers:
                raise ValueRangeError(kind, f"{text!r} is no class", f"one of {', '.join(names)[:200]}")
    return [np.array([numbers[text] for text in column], np.int64) for column in texts], names


def are_words(values: Any) -> bool:
    """Whether it is a sequence of texts."""
    if hasattr(values, "dtype"):
        return getattr(values.dtype, "kind", "") == "U"
    return isinstance(values, Sequence) and len(values) > 0 and all(isinstance(item, str) for item in values)
