"""Transforms: prediction and target of an output, devices, and descriptions in messages."""

from collections import OrderedDict, namedtuple

import pytest
import torch

from simple_ignite.errors import OutputError
from simple_ignite.metrics import pair, single
from simple_ignite.metrics.base.transform import described, device_of, shortened

Output = namedtuple("Output", "pred target")


@pytest.mark.parametrize(
    "output",
    [
        ("p", "t"),
        ["p", "t"],
        Output("p", "t"),
        {"pred": "p", "label": "t"},
        {"pred": "p", "labels": "t"},
        {"pred": "p", "target": "t", "loss": 0.5},
        OrderedDict(y="t", pred="p"),
        {"pred": "p", "y": "other", "label": "t"},
    ],
)
def test_prediction_and_target_are_found(output):
    assert pair(output) == ("p", "t")


def test_a_pair_is_returned_as_it_is():
    output = ("p", "t")
    assert pair(output) is output


@pytest.mark.parametrize(
    ("output", "got"),
    [
        ((1, 2, 3), "tuple of 3 (int, int, int)"),
        ({"loss": torch.tensor(0.5)}, "dict {'loss': float32 tensor of shape ()}"),
        ({"pred": 1}, "dict {'pred': int}"),
        ({"target": 1, "y": 2}, "dict {'target': int, 'y': int}"),
        (torch.ones(2), "float32 tensor of shape (2,)"),
        ([1], "list of 1 (int)"),
        (None, "NoneType"),
    ],
)
def test_another_output_is_described(output, got):
    with pytest.raises(OutputError) as caught:
        pair(output)
    assert str(caught.value) == (
        f'the step\'s output is {got}; expected (pred, target), or a mapping with "pred" and one of "label", '
        '"labels", "target", "y". Give the metric an output_transform that makes it so: '
        "output_transform=lambda output: (output[...], output[...])"
    )
    assert caught.value.got == got


def test_an_output_is_one_argument_even_if_it_is_a_tuple():
    assert single((1, 2)) == ((1, 2),)


@pytest.mark.parametrize(
    "value",
    [
        torch.ones(1, device="meta"),
        (1, "text", torch.ones(1, device="meta")),
        [[], {"a": (None, torch.ones(1, device="meta"))}, torch.ones(1)],
    ],
)
def test_the_device_is_that_of_the_first_tensor(value):
    assert device_of(value) == torch.device("meta")


@pytest.mark.parametrize("value", [None, 3, "text", (), {"a": [1]}])
def test_without_a_tensor_there_is_no_device(value):
    assert device_of(value) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (torch.ones(2, 3, dtype=torch.bfloat16), "bfloat16 tensor of shape (2, 3)"),
        ({"a": (1, [2, {"b": 3}])}, "dict {'a': tuple of 2 (int, list)}"),
        ([], "list of 0"),
        ((), "tuple of 0"),
        ({}, "dict {}"),
        (list(range(7)), "list of 7 (int, int, int, int, int, int, …)"),
        (list(range(6)), "list of 6 (int, int, int, int, int, int)"),
        (Output, "type"),
    ],
)
def test_descriptions_are_short(value, text):
    assert described(value) == text


def test_many_items_are_cut_after_the_first():
    assert shortened(["a", "b", "c"], most=2) == "a, b, …"
    assert shortened(["a", "b"], most=2) == "a, b"
    assert shortened([]) == ""
