"""A file is whole under its name, or it keeps its old content, also after power loss."""

import errno
import os
from pathlib import Path

import pytest

from simple_track.storage import atomic_write as module
from simple_track.storage.atomic_write import (
    atomic_write,
    create_folder,
    sync_file,
    sync_folder,
    temporary_path,
)


def write(path, data, **options):
    with atomic_write(path, **options) as file:
        file.write(data)


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_content_and_name_are_on_disk_in_this_order(tmp_path, disk):
    write(tmp_path / "a", b"new")
    assert [kind for kind, _ in disk.calls] == ["sync", "name", "sync"]
    assert disk.survives_power_loss(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_all_content_is_flushed_before_it_is_synced(tmp_path, monkeypatch):
    sizes = []
    monkeypatch.setattr(os, "fsync", lambda fd: sizes.append(os.fstat(fd).st_size))
    write(tmp_path / "a", b"new")
    assert sizes[0] == 3


def test_a_cache_is_replaced_without_waiting_for_the_disk(tmp_path, disk):
    write(tmp_path / "a", b"new", durable=False)
    assert [kind for kind, _ in disk.calls] == ["name"]
    assert (tmp_path / "a").read_bytes() == b"new"


def test_until_the_end_of_the_block_the_old_content_stands(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with atomic_write(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
        assert Path(file.name).read_bytes() == b"new"
        assert Path(file.name).parent == tmp_path
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_exception_leaves_everything_as_it_was(tmp_path, error):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail():
        with atomic_write(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_a_disk_that_refuses_the_content_leaves_everything_as_it_was(tmp_path, monkeypatch):
    def refuse(_):
        raise OSError(errno.EIO, "the disk failed")

    (tmp_path / "a").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="the disk failed"):
        write(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_an_exclusive_write_never_replaces_a_file(tmp_path, disk):
    write(tmp_path / "a", b"first", exclusive=True)
    assert disk.survives_power_loss(tmp_path / "a")
    with pytest.raises(FileExistsError):
        write(tmp_path / "a", b"second", exclusive=True)
    assert (tmp_path / "a").read_bytes() == b"first"
    assert names(tmp_path) == ["a"]


def test_an_exclusive_write_works_without_links(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EPERM, "no links here")

    synced = []
    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append((os.fstat(fd).st_ino, os.fstat(fd).st_size)))
    write(tmp_path / "a", b"first", exclusive=True)
    assert ((tmp_path / "a").stat().st_ino, 5) in synced
    with pytest.raises(FileExistsError):
        write(tmp_path / "a", b"second", exclusive=True)
    assert (tmp_path / "a").read_bytes() == b"first"
    assert names(tmp_path) == ["a"]


def test_a_temporary_name_is_hidden_short_and_never_the_same(tmp_path):
    path = tmp_path / ("x" * 255)
    one, other = temporary_path(path), temporary_path(path)
    assert one != other
    assert one.parent == tmp_path
    assert one.name[0] == "."
    assert one.suffix == ".part"
    assert len(one.name) < 30


def test_a_foreign_file_under_the_temporary_name_is_not_followed(tmp_path, monkeypatch):
    target = tmp_path / "target"
    (tmp_path / "link").symlink_to(target)
    monkeypatch.setattr(module, "temporary_path", lambda _: tmp_path / "link")
    with pytest.raises(FileExistsError):
        write(tmp_path / "a", b"new")
    assert not target.exists()


def test_a_file_that_was_written_before_can_be_synced_later(tmp_path, disk):
    (tmp_path / "a").write_bytes(b"content")
    sync_file(tmp_path / "a")
    assert disk.is_synced(tmp_path / "a")
    assert disk.is_synced(tmp_path)
    assert (tmp_path / "a").read_bytes() == b"content"


def test_new_folders_are_on_disk_with_all_their_parents(tmp_path, disk):
    create_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()
    assert all(map(disk.is_synced, (tmp_path, tmp_path / "a", tmp_path / "a" / "b")))
    assert len(disk.calls) == 3
    create_folder(tmp_path / "a" / "b" / "c")
    assert len(disk.calls) == 3


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_that_cannot_sync_folders_is_accepted(tmp_path, monkeypatch, number):
    asked = []

    def refuse(descriptor):
        asked.append(descriptor)
        raise OSError(number, "not here")

    monkeypatch.setattr(os, "fsync", refuse)
    sync_folder(tmp_path)
    assert len(asked) == 1


def test_a_disk_that_fails_to_sync_a_folder_is_reported_and_nothing_stays_open(tmp_path, monkeypatch):
    def refuse(_):
        raise OSError(errno.EIO, "the disk failed")

    closed, close = [], os.close
    monkeypatch.setattr(os, "fsync", refuse)
    monkeypatch.setattr(os, "close", lambda fd: closed.append(fd) or close(fd))
    with pytest.raises(OSError, match="the disk failed"):
        sync_folder(tmp_path)
    assert len(closed) == 1


def test_windows_syncs_names_by_itself(tmp_path, disk, monkeypatch):
    monkeypatch.setattr(module.os, "name", "nt")
    sync_folder(tmp_path)
    monkeypatch.undo()
    assert disk.calls == []
