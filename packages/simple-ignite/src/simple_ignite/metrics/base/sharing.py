"""Sharing: metrics that count the same things use one set of counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Protocol

from simple_ignite.metrics.base.transform import Transform


class Counting(Protocol):
    """What sharing uses of a metric."""

    detail: ClassVar[int]

    @property
    def output_transform(self) -> Transform:
        """The transform of the output."""

    def parts(self) -> Sequence[Counting]:
        """Return the metrics that it is composed of."""

    def leaves(self) -> Sequence[Counting]:
        """Return the metrics that hold the states from which its value is computed."""

    def empty(self) -> bool:
        """Return whether it has seen nothing."""

    def adopt(self, leaf: Any) -> bool:
        """Use another metric's counts in place of its own, if they are the same."""


def members(metric: Counting) -> list[Counting]:
    """Return a metric and all that it is composed of, outermost first."""
    return [metric, *(inner for part in metric.parts() for inner in members(part))]


def share(metrics: Iterable[Counting]) -> None:
    """Let metrics that count the same things in the same outputs use one set of counts.

    Args:
        metrics: Metrics that are fed with the same outputs. Only one that has seen nothing adopts the counts
            of another.
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
