"""Derived: metrics that share their counts."""

import pytest

from simple_ignite.metrics import Metric, Sum, single
from simple_ignite.metrics.base.derived import Derived


class Counts(Metric):
    total = Sum()
    number = Sum()
    output_transform = staticmethod(single)

    def __init__(self, factor=1):
        self.factor = factor
        super().__init__()

    def accumulate(self, value):
        self.total += value * self.factor
        self.number += 1


class Mean(Derived[Counts]):
    output_transform = staticmethod(single)

    def __init__(self, factor=1, scale=1):
        self.scale = scale
        super().__init__(Counts(factor))

    def result(self):
        return self.counts.total / self.counts.number * self.scale


class Twice(Mean):
    """One with an update of its own."""

    def update(self, output):
        super().update(output)
        super().update(output)


class Same(Counts):
    """Other counts of the same settings."""


def test_it_counts_by_its_counts():
    metric = Mean(scale=2)
    metric.update(3)
    metric.update(5)
    assert (metric.compute(), metric.counts.number) == (8.0, 2)
    metric.reset()
    assert metric.counts.empty()
    assert metric.empty()


def test_the_counts_bear_its_name_and_hold_its_states():
    metric = Mean()
    assert metric.counts.called() == "Mean"
    assert metric.parts() == metric.leaves() == (metric.counts,)
    assert metric.settings() == {"scale": 1, "factor": 1}


def test_its_counts_are_fed_directly_unless_it_has_an_update_of_its_own():
    metric, twice = Mean(), Twice()
    assert metric.feeds() == ((metric.output_transform, metric.counts.accumulate),)
    assert twice.feeds() == ((single, twice.update),)


def test_counts_of_the_same_class_and_settings_are_adopted():
    metric, other = Mean(), Counts()
    assert metric.adopt(other)
    assert metric.counts is other


@pytest.mark.parametrize("other", [Counts(2), Same(), Mean()])
def test_other_counts_are_not(other):
    metric = Mean()
    before = metric.counts
    assert not metric.adopt(other)
    assert metric.counts is before
