"""A file that is read in the background."""

import gc
import os
import pickle
import threading
import time

import pytest

from simple_ignite.data import AsyncFile, FileChangedError
from simple_ignite.data import async_file as module
from simple_ignite.errors import CacheError, CacheFileNotFoundError, FileNotReadyError

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def path(tmp_path):
    (tmp_path / "a.bin").write_bytes(CONTENT)
    return tmp_path / "a.bin"


@pytest.fixture
def gate(monkeypatch):
    """Lets the reading go on a chunk at a time: acquired before each."""
    gate = threading.Semaphore(0)
    read = module.read_into

    def wait_and_read(*args):
        gate.acquire()
        read(*args)

    monkeypatch.setattr(module, "read_into", wait_and_read)
    monkeypatch.setattr(module, "CHUNK", 64_000)
    yield gate
    gate.release(100)


def until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def readers():
    return [thread for thread in threading.enumerate() if thread.name.startswith("read ")]


@pytest.mark.parametrize("prefault", [True, False])
def test_the_bytes_are_the_files(path, prefault):
    with AsyncFile(str(path), prefault) as file:
        assert bytes(file.wait_ready().data) == CONTENT
        assert file.is_ready()
        assert file.progress == 1.0
        assert file.wait_ready() is file.wait_ready(0)


def test_it_says_how_far_it_is(path, gate):
    file = AsyncFile(path)
    assert not file.is_ready()
    assert file.progress == 0.0
    gate.release()
    until(lambda: file.progress == 0.25)
    with pytest.raises(TimeoutError) as caught:
        file.wait_ready(0.01)
    assert isinstance(caught.value, FileNotReadyError)
    assert str(caught.value) == f"{path}: not ready after 0.01 s: 25% read; wait longer"
    assert (caught.value.progress, caught.value.path) == (0.25, path)
    gate.release(3)
    assert bytes(file.wait_ready(20).data) == CONTENT


def test_the_thread_does_not_keep_the_program_alive(path, gate):
    file = AsyncFile(path)
    (thread,) = readers()
    assert thread.daemon
    gate.release(4)
    file.wait_ready()
    until(lambda: not readers())


@pytest.mark.parametrize("prefault", [True, False])
def test_a_missing_file_is_an_error_at_once(tmp_path, prefault):
    with pytest.raises(CacheFileNotFoundError, match="does not exist"):
        AsyncFile(tmp_path / "none", prefault)


def test_a_file_cut_off_meanwhile_is_an_error_when_it_is_asked_for(path, gate):
    file = AsyncFile(path)
    gate.release()
    until(lambda: file.progress == 0.25)
    os.truncate(path, 100_000)
    gate.release(3)
    for _ in range(2):
        with pytest.raises(FileChangedError, match="ends at byte 100000, and 128000 bytes were expected"):
            file.wait_ready()
    assert not file.is_ready()


def test_what_fails_is_raised_as_a_cache_error(path, monkeypatch):
    monkeypatch.setattr(module, "read_into", lambda *args: 1 / 0)
    with AsyncFile(path) as file, pytest.raises(CacheError) as caught:
        file.wait_ready()
    assert str(caught.value) == f"{path}: cannot be read: division by zero"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_file_replaced_before_it_was_read_keeps_its_old_bytes(path, tmp_path, monkeypatch):
    ready = module.open_file
    (tmp_path / "new").write_bytes(b"new")

    def replace_and_open(path):
        (tmp_path / "new").replace(path)
        return ready(path)

    monkeypatch.setattr(module, "open_file", replace_and_open)
    with AsyncFile(path) as file:
        assert bytes(file.wait_ready().data) == CONTENT


def test_closing_ends_the_thread_and_whoever_holds_the_bytes_can_go_on(path, gate):
    file = AsyncFile(path)
    threading.Timer(0.05, gate.release).start()
    file.close()
    assert readers() == []
    assert not file.is_ready()
    with pytest.raises(CacheError, match=r"a\.bin: was closed; open it again"):
        file.wait_ready()
    gate.release(4)
    with AsyncFile(path) as other:
        data = other.wait_ready()
    assert bytes(data.data) == CONTENT
    other.close()
    with pytest.raises(CacheError, match="was closed"):
        other.wait_ready()


def test_a_file_that_nobody_wants_is_not_read_on(path, gate):
    file = AsyncFile(path)
    del file
    gc.collect()
    gate.release()
    until(lambda: not readers())


def test_an_empty_file_is_ready(tmp_path):
    (tmp_path / "empty").touch()
    with AsyncFile(tmp_path / "empty") as file:
        assert file.wait_ready().size == 0
        assert file.progress == 1.0


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_in_a_fork_reading_begins_anew(path, gate, in_child):
    file = AsyncFile(path)

    def work():
        gate.release(4)
        assert bytes(file.wait_ready(20).data) == CONTENT
        assert file.is_ready()

    assert in_child(work) == 0
    assert not file.is_ready()
    gate.release(4)
    data = file.wait_ready(20)
    assert in_child(lambda: file.wait_ready(0) is data or os._exit(3)) == 0
    assert in_child(file.close) == 0
    assert file.wait_ready() is data


def test_pickled_it_reads_the_file_anew(path):
    with AsyncFile(path, prefault=False) as file, pickle.loads(pickle.dumps(file)) as other:
        assert not other.prefault
        assert bytes(other.wait_ready().data) == CONTENT
