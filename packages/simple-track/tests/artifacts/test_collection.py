import errno
import os

import pytest

from simple_track.artifacts.alias import BadAliasError, ProtectedAliasError
from simple_track.artifacts.collection import Collection, Draft, UnknownVersionError
from simple_track.artifacts.manifest import FileEntry
from simple_track.errors import FormatError, StorageError


def draft(content: str, run: str = "run-1") -> Draft:
    return Draft("model", "model", (FileEntry("weights", content * 64, 1),), (), "", {"of": content}, run)


@pytest.fixture
def collection(tmp_path):
    return Collection(tmp_path / "model")


def test_each_new_content_gets_the_next_number(collection):
    assert [collection.commit(draft(c), []) for c in "012"] == [0, 1, 2]
    assert collection.versions() == [0, 1, 2]
    assert collection.manifest(1).metadata == {"of": "1"}


def test_equal_content_gets_no_new_number_and_is_latest_again(collection):
    collection.commit(draft("0"), ["best"])
    collection.commit(draft("1"), [])
    assert collection.commit(draft("0", run="run-2"), []) == 0
    assert collection.versions() == [0, 1]
    assert collection.aliases() == {"latest": 0, "best": 0}
    assert [event["run"] for event in collection.events() if event["event"] == "again"] == ["run-2"]


def test_aliases_move_and_leave_a_trail(collection):
    for content in "01":
        collection.commit(draft(content), ["best"])
    collection.move("best", 0, run="run-9", why="v1 overfits")
    collection.move("latest", None)
    assert collection.aliases() == {"best": 0}
    trail = [event for event in collection.events() if event["event"] == "alias" and event["alias"] == "best"]
    assert [(e["from"], e["to"], e["why"]) for e in trail] == [
        (None, "v0", "logged"),
        ("v0", "v1", "logged"),
        ("v1", "v0", "v1 overfits"),
    ]
    assert all(event["time"] > 1e9 and "user" in event for event in trail)


def test_references_are_resolved(collection):
    for content in "01":
        collection.commit(draft(content), [f"of-{content}"])
    assert [collection.resolve(ref) for ref in ("v0", "latest", "of-0")] == [0, 1, 0]
    with pytest.raises(UnknownVersionError) as caught:
        collection.resolve("v7")
    assert str(caught.value) == (
        "artifact 'model' has no version or alias 'v7'; it has: v0, v1, latest, of-0, of-1."
    )


@pytest.mark.parametrize("alias", ["v3", "", "a b", "a:b", "a/b", "../x", "a\n", "x" * 101])
def test_an_alias_that_could_mislead_is_refused(collection, alias):
    with pytest.raises(BadAliasError):
        collection.commit(draft("0"), [alias])
    assert collection.versions() == []


def test_a_torn_line_is_passed_over_and_closed(collection):
    collection.commit(draft("0"), [])
    with (collection.path / "events.jsonl").open("ab") as out:
        out.write(b'{"event": "alias", "alias": "be')
    assert collection.aliases() == {"latest": 0}
    collection.commit(draft("1"), ["best"])
    assert collection.aliases() == {"latest": 1, "best": 1}


def test_a_version_is_found_even_when_its_event_was_lost(collection):
    collection.commit(draft("0"), [])
    (collection.path / "events.jsonl").unlink()
    assert collection.commit(draft("0"), []) == 0
    assert collection.aliases() == {"latest": 0}


def test_a_number_is_never_given_twice(collection):
    for content in "01":
        collection.commit(draft(content), [])
    (collection.path / "v1.json").unlink()
    assert collection.commit(draft("2"), []) == 2


def test_a_damaged_manifest_is_named(collection):
    collection.commit(draft("0"), [])
    os.truncate(collection.path / "v0.json", 20)
    with pytest.raises(FormatError, match=r"v0\.json: the manifest is damaged: .*; restore it from a backup"):
        collection.manifest(0)


def test_only_manifests_are_left(collection):
    collection.commit(draft("0"), [])
    assert sorted(path.name for path in collection.path.iterdir()) == [".lock", "events.jsonl", "v0.json"]


