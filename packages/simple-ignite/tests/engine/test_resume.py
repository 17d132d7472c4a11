"""Resuming: a run continued from a state gives bit-identical weights."""

import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, Sampler
from torchdata.stateful_dataloader import StatefulDataLoader

from simple_ignite import Engine, Events, supervised_trainer
from simple_ignite.engine.batches import BatchSource
from simple_ignite.engine.resume import ResumeState
from simple_ignite.errors import IgniteWarning, StateError
from simple_ignite.metrics import Accuracy, Average

EPOCHS = 3
SIZE = 20


class Augmented(Dataset):
    """Draws from every generator there is, so that a single missing draw shows."""

    def __len__(self):
        return SIZE

    def __getitem__(self, index):
        noise = torch.rand(4) + random.random() + float(np.random.rand())
        return torch.full((4,), float(index)) / SIZE + noise, index % 3


class Plain(Augmented):
    """Draws nothing: torchdata does not keep the randomness of its workers."""

    def __getitem__(self, index):
        return torch.full((4,), float(index)) / SIZE, index % 3


class Streamed(IterableDataset):
    def __iter__(self):
        return (Augmented()[index] for index in range(SIZE))


class Lazy(Sampler):
    """Draws each index when it is asked for, from Python's generator."""

    def __len__(self):
        return SIZE

    def __iter__(self):
        return (random.randrange(SIZE) for _ in range(SIZE))


