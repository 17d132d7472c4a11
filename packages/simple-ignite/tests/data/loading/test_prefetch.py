"""A loader whose batches are drawn ahead."""

import copy
import gc
import pickle
import threading
import time
from collections.abc import Iterator, Sized

import pytest
import torch
from torch.utils.data import (
    DataLoader,
    Dataset,
    DistributedSampler,
    IterableDataset,
    RandomSampler,
    TensorDataset,
)

from simple_ignite import Engine, Events, Stateful
from simple_ignite.data import prefetch
from simple_ignite.errors import DataArgumentError, DataExhaustedError


def until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    if threads():
        gc.collect()
    until(lambda: not threads())


class Endless(IterableDataset):
    def __iter__(self):
        return iter(lambda: torch.zeros(2), None)


def loader(**kwargs):
    return DataLoader(TensorDataset(torch.arange(20)), 4, **kwargs)


def numbers(batches):
    return [batch[0].tolist() for batch in batches]


# As the loader is.


def test_batches_length_and_attributes_are_the_loaders():
    own = loader()
    ahead = prefetch(own)
    assert numbers(ahead) == numbers(ahead) == numbers(own)
    assert len(ahead) == 5
    assert ahead.batch_size == 4
    assert ahead.dataset is own.dataset
    assert bool(ahead)
    assert repr(ahead) == f"prefetch({own!r}, None, 2)"
    with pytest.raises(AttributeError, match="'DataLoader' object has no attribute 'nothing'"):
        _ = ahead.nothing


def test_what_is_set_is_set_on_the_loader():
    own = loader()
    ahead = prefetch(own)
    ahead.worker_init_fn = print
    assert own.worker_init_fn is print
    with pytest.raises(ValueError, match="batch_size attribute should not be set"):
        ahead.batch_size = 3


def test_it_passes_for_the_loader():
    assert isinstance(prefetch(loader()), DataLoader)
    assert isinstance(prefetch(loader()), Sized)
    assert not isinstance(prefetch(loader()), (Stateful, Iterator))
    assert isinstance(prefetch(iter([1])), Iterator)


def test_a_loader_without_a_length():
    with pytest.raises(TypeError):
        len(prefetch(DataLoader(Endless())))
    with pytest.raises(TypeError):
        len(prefetch(iter([1])))


@pytest.mark.parametrize("data", [[1, 2, 3], (1, 2, 3), range(1, 4), {1: 0, 2: 0, 3: 0}])
def test_anything_that_can_be_iterated_over(data):
    assert list(prefetch(data)) == [1, 2, 3]


def test_copies_begin_anew():
    ahead = prefetch(loader(), depth=3)
    batches = iter(ahead)
    first = next(batches)
    for other in (copy.copy(ahead), pickle.loads(pickle.dumps(ahead))):
        assert numbers(other) == numbers(loader())
    assert numbers([first, *batches]) == numbers(loader())
    assert copy.copy(ahead).dataset is ahead.dataset


@pytest.mark.parametrize("depth", [0, -1, 1.5, "2", True])
def test_depths_that_are_none(depth):
    with pytest.raises(ValueError) as caught:
        prefetch(loader(), depth=depth)
    assert isinstance(caught.value, DataArgumentError)
    assert str(caught.value) == f"depth must be a whole number, 1 or more, not {depth!r}"


@pytest.mark.parametrize("data", [None, 5, DataLoader])
def test_what_cannot_be_iterated_over(data):
    with pytest.raises(DataArgumentError) as caught:
        prefetch(data)
    assert str(caught.value) == f"loader must be iterable, such as a DataLoader, not a {type(data).__name__}"


def test_batches_are_moved_to_the_device():
    assert [batch[0].device.type for batch in prefetch(loader(), "meta")] == ["meta"] * 5


# Order.


def orders(wrap, make, epochs=2, taken=None):
    """Return the batches of several epochs, of which `taken` are looked at, and what is drawn afterwards."""
    torch.manual_seed(7)
    own = make()
    data, found = wrap(own), []
    for _ in range(epochs):
        for number, batch in enumerate(data):
            found.append(batch[0].tolist())
            if number + 1 == taken:
                break
        found.append(torch.rand(1).item())
    generator = own.generator or own.sampler.generator
    return found, None if generator is None else generator.get_state().tolist()


def seeded():
    return torch.Generator().manual_seed(3)


SHUFFLED = {
    "global": lambda: loader(shuffle=True),
    "own": lambda: loader(shuffle=True, generator=seeded()),
    "replacement": lambda: loader(
        sampler=RandomSampler(range(20), replacement=True, num_samples=200, generator=seeded())
    ),
    "workers": lambda: loader(shuffle=True, generator=seeded(), num_workers=2),
    "persistent": lambda: loader(shuffle=True, num_workers=1, persistent_workers=True),
}


