"""Metrics of retrieval agree with scikit-learn and torchmetrics however the queries are split."""

import math

import numpy as np
import pytest
import sklearn.metrics as sk
import torch
import torchmetrics.functional.retrieval as tm
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics import MRR, NDCG

seeds = st.integers(0, 2**31)
ways = st.fixed_dictionaries(
    {
        "cuts": st.lists(st.integers(0, 20), max_size=3),
        "ranks": st.integers(1, 3),
        "empty_rank": st.booleans(),
    }
)
cuts = st.sampled_from([None, 1, 3, 6, 10])


def queries(seed, ties=False, most=4, n=20, items=6):
    random = torch.Generator().manual_seed(seed)
    pred = torch.rand(n, items, generator=random, dtype=torch.float64)
    target = torch.randint(0, most, (n, items), generator=random)
    return (pred * 4).round() if ties else pred, target


@settings(max_examples=40)
@given(seed=seeds, way=ways, k=cuts, ties=st.booleans(), exponential=st.booleans())
def test_ndcg_agrees_with_sklearn_with_ties_too(seed, way, k, ties, exponential, any_way):
    pred, target = queries(seed, ties)
    target[0] = 0  # a query without anything relevant
    ours = any_way(lambda: NDCG(k, gain="exponential" if exponential else "linear"), (pred, target), **way)
    theirs = sk.ndcg_score(2**target - 1 if exponential else target, pred, k=k)
    assert ours == pytest.approx(theirs, abs=1e-12)


@settings(max_examples=20)
@given(seed=seeds, k=cuts)
def test_ndcg_agrees_with_torchmetrics(seed, k):
    pred, target = queries(seed)
    metric = NDCG(k)
    metric.update((pred, target))
    pairs, k = zip(pred, target, strict=True), min(k or 6, 6)
    each = [tm.retrieval_normalized_dcg(p, t, top_k=k).item() for p, t in pairs]
    assert metric.compute() == pytest.approx(np.mean(each), abs=1e-6)


def reciprocal(pred, target, k=None):
    """1 / rank of the first relevant item of one query, ties counted against it."""
    order = sorted(range(len(pred)), key=lambda i: (-pred[i], target[i] > 0))
    ranks = [rank for rank, i in enumerate(order, 1) if target[i] > 0 and (k is None or rank <= k)]
    return 1 / ranks[0] if ranks else 0.0


@settings(max_examples=40)
@given(seed=seeds, way=ways, k=cuts, ties=st.booleans())
def test_mrr_is_the_mean_of_one_over_the_first_rank(seed, way, k, ties, any_way):
    pred, target = queries(seed, ties, most=2)
    target[0] = 0
    theirs = np.mean([reciprocal(p, t, k) for p, t in zip(pred.tolist(), target.tolist(), strict=True)])
    assert any_way(lambda: MRR(k), (pred, target), **way) == pytest.approx(theirs, abs=1e-12)
    if not ties:
        pairs, most = zip(pred, target, strict=True), min(k or 6, 6)
        each = [tm.retrieval_reciprocal_rank(p, t, top_k=most).item() for p, t in pairs]
        assert theirs == pytest.approx(np.mean(each), abs=1e-6)


@settings(max_examples=20)
@given(seed=seeds, ties=st.booleans())
def test_of_one_relevant_item_mrr_is_sklearns_and_takes_its_index(seed, ties):
    pred, _ = queries(seed, ties)
    index = torch.randint(0, 6, (20,), generator=torch.Generator().manual_seed(seed))
    hot = torch.nn.functional.one_hot(index, 6)
    by_index, by_relevance = MRR(), MRR()
    by_index.update((pred, index.to(torch.int32)))
    by_relevance.update((pred, hot))
    theirs = sk.label_ranking_average_precision_score(hot, pred)
    assert by_index.compute() == by_relevance.compute() == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("make", [NDCG, MRR])