class Remembering:
    """A loader with a state of its own, as torchdata's StatefulDataLoader."""

    def __init__(self):
        self.position = 0
        self.loaded = False
        self.reads = 0

    def __len__(self):
        return SIZE // 4

    def __iter__(self):
        if not self.loaded:
            self.position = 0
        self.loaded = False
        generator = torch.Generator().manual_seed(7)
        batches = torch.rand(SIZE // 4, 4, 4, generator=generator)
        while self.position < len(self):
            self.position += 1
            self.reads += 1
            yield batches[self.position - 1], torch.arange(4) % 3

    def state_dict(self):
        return {"position": self.position}

    def load_state_dict(self, state):
        self.position = state["position"]
        self.loaded = True


LOADERS = {
    "shuffled": lambda: DataLoader(Augmented(), batch_size=4, shuffle=True),
    "own generator": lambda: DataLoader(
        Augmented(), batch_size=4, shuffle=True, generator=torch.Generator().manual_seed(3)
    ),
    "sampler": lambda: DataLoader(Augmented(), batch_size=4, sampler=Lazy()),
    "streamed": lambda: DataLoader(Streamed(), batch_size=4),
    "workers": lambda: DataLoader(Augmented(), batch_size=4, shuffle=True, num_workers=2),
    "remembering": Remembering,
    "stateful": lambda: StatefulDataLoader(Augmented(), batch_size=4, shuffle=True),
    "stateful workers": lambda: StatefulDataLoader(Plain(), batch_size=4, shuffle=True, num_workers=1),
    "list": lambda: [(torch.full((4, 4), float(n)), torch.arange(4) % 3) for n in range(5)],
}


def training(loader):
    """Return a trainer with dropout, momentum and a metric, its parts, and its data."""
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    trainer = supervised_trainer(model, optimizer, nn.functional.cross_entropy)
    trainer.add_metric(Accuracy(), "accuracy")
    return trainer, model, optimizer, LOADERS[loader]()


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def scramble():
    for _ in range(3):
        random.random(), np.random.rand(), torch.rand(5)


@pytest.mark.filterwarnings("ignore:'set_vital' is deprecated:UserWarning")  # torchdata calls it
@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("at", [1, 3, 5, 8, 14])
def test_resumed_in_the_middle_of_an_epoch(loader, at, tmp_path):
    if "workers" in loader and at not in (3, 8):
        pytest.skip("two positions are enough for slow workers")
    trainer, model, optimizer, data = training(loader)
    saved = tmp_path / "state.pt"
    accuracies = []

    @trainer.on(Events.ITERATION_COMPLETED(once=at), priority=-1000)
    def save(engine):
        states = {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "trainer": engine.state_dict(),
        }
        torch.save(states, saved)

    trainer.on(Events.EPOCH_COMPLETED, lambda engine: accuracies.append(engine.state.metrics["accuracy"]))
    trainer.run(data, max_epochs=EPOCHS, seed=5)

    resumed, again, optimizer, data = training(loader)
    scramble()
    states = torch.load(saved, weights_only=True)
    again.load_state_dict(states["model"])
    optimizer.load_state_dict(states["optimizer"])
    resumed.load_state_dict(states["trainer"])
    rest = []
    resumed.on(Events.EPOCH_COMPLETED, lambda engine: rest.append(engine.state.metrics["accuracy"]))
    state = resumed.run(data)
    assert state.iteration == trainer.state.iteration == EPOCHS * SIZE // 4
    assert rest == accuracies[(at - 1) // 5 :]
    assert torch.equal(weights(model), weights(again))


@pytest.mark.parametrize(
    ("event", "loader"),
    [
        (Events.EPOCH_COMPLETED(once=2), "shuffled"),
        (Events.EPOCH_COMPLETED(once=2), "own generator"),
        (Events.EPOCH_COMPLETED(once=1), "remembering"),
        (Events.EPOCH_STARTED(once=2), "shuffled"),
        (Events.ITERATION_STARTED(once=7), "list"),
    ],
)
def test_resumed_from_other_moments(event, loader):
    trainer, model, optimizer, data = training(loader)
    kept = []

    @trainer.on(event, priority=-1000)
    def save(engine):
        import copy

        kept.append(copy.deepcopy((model.state_dict(), optimizer.state_dict(), engine.state_dict())))

    trainer.run(data, max_epochs=EPOCHS, seed=5)
    resumed, again, optimizer, data = training(loader)
    scramble()
    for part, state in zip((again, optimizer, resumed), kept[0], strict=True):
        part.load_state_dict(state)
    resumed.run(data)
    assert torch.equal(weights(model), weights(again))


@pytest.mark.parametrize("event", [Events.ITERATION_STARTED, Events.GET_BATCH_COMPLETED])
@pytest.mark.parametrize("twice", [False, True])
def test_a_batch_in_hand_is_not_lost(event, twice):
    """Also by a loader that has counted it, and that went on from a state of its own before."""

    def run(state, at):
        trainer, seen, states = Engine(lambda engine, batch: seen.append(float(batch[0].sum()))), [], []
        if state is not None:
            trainer.load_state_dict(state)
        trainer.on(event(once=at), lambda engine: states.append(engine.state_dict()))
        trainer.run(Remembering(), max_epochs=2)
        return seen, states

    whole, states = run(None, 3)
    if twice:
        assert run(states[0], 4)[0] == whole[2:]
        states = run(states[0], 4)[1]
    assert run(states[0], 99)[0] == whole[3 if twice else 2 :]


def test_a_loader_that_remembers_is_not_read_again():
    trainer, _, _, data = training("remembering")
    states = []
    trainer.on(Events.ITERATION_COMPLETED(once=4), lambda engine: states.append(engine.state_dict()))
    trainer.run(data)
    resumed, _, _, data = training("remembering")
    resumed.load_state_dict(states[0])
    resumed.run(data)
    assert data.reads == 1


def test_epoch_started_fires_again_for_a_loaded_epoch_so_that_samplers_can_be_set():
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.ITERATION_COMPLETED(once=3), Engine.terminate)
    trainer.run(range(4), max_epochs=2)
    resumed, seen = Engine(lambda engine, batch: seen.append(batch)), []
    resumed.load_state_dict(trainer.state_dict())
    resumed.on(Events.EPOCH_STARTED, lambda engine: seen.append(f"epoch {engine.state.epoch}"))
    resumed.run(range(4))
    assert seen == ["epoch 0", 3, "epoch 1", 0, 1, 2, 3]


def test_an_iterator_that_goes_over_epochs_is_where_it_was():
    def run(trainer, seen):
        trainer.step = lambda engine, batch: seen.append(batch)
        trainer.run(range(5), max_epochs=4, epoch_length=3)

    whole, states, expected = Engine(print), [], []
    whole.on(Events.EPOCH_COMPLETED(once=2), lambda engine: states.append(engine.state_dict()))
    run(whole, expected)
    resumed, seen = Engine(print), []
    resumed.load_state_dict(states[0])
    run(resumed, seen)
    assert seen == expected[6:] == [1, 2, 3, 4, 0, 1]


def test_a_handler_whose_state_was_loaded_is_not_called_again_for_its_epoch():
    trainer, first = Engine(lambda engine, batch: None), Counter()
    trainer.on(Events.EPOCH_STARTED, first)
    trainer.on(Events.ITERATION_COMPLETED(once=2), Engine.terminate)
    trainer.run(range(4))
    resumed, again = Engine(lambda engine, batch: None), Counter()
    resumed.on(Events.EPOCH_STARTED, again)
    resumed.load_state_dict(trainer.state_dict())
    resumed.run(range(4))
    assert again.calls == 1


def test_a_loaded_finished_run_does_nothing_unless_the_goal_is_raised():
    trainer = Engine(lambda engine, batch: None)
    trainer.run(range(4), max_epochs=2)
    saved = trainer.state_dict()
    for goal, iterations in ((2, 8), (3, 12)):
        batches = []
        resumed = Engine(lambda engine, batch, batches=batches: batches.append(batch))
        resumed.load_state_dict(saved)
        assert resumed.run(range(4), max_epochs=goal).iteration == iterations
        assert len(batches) == iterations - 8


def test_plain_attributes_of_the_state_travel_along():
    trainer = Engine(lambda engine, batch: None)
    trainer.state.best, trainer.state.model = 0.5, object()
    trainer.state.history = [1, {"a": (2.0, None)}]
    resumed = Engine(lambda engine, batch: None)
    with pytest.warns(IgniteWarning, match=r"^state\.model is not saved with the engine's state \(object\)$"):
        saved = trainer.state_dict()
    trainer.state_dict()  # and is named once
    resumed.load_state_dict(saved)
    assert resumed.state.best == 0.5
    assert resumed.state.history == [1, {"a": (2.0, None)}]
    with pytest.raises(AttributeError, match="State has no `model`; it has batch, best"):
        _ = resumed.state.model


def test_counts_of_events_travel_along():
    trainer = Engine(lambda engine, batch: engine.fire_event("step"))
    trainer.register_events("step")
    trainer.on(Events.ITERATION_COMPLETED(once=2), Engine.terminate)
    trainer.run(range(4))
    resumed, seen = Engine(lambda engine, batch: engine.fire_event("step")), []
    resumed.register_events("step")
    resumed.load_state_dict(trainer.state_dict())
    from simple_ignite import EventFilter

    resumed.on(EventFilter("step", every=3), lambda engine: seen.append(engine.state.iteration))
    resumed.run(range(4))
    assert seen == [3]


class Counter:
    """A handler with a state."""

    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1

    def state_dict(self):
        return {"calls": self.calls}

    def load_state_dict(self, state):
        self.calls = state["calls"]


def test_handlers_with_state_are_found_and_may_be_attached_after_loading():
    trainer, first, second = Engine(lambda engine, batch: None), Counter(), Counter()
    trainer.on(Events.ITERATION_COMPLETED, first)
    trainer.on(Events.EPOCH_COMPLETED, second)
    trainer.run(range(3))
    saved = trainer.state_dict()
    assert saved["handlers"] == {"Counter": {"calls": 3}, "Counter#2": {"calls": 1}}
    resumed, before, after = Engine(lambda engine, batch: None), Counter(), Counter()
    resumed.on(Events.ITERATION_COMPLETED, before)
    resumed.load_state_dict(saved)
    resumed.on(Events.EPOCH_COMPLETED, after)
    assert (before.calls, after.calls) == (3, 1)


def test_a_state_that_nobody_claims_is_told():
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.ITERATION_COMPLETED, Counter())
    trainer.run(range(3))
    resumed = Engine(lambda engine, batch: None)
    resumed.load_state_dict(trainer.state_dict())
    with pytest.warns(IgniteWarning) as caught:
        resumed.run(range(3), max_epochs=2)
    assert str(caught[0].message) == (
        "the loaded state contains handlers that this engine does not have: Counter; attach them before `run`"
    )
    assert caught[0].filename == __file__


