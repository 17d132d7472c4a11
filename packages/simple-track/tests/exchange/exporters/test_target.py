"""An export is there whole or not at all."""

import os
import threading

import pytest

from simple_track import TrackError
from simple_track.exchange.exporters.target import ExportError, ExportExistsError, whole_file, whole_folders


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_at_the_end(tmp_path):
    target = tmp_path / "deep" / "a.csv"
    with whole_file(target) as path:
        path.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new"
    assert names(target.parent) == ["a.csv"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "a.csv"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), whole_file(target) as path:  # noqa: PT012 - the block is what fails
        path.write_text("half")
        raise ZeroDivisionError
    assert (target.read_text(), names(tmp_path)) == ("old", ["a.csv"])


@pytest.mark.skipif(os.name != "posix", reason="links and rights of POSIX")
def test_a_link_and_the_rights_of_a_file_stay(tmp_path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "real.csv").chmod(0o600)
    (tmp_path / "link.csv").symlink_to("real.csv")
    with whole_file(tmp_path / "link.csv") as path:
        path.write_text("new")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"
    assert (tmp_path / "real.csv").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names")
def test_a_pipe_is_written_to_as_it_is(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_text()), daemon=True)
    reader.start()
    with whole_file(tmp_path / "pipe") as path:
        path.write_text("new")
    reader.join(10)
    assert read == ["new"]


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ExportError) as caught, whole_file(tmp_path):
        pass
    assert str(caught.value) == f"{tmp_path}: is a folder; name a file"
    assert isinstance(caught.value, TrackError)


def test_folders_are_moved_at_the_end(tmp_path):
    target = tmp_path / "deep" / "logs"
    with whole_folders(target, ["a", "b"]) as place:
        for name in ("a", "b"):
            (place / name).mkdir()
            (place / name / "events").write_text(name)
        assert not target.exists()
    assert names(target) == ["a", "b"]
    assert names(tmp_path / "deep") == ["logs"]


@pytest.mark.parametrize("made", [["a", "b"], ["a"], []])
def test_a_failure_leaves_no_folder(tmp_path, made):
    target = tmp_path / "logs"
    with pytest.raises((ZeroDivisionError, FileNotFoundError)), whole_folders(target, ["a", "b"]) as place:  # noqa: PT012 - the block is what fails
        for name in made:
            (place / name).mkdir()
        if len(made) == 2:
            raise ZeroDivisionError
    assert names(tmp_path) == []


def test_a_failure_leaves_what_was_there(tmp_path):
    (tmp_path / "logs" / "old").mkdir(parents=True)
    with pytest.raises(FileNotFoundError), whole_folders(tmp_path / "logs", ["a", "b"]) as place:
        (place / "a").mkdir()
    assert names(tmp_path / "logs") == ["old"]
    assert names(tmp_path) == ["logs"]


def test_what_is_there_already_is_named(tmp_path):
    (tmp_path / "logs" / "b").mkdir(parents=True)
    with pytest.raises(ExportExistsError) as caught, whole_folders(tmp_path / "logs", ["a", "b"]):
        pass
    assert str(caught.value) == (
        f"{tmp_path / 'logs' / 'b'}: the run is there already; remove the folder, or export elsewhere"
    )
    assert isinstance(caught.value, FileExistsError)
