"""Perplexity agrees with torchmetrics however the data are split."""

import pytest
import torch
import torchmetrics.functional.text as tm
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import Perplexity

ways = st.fixed_dictionaries(
    {
        "cuts": st.lists(st.integers(0, 12), max_size=3),
        "ranks": st.integers(1, 3),
        "empty_rank": st.booleans(),
    }
)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**31), way=ways, ignored=st.sampled_from([-100, 3]))
def test_agrees_with_torchmetrics(seed, way, ignored, any_way):
    random = torch.Generator().manual_seed(seed)
    pred = torch.randn(12, 7, 9, generator=random, dtype=torch.float64)
    target = torch.randint(0, 9, (12, 7), generator=random)
    target[0, 0] = ignored
    theirs = tm.perplexity(pred, target, ignore_index=ignored).item()
    assert any_way(lambda: Perplexity(ignored), (pred, target), **way) == pytest.approx(theirs, abs=1e-6)


def test_half_precision_logits_are_summed_in_double():
    random = torch.Generator().manual_seed(0)
    pred = torch.randn(400, 50, generator=random).to(torch.bfloat16)
    target = torch.randint(0, 50, (400,), generator=random)
    metric = Perplexity()
    for rows in zip(pred.split(1), target.split(1), strict=True):
        metric.update(rows)
    assert metric.compute() == pytest.approx(
        tm.perplexity(pred[None].double(), target[None]).item(), rel=1e-6
    )


def test_classes_in_the_wrong_dimension_are_explained():
    with pytest.raises(MetricInputError) as error:
        Perplexity().update((torch.zeros(2, 9, 7), torch.zeros(2, 7).long()))
    assert str(error.value) == (
        "Perplexity: got pred float32 tensor of shape (2, 9, 7), target int64 tensor of shape (2, 7); "
        "expected a target of shape (2, 9) for 7 classes in dimension -1; if dimension 1 holds the classes, "
        "give the metric dim=1"
    )
