"""Batches are drawn without moving loaders, samplers and generators on."""

import copy
import random

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, Sampler, TensorDataset

from simple_ignite.checks.isolation.loader_copy import LoaderCopy, is_once

COUNT = 24


class InPlace(Sampler):
    """Shuffles its list, counts its passes, and has generators of its own."""

    def __init__(self):
        self.indices = list(range(COUNT))
        self.passes = 0
        self.random = random.Random(3)
        self.numpy = np.random.default_rng(4)

    def __len__(self):
        return COUNT

    def __iter__(self):
        self.passes += 1
        self.random.shuffle(self.indices)
        self.numpy.random()
        return iter(list(self.indices))


class Positioned(DataLoader):
    """Has a state, as a loader of torchdata."""

    position = 0

    def __iter__(self):
        for batch in super().__iter__():
            self.position += 1
            yield batch

    def state_dict(self):
        return {"position": self.position}

    def load_state_dict(self, state):
        self.position = state["position"]


class Stream(IterableDataset):
    """Counts what it has yielded, in itself."""

    def __init__(self):
        self.position = 0

    def __iter__(self):
        for index in range(COUNT):
            self.position = index
            yield torch.full((10,), float(index)), index % 3


class Own:
    """A loader of one's own around another, which keeps its workers."""

    def __init__(self, inner):
        self.inner = inner
        self.epochs = 0
        self.history = []

    def __iter__(self):
        self.epochs += 1
        self.history.append(self.epochs)
        return iter(self.inner)


DATA = TensorDataset(torch.randn(COUNT, 10), torch.arange(COUNT) % 3)
LOADERS = {
    "shuffled": lambda: DataLoader(DATA, 6, shuffle=True),
    "generator": lambda: DataLoader(DATA, 6, shuffle=True, generator=torch.Generator().manual_seed(2)),
    "sampler": lambda: DataLoader(DATA, 6, sampler=InPlace()),
    "positioned": lambda: Positioned(DATA, 6, shuffle=True),
    "kept workers": lambda: DataLoader(DATA, 6, shuffle=True, num_workers=1, persistent_workers=True),
    "stream": lambda: DataLoader(Stream(), 6),
    "own": lambda: Own(DataLoader(DATA, 6, shuffle=True, num_workers=1, persistent_workers=True)),
}


def epochs(loader):
    """Return the batches of two epochs."""
    return [list(loader) for _ in range(2)]


def same(one, other):
    return all(
        torch.equal(a, b)
        for x, y in zip(one, other, strict=True)
        for p, q in zip(x, y, strict=True)
        for a, b in zip(p, q, strict=True)
    )


def attributes(loader):
    parts = [loader, getattr(loader, "sampler", None), getattr(loader, "dataset", None)]
    return [
        {k: copy.copy(v) for k, v in vars(part).items() if isinstance(v, int | list | type(None))}
        for part in parts
        if part is not None and hasattr(part, "__dict__")
    ]


@pytest.mark.parametrize("name", LOADERS)
def test_a_loader_goes_on_as_if_nothing_had_been_drawn(sound, check, name):
    results = []
    for checked in (False, True):
        torch.manual_seed(0)
        parts = sound["mlp"]()
        torch.manual_seed(7)
        parts.loader = LOADERS[name]()
        before = attributes(parts.loader)
        if checked:
            check(parts)
        assert attributes(parts.loader) == before
        results.append(epochs(parts.loader))
    assert same(*results)


def test_in_the_middle_of_an_epoch_the_iterator_goes_on(sound, check):
    results = []
    for checked in (False, True):
        torch.manual_seed(0)
        parts = sound["mlp"]()
        parts.loader = DataLoader(DATA, 6, shuffle=True, num_workers=1, persistent_workers=True)
        iterator = iter(parts.loader)
        next(iterator)
        if checked:
            check(parts)
        results.append([list(iterator)])
    assert same(*results)


@pytest.mark.parametrize(
    ("make", "once"),
    [
        (lambda: iter([1]), True),
        (lambda: [1], False),
        (lambda: DataLoader(DATA), False),
        (lambda: DataLoader(Stream()), False),
        (lambda: Own(iter([1])), True),
        (lambda: Own([1]), False),
    ],
)
def test_what_is_used_up_by_reading(make, once):
    assert is_once(make()) is once


class Batched(Dataset):
    def __init__(self):
        self.asked = []

    def __len__(self):
        return COUNT

    def __getitem__(self, index):
        self.asked.append(index)
        return torch.tensor(index)


def test_the_second_pass_reads_only_if_it_takes_the_same_samples():
    data = Batched()
    ordered = LoaderCopy(DataLoader(data, 6))
    assert [batch.tolist() for batch in ordered.batches(2)] == [list(range(6)), list(range(6, 12))]
    assert [batch.tolist() for batch in ordered.again(2)] == [list(range(6)), list(range(6, 12))]
    data.asked.clear()
    shuffled = LoaderCopy(DataLoader(data, 6, shuffle=True))
    list(shuffled.batches(2))
    assert shuffled.again(2) is None
    assert len(data.asked) == 12


def test_no_more_samples_are_read_than_batches_are_drawn():
    data = Batched()
    list(LoaderCopy(DataLoader(data, 6)).batches(1))
    assert data.asked == list(range(6))
