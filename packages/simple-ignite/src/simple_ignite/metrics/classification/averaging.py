"""From one value a class to one value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.classification.counts import Table

Average = Literal["micro", "macro", "weighted", "none"] | None
AVERAGES = ("micro", "macro", "weighted", "none", None)


def check_average(name: str, average: Average) -> Average:
    """See that an average is one of those that exist.

    Args:
        name: The metric, for the message.
        average: What the user said.

    Returns:
        The same, "none" as None.
    """
    if average not in AVERAGES:
        raise MetricInputError(name, f"average={average!r}", 'one of "micro", "macro", "weighted", "none"')
    return None if average == "none" else average


def ratio(numerator: Tensor, denominator: Tensor) -> Tensor:
    """Divide; 0 where the denominator is 0, as scikit-learn's `zero_division=0`."""
    return torch.where(denominator == 0, 0.0, numerator / torch.where(denominator == 0, 1.0, denominator))


def averaged(
    score: Callable[[Table], Tensor], table: Table, average: Average, *, of_targets: bool = False
) -> Tensor:
    """Make one value of the counts of all classes.

    Args:
        score: Gives the value of each class from its counts.
        table: Counts of each class, shape `(k,)` each.
        average: "micro" adds the counts first; "macro" is the mean over the classes that occur in target
            or prediction; "weighted" weighs them by their targets; None gives each class its own.

        of_targets: Whether "macro" leaves out classes that only predictions have, too.

    Returns:
        float64 of shape `()`, or `(k,)` for None; `()` too where there is one class only.
    """
    if table.tp.numel() == 1:
        return score(table).reshape(())
    if average == "micro":
        return score(Table(*(part.sum() for part in table)))
    each = score(table)
    if average is None:
        return each
    targets = table.tp + table.fn
    occurs = targets > 0 if of_targets else targets + table.fp > 0
    weights = targets if average == "weighted" else occurs.to(each.dtype)
    return ratio((each * weights).sum(), weights.sum())