def test_modules_and_optimisers_are_not_taken_for_handlers():
    model = nn.Linear(1, 1)
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.EPOCH_STARTED, model.train)
    assert trainer.state_dict()["handlers"] == {}


def test_a_state_that_was_loaded_can_be_saved_again_before_it_is_used():
    trainer, _, _, data = training("shuffled")
    trainer.on(Events.ITERATION_COMPLETED(once=3), Engine.terminate)
    trainer.run(data, seed=1)
    saved = trainer.state_dict()
    copy, *_ = training("shuffled")
    copy.load_state_dict(saved)
    again = copy.state_dict()
    assert again["feed"]["fetched"] == saved["feed"]["fetched"] == 3
    assert torch.equal(again["random"]["torch"], saved["random"]["torch"])
    assert str(again["measured"]) == str(saved["measured"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"format": 99},
            "the engine's state has format 99, this version reads 1; load it with the version that wrote it",
        ),
        ({"counts": None}, "the engine's state has no entry 'counts'; it is incomplete"),
    ],
)
def test_a_state_of_another_kind_is_refused(change, message):
    state = {**Engine(print).state_dict(), **change}
    state = {
        key: value
        for key, value in state.items()
        if value is not None or key in ("max_epochs", "max_iterations", "epoch_length", "seed")
    }
    with pytest.raises(StateError) as caught:
        Engine(print).load_state_dict(state)
    assert str(caught.value) == message


