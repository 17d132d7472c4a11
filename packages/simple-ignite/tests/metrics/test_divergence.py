"""Divergences agree with scipy however the data are split."""

import math

import numpy as np
import pytest
import scipy.spatial.distance
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import JSDivergence, KLDivergence

ways = st.fixed_dictionaries(
    {
        "cuts": st.lists(st.integers(0, 20), max_size=3),
        "ranks": st.integers(1, 3),
        "empty_rank": st.booleans(),
    }
)
FORMS = {
    "probabilities": lambda logits: logits.softmax(1),
    "log_probabilities": lambda logits: logits.log_softmax(1),
    "logits": lambda logits: logits,
}


def kl(pred, target):
    return scipy.stats.entropy(target, pred, axis=1).mean()


def js(pred, target):
    return (scipy.spatial.distance.jensenshannon(target, pred, axis=1) ** 2).mean()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("make", "reference"), [(KLDivergence, kl), (JSDivergence, js)])
@settings(max_examples=15)
@given(seed=st.integers(0, 2**31), way=ways)
def test_agrees_with_scipy(make, reference, form, seed, way, any_way):
    random = torch.Generator().manual_seed(seed)
    pred, target = (torch.randn(20, 5, generator=random, dtype=torch.float64) * 3 for _ in range(2))
    ours = any_way(lambda: make(form=form), (FORMS[form](pred), FORMS[form](target)), **way)
    assert ours == pytest.approx(reference(pred.softmax(1), target.softmax(1)), abs=1e-12)


def test_classes_may_be_in_any_dimension():
    random = torch.Generator().manual_seed(0)
    pred, target = (torch.randn(4, 6, 3, generator=random).softmax(-1) for _ in range(2))
    last, second = KLDivergence(dim=-1), KLDivergence()
    last.update((pred, target))
    second.update((pred.movedim(-1, 1), target.movedim(-1, 1)))
    assert last.compute() == second.compute()
    assert last.compute() == pytest.approx(kl(pred.reshape(-1, 3), target.reshape(-1, 3)), abs=1e-6)


def test_what_has_no_probability_counts_for_nothing():
    target = torch.tensor([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]])
    pred = torch.tensor([[0.2, 0.4, 0.4], [0.5, 0.5, 0.0]])
    metric = KLDivergence()
    metric.update((pred, target))
    assert metric.compute() == pytest.approx(kl(pred.numpy(), target.numpy()))
    half = JSDivergence()
    half.update((pred, target))
    assert half.compute() == pytest.approx(js(pred.numpy(), target.numpy()))


def test_what_pred_excludes_is_infinitely_far_for_kl_and_log_2_for_js():
    pred, target = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    far, bounded = KLDivergence(), JSDivergence()
    far.update((pred, target))
    bounded.update((pred, target))
    assert far.compute() == math.inf
    assert bounded.compute() == pytest.approx(math.log(2))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_probabilities_in_half_precision_add_up_well_enough(dtype):
    random = torch.Generator().manual_seed(0)
    pred, target = (torch.randn(64, 1000, generator=random).softmax(1).to(dtype) for _ in range(2))
    metric = KLDivergence()
    metric.update((pred, target))
    p, q = target.double().numpy(), pred.double().numpy()
    assert metric.compute() == pytest.approx(scipy.stats.entropy(p, q, axis=1).mean(), rel=1e-9)


@pytest.mark.parametrize("row", [[0.5, 0.6], [-0.5, 1.5], [math.nan, 1.0], [0.0, 0.0]])
@pytest.mark.parametrize("side", [0, 1])
def test_what_is_no_distribution_is_reported(row, side):
    batch = [torch.tensor([[0.5, 0.5], [0.1, 0.9]]), torch.tensor([[0.5, 0.5], [0.1, 0.9]])]
    batch[side][1] = torch.tensor(row)
    metric = KLDivergence()
    metric.update(tuple(batch))
    with pytest.raises(MetricInputError) as error:
        metric.compute()
    assert str(error.value).startswith(
        "KLDivergence: got 1 samples whose probabilities are no distribution; expected numbers from 0 on "
        'that add up to 1 over the classes; form="logits" takes the raw scores'
    )


def test_log_probabilities_and_logits_say_what_is_wrong_with_them():
    for form, wanted in (
        ("log_probabilities", "numbers without NaN, whose exp adds up to 1"),
        ("logits", "numbers without NaN"),
    ):
        metric = JSDivergence(form=form)
        metric.update((torch.tensor([[math.nan, 1.0]]), torch.zeros(1, 2).log_softmax(1)))
        with pytest.raises(MetricInputError) as error:
            metric.compute()
        message = f"JSDivergence: got 1 samples whose {form} are no distribution; expected {wanted}"
        assert str(error.value) == message


def test_shapes_and_options_that_do_not_fit_are_explained():
    with pytest.raises(MetricInputError) as error:
        KLDivergence().update((torch.ones(3), torch.ones(3)))
    assert str(error.value) == (
        "KLDivergence: got pred float32 tensor of shape (3,), target float32 tensor of shape (3,); expected "
        "two tensors of floats, with the classes in dimension 1"
    )
    with pytest.raises(MetricInputError, match="classes in dimension 2"):
        KLDivergence(dim=2).update((torch.ones(3, 2), torch.ones(3, 2)))
    with pytest.raises(MetricInputError, match="two tensors of floats"):
        KLDivergence(form="logits").update((torch.ones(3, 2).long(), torch.ones(3, 2).long()))
    with pytest.raises(MetricInputError) as error:
        JSDivergence(form="odds")
    assert str(error.value) == (
        'JSDivergence: got form=\'odds\'; expected "probabilities", "log_probabilities" or "logits"'
    )


def test_one_hot_targets_of_integers_are_distributions():
    pred, target = torch.tensor([[0.25, 0.75]]), torch.tensor([[0, 1]])
    metric = KLDivergence()
    metric.update((pred, target))
    assert metric.compute() == pytest.approx(-np.log(0.75))
