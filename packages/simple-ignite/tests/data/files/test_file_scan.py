"""The files that paths stand for."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from simple_ignite.data.files.file_scan import scan
from simple_ignite.errors import CacheError, CacheFileNotFoundError


@pytest.fixture
def tree(tmp_path):
    home = tmp_path / "tree"
    (home / "b/c").mkdir(parents=True)
    for number, name in enumerate(("z", "a", "b/x", "b/c/y")):
        (home / name).write_bytes(bytes(number))
    return home


def names(found, home):
    return [str(path.relative_to(home)) for path in found]


def test_folders_stand_for_all_in_them(tree):
    found = scan(tree)
    assert names(found, tree) == ["a", "b/c/y", "b/x", "z"]
    assert [stamp.size for stamp in found.values()] == [1, 3, 2, 0]


def test_each_file_comes_once(tree, monkeypatch):
    monkeypatch.chdir(tree)
    assert names(scan(["z", tree / "b" / ".." / "z", ".", "b", str(tree)]), tree) == [
        "z",
        "a",
        "b/c/y",
        "b/x",
    ]


def test_links_are_followed_each_folder_once(tree, tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "far/f").touch()
    (tree / "link").symlink_to("a")
    (tree / "loop").symlink_to(".")
    (tree / "b/up").symlink_to("..")
    (tree / "far").symlink_to(tmp_path / "far")
    found = list(scan(tree))
    assert found == [tree / "a", tree / "b/c/y", tree / "b/x", tmp_path / "far/f", tree / "z"]


def test_what_is_no_file_is_passed_over_in_a_folder(tree):
    os.mkfifo(tree / "pipe")
    (tree / "dead").symlink_to("nothing")
    (tree / "itself").symlink_to("itself")
    assert len(scan(tree)) == 4


def test_what_is_no_file_is_refused_by_name(tree):
    os.mkfifo(tree / "pipe")
    with pytest.raises(CacheError, match="is a pipe, socket or device"):
        scan(tree / "pipe")
    (tree / "itself").symlink_to("itself")
    with pytest.raises(CacheError, match="cannot be opened: Too many levels of symbolic links"):
        scan(tree / "itself")
    with pytest.raises(CacheError, match="cannot be opened: File name too long"):
        scan(tree / ("x" * 5000))
    with pytest.raises(CacheError, match="cannot be opened: embedded null byte"):
        scan("a\0b")


@pytest.mark.parametrize("name", ["nothing", "b/nothing", "a/nothing"])
def test_what_is_not_there(tree, name):
    with pytest.raises(CacheFileNotFoundError) as caught:
        scan([tree, tree / name])
    assert str(caught.value) == f"{tree / name}: does not exist"
    assert caught.value.path == tree / name


@pytest.mark.parametrize(
    ("mode", "problem"),
    [
        (0o000, "b: cannot be read: Permission denied"),
        (0o444, r"b/\w: cannot be read: Permission denied"),  # its names can be read, and no more
    ],
)
def test_a_folder_that_may_not_be_read(tree, mode, problem, in_child):
    home = Path(tempfile.mkdtemp())  # one that others may enter, unlike tmp_path
    shutil.copytree(tree, home / "tree")
    home.chmod(0o755)
    (home / "tree/b").chmod(mode)

    def work():
        if os.geteuid() == 0:
            os.seteuid(65534)
        with pytest.raises(CacheError, match=problem):
            scan(home / "tree")
        with pytest.raises(CacheError, match=r"x: cannot be opened: Permission denied"):
            scan(home / "tree/b/x")

    try:
        assert in_child(work) == 0
    finally:
        (home / "tree/b").chmod(0o755)
        shutil.rmtree(home)


def test_an_empty_folder(tmp_path):
    assert scan(tmp_path) == {}
    assert scan([]) == {}
