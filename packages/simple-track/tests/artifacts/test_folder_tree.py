import os
from pathlib import Path

import pytest

from simple_track.artifacts.folder_tree import folder_tree


@pytest.fixture
def folder(tmp_path):
    for name in ("b.txt", "a/x.txt", "a/.hidden", "logs/run.log"):
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "data" / "empty" / "deep").mkdir(parents=True)
    return tmp_path / "data"


def test_all_files_are_found_in_order_and_folders_without_any(folder):
    tree = folder_tree(folder)
    assert [name for name, _ in tree.files] == ["a/.hidden", "a/x.txt", "b.txt", "logs/run.log"]
    assert all(Path(path).is_absolute() for _, path in tree.files)
    assert tree.empty == ["empty/deep"]


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        (["*.txt"], ["a/.hidden", "logs/run.log"]),
        (["logs/"], ["a/.hidden", "a/x.txt", "b.txt"]),
        (["a/*.txt"], ["a/.hidden", "b.txt", "logs/run.log"]),
        (["/b.txt", "a"], ["logs/run.log"]),
    ],
)
def test_patterns_leave_out_names_and_paths(folder, exclude, left):
    assert [name for name, _ in folder_tree(folder, exclude).files] == left


def test_links_are_followed_but_not_in_a_circle(folder):
    (folder / "a" / "up").symlink_to(folder)
    (folder / "again").symlink_to(folder / "a")
    names = [name for name, _ in folder_tree(folder).files]
    assert "again/x.txt" in names
    assert not any("up" in name for name in names)


def test_what_is_no_file_is_refused(folder):
    (folder / "broken").symlink_to(folder / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"broken: a broken link$"):
        folder_tree(folder)
    (folder / "broken").unlink()
    os.mkfifo(folder / "pipe")
    with pytest.raises(FileNotFoundError, match=r"pipe: no regular file$"):
        folder_tree(folder)