def test_a_number_that_another_host_takes_is_left_to_it(collection, monkeypatch):
    def one_behind(self):
        return [0]  # as a network file system may say for a moment

    for content in "01":
        collection.commit(draft(content), [])
    (collection.path / "events.jsonl").unlink()
    monkeypatch.setattr(Collection, "versions", one_behind)
    assert collection.commit(draft("2"), []) == 2
    assert collection.manifest(1).metadata == {"of": "1"}


def test_a_file_system_without_links_will_do(collection, monkeypatch):
    def refuse(*_):
        raise PermissionError("no links here")

    monkeypatch.setattr("pathlib.Path.hardlink_to", refuse)
    assert [collection.commit(draft(content), []) for content in "01"] == [0, 1]
    assert collection.manifest(1).metadata == {"of": "1"}


def test_manifest_and_events_are_on_disk_when_a_version_is_committed(collection, disk):
    collection.commit(draft("0"), ["best"])
    assert disk.survives_power_loss(collection.manifest_file(0))
    assert disk.is_synced(collection.events_file)
    assert disk.calls[-1][0] == "sync"
    disk.calls.clear()
    collection.record_use(0, "run-2")
    assert disk.calls == [("sync", collection.events_file.stat().st_ino)]


def test_the_name_of_new_events_is_on_disk(collection, disk):
    collection.path.mkdir()
    collection.record_use(0, "run-1")
    assert disk.calls == [
        ("sync", collection.events_file.stat().st_ino),
        ("sync", collection.path.stat().st_ino),
    ]


def test_a_removed_version_is_gone_with_its_aliases_and_its_reason_is_told(collection):
    for content in "01":
        collection.commit(draft(content), ["best"])
    collection.remove(1, "trained on the test set")
    assert collection.versions() == [0]
    assert not collection.manifest_file(1).exists()
    assert collection.aliases() == {}
    with pytest.raises(
        UnknownVersionError, match=r"'v1' \(it was removed on [-0-9]{10}.*: trained on the test"
    ):
        collection.resolve("v1")
    with pytest.raises(UnknownVersionError, match=r"'latest' \(it is on v1, which was removed on"):
        collection.resolve("latest")


def test_the_number_of_a_removed_version_is_not_given_again(collection):
    for content in "01":
        collection.commit(draft(content), [])
    collection.remove(1, "wrong")
    assert collection.commit(draft("1"), []) == 2
    collection.remove(2, "wrong again")
    collection.remove(0, "old")
    assert collection.commit(draft("3"), []) == 3


def test_a_version_that_the_registry_has_is_not_removed(collection):
    collection.commit(draft("0"), [])
    collection.hold(0, "Models/ResNet:v0")
    with pytest.raises(
        ProtectedAliasError, match=r"cannot be removed, as the registry has it as Models/ResNet:v0"
    ):
        collection.remove(0, "old")
    assert collection.versions() == [0]


def test_a_removal_that_was_cut_short_counts(collection):
    collection.commit(draft("0"), [])
    data = collection.manifest_file(0).read_bytes()
    collection.remove(0, "old")
    collection.manifest_file(0).write_bytes(data)  # as if the process had died before it was unlinked
    assert collection.versions() == []
    assert collection.manifests() == [0]
    assert collection.commit(draft("0"), []) == 1


def test_a_version_without_its_event_gets_one(collection):
    for content in "012":
        collection.commit(draft(content, run=f"run-{content}"), [])
    lines = collection.events_file.read_bytes().splitlines(keepends=True)
    collection.events_file.write_bytes(b"".join(line for line in lines if b'"run-1"' not in line))
    assert collection.commit(draft("1"), []) == 1
    versions = [e for e in collection.events() if e["event"] == "version"]
    assert [(e["version"], e["run"]) for e in versions] == [("v0", "run-0"), ("v2", "run-2"), ("v1", "run-1")]


def test_a_disk_that_refuses_the_manifest_is_named(collection, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("simple_track.artifacts.collection.atomic_write", full)
    with pytest.raises(StorageError, match=r"v0\.json: No space left on device; no version was added"):
        collection.commit(draft("0"), [])
