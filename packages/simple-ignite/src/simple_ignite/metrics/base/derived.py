"""Metrics that are a function of counts which several of them can share."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from simple_ignite.metrics.base.metric import Feed, Metric
from simple_ignite.metrics.base.transform import Transform

L = TypeVar("L", bound=Metric)


class Derived(Metric, Generic[L]):
    """A metric computed from another that does the counting.

    Args:
        counts: What counts. Metrics of one set whose counts are alike use one of them together.
        output_transform: As for any metric.
    """

    def __init__(self, counts: L, *, output_transform: Transform | None = None) -> None:
        counts.owner = type(self).__name__
        self.counts = counts
        super().__init__(output_transform=output_transform)

    def reset(self) -> None:
        """Forget every count."""
        self.counts.reset()

    def accumulate(self, *parts: Any) -> None:
        """Count one batch."""
        self.counts.accumulate(*parts)

    def parts(self) -> tuple[Metric, ...]:
        """Give what counts."""
        return (self.counts,)

    def feeds(self) -> tuple[Feed, ...]:
        """Feed what counts directly, so that it is fed once however many metrics share it."""
        if type(self).update is not Metric.update:
            return super().feeds()
        return ((self.output_transform, self.counts.accumulate),)

    def adopt(self, leaf: Metric) -> bool:
        """Use another's counts if they are of the same kind and settings."""
        if type(leaf) is not type(self.counts) or leaf.settings() != self.counts.settings():
            return False
        self.counts = leaf
        return True

    def settings(self) -> dict[str, Any]:
        """Give the options of the metric and of its counts."""
        return {**super().settings(), **self.counts.settings()}
