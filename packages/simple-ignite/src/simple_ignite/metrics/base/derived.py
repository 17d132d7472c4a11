"""Derived: metrics computed from counts that several of them can share."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from simple_ignite.metrics.base.metric import Feed, Metric
from simple_ignite.metrics.base.transform import Transform

L = TypeVar("L", bound=Metric)


class Derived(Metric, Generic[L]):
    """A metric computed from another that does the counting.

    Args:
        counts: The metric that counts. Metrics of one set with equal counts share one of them.
        output_transform: As for any metric.
    """

    def __init__(self, counts: L, *, output_transform: Transform | None = None) -> None:
        counts.owner = type(self).__name__
        self.counts = counts
        super().__init__(output_transform=output_transform)

    def reset(self) -> None:
        """Reset the counts."""
        self.counts.reset()

    def accumulate(self, *parts: Any) -> None:
        """Count one batch."""
        self.counts.accumulate(*parts)

    def parts(self) -> tuple[Metric, ...]:
        """Return the metric that counts."""
        return (self.counts,)

    def feeds(self) -> tuple[Feed, ...]:
        """Return the feed of the counts themselves, which are fed once however many metrics share them."""
        if type(self).update is not Metric.update:
            return super().feeds()
        return ((self.output_transform, self.counts.accumulate),)

    def adopt(self, leaf: Metric) -> bool:
        """Use another metric's counts if they have the same type and settings."""
        if type(leaf) is not type(self.counts) or leaf.settings() != self.counts.settings():
            return False
        self.counts = leaf
        return True

    def settings(self) -> dict[str, Any]:
        """Return the options of the metric and of its counts."""
        return {**super().settings(), **self.counts.settings()}
