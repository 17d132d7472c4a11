"""Reduction: values, errors and states of this process; several ranks are in test_ranks."""

from collections import OrderedDict

import pytest
import torch

from simple_ignite.errors import NoDataError
from simple_ignite.metrics import Average
from simple_ignite.metrics.base.reduction import evaluate, plain, total, unique, valued


def averaged(*numbers):
    metric = Average()
    for number in numbers:
        metric.update(number)
    return metric


class Failing:
    def __init__(self, error, asked):
        self.error, self.asked = error, asked

    def leaves(self):
        return ()

    def value(self):
        self.asked.append(self.error)
        if self.error is not None:
            raise self.error
        return 1


def test_values_come_by_name_in_the_order_of_the_metrics():
    values = evaluate({"b": averaged(1, 3), "a": averaged(5)})
    assert list(values.items()) == [("b", 2.0), ("a", 5.0)]


def test_the_first_error_is_raised_after_all_were_asked_and_names_its_metric():
    asked = []
    metrics = {
        "fine": Failing(None, asked),
        "first": Failing(ValueError("one"), asked),
        "second": Failing(KeyError("two"), asked),
        "last": Failing(None, asked),
    }
    with pytest.raises(ValueError, match="one") as caught:
        valued(metrics)
    assert caught.value.__notes__ == ["while computing the metric 'first'"]
    assert len(asked) == 4


def test_an_empty_metric_is_named():
    with pytest.raises(NoDataError) as caught:
        evaluate({"a": averaged(1), "mean": Average()})
    assert caught.value.__notes__ == ["while computing the metric 'mean'"]


def test_states_come_in_the_order_of_the_leaves():
    states = total(iter([averaged(1, 3), averaged(5)]))
    assert [(float(state["total"]), state["samples"]) for state in states] == [(4.0, 2), (5.0, 1)]


def test_leaves_that_are_shared_come_once():
    first, second = averaged(1), averaged(1)
    assert unique([first, second, first]) == [first, second]


class Pair(tuple):
    pass


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (torch.tensor(2), 2),
        (torch.tensor(0.5), 0.5),
        ({"a": torch.tensor(1.0), "b": [torch.tensor(True), "x"]}, {"a": 1.0, "b": [True, "x"]}),
        ((torch.tensor(1.0), (torch.tensor(2.0),)), (1.0, (2.0,))),
        (3, 3),
        ("text", "text"),
        (None, None),
    ],
)
def test_scalars_become_numbers_in_nested_values(value, expected):
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)


def test_other_tensors_stay_and_containers_keep_their_class():
    tensor = torch.ones(1)
    assert plain(tensor) is tensor
    assert plain([tensor])[0] is tensor
    assert type(plain(Pair((torch.tensor(1.0),)))) is Pair
    assert type(plain(OrderedDict(a=1))) is dict
