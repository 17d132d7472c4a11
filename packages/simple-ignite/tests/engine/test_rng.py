"""RngState: every generator is saved and restored, those of a loader too."""

import random

import numpy as np
import pytest
import torch
from torch.utils.data import BatchSampler, DataLoader, RandomSampler

from simple_ignite import Engine
from simple_ignite.engine.rng import RngState, cuda_in_use, seed_everything


def draws():
    return [
        random.random(),
        float(np.random.rand()),
        torch.rand(3).tolist(),
        random.gauss(0, 1),
        np.random.normal(),
    ]


def test_the_generators_continue_where_they_were():
    kept = RngState()
    drawn = draws()
    kept.restore()
    assert draws() == drawn


def test_they_continue_through_a_file_that_holds_plain_values(tmp_path):
    random.gauss(0, 1), np.random.normal()  # so that both hold the second of a pair
    torch.save(RngState().state_dict(), tmp_path / "rng.pt")
    drawn = draws()
    RngState.from_state_dict(torch.load(tmp_path / "rng.pt", weights_only=True)).restore()
    assert draws() == drawn


@pytest.mark.parametrize(
    "loader_of",
    [
        lambda g: DataLoader(range(9), shuffle=True, generator=g),
        lambda g: DataLoader(range(9), sampler=RandomSampler(range(9), generator=g)),
        lambda g: DataLoader(
            range(9), batch_sampler=BatchSampler(RandomSampler(range(9), generator=g), 2, False)
        ),
    ],
)
def test_the_generator_of_a_loader_or_its_sampler_is_restored_too(loader_of):
    generator, other = torch.Generator().manual_seed(4), torch.Generator().manual_seed(5)
    loader = loader_of(generator)
    kept = RngState(loader)
    assert len(kept.loader) == 1, "a generator that several share is saved once"
    drawn = torch.rand(3, generator=generator)
    RngState.from_state_dict(kept.state_dict()).restore(loader)
    assert torch.equal(torch.rand(3, generator=generator), drawn)
    kept.restore(loader_of(other))
    assert torch.equal(torch.rand(3, generator=other), drawn)


def test_the_generators_of_a_loader_keep_their_order():
    class Own:
        generator = torch.Generator().manual_seed(1)
        sampler = type("Sampler", (), {"generator": torch.Generator().manual_seed(2)})

    kept = RngState(Own())
    drawn = torch.rand(2, generator=Own.generator), torch.rand(2, generator=Own.sampler.generator)
    kept.restore(Own())
    assert torch.equal(torch.rand(2, generator=Own.generator), drawn[0])
    assert torch.equal(torch.rand(2, generator=Own.sampler.generator), drawn[1])


def test_a_loader_of_another_kind_is_left_alone():
    kept = RngState(DataLoader(range(3), generator=torch.Generator()))
    kept.restore([1, 2, 3])
    assert RngState([1, 2]).loader == []


def test_seeding_makes_all_generators_alike():
    seed_everything(2**32 + 3)
    first = draws()
    numpy = np.random.RandomState(3)
    assert first[1] == numpy.rand(), "NumPy takes 32 bits"
    seed_everything(2**32 + 3)
    assert draws() == first
    seed_everything(4)
    assert all(a != b for a, b in zip(draws(), first, strict=True))


def test_a_seed_makes_runs_alike():
    drawn = []
    for _ in range(2):
        engine = Engine(lambda engine, batch: drawn.append(draws()))
        assert engine.run(range(1), seed=11).seed == 11
    assert drawn[0] == drawn[1]


def test_asking_for_cuda_does_not_initialise_it():
    assert cuda_in_use() == torch.cuda.is_initialized()
    assert RngState().cuda == [] or cuda_in_use()
