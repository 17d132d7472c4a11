"""Sharing: which metrics use one set of counts."""

from simple_ignite.metrics import Metric, Sum, single
from simple_ignite.metrics.base.derived import Derived
from simple_ignite.metrics.base.sharing import members, share


class Counts(Metric):
    total = Sum()
    output_transform = staticmethod(single)

    def accumulate(self, value):
        self.total += value


class Fine(Counts):
    """Counts in more detail."""

    detail = 2


class Total(Derived[Counts]):
    output_transform = staticmethod(single)

    def __init__(self, counts=None, output_transform=None):
        super().__init__(counts or Counts(), output_transform=output_transform)

    def result(self):
        return self.counts.total


class Either(Total):
    """Adopts either kind of counts."""

    def adopt(self, leaf):
        self.counts = leaf
        return True


def other(output):
    return (output,)


def test_metrics_of_the_same_counts_share_the_first():
    first, second, third = Total(), Total(), Total()
    share([first, second, third])
    assert first.counts is second.counts is third.counts


def test_metrics_of_another_transform_do_not():
    first, second = Total(), Total(output_transform=other)
    share([first, second])
    assert first.counts is not second.counts


def test_a_metric_that_has_seen_data_keeps_its_counts():
    first, second = Total(), Total()
    second.update(3)
    share([first, second])
    assert first.counts is not second.counts
    assert second.compute() == 3


def test_counts_that_have_seen_data_are_not_adopted():
    first, second = Total(), Total()
    first.update(3)
    share([first, second])
    assert second.empty()
    assert first.counts is not second.counts


def test_the_most_detailed_counts_come_first():
    coarse, fine = Either(), Either(Fine())
    share([coarse, fine])
    assert type(coarse.counts) is Fine
    assert coarse.counts is fine.counts


def test_counts_alone_are_adopted_too():
    counts, total = Counts(), Total()
    share([counts, total])
    assert total.counts is counts


def test_members_come_outermost_first():
    total = Total()
    double = total * 2 + Total()
    found = members(double)
    assert found[0] is double
    assert found[1].parts() == (total,)
    assert found[2:4] == [total, total.counts]
    assert len(found) == 6
    assert members(total.counts) == [total.counts]
