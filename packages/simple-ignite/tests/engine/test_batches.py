"""BatchSource: iterators that are kept, dropped, saved and restored."""

import random

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, IterableDataset

from simple_ignite.engine.batches import BatchSource, is_iterable, is_iterator


class Stateful:
    """A loader with a state: how many batches it has given."""

    def __init__(self, length=5):
        self.length, self.position, self.loaded = length, 0, []

    def __iter__(self):
        self.position = self.loaded.pop()["position"] if self.loaded else 0
        while self.position < self.length:
            self.position += 1
            yield self.position

    def state_dict(self):
        return {"position": self.position}

    def load_state_dict(self, state):
        self.loaded.append(state)


class Unsized(IterableDataset):
    def __iter__(self):
        return iter(range(3))


class BySubscript:
    """Data of the old protocol, without `__iter__`."""

    def __getitem__(self, index):
        if index > 2:
            raise IndexError
        return index


def take(source, number, done=0):
    iterator = source.iterator(done)
    return [next(iterator) for _ in range(number)]


def test_the_iterator_is_kept_until_it_is_dropped():
    source = BatchSource([1, 2, 3])
    assert take(source, 2) == [1, 2]
    assert take(source, 1, done=2) == [3]
    source.drop()
    assert take(source, 1, done=3) == [1]


def test_the_origin_is_where_the_iterator_was_made():
    source = BatchSource([1, 2, 3])
    take(source, 2, done=4)
    assert source.origin == 4
    take(source, 1, done=6)
    assert source.origin == 4, "the iterator was kept"
    source.drop()
    take(source, 1, done=7)
    assert source.origin == 7


def test_without_data_every_batch_is_none():
    source = BatchSource(None)
    assert take(source, 3) == [None] * 3
    assert source.length is None


@pytest.mark.parametrize(
    ("data", "length"),
    [
        ([1, 2], 2),
        ([], 0),
        (iter([1]), None),
        (DataLoader(range(5), batch_size=2), 3),
        (DataLoader(Unsized(), batch_size=2), None),
    ],
)
def test_the_length_is_that_of_the_data_if_it_is_known(data, length):
    assert BatchSource(data).length == length


@pytest.mark.parametrize(
    ("data", "iterable", "iterator"),
    [
        (None, True, False),
        ([1], True, False),
        ("ab", True, False),
        (iter([1]), True, True),
        ((n for n in range(3)), True, True),
        (BySubscript(), True, False),
        (3, False, False),
        (print, False, False),
    ],
)
def test_what_can_be_iterated_over_and_what_only_once(data, iterable, iterator):
    assert (is_iterable(data), is_iterator(data)) == (iterable, iterator)


def test_the_old_protocol_of_iteration_is_accepted():
    assert take(BatchSource(BySubscript()), 3) == [0, 1, 2]


def test_a_source_that_was_not_asked_has_no_position():
    source, again = BatchSource([1, 2]), BatchSource([1, 2])
    assert source.state_dict(3, 3) == {}
    again.load_state_dict({}, 3)
    assert (take(again, 1, done=3), again.origin) == ([1], 3)


def test_a_list_is_restored_by_its_position_alone():
    source, again = BatchSource(list("abcd")), BatchSource(list("abcd"))
    take(source, 3, done=10)
    saved = source.state_dict(13, 13)
    assert saved == {"fetched": 3}
    again.load_state_dict(saved, 13)
    assert (take(again, 1, done=13), again.origin) == (["d"], 10)


@pytest.mark.parametrize("kind", [tuple, range])
def test_other_deterministic_data_save_no_generators(kind):
    data = (0, 1, 2) if kind is tuple else range(3)
    source = BatchSource(data)
    take(source, 1)
    assert source.state_dict(1, 1) == {"fetched": 1}


def test_random_data_are_fetched_again_from_the_same_generators():
    def drawing():
        while True:
            yield random.random(), np.random.rand(), float(torch.rand(()))

    class Drawing:
        def __iter__(self):
            return drawing()

    source, again = BatchSource(Drawing()), BatchSource(Drawing())
    take(source, 2)
    saved = source.state_dict(2, 2)
    expected = take(source, 2)
    random.seed(99), np.random.seed(99), torch.manual_seed(99)
    again.load_state_dict(saved, 2)
    assert take(again, 2) == expected
    assert again.state_dict(2, 2)["start"]["torch"].equal(saved["start"]["torch"]), "to be saved again"


def test_a_loader_with_a_state_is_restored_by_it_and_not_read_again():
    source, again = BatchSource(Stateful()), BatchSource(Stateful())
    take(source, 3)
    saved = source.state_dict(3, 3)
    assert saved["loader"] == {"state": {"position": 3}, "skip": 0}
    again.load_state_dict(saved, 3)
    assert (take(again, 2), again.restored, again.origin) == ([4, 5], True, 0)
    assert again.data.loaded == []


def test_a_loader_that_is_a_batch_ahead_is_read_from_its_beginning():
    source, again = BatchSource(Stateful()), BatchSource(Stateful())
    take(source, 3)
    saved = source.state_dict(2, 3)
    assert "loader" not in saved
    again.load_state_dict(saved, 2)
    assert take(again, 1) == [3]
    assert not again.restored


def test_a_restored_loader_that_is_a_batch_ahead_is_restored_again_and_skips():
    first, second, third = (BatchSource(Stateful()) for _ in range(3))
    take(first, 2)
    second.load_state_dict(first.state_dict(2, 2), 2)
    take(second, 2)
    saved = second.state_dict(3, 4)
    assert saved["loader"] == {"state": {"position": 2}, "skip": 1}
    assert saved["fetched"] == 3
    third.load_state_dict(saved, 3)
    assert take(third, 1) == [4]


def test_a_new_iterator_forgets_the_state_that_the_one_before_was_restored_from():
    first, second = BatchSource(Stateful()), BatchSource(Stateful())
    take(first, 2)
    second.load_state_dict(first.state_dict(2, 2), 2)
    second.drop()
    take(second, 1, done=5)
    assert "loader" not in second.state_dict(5, 6)


def test_a_state_saved_before_the_first_step_skips_nothing():
    again = BatchSource([1, 2, 3])
    again.load_state_dict({"fetched": -1}, 4)
    assert (take(again, 1, done=4), again.origin) == ([1], 4)


def test_a_loader_without_a_state_ignores_one_that_was_saved():
    source, again = BatchSource(Stateful()), BatchSource([1, 2, 3, 4])
    take(source, 2)
    again.load_state_dict(source.state_dict(2, 2), 2)
    assert (take(again, 1), again.restored) == ([3], False)
