import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simple_track.artifacts.alias import BadAliasError
from simple_track.artifacts.artifact import (
    Artifact,
    ArtifactEntryError,
    ArtifactTypeError,
    UnknownArtifactError,
    all_versions,
    find_artifact,
    list_artifacts,
    log_artifact,
    use_artifact,
)
from simple_track.artifacts.collection import Collection, UnknownVersionError
from simple_track.artifacts.version import ChangedReferenceError
from simple_track.errors import UnreadableWarning, UnsafeNameError, ValueKindError
from simple_track.maintenance.doctor import examine
from simple_track.storage.layout import Layout

LOG_MANY = """
import sys
from pathlib import Path
from simple_track.artifacts.artifact import Artifact, log_artifact
from simple_track.storage.layout import Layout

for number in range(10):
    artifact = Artifact("model", "model")
    artifact.add_bytes(f"{sys.argv[2]} {number}".encode(), "weights")
    version = log_artifact(Layout(Path(sys.argv[1])), "demo", "run", artifact, [f"of-{sys.argv[2]}"])
    print(version.version, flush=True)
"""


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path / "store")


def logged(layout, content=b"weights", name="model", aliases=(), **kwargs):
    artifact = Artifact(name, "model", **kwargs)
    artifact.add_bytes(content, "weights.bin")
    return log_artifact(layout, "demo", "run-1", artifact, aliases)


def test_versions_count_up_and_equal_content_gets_none(layout):
    assert [logged(layout, content).version for content in (b"0", b"1", b"1", b"0", b"2")] == [
        "v0",
        "v1",
        "v1",
        "v0",
        "v2",
    ]


def test_it_is_found_by_version_alias_and_name(layout):
    logged(layout, b"0", aliases=["best"])
    logged(layout, b"1")
    for ref, version in {"model:v0": "v0", "model:best": "v0", "model:latest": "v1", "model": "v1"}.items():
        assert find_artifact(layout, "demo", ref).version == version
    assert find_artifact(layout, "other", "demo/model:v0").ref == "demo/model:v0"
    assert list_artifacts(layout, "demo") == ["model"]


def test_what_is_not_there_is_named(layout):
    logged(layout)
    with pytest.raises(UnknownArtifactError) as caught:
        find_artifact(layout, "demo", "modle:latest")
    assert str(caught.value) == "project 'demo' has no artifact 'modle'; it has: model."
    with pytest.raises(
        UnknownArtifactError, match="project 'other' has no artifact 'model'; it has none yet"
    ):
        find_artifact(layout, "other", "model")
    with pytest.raises(UnknownVersionError, match="no version or alias 'v9'"):
        find_artifact(layout, "demo", "model:v9")


def test_metadata_and_description_are_kept(layout):
    version = logged(layout, metadata={"acc": 0.9, "loss": float("inf")}, description="first")
    found = find_artifact(layout, "demo", "model")
    assert found.metadata == version.metadata == {"acc": 0.9, "loss": float("inf")}
    assert (found.description, found.type) == ("first", "model")


def test_folders_are_added_whole(layout, tmp_path):
    data = tmp_path / "data"
    (data / "sub").mkdir(parents=True)
    (data / "a.txt").write_text("a")
    (data / "sub" / ".hidden").write_text("h")
    (data / "sub" / "loop").symlink_to(data)
    (data / "link.txt").symlink_to(data / "a.txt")
    artifact = Artifact("data", "dataset")
    assert artifact.add_dir(data) == ["a.txt", "link.txt", "sub/.hidden"]
    assert artifact.add_dir(data / "sub", name="again") == [
        "again/.hidden",
        "again/loop/a.txt",
        "again/loop/link.txt",
    ]
    version = log_artifact(layout, "demo", None, artifact)
    root = version.download(tmp_path / "out")
    assert (root / "sub" / ".hidden").read_text() == "h"
    assert version.size == 6


def test_a_file_is_stored_as_it_is_when_logged(layout, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    artifact = Artifact("a", "text")
    artifact.add_file(path, name="inner/name.txt")
    path.write_text("new")
    version = log_artifact(layout, "demo", None, artifact)
    path.write_text("later")
    assert version.open("inner/name.txt").read() == b"new"


def test_a_name_cannot_be_taken_twice():
    artifact = Artifact("a", "text")
    artifact.add_bytes(b"", "x")
    for name in ("x", "x/y"):
        with pytest.raises(ArtifactEntryError):
            artifact.add_bytes(b"", name)
    with pytest.raises(ArtifactEntryError, match=r"artifact 'a', entry 'x': this name is taken"):
        artifact.add_reference("s3://bucket/x")
    assert artifact.entries == ["x"]


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "", "a\0"])
def test_a_name_inside_never_leads_out(name):
    with pytest.raises(UnsafeNameError):
        Artifact("a", "text").add_bytes(b"", name)


