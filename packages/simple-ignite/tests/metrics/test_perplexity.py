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


@pytest.mark.parametrize("label", [-1, 9, 100])
def test_tokens_out_of_range_are_reported(label):
    metric = Perplexity()
    target = torch.zeros(2, 7).long()
    target[1, 3] = label
    metric.update((torch.zeros(2, 7, 9), target))
    with pytest.raises(MetricInputError) as error:
        metric.compute()
    assert str(error.value).startswith(
        "Perplexity: got 1 tokens out of range; expected tokens from 0 to below the size of the vocabulary, "
        "or an ignore_index"
    )


@pytest.mark.parametrize("ignored", [-100, 3, 50])
def test_one_that_is_ignored_is_not_though_the_vocabulary_has_it(ignored):
    random = torch.Generator().manual_seed(0)
    pred, target = torch.randn(6, 9, generator=random), torch.tensor([0, 1, ignored, 3, 4, ignored])
    metric = Perplexity(ignored)
    metric.update((pred, target))
    kept = target != ignored
    wanted = torch.nn.functional.cross_entropy(pred[kept].double(), target[kept]).exp().item()
    assert metric.compute() == pytest.approx(wanted, rel=1e-6)


def test_the_vocabulary_may_be_where_cross_entropy_has_it():
    random = torch.Generator().manual_seed(0)
    pred, target = torch.randn(2, 9, 7, generator=random), torch.randint(0, 9, (2, 7), generator=random)
    metric = Perplexity(dim=1)
    metric.update((pred, target))
    wanted = torch.nn.functional.cross_entropy(pred.double(), target).exp().item()
    assert metric.compute() == pytest.approx(wanted, rel=1e-6)


def test_states_of_version_0_3_are_loaded():
    metric = Perplexity()
    metric.load_state_dict({"nll": torch.tensor(2.0, dtype=torch.float64), "tokens": torch.tensor(2)})
    assert metric.compute() == pytest.approx(torch.tensor(1.0).exp().item())


def test_tokens_that_are_no_integers_or_scores_that_are_no_floats_are_explained():
    floats, integers = torch.zeros(2, 3), torch.zeros(2).long()
    for pred, target in ((floats, torch.zeros(2)), (floats.long(), integers)):
        with pytest.raises(MetricInputError, match="Perplexity: got pred"):
            Perplexity().update((pred, target))
    with pytest.raises(MetricInputError) as error:
        Perplexity().update((torch.zeros(2).long(), torch.zeros(2).long()))
    assert str(error.value) == (
        "Perplexity: got pred int64 tensor of shape (2,), target int64 tensor of shape (2,); expected logits "
        "with one dimension more than the tokens"
    )
