"""From one value a class to one value, as scikit-learn averages."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.classification.counts import Table

Average = Literal["auto", "binary", "micro", "macro", "weighted", "samples", "none"] | None
AVERAGES = ("micro", "macro", "weighted", "samples", "none", None)


class Fraction(NamedTuple):
    """A value of each class as numerator and denominator, float64 of shape `(k,)` each."""

    numerator: Tensor
    denominator: Tensor


Score = Callable[[Table], Fraction]
"""Makes the value of each class from its counts."""


def check_average(name: str, average: Average, task: str | None, *also: Average) -> Average:
    """Check that an average is one of those that exist and fits the task.

    Args:
        name: The metric, for the message.
        average: The average given by the user.
        task: The task given by the user.
        *also: Further averages that the metric knows.

    Returns:
        The same, None for "none".

    Raises:
        MetricInputError: There is no such average, or it does not fit the task.
    """
    known = (*also, *AVERAGES)
    if average not in known:
        named = ", ".join(f'"{one}"' for one in known if one is not None)
        raise MetricInputError(name, f"average={average!r}", f"one of {named}")
    if average == "samples" and task != "multilabel":
        raise MetricInputError(name, f'average="samples" with task={task!r}', 'task="multilabel"')
    if average == "binary" and task not in (None, "binary"):
        raise MetricInputError(name, f'average="binary" with task={task!r}', 'task="binary"')
    return None if average == "none" else average


def check_zero_division(name: str, value: float) -> str | float:
    """Check the value that stands for 0/0.

    Args:
        name: The metric, for the message.
        value: 0, 1 or NaN.

    Returns:
        The same as a float, "nan" for NaN, so that equal options are equal.

    Raises:
        MetricInputError: It is something else.
    """
    if value in (0, 1):
        return float(value)
    if isinstance(value, float) and math.isnan(value):
        return "nan"
    raise MetricInputError(name, f"zero_division={value!r}", "0, 1 or math.nan")


def ratio(numerator: Tensor, denominator: Tensor, zero: float = 0.0) -> Tensor:
    """Divide; `zero` where the denominator is 0."""
    return torch.where(denominator == 0, zero, numerator / torch.where(denominator == 0, 1.0, denominator))


def scored(score: Score, table: Table, zero: float) -> Tensor:
    """Return the value of each class; NaN for one without any data.

    Args:
        score: Makes the fraction of each class.
        table: Counts of each class, shape `(k,)` each.
        zero: Stands for 0/0.

    Returns:
        float64 `(k,)`.
    """
    value = ratio(*score(table), zero=zero)
    return torch.where(table.total() == 0, math.nan, value)


def averaged(
    score: Score,
    table: Table,
    average: Average,
    *,
    zero: float = 0.0,
    exclusive: bool = True,
    of_targets: bool = False,
) -> Tensor:
    """Make one value of the counts of all classes, as scikit-learn does.

    Values that are NaN are left out of the means.

    Args:
        score: Makes the fraction of each class.
        table: Counts of each class, shape `(k,)` each.
        average: "micro" adds the counts first; "macro" is the mean over the classes that occur in target or
            prediction, or over all labels; "weighted" weighs them by their targets; None returns all.
        zero: Stands for 0/0.
        exclusive: Whether a sample has exactly one class (False: any number of labels).
        of_targets: Whether "macro" is over the classes that occur in targets only.

    Returns:
        float64 of shape `()`, or `(k,)` for None; NaN where there are no data.
    """
    if average == "micro":
        return scored(score, Table(*(part.sum().reshape(1) for part in table)), zero).reshape(())
    each = scored(score, table, zero)
    if average is None:
        return each
    targets = table.tp + table.fn
    occurs = targets if of_targets else targets + table.fp
    counts = ~each.isnan() & (occurs > 0) if exclusive else ~each.isnan()
    weights = torch.where(counts, targets if average == "weighted" else 1.0, 0.0)
    weights = torch.where(weights.sum() == 0, counts.to(weights.dtype), weights)  # as scikit-learn
    return (torch.where(counts, each, 0.0) * weights).sum() / weights.sum()
