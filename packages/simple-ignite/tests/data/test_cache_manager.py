"""Files held in memory, within a limit."""

import os
import pickle
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from simple_ignite.data import CacheManager, CacheMode, FileChangedError
from simple_ignite.data import cache_manager as module
from simple_ignite.errors import CacheError, CacheFileNotFoundError, DataArgumentError

try:
    import resource
except ImportError:  # Windows
    resource = None

KIB = 1024


@pytest.fixture
def folder(tmp_path):
    """Files a, b, c and d of 1, 2, 3 and 4 KiB, each full of its own letter."""
    home = tmp_path / "files"
    home.mkdir()
    for number, name in enumerate("abcd", 1):
        (home / name).write_bytes(name.encode() * number * KIB)
    return home


def held(cache, folder):
    """Return which files are held, without asking for them."""
    return "".join(
        name for name in "abcd" if (data := cache._held._files.get(str(folder / name))) and data.cached
    )


def rewrite(path, content):
    """Replace a file's content, at another time even where clocks are coarse."""
    path.write_bytes(content)
    now = path.stat().st_mtime_ns + 10**9
    os.utime(path, ns=(now, now))


# Scanning.


def test_a_scan_says_what_it_chose(folder):
    cache = CacheManager(6 * KIB)
    assert cache.scan_files(folder) == {
        "files": 4,
        "bytes": 10 * KIB,
        "cached_files": 3,
        "cached_bytes": 6 * KIB,
        "left_out": [folder / "d"],
    }
    assert [cache.get(folder / name).mode.value for name in "abcd"] == ["mmap", "mmap", "mmap", "none"]


