"""Tensors in nested batches."""

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from simple_ignite.checks.nested import (
    all_tensors,
    described,
    main_output,
    not_finite,
    same,
    signature_of,
    size_of,
)

Pair = namedtuple("Pair", "x y")
X = torch.zeros(2, 3)


@dataclass
class Sample:
    pixels: torch.Tensor


@pytest.mark.parametrize(
    ("batch", "paths"),
    [
        (X, ["batch"]),
        ((X, X), ["batch[0]", "batch[1]"]),
        (Pair(X, {"a": [X]}), ["batch[0]", "batch[1]['a'][0]"]),
        (Sample(X), ["batch.pixels"]),
        (np.zeros(2), ["batch"]),
        (["text", None, np.array(["a"])], []),
    ],
)
def test_every_tensor_has_a_path(batch, paths):
    assert [path for path, _ in all_tensors(batch)] == paths


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ([0.0, 1], 0),
        ([NAN, 1], 1),
        ([INF, -INF, 1], 2),
        ([0.0, -INF], 0),
        ([-INF, 1], 1),
        ([0.0, INF], 1),
        ([1, 2], 0),
    ],
)
def test_values_that_are_not_finite_are_counted_but_for_additive_masks(values, count):
    assert not_finite(torch.tensor(values)) == count


def test_sparse_and_complex_values_are_counted():
    assert not_finite(torch.tensor([complex(NAN, 0), 1j])) == 1
    assert not_finite(torch.tensor([0.0, NAN]).to_sparse()) == 1


def test_the_first_dimension_is_no_part_of_the_signature():
    assert signature_of((X, X.long())) == signature_of((X[:1], X[:1].long()))
    assert signature_of((X, X)) != signature_of((X, X.long()))
    assert signature_of((X, X)) != signature_of((X, X[:, :1]))


def test_batches_are_the_same_by_path_and_value():
    assert same((X, X), (X.clone(), X.clone()))
    assert not same((X, X), (X, X + 1))
    assert not same({"a": X}, {"b": X})
    assert not same((X, X), (X,))
    assert not same("a", "a")  # without tensors it is not known


def test_the_number_of_samples():
    assert size_of((torch.tensor(1.0), X)) == 2
    assert size_of("text") is None


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (X, X),
        ({"hidden": X + 1, "logits": X}, X),
        ((torch.tensor([1]), X), X),
        ((torch.tensor(1.0), X), X),
        ("a", None),
    ],
)
def test_the_output_that_the_loss_is_of(output, expected):
    found = main_output(output)
    assert found is None if expected is None else torch.equal(found, expected)


def test_shapes_for_messages():
    assert described((X, {"a": np.zeros(4)}, 3)) == "[(2, 3), {'a': (4,)}, int]"
