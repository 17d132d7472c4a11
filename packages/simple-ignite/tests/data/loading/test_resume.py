"""Resuming a run over batches that are drawn ahead: bit for bit as an undisturbed one without prefetch."""

import copy
import functools
import random
import time

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, RandomSampler
from torchdata.stateful_dataloader import StatefulDataLoader

from simple_ignite import Events, Stateful, supervised_trainer
from simple_ignite.data import prefetch

EPOCHS, SIZE, DEPTH = 3, 20, 3


class Plain(Dataset):
    def __len__(self):
        return SIZE

    def __getitem__(self, index):
        return torch.full((4,), float(index)) / SIZE, index % 3


class Augmented(Plain):
    """Draws from the generators of a worker, which are as they are without prefetch."""

    def __getitem__(self, index):
        noise = torch.rand(4) + random.random() + float(np.random.rand())
        return torch.full((4,), float(index)) / SIZE + noise, index % 3


class Remembering:
    """A loader with a state of its own."""

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
        batches = torch.rand(SIZE // 4, 4, 4, generator=torch.Generator().manual_seed(7))
        while self.position < len(self):
            self.position += 1
            self.reads += 1
            yield batches[self.position - 1], torch.arange(4) % 3

    def state_dict(self):
        return {"position": self.position}

    def load_state_dict(self, state):
        self.position = state["position"]
        self.loaded = True


def seeded():
    return torch.Generator().manual_seed(3)


LOADERS = {
    "shuffled": lambda: DataLoader(Plain(), 4, shuffle=True),
    "own generator": lambda: DataLoader(Plain(), 4, shuffle=True, generator=seeded()),
    "replacement": lambda: DataLoader(
        Plain(), 4, sampler=RandomSampler(Plain(), replacement=True, num_samples=70, generator=seeded())
    ),
    "workers": lambda: DataLoader(Augmented(), 4, shuffle=True, generator=seeded(), num_workers=2),
    "remembering": Remembering,
    "stateful": lambda: StatefulDataLoader(Plain(), 4, shuffle=True),
    "stateful with a generator": lambda: StatefulDataLoader(Plain(), 4, shuffle=True, generator=seeded()),
    "stateful workers": lambda: StatefulDataLoader(Plain(), 4, shuffle=True, num_workers=1),
    "list": lambda: [(torch.full((4, 4), float(n)), torch.arange(4) % 3) for n in range(5)],
}
SLOW = ("workers", "stateful workers")


def training(loader, ahead):
    """Return a trainer with dropout and momentum, its parts, and its data."""
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    trainer = supervised_trainer(model, optimizer, nn.functional.cross_entropy)
    data = LOADERS[loader]()
    return trainer, model, optimizer, prefetch(data, depth=DEPTH) if ahead else data


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def scramble():
    for _ in range(3):
        random.random(), np.random.rand(), torch.rand(5)


def run_and_save(loader, ahead, event, length):
    """Train; return the weights at the end, and the state when `event` fired."""
    trainer, model, optimizer, data = training(loader, ahead)
    taken = {}

    def save(engine):
        time.sleep(0.003)  # let the thread draw ahead
        parts = (engine, model, optimizer)
        taken["states"] = [copy.deepcopy(part.state_dict()) for part in parts]

    trainer.on(event, save)
    trainer.run(data, max_epochs=EPOCHS, seed=3, epoch_length=length)
    return weights(model), taken.get("states")


@functools.cache
def undisturbed(loader, length=None):
    """Return the weights at the end of a run that never stopped, without prefetch."""
    return run_and_save(loader, False, Events.STARTED, length)[0]


def resume(loader, ahead, states, length):
    scramble()
    trainer, model, optimizer, data = training(loader, ahead)
    for part, state in zip((trainer, model, optimizer), states, strict=True):
        part.load_state_dict(state)
    scramble()
    trainer.run(data, max_epochs=EPOCHS, epoch_length=length)
    return weights(model)


QUICK = [("replacement", 4), ("stateful", 8), ("list", 5)]  # for ways to save and resume other than the usual


def cases():
    """Yield a loader, where to save, whether with prefetch before and after, and the length of epochs."""
    for before, after, length in [
        (True, True, None),
        (True, True, 3),
        (True, True, 5),
        (False, True, None),
        (True, False, None),
    ]:
        usual = before and after and length is None
        for loader in LOADERS:
            for at in (1, 4, 5, 8, 14):
                quick = loader not in SLOW and (at in (1, 5, 8) if usual else (loader, at) in QUICK)
                yield pytest.param(loader, at, before, after, length, marks=() if quick else pytest.mark.slow)


@pytest.mark.filterwarnings("ignore:'set_vital' is deprecated:UserWarning")  # torchdata calls it
@pytest.mark.parametrize(("loader", "at", "before", "after", "length"), list(cases()))
def test_a_run_resumed_in_mid_epoch_gives_the_same_weights(loader, at, before, after, length):
    """Saved and resumed with or without prefetch: the state is the same."""
    wanted = undisturbed(loader, length)
    through, states = run_and_save(loader, before, Events.ITERATION_COMPLETED(once=at), length)
    assert torch.equal(through, wanted)
    if states is not None:
        assert torch.equal(resume(loader, after, states, length), wanted)


@pytest.mark.filterwarnings("ignore:'set_vital' is deprecated:UserWarning")
@pytest.mark.parametrize("loader", [name for name in LOADERS if name not in SLOW])
@pytest.mark.parametrize(
    "event",
    [Events.GET_BATCH_COMPLETED(once=7), Events.GET_BATCH_STARTED(once=7), Events.EPOCH_COMPLETED(once=2)],
)
def test_other_moments(loader, event):
    wanted = undisturbed(loader)
    through, states = run_and_save(loader, True, event, None)
    assert torch.equal(through, wanted)
    assert torch.equal(resume(loader, True, states, None), wanted)


def test_a_loader_with_a_state_is_not_read_from_its_beginning():
    wanted = undisturbed("remembering")
    _, states = run_and_save("remembering", True, Events.ITERATION_COMPLETED(once=9), None)
    trainer, model, optimizer, data = training("remembering", True)
    for part, state in zip((trainer, model, optimizer), states, strict=True):
        part.load_state_dict(state)
    trainer.run(data, max_epochs=EPOCHS)
    assert torch.equal(weights(model), wanted)
    assert data.reads == 6


def test_the_state_is_that_of_the_loader_after_the_batch_in_hand():
    data = prefetch(Remembering(), depth=DEPTH)
    assert isinstance(data, Stateful)
    assert data.state_dict() == {"position": 0}
    batches = iter(data)
    assert data.state_dict() == {"position": 0}
    for position in range(1, 4):
        next(batches)
        time.sleep(0.003)
        assert data.state_dict() == {"position": position}
    data.load_state_dict({"position": 2})
    assert list(batches) == []
    assert len(list(data)) == 3
    assert data.state_dict() == {"position": 5}


def test_a_state_that_the_loader_could_not_give_is_an_error_when_it_is_asked_for():
    class Refusing(Remembering):
        def state_dict(self):
            raise ValueError("no state")

    data = prefetch(Refusing())
    assert len(list(data)) == 5
    with pytest.raises(ValueError, match="no state"):
        data.state_dict()


def test_an_iterator_with_a_state():
    class Counter:
        def __init__(self):
            self.at = 0

        def __iter__(self):
            return self

        def __next__(self):
            self.at += 1
            return self.at

        def state_dict(self):
            return self.at

        def load_state_dict(self, state):
            self.at = state

    data = prefetch(Counter(), depth=DEPTH)
    assert [next(data), next(data)] == [1, 2]
    assert data.state_dict() == 2
    data.load_state_dict(7)
    assert [next(data), next(data)] == [8, 9]


def test_a_paused_run_goes_on_at_the_next_batch():
    wanted = undisturbed("own generator")
    trainer, model, _, data = training("own generator", True)
    trainer.on(Events.ITERATION_COMPLETED(once=7), lambda engine: engine.interrupt())
    trainer.run(data, max_epochs=EPOCHS, seed=3)
    trainer.run(data)
    assert torch.equal(weights(model), wanted)
