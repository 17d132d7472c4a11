"""Resuming: a run continued from a state gives bit-identical weights."""

import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, Sampler
from torchdata.stateful_dataloader import StatefulDataLoader

from simple_ignite import Engine, Events, supervised_trainer
from simple_ignite.engine.rng import RngState
from simple_ignite.errors import IgniteWarning, StateError
from simple_ignite.metrics import Accuracy

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
    resumed.load_state_dict(trainer.state_dict())
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


def test_randomness_comes_back_through_its_state():
    kept = RngState().state_dict()
    drawn = [
        random.random(),
        float(np.random.rand()),
        torch.rand(3).tolist(),
        random.gauss(0, 1),
        np.random.normal(),
    ]
    RngState.from_state_dict(kept).restore()
    again = [
        random.random(),
        float(np.random.rand()),
        torch.rand(3).tolist(),
        random.gauss(0, 1),
        np.random.normal(),
    ]
    assert drawn == again


def test_a_seed_makes_runs_alike():
    drawn = []
    for _ in range(2):
        engine = Engine(
            lambda engine, batch: drawn.append((random.random(), np.random.rand(), float(torch.rand(()))))
        )
        assert engine.run(range(1), seed=11).seed == 11
    assert drawn[0] == drawn[1]
