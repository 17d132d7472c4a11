"""Atomic writes: the old file or the new one, never half of one."""

import os
from pathlib import Path

import pytest

from simple_ignite.handlers.checkpointing.atomic_write import (
    remove,
    replace_file,
    sync_file,
    sync_folder,
    temporary_name,
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_temporary_file_is_hidden_beside_its_file_and_is_the_processes_own(tmp_path):
    assert temporary_name(tmp_path / "a.pt") == tmp_path / f".a.pt.{os.getpid()}.tmp"


def test_a_file_is_replaced(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    replace_file(path, lambda temporary: temporary.write_text("new"))
    assert (path.read_text(), names(tmp_path)) == ("new", ["a.txt"])


@pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write(temporary):
        temporary.write_text("half")
        raise error

    with pytest.raises(type(error)):
        replace_file(path, write)
    assert (path.read_text(), names(tmp_path)) == ("old", ["a.txt"])


def test_a_write_that_fails_before_it_begins_is_no_other_error(tmp_path):
    def write(temporary):
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        replace_file(tmp_path / "a.txt", write)


def test_the_content_is_on_disk_before_the_name(tmp_path, monkeypatch):
    path, order = tmp_path / "a.txt", []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (order.append(path.exists()), fsync(descriptor)))
    replace_file(path, lambda temporary: temporary.write_text("new"))
    assert order == [False], "synced once, under the temporary name"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_syncing_closes_what_it_opens(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("text")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        sync_file(path)
        sync_folder(tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_folders_are_synced(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    sync_folder(tmp_path)
    assert synced == ([tmp_path.stat().st_ino] if os.name != "nt" else [])


def test_files_and_folders_are_removed(tmp_path):
    (tmp_path / "a.pt").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "part").write_text("x")
    (tmp_path / ".left.tmp").mkdir()
    for name in ("a.pt", "folder", ".left.tmp", "not there"):
        remove(tmp_path / name)
    assert names(tmp_path) == []


def test_a_folder_is_renamed_before_its_parts_are_deleted(tmp_path, monkeypatch):
    import shutil

    (tmp_path / "folder").mkdir()
    gone = []
    monkeypatch.setattr(shutil, "rmtree", lambda path, ignore_errors: gone.append(path.name))
    remove(tmp_path / "folder")
    assert (gone, names(tmp_path)) == ([".folder.gone.tmp"], [".folder.gone.tmp"])
    remove(tmp_path / ".folder.gone.tmp")
    assert gone == [".folder.gone.tmp"] * 2, "a hidden one is deleted where it is"