@pytest.mark.parametrize("name", ["a:b", "../a", "a/b", "", "nul", None, 5])
def test_an_artifacts_own_name_is_one_safe_segment(name):
    with pytest.raises(ValueError):
        Artifact(name, "text")


def test_missing_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file, so it cannot be added to artifact 'a'"):
        Artifact("a", "text").add_file(tmp_path / "no.txt")
    with pytest.raises(NotADirectoryError, match="no such folder"):
        Artifact("a", "text").add_dir(tmp_path / "no")


def test_what_cannot_be_added_is_named(layout, tmp_path):
    with pytest.raises(
        ArtifactEntryError, match=r"entry 'x': its content is str; give bytes, such as text\.encode"
    ):
        Artifact("a", "text").add_bytes("text", "x")
    (tmp_path / "gone").symlink_to(tmp_path / "nothing")
    with pytest.raises(
        FileNotFoundError, match=r"gone: a broken link, so .* cannot be added to artifact 'a'"
    ):
        Artifact("a", "text").add_dir(tmp_path)
    with pytest.raises(UnsafeNameError, match="is not valid Unicode"):
        Artifact("a", "text").add_bytes(b"", "\udcff")
    with pytest.raises(ValueKindError) as caught:
        log_artifact(layout, "demo", None, "model.bin")
    assert str(caught.value) == (
        "log_artifact: cannot log a value of type str; make a Track.Artifact(name, type), and add files to it"
    )


def test_a_single_alias_may_be_given_as_it_is(layout):
    assert logged(layout, aliases="best").aliases == ["best", "latest"]


@pytest.mark.parametrize("alias", [5, "\ud800"])
def test_an_alias_that_is_no_text_is_refused(layout, alias):
    with pytest.raises(BadAliasError):
        logged(layout, aliases=[alias])


def test_metadata_may_hold_any_number(layout):
    assert logged(layout, metadata={"seed": 2**70}).metadata == {"seed": 2**70}


def test_a_name_keeps_its_type(layout):
    logged(layout)
    with pytest.raises(ArtifactTypeError) as caught:
        log_artifact(layout, "demo", None, Artifact("model", "dataset"))
    assert str(caught.value) == (
        "artifact 'model' has type 'model', but was logged as 'dataset'; use the same type, or another name."
    )


