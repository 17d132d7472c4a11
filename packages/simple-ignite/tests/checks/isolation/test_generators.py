"""The generators of a set-up are found, and put back."""

import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset

from simple_ignite.checks.isolation.generators import GeneratorStates, generators_of

DRAWS = {
    "torch": (lambda: torch.Generator().manual_seed(1), lambda g: torch.rand(1, generator=g).item()),
    "numpy": (lambda: np.random.default_rng(1), lambda g: g.random()),
    "numpy legacy": (lambda: np.random.RandomState(1), lambda g: g.rand()),
    "python": (lambda: random.Random(1), lambda g: g.random()),
}


@pytest.mark.parametrize(("make", "draw"), DRAWS.values(), ids=DRAWS)
def test_a_generator_of_an_object_is_put_back(make, draw):
    generator = make()
    states = GeneratorStates([generator])
    first = draw(generator)
    assert draw(generator) != first
    states.restore()
    assert draw(generator) == first


@pytest.mark.parametrize("draw", [random.random, np.random.random, lambda: torch.rand(1).item()])
def test_global_generators_are_put_back(draw):
    states = GeneratorStates([])
    first = draw()
    states.restore()
    assert draw() == first


class Holder:
    def __init__(self, generator):
        self.generator = generator


class Noisy(nn.Module):
    def __init__(self, generator):
        super().__init__()
        self.noise = generator


def loader(generator):
    data = TensorDataset(torch.zeros(4))
    data.augmentation = Holder(generator)
    return DataLoader(Subset(data, range(4)), 2)


@pytest.mark.parametrize(
    "owner",
    [
        lambda g: g,
        Holder,
        lambda g: Holder(Holder(g)),
        lambda g: Holder([Holder(g)]),
        lambda g: Holder({"a": g}),
        lambda g: nn.Sequential(Noisy(g)),
        lambda g: DataLoader(TensorDataset(torch.zeros(4)), shuffle=True, generator=g),
        loader,
    ],
)
def test_a_generator_is_found_wherever_it_is_held(owner):
    generator = torch.Generator()
    assert any(one is generator for one in generators_of(owner(generator)))


def test_objects_that_hold_each_other_are_looked_at_once():
    one, other = Holder(None), Holder(None)
    one.generator, other.generator = other, one
    assert generators_of(one) == []
