"""Adapters for torchmetrics: their states are exchanged, merged, held and restored."""

import pytest
import torch
import torchmetrics
import torchmetrics.classification as tm

from simple_ignite.errors import MetricStateError
from simple_ignite.metrics.base.torchmetrics import Collection, Torchmetric, Wrapper, adapted, own


def batch(seed=0, number=6):
    generator = torch.Generator().manual_seed(seed)
    return (
        torch.randn(number, 3, generator=generator),
        torch.randint(0, 3, (number,), generator=generator),
    )


def seen(make, *seeds):
    metric = adapted(make())
    for seed in seeds:
        metric.update(batch(seed))
    return metric


def recall():
    return tm.MulticlassRecall(3, average=None)


def auroc():
    return tm.MulticlassAUROC(3)


def collection():
    return torchmetrics.MetricCollection({"a": tm.MulticlassRecall(3), "b": tm.MulticlassPrecision(3)})


@pytest.mark.parametrize("make", [recall, auroc])
def test_states_have_the_names_that_torchmetrics_gives_them(make):
    metric = seen(make, 0)
    assert metric.state_names() == list(metric.base._defaults)
    assert list(metric.local()) == metric.state_names()


@pytest.mark.parametrize("make", [recall, auroc, collection])
def test_merged_states_are_those_of_one_that_saw_it_all(make):
    whole, parts = seen(make, 0, 1, 2), [seen(make, seed) for seed in range(3)]
    held = parts[0].hold(parts[0].merged([part.local() for part in parts]))
    torch.testing.assert_close(parts[0].base.compute(), whole.base.compute())
    parts[0].release(held)
    torch.testing.assert_close(parts[0].base.compute(), seen(make, 0).base.compute())


def test_lists_are_joined_also_where_a_rank_sends_one_tensor():
    metric = seen(auroc, 0)
    names = metric.state_names()
    merged = metric.merged(
        [{name: [torch.ones(1), torch.ones(2)] for name in names}, {name: torch.ones(3) for name in names}]
    )
    assert [len(part) for part in merged[names[0]]] == [1, 2, 3]


def test_states_without_a_reduction_are_stacked():
    class Kept(torchmetrics.Metric):
        def __init__(self):
            super().__init__()
            self.add_state("value", default=torch.tensor(0.0), dist_reduce_fx=None)

        def update(self, value):
            self.value = value

        def compute(self):
            return self.value

    merged = Torchmetric(Kept()).merged([{"value": torch.tensor(1.0)}, {"value": torch.tensor(2.0)}])
    assert merged["value"].tolist() == [1.0, 2.0]


def test_while_held_it_does_not_reduce_and_afterwards_it_does():
    metric = seen(recall, 0)
    metric.base.compute()
    before = metric.base._update_count, metric.base._computed
    held = metric.hold(metric.local())
    assert (metric.base._to_sync, metric.base._computed) == (False, None)
    metric.release(held)
    assert metric.base._to_sync
    assert metric.base._update_count == before[0]
    assert metric.base._computed is before[1]


def test_loaded_states_count_as_an_update():
    metric, fresh = seen(recall, 0, 1), adapted(recall())
    fresh.load_state_dict(metric.state_dict())
    assert fresh.base._update_count == 1
    torch.testing.assert_close(fresh.compute(), metric.compute())
    twice = seen(recall, 0, 1, 2)
    twice.unpack(metric.local())
    assert twice.base._update_count == 3
    with pytest.raises(MetricStateError, match="cannot load the states"):
        fresh.load_state_dict({"other": torch.ones(1)})


def test_members_of_a_collection_have_states_of_their_own_name():
    metric = seen(collection, 0)
    assert set(metric.members()) == {"a", "b"}
    assert metric.state_names()[0].startswith("a/")
    assert list(metric.local()) == metric.state_names()
    fresh = adapted(collection())
    fresh.load_state_dict(metric.state_dict())
    assert fresh.compute() == metric.compute()


def test_the_states_of_one_member():
    assert own({"a/x": 1, "a/y/z": 2, "ab/x": 3, "b/a/x": 4}, "a") == {"x": 1, "y/z": 2}


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (recall, Torchmetric),
        (collection, Collection),
        (lambda: torchmetrics.MetricCollection({}), Torchmetric),
        (lambda: torchmetrics.ClasswiseWrapper(recall()), Wrapper),
        (
            lambda: torchmetrics.MetricCollection({"w": torchmetrics.ClasswiseWrapper(recall())}),
            Wrapper,
        ),
    ],
)
def test_which_adapter_is_used(make, kind):
    assert type(adapted(make())) is kind


def test_a_wrapper_saves_the_states_of_what_it_wraps_and_sends_none():
    metric = seen(lambda: torchmetrics.ClasswiseWrapper(recall()), 0)
    assert metric.local() == metric.merged([]) == {}
    fresh = adapted(torchmetrics.ClasswiseWrapper(recall()))
    saved = metric.state_dict()
    assert saved
    fresh.load_state_dict(saved)
    assert fresh.base.metric._update_count == 0, "torchmetrics does not save it"
    torch.testing.assert_close(fresh.base.metric.tp, metric.base.metric.tp)