def shuffled():
    """Yield each loader with where an epoch is left; starting workers is slow."""
    for taken in (None, 1, 3, 5):
        for name, make in SHUFFLED.items():
            slow = name in ("workers", "persistent") and taken in (1, 5)
            yield pytest.param(make, taken, id=f"{name}-{taken}", marks=pytest.mark.slow if slow else ())


@pytest.mark.parametrize(("make", "taken"), list(shuffled()))
def test_the_order_is_the_same_as_without(make, taken):
    """Also of what is drawn afterwards, whether an epoch is gone through or left in the middle."""
    assert orders(lambda own: prefetch(own, depth=4), make, taken=taken) == orders(
        lambda own: own, make, taken=taken
    )


def test_a_sampler_is_told_the_epoch():
    sampler = DistributedSampler(range(20), 1, 0, seed=1)
    own = loader(sampler=sampler)
    ahead, found = prefetch(own), []
    for epoch in range(3):
        ahead.sampler.set_epoch(epoch)
        found.append(numbers(ahead))
        assert found[-1] == numbers(own)
    assert found[0] != found[1] != found[2]


def test_two_iterations_at_once():
    assert list(zip(prefetch(range(5)), prefetch(range(5)), strict=True)) == [(n, n) for n in range(5)]
    ahead = prefetch(range(5))
    assert [(x, y) for x in ahead for y in ahead] == [(x, y) for x in range(5) for y in range(5)]
    assert list(zip(ahead, ahead, strict=True)) == [(n, n) for n in range(5)]


# Iterators.


def test_an_iterator_goes_on_where_it_was_left():
    ahead = prefetch(iter(range(9)), depth=3)
    assert iter(ahead) is ahead
    for number in ahead:
        if number == 2:
            break
    assert next(ahead) == 3
    assert list(ahead) == [4, 5, 6, 7, 8]
    assert list(ahead) == []


def test_an_iterator_that_fails_is_an_error_to_the_engine():
    def data():
        yield from range(3)
        raise ValueError("broken")

    for wrap in (lambda data: data, prefetch):
        trainer, batches = Engine(lambda engine, batch: None), wrap(data())
        with pytest.raises(ValueError, match="broken"):
            trainer.run(batches, max_epochs=1)
        with pytest.raises(DataExhaustedError, match="an iterator can be used only once"):
            trainer.run(batches)


# Errors and ends.


class Broken(Dataset):
    def __len__(self):
        return 5

    def __getitem__(self, index):
        if index == 3:
            raise ValueError("item 3 is broken")
        return torch.tensor(index)


@pytest.mark.parametrize("workers", [0, pytest.param(1, marks=pytest.mark.slow)])  # torch ends it after 5 s
def test_errors_come_where_the_batch_would_have(workers):
    found = []

    def train():
        for batch in prefetch(DataLoader(Broken(), None, num_workers=workers), depth=4):
            found.append(int(batch))

    with pytest.raises(ValueError, match="item 3 is broken"):
        train()
    assert found == [0, 1, 2]


def test_an_engine_says_where_it_was_when_the_data_failed():
    trainer, done = Engine(lambda engine, batch: None), []
    trainer.on(Events.ITERATION_COMPLETED, lambda engine: done.append(engine.state.iteration))
    with pytest.raises(ValueError, match="item 3 is broken"):
        trainer.run(prefetch(DataLoader(Broken(), None), depth=4), max_epochs=1)
    assert done == [1, 2, 3]


def test_left_in_the_middle_the_thread_ends():
    for _ in prefetch(DataLoader(Endless(), 4)):
        assert len(threads()) == 1
        break
    until(lambda: not threads())


def test_closed_the_thread_ends():
    batches = iter(prefetch(DataLoader(Endless(), 4)))
    next(batches)
    batches.close()
    until(lambda: not threads())
    assert list(batches) == []


def test_an_error_in_the_loop_ends_the_thread():
    def train():
        for _ in prefetch(DataLoader(Endless(), 4)):
            raise ValueError

    with pytest.raises(ValueError):
        train()
    until(lambda: not threads())


def test_workers_end_when_an_iteration_is_left():
    import multiprocessing

    for _ in prefetch(DataLoader(Endless(), 4, num_workers=1)):
        break
    until(lambda: not threads())
    until(lambda: not multiprocessing.active_children())


# In an engine.


def test_an_engine_keeps_no_batch_alive():
    import weakref

    kept = []

    def step(engine, batch):
        assert all(each() is None for each in kept)
        kept.append(weakref.ref(batch))

    Engine(step).run(prefetch(DataLoader(Broken(), None, sampler=[0, 1, 2, 4]), depth=1), max_epochs=3)
    assert len(kept) == 12
