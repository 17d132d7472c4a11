"""What an artifact holds comes back as it was: modes, empty folders, any name; never outside the target."""

import enum
import os
from pathlib import Path

import pytest

from simple_track import Track
from simple_track.artifacts import MissingSourceError, OutsideLinkError, UnreadableSourceError


@pytest.fixture
def run(root):
    with Track.run(project="p", system=False) as run:
        yield run


def folder_with(tmp_path, *names):
    folder = tmp_path / "data"
    for name in names:
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
    return folder


def logged(run, folder, **options):
    artifact = Track.Artifact("d", "dataset")
    artifact.add_dir(folder, **options)
    return run.log_artifact(artifact)


@pytest.mark.parametrize("link", [None, True, False])
def test_programs_stay_executable_and_others_do_not_become_so(run, tmp_path, link):
    folder = folder_with(tmp_path, "run.sh", "plain.txt")
    (folder / "run.sh").chmod(0o755)
    version = logged(run, folder)
    for _ in range(2):  # the second time the files are there
        out = version.download(tmp_path / "out", link=link)
        assert os.access(out / "run.sh", os.X_OK)
        assert not (out / "plain.txt").stat().st_mode & 0o111
    for stored in (run._view.layout.root.objects).rglob("*"):
        assert stored.is_dir() or not stored.stat().st_mode & 0o111
    (out / "run.sh").chmod(0o644)
    assert os.access(version.download(tmp_path / "out") / "run.sh", os.X_OK)


def test_empty_folders_are_kept(run, tmp_path):
    folder = folder_with(tmp_path, "a/f", "a/logs/", "b/c/")
    version = logged(run, folder)
    out = version.download(tmp_path / "out")
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*")) == ["a", "a/f", "a/logs", "b", "b/c"]


def test_a_folder_that_later_gets_a_file_is_not_empty(run, tmp_path):
    artifact = Track.Artifact("d", "dataset")
    artifact.add_dir(folder_with(tmp_path, "logs/"))
    artifact.add_bytes(b"x", "logs/f")
    assert run.log_artifact(artifact).manifest.folders == ()


@pytest.mark.skipif(os.name == "nt", reason="Windows refuses these names")
@pytest.mark.parametrize("name", ["12:30.log", "aux.py", "notes.", "a\\b", "tab\t", " x ", "*?"])
def test_any_name_comes_back(run, tmp_path, name):
    out = logged(run, folder_with(tmp_path, name)).download(tmp_path / "out")
    assert [path.name for path in out.iterdir()] == [name]
    assert (out / name).read_text() == name


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        ("*.pyc", ["a.py", "logs/deep/x.txt", "logs/x.txt"]),
        ("logs", ["a.py", "a.pyc"]),
        (["logs/", "*.pyc"], ["a.py"]),
        ("logs/*.txt", ["a.py", "a.pyc"]),
        ("/logs/x.txt", ["a.py", "a.pyc", "logs/deep/x.txt"]),
        ((), ["a.py", "a.pyc", "logs/deep/x.txt", "logs/x.txt"]),
    ],
)
def test_patterns_leave_files_and_folders_out(tmp_path, exclude, left):
    folder = folder_with(tmp_path, "a.py", "a.pyc", "logs/x.txt", "logs/deep/x.txt")
    assert Track.Artifact("d", "dataset").add_dir(folder, exclude=exclude) == left


def test_two_links_to_one_folder_are_both_added_and_one_to_a_parent_is_not(tmp_path):
    folder = folder_with(tmp_path, "real/f")
    (folder / "one").symlink_to(folder / "real")
    (folder / "two").symlink_to(folder / "real")
    (folder / "real" / "up").symlink_to(folder)
    names = Track.Artifact("d", "dataset").add_dir(folder)
    assert names == ["one/f", "real/f", "two/f"]


def test_a_download_does_not_follow_links_out_of_its_folder(run, tmp_path):
    version = logged(run, folder_with(tmp_path, "sub/f"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    out = tmp_path / "out"
    out.mkdir()
    (out / "sub").symlink_to(elsewhere)
    with pytest.raises(OutsideLinkError, match=r"out/sub: is a link that leads out of .*out; remove it"):
        version.download(out)
    assert list(elsewhere.iterdir()) == []
    (out / "sub").unlink()
    (out / "sub").mkdir()
    outside = tmp_path / "precious"
    outside.write_text("sub/f")  # even of the same content
    (out / "sub" / "f").symlink_to(outside)
    version.download(out)
    assert not (out / "sub" / "f").is_symlink()
    assert outside.read_text() == "sub/f"


def test_a_download_into_a_link_goes_to_its_target(run, tmp_path):
    version = logged(run, folder_with(tmp_path, "sub/f"))
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    version.download(tmp_path / "out")
    assert (tmp_path / "real" / "sub" / "f").read_text() == "sub/f"


class Kind(enum.Enum):
    BIG = 1


def test_metadata_takes_what_a_config_takes(run, tmp_path):
    metadata = {"path": Path("a/b"), "kind": Kind.BIG, "set": {1}, "nan": float("nan"), "password": "hunter2"}
    artifact = Track.Artifact("m", "model", metadata=metadata)
    artifact.add_bytes(b"x", "f")
    kept = run.log_artifact(artifact).metadata
    assert (kept["path"], kept["kind"], kept["set"], kept["password"]) == ("a/b", "BIG", [1], "••••")
    assert kept["nan"] != kept["nan"]


def test_credentials_of_a_reference_do_not_reach_the_disk(run, root):
    artifact = Track.Artifact("m", "model")
    artifact.add_reference("https://me:hunter2@host/data.bin?token=hunter2&v=1")
    version = run.log_artifact(artifact)
    assert version.references[0].uri == "https://••••@host/data.bin?token=••••&v=1"
    assert all(b"hunter2" not in path.read_bytes() for path in root.rglob("*") if path.is_file())


def test_a_source_that_is_gone_or_unreadable_is_named(run, tmp_path):
    source = tmp_path / "model.bin"
    source.write_bytes(b"x")
    artifact = Track.Artifact("m", "model")
    artifact.add_file(source)
    source.unlink()
    with pytest.raises(
        MissingSourceError, match=r"model\.bin: the file is gone, so 'model\.bin' of artifact 'm'"
    ):
        run.log_artifact(artifact)
    source.mkdir()
    with pytest.raises(UnreadableSourceError, match=r"model\.bin: cannot be read \(Is a directory\)"):
        run.log_artifact(artifact)
    assert issubclass(MissingSourceError, FileNotFoundError)
