"""A file's bytes in memory."""

import errno
import mmap
import os

import numpy as np
import pytest

from simple_ignite.data.files.file_memory import map_file, read_file, read_into, writable_view
from simple_ignite.data.files.file_stamp import FileStamp, open_file
from simple_ignite.errors import CacheError, FileChangedError


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(range(256)) * 64)
    return file


class Trickle:
    """A file that gives few bytes at a time, and perhaps an error."""

    def __init__(self, file, error=None):
        self.file = file
        self.error = error
        self.seek, self.fileno = file.seek, file.fileno

    def readinto(self, target):
        if self.error is not None and self.file.tell() > 1000:
            raise OSError(self.error, os.strerror(self.error))
        return self.file.readinto(target[:777])


def test_reading_goes_on_until_all_is_there(path):
    file, _ = open_file(path)
    target = bytearray(5000)
    with file:
        read_into(Trickle(file), memoryview(target), 300, path)
    assert bytes(target) == path.read_bytes()[300:5300]


def test_a_file_that_ends_too_early(path):
    file, _ = open_file(path)
    with file, pytest.raises(FileChangedError) as caught:
        read_into(file, memoryview(bytearray(100)), 16300, path)
    assert str(caught.value) == (
        f"{path}: ends at byte 16384, and 16400 bytes were expected: it was cut off; "
        "write a new file and rename it instead"
    )


def test_a_disk_that_fails(path):
    file, _ = open_file(path)
    with file, pytest.raises(CacheError, match=r"a\.bin: cannot be read: Input/output error"):
        read_into(Trickle(file, errno.EIO), memoryview(bytearray(5000)), 0, path)


def test_a_file_that_is_written_to_while_it_is_read(path):
    file, stamp = open_file(path)
    os.utime(path, ns=(0, stamp.mtime_ns + 1))
    with file, pytest.raises(FileChangedError, match="was written to while it was read; read it again"):
        read_file(file, stamp, path)


def test_a_file_that_there_is_no_memory_for(path):
    file, stamp = open_file(path)
    with (
        file,
        pytest.raises(CacheError, match=r"there is no memory for its \d+ bytes; use CacheMode.MMAP instead"),
    ):
        read_file(file, stamp._replace(size=1 << 60), path)


def test_a_file_cut_off_between_opening_and_mapping(path):
    file, stamp = open_file(path)
    os.truncate(path, 5)
    with file, pytest.raises(FileChangedError, match="was cut off while it was opened"):
        map_file(file, stamp.size, path)


def test_a_file_system_that_does_not_map(path, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    file, stamp = open_file(path)
    monkeypatch.setattr(mmap, "mmap", refuse)
    with file, pytest.raises(CacheError, match=r"cannot be mapped: No such device; use CacheMode\.NORMAL to"):
        map_file(file, stamp.size, path)


@pytest.mark.parametrize("advise", [None, "sequential", "random", "willneed"])
def test_a_mapping_is_the_file(path, advise):
    file, stamp = open_file(path)
    with file:
        mapping = map_file(file, stamp.size, path, advise)
    with path.open("r+b") as other:
        other.write(b"changed")
    assert mapping[:7] == b"changed"
    assert len(mapping) == mapping.size() == 16384


def test_what_was_read_is_no_longer_the_file(path):
    file, stamp = open_file(path)
    with file:
        memory = read_file(file, stamp, path)
    path.write_bytes(b"")
    assert memory[:] == bytes(range(256)) * 64


def test_a_writable_view_is_the_same_memory_and_keeps_it():
    source = np.arange(10, dtype=np.uint8)
    where = source.__array_interface__["data"][0]
    source.flags.writeable = False
    view = writable_view(source)
    del source
    assert view.flags.writeable
    assert view.__array_interface__["data"][0] == where
    assert view.tolist() == list(range(10))


def test_stamps_differ_by_time_size_and_identity(path):
    stamp = FileStamp.of_path(path)
    file, opened = open_file(path)
    file.close()
    assert stamp == FileStamp.of_path(str(path)) == opened
    os.utime(path, ns=(0, stamp.mtime_ns + 1))
    assert FileStamp.of_path(path) == stamp._replace(mtime_ns=stamp.mtime_ns + 1)
    path.with_name("b").write_bytes(path.read_bytes())
    os.utime(path.with_name("b"), ns=(0, stamp.mtime_ns))
    other = FileStamp.of_path(path.with_name("b"))
    assert (other.mtime_ns, other.size) == (stamp.mtime_ns, stamp.size)
    assert other != stamp