def test_priorities_are_by_any_name_of_a_file(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    cache = CacheManager(6 * KIB)
    found = cache.scan_files([folder], {"files/d": np.int64(1), folder / ".." / "files" / "b": -1})
    assert found["left_out"] == [folder / "c", folder / "b"]
    assert found["cached_bytes"] == 5 * KIB


def test_priorities_of_what_is_not_there_are_refused(folder):
    """A name with a mistake in it would have no effect."""
    cache = CacheManager(6 * KIB)
    with pytest.raises(CacheFileNotFoundError) as caught:
        cache.scan_files(folder, {folder / "e": 1})
    assert str(caught.value) == f"{folder / 'e'}: has a priority, and does not exist"
    for value in ("high", None, float("nan")):
        with pytest.raises(DataArgumentError, match="a: its priority must be a number, not"):
            cache.scan_files(folder, {folder / "a": value})
    assert cache.stats()["files"] == 0


def test_a_scan_reads_nothing(folder, monkeypatch):
    cache = CacheManager(6 * KIB)
    monkeypatch.setattr(os, "open", lambda *args: pytest.fail("a file was opened"))
    cache.scan_files([folder, folder / "a"])
    assert cache.stats() == {
        "files": 0, "bytes": 0, "limit": 6 * KIB, "hits": 0, "misses": 0, "evictions": 0, "pinned": 0,
    }  # fmt: skip


def test_a_scan_drops_what_it_leaves_out(folder):
    cache = CacheManager(4 * KIB)
    cache.get(folder / "d")
    cache.scan_files(folder)
    assert held(cache, folder) == ""


# Getting.


def test_the_same_object_as_long_as_the_file_is_the_same(folder):
    cache = CacheManager(10 * KIB)
    data = cache.get(folder / "a")
    assert data.mode is CacheMode.MMAP
    assert cache.get(str(folder / "a")) is data
    assert cache.stats() | {"limit": 0} == {
        "files": 1, "bytes": KIB, "limit": 0, "hits": 1, "misses": 1, "evictions": 0, "pinned": 0,
    }  # fmt: skip


def test_paths_are_resolved(folder, monkeypatch):
    (folder / "link").symlink_to("a")
    cache = CacheManager(10 * KIB)
    data = cache.get(folder / "a")
    monkeypatch.chdir(folder)
    for name in ("a", Path("a"), "link", folder / "link", "../files/a", os.fspath(folder) + "//a"):
        assert cache.get(name) is data
    assert data.path == folder / "a"


def test_a_relative_name_is_another_file_in_another_folder(folder, tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"other")
    cache = CacheManager(10 * KIB)
    monkeypatch.chdir(folder)
    assert cache.get("a").size == KIB
    monkeypatch.chdir(tmp_path)
    assert bytes(cache.get("a").data) == bytes(cache.get("a", check=False).data) == b"other"


def test_a_link_that_is_pointed_elsewhere(folder):
    (folder / "link").symlink_to("a")
    cache = CacheManager(10 * KIB)
    assert cache.get(folder / "link").size == KIB
    (folder / "new").symlink_to("b")
    (folder / "new").rename(folder / "link")
    assert cache.get(folder / "link") is cache.get(folder / "b")
    assert cache.get(folder / "a").size == KIB


@pytest.mark.parametrize("mode", ["mmap", "normal", "none"])
@pytest.mark.parametrize(
    "change",
    [
        lambda path: rewrite(path, path.read_bytes()),  # the time alone
        lambda path: os.truncate(path, 5),
        lambda path: ((path.parent / "new").write_bytes(bytes(KIB)), (path.parent / "new").rename(path)),
    ],
)
def test_a_file_that_changed_is_opened_anew(folder, mode, change):
    cache = CacheManager(10 * KIB)
    cache.set_cache_mode(folder / "a", mode)
    before = cache.get(folder / "a")
    change(folder / "a")
    after = cache.get(folder / "a")
    assert after is not before
    assert bytes(after.data) == (folder / "a").read_bytes()
    assert cache.get(folder / "a") is after
    assert cache.stats()["bytes"] == (0 if mode == "none" else after.size)


def test_what_is_open_can_be_had_without_a_look_at_the_file(folder):
    cache = CacheManager(10 * KIB)
    before = cache.get(folder / "a")
    rewrite(folder / "a", b"new")
    assert cache.get(folder / "a", check=False) is before
    assert cache.get(folder / "a").size == 3
    assert cache.get(folder / "b", check=False).size == 2 * KIB


def test_a_file_that_is_gone(folder):
    cache = CacheManager(10 * KIB)
    data = cache.get(folder / "a")
    (folder / "a").unlink()
    with pytest.raises(CacheFileNotFoundError, match="a: does not exist"):
        cache.get(folder / "a")
    assert bytes(data.data) == b"a" * KIB


# Modes.


def test_modes(folder):
    cache = CacheManager(10 * KIB)
    first = cache.get(folder / "a")
    cache.set_cache_mode(folder / "a", CacheMode.NORMAL)
    assert held(cache, folder) == ""
    second = cache.get(folder / "a")
    assert (second.mode, second.cached, second is first) == (CacheMode.NORMAL, True, False)
    cache.set_cache_mode(folder / "a", "none")
    third = cache.get(folder / "a")
    assert (third.mode, third.cached) == (CacheMode.NONE, False)
    assert cache.get(folder / "a") is third
    assert cache.stats()["misses"] == 4
    assert cache.stats()["bytes"] == 0


def test_a_disabled_file(folder):
    cache = CacheManager(10 * KIB)
    cache.set_cache_mode(folder / "a", CacheMode.DISABLED)
    for ask in (cache.get, cache.pin):
        with pytest.raises(CacheError) as caught:
            ask(folder / "a")
        assert str(caught.value) == (
            f"{folder / 'a'}: is disabled in this cache; allow it by set_cache_mode(path, CacheMode.MMAP)"
        )
    assert cache.stats()["pinned"] == 0
    cache.set_cache_mode(folder / "a", CacheMode.MMAP)
    assert cache.get(folder / "a").cached


def test_a_mode_that_is_none():
    with pytest.raises(DataArgumentError) as caught:
        CacheManager(0).set_cache_mode("a", "fast")
    assert str(caught.value) == "mode must be one of 'mmap', 'normal', 'none', 'disabled', not 'fast'"


# The limit.


def test_the_least_recently_used_goes_first_and_whoever_holds_it_can_go_on(folder):
    cache = CacheManager(6 * KIB)
    first = [cache.get(folder / name) for name in "abc"]
    cache.get(folder / "a")
    cache.get(folder / "d")
    assert held(cache, folder) == "ad"
    assert cache.stats()["evictions"] == 2
    assert bytes(first[2].data) == b"c" * 3 * KIB
    assert cache.get(folder / "c") is not first[2]


def test_a_file_larger_than_the_limit_is_read_and_not_held(folder):
    cache = CacheManager(3 * KIB)
    cache.get(folder / "a")
    data = cache.get(folder / "d")
    assert (data.mode, data.cached, bytes(data.data)) == (CacheMode.NONE, False, b"d" * 4 * KIB)
    assert held(cache, folder) == "a"
    assert cache.get(folder / "d") is data
    assert cache.stats()["evictions"] == 0


def test_a_file_that_there_was_no_room_for_is_held_once_there_is(folder):
    cache = CacheManager(4 * KIB)
    cache.pin(folder / "a")
    assert not cache.get(folder / "d").cached
    cache.unpin(folder / "a")
    assert cache.get(folder / "d").cached
    assert held(cache, folder) == "d"


def test_the_limit_may_be_nothing(folder):
    cache = CacheManager(0)
    assert not cache.get(folder / "a").cached
    (folder / "empty").touch()
    assert cache.get(folder / "empty").cached


@pytest.mark.parametrize("limit", [-1, 1.5, "1GB", True])
def test_limits_that_are_no_number_of_bytes(limit):
    with pytest.raises(DataArgumentError) as caught:
        CacheManager(limit)
    assert str(caught.value) == f"memory_limit must be a whole number of bytes, 0 or more, not {limit!r}"
    assert isinstance(caught.value, ValueError)


def test_a_limit_may_be_any_whole_number():
    assert CacheManager(np.int64(5)).stats()["limit"] == CacheManager(torch.tensor(5)).stats()["limit"] == 5


def test_advice(folder):
    with pytest.raises(DataArgumentError) as caught:
        CacheManager(advise="fast")
    assert str(caught.value) == "advise must be one of 'sequential', 'random', 'willneed' or None, not 'fast'"
    for word in ("sequential", "random", "willneed"):
        assert bytes(CacheManager(9999, advise=word).get(folder / "b").data) == b"b" * 2 * KIB


def test_held_bytes_never_exceed_the_limit(folder):
    """Whatever is asked for, in any order, by several threads."""
    cache, most, stop = CacheManager(6 * KIB), [], threading.Event()

    def watch():
        while not stop.is_set():
            most.append(cache.stats()["bytes"])

    def ask(seed):
        order = torch.randperm(400, generator=torch.Generator().manual_seed(seed)).tolist()
        for number in order:
            name = "abcd"[number % 4]
            if number % 50 == 7:
                cache.set_cache_mode(folder / name, ("normal", "mmap", "none")[number % 3])
            data = cache.get(folder / name)
            assert bytes(data.data) == name.encode() * data.size

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(3)]
    watcher = threading.Thread(target=watch)
    for thread in (watcher, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    watcher.join()
    assert max(most) <= 6 * KIB
    assert cache.stats()["bytes"] == sum((folder / name).stat().st_size for name in held(cache, folder))


def test_threads_get_the_same_object(folder):
    cache, found, barrier = CacheManager(10 * KIB), [], threading.Barrier(8)
    cache.set_cache_mode(folder / "d", CacheMode.NORMAL)

    def ask():
        barrier.wait()
        found.append(cache.get(folder / "d"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1


# Pins.


def test_a_pinned_file_stays(folder):
    cache = CacheManager(6 * KIB)
    data = cache.pin(folder / "b")
    for name in "acdcad":
        cache.get(folder / name)
    assert cache.get(folder / "b") is data
    assert cache.stats()["pinned"] == 1
    cache.unpin(folder / "b")
    cache.unpin(folder / "b")
    cache.get(folder / "d")
    cache.get(folder / "c")
    assert held(cache, folder) == "c"


def test_pins_above_the_limit(folder):
    cache = CacheManager(6 * KIB)
    cache.pin(folder / "c")
    cache.get(folder / "b")
    with pytest.raises(CacheError) as caught:
        cache.pin(folder / "d")
    assert str(caught.value) == (
        f"{folder / 'd'}: has 4096 bytes; with it the pinned files have 7168, and the limit is 6144: "
        "unpin others, or raise memory_limit"
    )
    assert held(cache, folder) == "bc"
    assert cache.stats()["pinned"] == 1
    cache.pin(folder / "c")
    cache.pin(folder / "b")
    cache.pin(folder / "a")
    assert held(cache, folder) == "abc"
    assert not cache.get(folder / "d").cached


def test_a_pinned_file_that_was_held_already_counts(folder):
    cache = CacheManager(6 * KIB)
    cache.get(folder / "d")
    cache.pin(folder / "d")
    with pytest.raises(CacheError, match="with it the pinned files have 7168"):
        cache.pin(folder / "c")


def test_a_pinned_file_that_grows_beyond_the_limit(folder):
    cache = CacheManager(6 * KIB)
    cache.pin(folder / "b")
    rewrite(folder / "b", bytes(7 * KIB))
    with pytest.raises(
        CacheError, match="has 7168 bytes; with it the pinned files have 7168, and the limit is 6144"
    ):
        cache.get(folder / "b")
    rewrite(folder / "b", bytes(5 * KIB))
    cache.get(folder / "b")
    with pytest.raises(CacheError, match="with it the pinned files have 8192"):
        cache.pin(folder / "c")


def test_pinning_holds_a_file_that_a_scan_left_out(folder):
    cache = CacheManager(9 * KIB)
    assert cache.scan_files(folder)["left_out"] == [folder / "d"]
    assert not cache.get(folder / "d").cached
    assert cache.pin(folder / "d").mode is CacheMode.MMAP
    cache.set_cache_mode(folder / "d", "none")
    assert cache.stats()["pinned"] == 0
    assert not cache.get(folder / "d").cached


def test_a_file_that_cannot_be_pinned_is_not(folder):
    cache = CacheManager(9 * KIB)
    with pytest.raises(CacheFileNotFoundError):
        cache.pin(folder / "none")
    assert cache.stats()["pinned"] == 0
    cache.unpin(folder / "none")


# Dropping.


def test_invalidating_drops_one_or_all_and_keeps_modes_and_pins(folder):
    cache = CacheManager(10 * KIB)
    cache.set_cache_mode(folder / "a", "normal")
    first = [cache.get(folder / name) for name in "abc"]
    cache.pin(folder / "b")
    cache.invalidate(folder / "a")
    cache.invalidate(folder / "none")
    assert held(cache, folder) == "bc"
    cache.invalidate()
    assert held(cache, folder) == ""
    assert (cache.stats()["bytes"], cache.stats()["pinned"]) == (0, 1)
    again = cache.get(folder / "a")
    assert again is not first[0]
    assert again.mode is CacheMode.NORMAL
    assert cache.stats()["evictions"] == 0


def test_cleaning_up_drops_and_unpins_all(folder):
    with CacheManager(10 * KIB) as cache:
        cache.pin(folder / "b")
        cache.get(folder / "a")
    assert (cache.stats()["files"], cache.stats()["bytes"], cache.stats()["pinned"]) == (0, 0, 0)
    assert cache.get(folder / "a").cached


def test_changes_are_found_and_dropped(folder):
    cache = CacheManager(9 * KIB)
    cache.scan_files([folder / "a", folder / "b"])
    for name in "bcd":
        cache.get(folder / name)
    assert cache.check_changes() == []
    rewrite(folder / "a", b"scanned only")
    rewrite(folder / "b", (folder / "b").read_bytes())
    (folder / "d").unlink()
    (folder / "new").write_bytes((folder / "c").read_bytes())
    os.utime(folder / "new", ns=(0, (folder / "c").stat().st_mtime_ns))
    (folder / "new").rename(folder / "c")
    assert sorted(cache.check_changes()) == [folder / name for name in "abcd"]
    assert held(cache, folder) == ""
    assert cache.check_changes() == []
    with pytest.raises(CacheFileNotFoundError):
        cache.get(folder / "d")
    assert bytes(cache.get(folder / "a").data) == b"scanned only"


# Other processes.


def test_pickled_it_takes_limit_modes_priorities_and_pins_along_and_no_bytes(folder):
    cache = CacheManager(6 * KIB, advise="willneed")
    cache.scan_files(folder, {folder / "d": 1})
    cache.set_cache_mode(folder / "a", "normal")
    cache.pin(folder / "b")
    pickled = pickle.dumps(cache)
    assert len(pickled) < 3000
    other = pickle.loads(pickled)
    assert other.stats() == {
        "files": 0, "bytes": 0, "limit": 6 * KIB, "hits": 0, "misses": 0, "evictions": 0, "pinned": 1,
    }  # fmt: skip
    assert [other.get(folder / name).mode.value for name in "abcd"] == ["normal", "mmap", "none", "mmap"]
    other.scan_files(folder)
    assert other.get(folder / "d").cached
    other.unpin(folder / "b")
    assert cache.stats()["pinned"] == 1


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_after_a_fork_mappings_are_shared_and_the_lock_is_new(folder, in_child):
    cache = CacheManager(10 * KIB)
    data = cache.get(folder / "a")
    opened, closing = threading.Event(), threading.Event()

    def hold():
        with cache._lock:
            opened.set()
            closing.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    opened.wait()
    threading.Timer(0.2, closing.set).start()

    def work():
        assert cache.get(folder / "a") is data
        assert cache.get(folder / "b").size == 2 * KIB

    begun = time.monotonic()
    assert in_child(work) == 0
    assert time.monotonic() - begun < 20
    thread.join()
    assert cache.get(folder / "a") is data
    assert in_child(lambda: os._exit(in_child(work))) == 0


def test_a_fork_that_fails_leaves_the_cache_usable(folder, monkeypatch):
    """An error in one hook, such as Ctrl-C, is printed by Python, and the others still run."""
    cache = CacheManager(10 * KIB)
    monkeypatch.setattr(module, "_managers", [cache, None])
    with pytest.raises(AttributeError):
        module._before_fork()
    module._after_fork_in_parent()
    assert not module._forking.locked()
    assert not module._locked
    done = threading.Thread(target=cache.get, args=[folder / "a"])
    done.start()
    done.join(20)
    assert cache.stats()["files"] == 1


@pytest.mark.skipif(resource is None, reason="needs limits of open files")
def test_more_files_than_may_be_open(tmp_path, in_child):
    files = [tmp_path / f"{number}.bin" for number in range(200)]
    for file in files:
        file.write_bytes(b"content")

    def work():
        most = len(list(Path("/dev/fd").iterdir())) + 50
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        cache = CacheManager(10**9)
        for file in files * 2:
            assert cache.get(file).size == 7
        assert 20 < cache.stats()["files"] < most
        with pytest.raises(CacheError, match="Too many open files") as caught:
            list(map(cache.pin, files))
        note = "Mapped files stay open: raise the limit (ulimit -n), or use CacheMode.NORMAL."
        assert caught.value.__notes__ == [note]
        cache.cleanup()
        for file in files:
            cache.set_cache_mode(file, "normal")
            cache.pin(file)

    assert in_child(work) == 0


def test_a_file_cut_off_while_it_is_held(folder):
    cache = CacheManager(10 * KIB)
    data = cache.get(folder / "d")
    os.truncate(folder / "d", 100)
    with pytest.raises(FileChangedError, match="has 100 bytes, and had 4096 when it was mapped"):
        _ = data.data
    assert bytes(cache.get(folder / "d").data) == b"d" * 100