def test_a_state_that_is_no_dictionary_is_refused():
    with pytest.raises(StateError, match="an engine's state is a dictionary, not a NoneType"):
        Engine(print).load_state_dict(None)


def test_handlers_of_the_same_class_are_numbered_and_each_is_kept_once():
    state, first, second, third = ResumeState(), Counter(), Counter(), Counter()
    for handler in (first, second, first, third, second):
        state.keep(handler)
    assert state.kept == (first, second, third)
    assert list(state._kept) == ["Counter", "Counter#2", "Counter#3"]


class Attached(nn.Linear):
    """A module of one's own."""


@pytest.mark.parametrize(
    "handler",
    [
        print,
        object(),
        nn.Linear(1, 1),
        Attached(1, 1),
        torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1),
        torch.optim.lr_scheduler.StepLR(torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1), 1),
        torch.amp.GradScaler("cpu"),
    ],
)
def test_what_is_saved_by_a_name_of_its_own_is_not_kept(handler):
    state = ResumeState()
    state.keep(handler)
    assert state.kept == ()


def test_positions_are_saved_as_numbers():
    trainer = Engine(lambda engine, batch: None)
    assert {key: trainer.state_dict()[key] for key in ("format", "iteration", "epochs", "open")} == {
        "format": 1,
        "iteration": 0,
        "epochs": 0,
        "open": False,
    }
    assert "feed" not in trainer.state_dict()
    assert "measured" not in trainer.state_dict()
    trainer.on(Events.ITERATION_COMPLETED(once=3), Engine.terminate)
    trainer.run(range(4), max_epochs=2, epoch_length=2, seed=7)
    saved = trainer.state_dict()
    numbers = ("iteration", "epochs", "open", "chosen", "max_epochs", "max_iterations")
    assert [saved[key] for key in numbers] == [3, 1, True, True, 2, None]
    assert [saved[key] for key in ("epoch_length", "epoch_begin", "seed")] == [2, 2, 7]
    assert saved["feed"] == {"fetched": 3}


@pytest.mark.parametrize(("at", "epoch"), [(Events.EPOCH_COMPLETED(once=2), 1), (Events.STARTED, 0)])
def test_between_epochs_the_loaded_epoch_is_the_last_one(at, epoch):
    trainer, states = Engine(lambda engine, batch: None), []
    trainer.on(at, lambda engine: states.append(engine.state_dict()))
    trainer.run([1, 2], max_epochs=3)
    resumed = Engine(lambda engine, batch: None)
    resumed.load_state_dict(states[0])
    assert (resumed.state.epoch, resumed.in_epoch) == (epoch, False)


def test_metrics_are_saved_within_an_epoch_alone():
    trainer, saved = Engine(lambda engine, batch: batch), {}
    trainer.add_metric(Average(), "mean")
    for event in (Events.ITERATION_COMPLETED, Events.EPOCH_COMPLETED):
        trainer.on(event, lambda engine, name: saved.update({name: engine.state_dict()}), event.name)
    trainer.run([1.0, 3.0])
    assert saved["ITERATION_COMPLETED"]["measured"]["mean"]["samples"] == 2
    assert "measured" not in saved["EPOCH_COMPLETED"]
    assert saved["EPOCH_COMPLETED"]["metrics"] == {"mean": 2.0}


@pytest.mark.filterwarnings("ignore:state.*is not saved")
@pytest.mark.parametrize(
    ("value", "travels"),
    [
        (1, True),
        (0.5, True),
        ("text", True),
        (None, True),
        (True, True),
        (torch.ones(2), True),
        ([1, (2, {"a": [None]})], True),
        ({1: "a"}, True),
        (nn.Parameter(torch.ones(1)), False),
        (np.float64(1), True),
        ([1, object()], False),
        ({"a": {3}}, True),
        ({(1, print): 1}, False),
        (type("Mine", (dict,), {})(), False),
    ],
)
def test_which_attributes_and_metrics_are_saved(value, travels):
    trainer = Engine(lambda engine, batch: None)
    trainer.state.mine = value
    trainer.state.metrics["mine"] = value
    saved = trainer.state_dict()
    assert ("mine" in saved["user"], "mine" in saved["metrics"]) == (travels, travels)
    assert not set(saved["user"]) - {"mine"}