def test_processes_at_once_get_versions_of_their_own(layout, tmp_path):
    command = [sys.executable, "-c", LOG_MANY, str(layout.root)]
    writers = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in "ab"]
    versions = [writer.communicate(timeout=60)[0].split() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert sorted(int(v[1:]) for v in versions[0] + versions[1]) == list(range(20))
    for name, mine in zip("ab", versions, strict=True):
        for number, version in enumerate(mine):
            found = find_artifact(layout, "demo", f"model:{version}")
            assert found.open("weights").read() == f"{name} {number}".encode()
        assert find_artifact(layout, "demo", f"model:of-{name}").version == mine[-1]


def test_a_use_is_noted_and_downloads_into_the_run(layout):
    logged(layout)
    used = use_artifact(layout, "demo", "run-2", "model:latest")
    root = used.download()
    assert root == layout.run("demo", "run-2").artifacts / "model" / "v0"
    assert (root / "weights.bin").read_bytes() == b"weights"
    events = Collection(layout.artifact("demo", "model")).events()
    assert [(e["version"], e["run"]) for e in events if e["event"] == "use"] == [("v0", "run-2")]


def test_what_was_never_logged_can_be_used(layout):
    artifact = Artifact("data", "dataset")
    artifact.add_bytes(b"1,2", "a.csv")
    used = use_artifact(layout, "demo", "run-2", artifact)
    assert (used.ref, used.manifest.run) == ("demo/data:v0", None)
    assert [e["event"] for e in Collection(layout.artifact("demo", "data")).events()] == [
        "version",
        "alias",
        "use",
    ]


def test_a_killed_writer_leaves_whole_versions(layout):
    rng = random.Random(0)
    for _ in range(6):
        command = [sys.executable, "-c", LOG_MANY.replace("range(10)", "range(10**6)"), str(layout.root), "x"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            said = [writer.stdout.readline().strip()]  # it is at work
            time.sleep(rng.random() / 10)
            writer.kill()
            said += writer.stdout.read().split()
        for version in said:
            find_artifact(layout, "demo", f"model:{version}").verify()
    assert [f for f in examine(layout, deep=True) if f.level != "note"] == []
    assert logged(layout, b"after all").open("weights.bin").read() == b"after all"


def test_references_are_kept_and_local_ones_checked(layout, tmp_path):
    local = tmp_path / "big file.bin"
    local.write_bytes(b"content")
    artifact = Artifact("data", "dataset")
    artifact.add_reference("s3://bucket/train/images.tar")
    artifact.add_reference(Path(local).as_uri(), name="local")
    version = log_artifact(layout, "demo", None, artifact)
    assert [(r.name, r.size) for r in version.references] == [("images.tar", None), ("local", 7)]
    version.verify()
    local.write_bytes(b"changed")
    with pytest.raises(ValueError, match="has changed or is gone since it was logged"):
        version.verify()
    again = Artifact("data", "dataset")
    again.add_reference("s3://bucket/train/images.tar")
    again.add_reference(Path(local).as_uri(), name="local")
    assert log_artifact(layout, "demo", None, again).version == "v1"


@pytest.fixture
def odd(tmp_path):
    """A folder with a file and an empty folder whose names are not UTF-8."""
    folder = tmp_path / "odd"
    (folder / "good").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    try:
        Path(folder, os.fsdecode(b"bad\xff.txt")).write_text("b")
        Path(folder, os.fsdecode(b"empty\xff")).mkdir()
    except OSError:
        pytest.skip("this file system has no such names")
    return folder


def test_names_that_are_not_utf8_are_refused_and_the_hints_work(odd):
    artifact = Artifact("m", "model")
    bad = odd / os.fsdecode(b"bad\xff.txt")
    message = r"is not valid Unicode .*; rename .* leave it out .*, or give it another"
    for add in (lambda: artifact.add_file(bad), lambda: artifact.add_dir(odd)):
        with pytest.raises(UnsafeNameError, match=message):
            add()
    assert artifact.entries == []
    assert artifact.add_file(bad, name="good.txt") == "good.txt"
    assert artifact.add_dir(odd, exclude=["bad*", "empty*"]) == ["a.txt"]
    bad.rename(odd / "b.txt")
    (odd / os.fsdecode(b"empty\xff")).rmdir()
    assert artifact.add_dir(odd, "all") == ["all/a.txt", "all/b.txt"]


def test_a_reference_to_a_name_that_is_not_utf8_is_kept_as_a_uri(odd, layout):
    artifact = Artifact("m", "model")
    bad = odd / os.fsdecode(b"bad\xff.txt")
    with pytest.raises(UnsafeNameError, match=r"is not valid Unicode; .*Path\(…\).as_uri"):
        artifact.add_reference(f"file://{bad}", name="bad")
    artifact.add_reference(bad.as_uri(), name="bad")
    version = log_artifact(layout, "demo", None, artifact)
    version.verify()
    bad.write_text("changed")
    with pytest.raises(ChangedReferenceError):
        version.verify()


def test_a_folder_that_cannot_be_added_whole_is_not_added_at_all(tmp_path):
    artifact = Artifact("m", "model")
    artifact.add_bytes(b"x", "z")
    (tmp_path / "a").write_text("a")
    (tmp_path / "z").write_text("z")
    with pytest.raises(ArtifactEntryError, match="this name is taken"):
        artifact.add_dir(tmp_path)
    assert artifact.entries == ["z"]
    assert artifact.add_dir(tmp_path, exclude="z") == ["a"]


def test_stores_and_targets_with_names_that_are_not_utf8_are_used(odd, tmp_path):
    store = Layout(tmp_path / os.fsdecode(b"store\xff"))
    artifact = Artifact("m", "model")
    artifact.add_bytes(b"x" * 9000, "sub/a")
    version = log_artifact(store, "demo", None, artifact)
    target = version.download(tmp_path / os.fsdecode(b"out\xff"))
    assert (target / "sub" / "a").read_bytes() == b"x" * 9000
    assert version.open("sub/a").read() == b"x" * 9000
    assert os.fsencode(target).endswith(b"out\xff")


def test_a_name_that_ends_as_a_digest_is_refused(layout):
    with pytest.raises(ArtifactEntryError, match="does not end as a digest does"):
        Artifact("data@0123456789ab", "dataset")
    assert Artifact("data@home", "dataset").name == "data@home"


def test_versions_are_listed_without_what_cannot_be_read(layout):
    for content in (b"0", b"1"):
        logged(layout, content)
    logged(layout, b"2", name="other")
    (layout.artifact("demo", "model") / "v0.json").write_text("damaged")
    with pytest.warns(UnreadableWarning, match="the manifest is damaged"):
        found = list(all_versions(layout))
    assert [version.ref for version in found] == ["demo/model:v1", "demo/other:v0"]
    assert [version.ref for version in all_versions(layout, name="other")] == ["demo/other:v0"]
    assert (
        list(all_versions(layout, "elsewhere"))
        == list(all_versions(layout, kind="dataset", name="other"))
        == []
    )
