"""How states begin, what they take, and how two of them become one."""

import copy
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from simple_ignite.errors import NoDataError
from simple_ignite.metrics import Cat, Max, Metric, Min, Sum, larger, smaller
from simple_ignite.metrics.base.transform import single

numbers = st.lists(st.integers(-1000, 1000), max_size=6)


class Spread(Metric):
    """Keeps sum, extremes and all of the numbers it sees."""

    total = Sum()
    highest = Max()
    lowest = Min()
    seen = Cat()
    output_transform = staticmethod(single)

    def accumulate(self, number):
        self.total += number
        self.highest = larger(self.highest, number)
        self.lowest = smaller(self.lowest, number)
        self.seen.append(torch.as_tensor(number))

    def result(self):
        return {"sum": self.total, "high": self.highest, "low": self.lowest, "all": self.seen.joined()}


class Errors(Metric):
    """Counts what went wrong, which may be nothing."""

    wrong = Sum()
    output_transform = staticmethod(single)

    def accumulate(self, count):
        self.wrong += count

    def result(self):
        return self.wrong


@given(numbers, numbers, numbers, st.booleans())
def test_merging_is_seeing_it_all_in_any_grouping(a, b, c, tensors):
    def made(*parts):
        metric = Spread()
        for number in (number for part in parts for number in part):
            metric.update(torch.tensor(number) if tensors else number)
        return metric

    left, right, whole = made(a), made(b), made(a, b, c)
    left.merge(made(b))
    left.merge(made(c))
    right.merge(made(c))
    first = made(a)
    first.merge(right)
    if not a + b + c:
        with pytest.raises(NoDataError):
            whole.compute()
        return
    for metric in (left, first):
        got, wanted = metric.compute(), whole.compute()
        assert {name: got[name] for name in ("sum", "high", "low")} == {
            name: wanted[name] for name in ("sum", "high", "low")
        }
        assert got["all"].tolist() == wanted["all"].tolist()


def test_a_sum_of_nothing_but_zeros_has_seen_data():
    metric, other = Errors(), Errors()
    with pytest.raises(NoDataError):
        metric.compute()
    metric.update(0)
    assert metric.compute() == 0
    other.merge(metric)
    assert other.compute() == 0
    other = Errors()
    other.load_state_dict(metric.state_dict())
    assert other.compute() == 0


def test_a_copy_of_one_that_has_seen_nothing_has_seen_nothing():
    for made in (copy.deepcopy(Spread()), pickle.loads(pickle.dumps(Spread()))):
        with pytest.raises(NoDataError):
            made.compute()
        made.load_state_dict(Spread().state_dict())
        with pytest.raises(NoDataError):
            made.compute()


def test_numpy_numbers_become_plain_ones():
    metric = Errors()
    metric.update(np.int64(3))
    assert type(metric.wrong) is int
    metric.update(np.float32(0.5))
    assert type(metric.wrong) is float


def test_the_larger_and_the_smaller_of_numbers_and_tensors():
    for a, b in (
        (1.0, 2.0),
        (torch.tensor(1.0), 2.0),
        (1.0, torch.tensor(2.0)),
        (torch.tensor(1.0), torch.tensor(2.0)),
    ):
        assert float(larger(a, b)) == 2.0
        assert float(smaller(a, b)) == 1.0