@settings(max_examples=20)
@given(seed=seeds, k=cuts, ties=st.booleans(), ignored=st.sampled_from([-1, -100, 7]))
def test_ignored_items_are_as_if_not_there(make, seed, k, ties, ignored):
    pred, target = queries(seed, ties)
    padded, marked = torch.full((20, 10), math.nan, dtype=torch.float64), torch.full((20, 10), ignored)
    places = torch.rand(20, 10, generator=torch.Generator().manual_seed(seed)).argsort(1)[:, :6]
    padded.scatter_(1, places, pred)
    marked.scatter_(1, places, target)
    whole, short = make(k, ignore_index=ignored), make(k)
    whole.update((padded, marked))
    whole.update((torch.rand(3, 4), torch.full((3, 4), ignored)))  # queries in which nothing counts
    short.update((pred, target))
    assert whole.compute() == pytest.approx(short.compute(), abs=1e-12)


def test_queries_of_ignored_indices_count_for_nothing():
    metric = MRR(ignore_index=0)
    metric.update((torch.tensor([[0.9, 0.1], [0.9, 0.1]]), torch.tensor([0, 1])))
    assert metric.compute() == 0.5


@pytest.mark.parametrize("make", [NDCG, MRR])
def test_nothing_but_ignored_items_gives_nan(make):
    metric = make(ignore_index=-1)
    metric.update((torch.rand(2, 3), torch.full((2, 3), -1)))
    assert math.isnan(metric.compute())


@pytest.mark.parametrize("dtype", [torch.int8, torch.bool, torch.bfloat16])
def test_scores_of_any_type_have_an_order(dtype):
    pred, target = torch.tensor([[0, 1, 1], [1, 0, 0]]).to(dtype), torch.tensor([[0, 1, 0], [0, 1, 0]])
    for make, wanted in ((NDCG, sk.ndcg_score(target, pred.double())), (MRR, (1 / 2 + 1 / 3) / 2)):
        metric = make()
        metric.update((pred, target))
        assert metric.compute() == pytest.approx(wanted)


def test_a_relevant_item_of_score_minus_infinity_ranks_last():
    metric = MRR()
    metric.update((torch.tensor([[-math.inf, -math.inf, 1.0]]), torch.tensor([[1, 0, 0]])))
    assert metric.compute() == pytest.approx(1 / 3)


@pytest.mark.parametrize("make", [NDCG, MRR])
@pytest.mark.parametrize(
    ("pred", "target"),
    [
        ([[math.nan, 0.1]], [[1, 0]]),
        ([[0.3, 0.1]], [[1, -1]]),
        ([[0.3, 0.1]], [[1.0, math.inf]]),
        ([[0.3, 0.1]], [[1.0, math.nan]]),
    ],
)
def test_scores_and_relevances_that_cannot_be_taken_are_reported(make, pred, target):
    metric = make()
    metric.update((torch.tensor(pred), torch.tensor(target)))
    with pytest.raises(MetricInputError) as error:
        metric.compute()
    assert str(error.value).startswith(
        f"{make.__name__}: got 1 items with a score of NaN, or a target out of range; expected scores that "
        "are numbers, and targets that are relevances from 0 on, or indices of items"
    )


@pytest.mark.parametrize("index", [-1, 2])
def test_indices_of_no_item_are_reported(index):
    metric = MRR()
    metric.update((torch.rand(2, 2), torch.tensor([0, index])))
    with pytest.raises(MetricInputError, match="1 items"):
        metric.compute()


def test_shapes_and_options_that_do_not_fit_are_explained():
    with pytest.raises(MetricInputError) as error:
        NDCG().update((torch.rand(3), torch.ones(3).long()))
    assert str(error.value) == (
        "NDCG: got pred float32 tensor of shape (3,), target int64 tensor of shape (3,); expected scores and "
        "relevances of the same shape (n, items)"
    )
    with pytest.raises(MetricInputError, match=r"scores \(n, items\) and indices \(n,\)"):
        MRR().update((torch.rand(3, 2), torch.ones(4).long()))
    with pytest.raises(MetricInputError, match="real numbers"):
        NDCG().update((torch.ones(2, 2, dtype=torch.complex64), torch.ones(2, 2)))
    with pytest.raises(MetricInputError) as error:
        NDCG(0)
    assert str(error.value) == "NDCG: got k=0; expected one or more, or None"
    with pytest.raises(MetricInputError) as error:
        NDCG(gain="square")
    assert str(error.value) == 'NDCG: got gain=\'square\'; expected "linear" or "exponential"'