def test_the_order_of_loading_and_attaching_does_not_matter_and_names_are_remembered():
    saved = {**Engine(print).state_dict(), "handlers": {"Counter": {"calls": 3}, "Counter#2": {"calls": 5}}}
    trainer, first, second = Engine(print), Counter(), Counter()
    trainer.keep(first)
    trainer.load_state_dict(saved)
    assert trainer.state_dict()["handlers"] == saved["handlers"], "also those that nobody has taken yet"
    trainer.keep(second)
    assert (first.calls, second.calls) == (3, 5)
    assert trainer.resume_state.restored == {id(first), id(second)}
    trainer.load_state_dict({**saved, "handlers": {}})
    assert trainer.resume_state.restored == set()


def test_unclaimed_states_are_reported_once(recwarn):
    trainer = Engine(lambda engine, batch: None)
    trainer.load_state_dict({**trainer.state_dict(), "handlers": {"B": {}, "A": {}}})
    trainer.resume_state.begin_run()
    trainer.resume_state.begin_run()
    assert [str(one.message).partition("; ")[0] for one in recwarn] == [
        "the loaded state contains handlers that this engine does not have: A, B"
    ]


def test_data_and_generators_are_restored_once():
    state, source = ResumeState(), BatchSource([1, 2, 3])
    engine = Engine(print)
    engine.load_state_dict({**engine.state_dict(), "feed": {"fetched": 2}})
    state = engine.resume_state
    drawn = torch.rand(2)
    state.restore_data(source, 2)
    assert next(source.iterator(2)) == 3
    assert torch.equal(torch.rand(2), drawn)
    state.restore_data(source, 2)
    assert not torch.equal(torch.rand(2), drawn)
    assert state.pending_batches is None


def test_held_positions_are_restored_like_loaded_ones():
    state, source = ResumeState(), BatchSource([1, 2, 3])
    next(source.iterator(0))
    state.hold_position(source, 1)
    assert (state.pending_batches, source.failed) == ({"fetched": 1}, False)
    drawn = torch.rand(2)
    again = BatchSource([1, 2, 3])
    state.restore_data(again, 1)
    assert (next(again.iterator(1)), torch.equal(torch.rand(2), drawn)) == (2, True)
    for data, failed in ((iter([1]), True), (None, False)):
        source = BatchSource(data)
        state.hold_position(source, 0)
        assert source.failed is failed


def test_what_is_discarded_is_not_restored():
    engine = Engine(print)
    engine.load_state_dict({**engine.state_dict(), "feed": {"fetched": 2}, "measured": {"a": 1}})
    engine.resume_state.discard()
    state = engine.resume_state
    assert (state.pending_batches, state._pending_rng, state._pending_metrics) == (None, None, None)


@pytest.mark.parametrize("key", ["iteration", "epochs", "open", "chosen", "counts", "user", "random"])
def test_every_entry_of_a_state_is_needed(key):
    saved = Engine(print).state_dict()
    del saved[key]
    with pytest.raises(StateError) as caught:
        Engine(print).load_state_dict(saved)
    assert str(caught.value) == f"the engine's state has no entry '{key}'; it is incomplete"
    assert caught.value.key == f"'{key}'"


def test_a_run_that_was_continued_saves_the_generators_as_they_are_then():
    def drawing(once):
        seen = []
        trainer = Engine(lambda engine, batch: seen.append(torch.rand(()).item()))
        trainer.on(Events.ITERATION_COMPLETED(once=once), Engine.interrupt)
        return trainer, seen

    torch.manual_seed(4)
    whole, expected = drawing(once=100)
    whole.run(range(6))

    torch.manual_seed(4)
    first, seen = drawing(once=2)
    first.run(range(6))
    second, more = drawing(once=4)
    second.load_state_dict(first.state_dict())
    second.run(range(6))
    third, rest = drawing(once=100)
    third.load_state_dict(second.state_dict())
    torch.manual_seed(5)
    third.run(range(6))
    assert seen + more + rest == expected
