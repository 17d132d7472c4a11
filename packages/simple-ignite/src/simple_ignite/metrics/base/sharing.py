"""Which metrics count the same things, and may do it together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from simple_ignite.metrics.base.transform import Transform


class Counting(Protocol):
    """A metric, as sharing sees it."""

    output_transform: Transform
    detail: int

    def parts(self) -> Sequence[Any]:
        """Give the metrics that it is made of."""

    def leaves(self) -> Sequence[Any]:
        """Give the holders of the states behind its value."""

    def empty(self) -> bool:
        """Tell whether it has seen nothing."""

    def adopt(self, leaf: Any) -> bool:
        """Use another's counts in place of its own, if they are of the same kind."""


def members(metric: Any) -> list[Any]:
    """Give a metric and all that it is made of, outermost first."""
    return [metric, *(inner for part in metric.parts() for inner in members(part))]


def share(metrics: Iterable[Counting]) -> None:
    """Let metrics that count the same things in the same outputs use one set of counts.

    Args:
        metrics: Those that are fed with the same outputs. One that has seen nothing may take over the
            counts of another.
    """
    metrics = list(metrics)
    holders = [(metric.output_transform, leaf) for metric in metrics for leaf in metric.leaves()]
    holders.sort(key=lambda holder: -holder[1].detail)
    for metric in metrics:
        if not metric.empty():
            continue
        own = metric.leaves()
        for leaf in (leaf for transform, leaf in holders if transform == metric.output_transform):
            if leaf in own or (leaf.empty() and metric.adopt(leaf)):
                break
