"""Files in the order of their last use."""

import pytest

from simple_ignite.data import CachedData, CacheMode
from simple_ignite.data.held_files import HeldFiles


@pytest.fixture
def files(tmp_path):
    """Files a, b, c … of 1, 2, 3 … bytes, held in that order, up to 10 bytes."""
    held = HeldFiles(10)
    for number, name in enumerate("abcd", 1):
        (tmp_path / name).write_bytes(bytes(number))
        held.add(name, CachedData(tmp_path / name))
    return held


def present(held):
    return "".join(name for name in "abcd" if held._files.get(name))


def test_bytes_are_counted(files):
    assert (len(files), files.bytes) == (4, 10)
    files.drop("c")
    files.drop("c")
    assert (len(files), files.bytes, files.get("c")) == (3, 7, None)
    files.clear()
    assert (len(files), files.bytes) == (0, 0)


def test_a_file_added_again_takes_the_place_of_the_first(files, tmp_path):
    data = CachedData(tmp_path / "d")
    files.add("d", data)
    assert (len(files), files.bytes) == (4, 10)
    assert files.get("d") is data


def test_the_least_recently_used_goes_first(files):
    files.get("a")
    assert files.make_room(2, kept=())
    assert present(files) == "acd"
    assert (files.bytes, files.evictions) == (8, 1)
    assert files.make_room(3, kept=())
    assert present(files) == "ad"
    assert files.evictions == 2


def test_what_is_to_be_kept_stays(files):
    assert files.make_room(3, kept={"a", "b"})
    assert present(files) == "abd"
    assert files.make_room(7, kept={"a", "b"})
    assert present(files) == "ab"


def test_nothing_is_dropped_in_vain(files):
    assert not files.make_room(11, kept=())
    assert not files.make_room(8, kept={"c"})
    assert present(files) == "abcd"
    assert files.evictions == 0
    assert files.make_room(7, kept={"c"})
    assert present(files) == "c"


def test_room_for_nothing_is_always_there(files):
    assert files.make_room(0, kept={"a", "b", "c", "d"})
    assert present(files) == "abcd"


def test_files_that_are_not_cached_count_nothing_and_are_never_dropped_for_room(tmp_path):
    held = HeldFiles(3)
    (tmp_path / "big").write_bytes(bytes(100))
    held.add("big", CachedData(tmp_path / "big", CacheMode.NONE))
    assert (len(held), held.bytes) == (0, 0)
    assert held.make_room(3, kept=())
    assert held.get("big") is not None
    assert not held.drop_oldest(kept=())
