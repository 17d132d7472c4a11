import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from simple_track.artifacts import BadAliasError, ProtectedAliasError, UnknownVersionError
from simple_track.artifacts.artifact import Artifact, log_artifact
from simple_track.errors import FormatError, SettingError, UnsafeNameError
from simple_track.maintenance.doctor import examine
from simple_track.maintenance.garbage import remove_garbage
from simple_track.registry import RegistryCollection, UnknownCollectionError, collections
from simple_track.storage.layout import Layout


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path / "store")


@pytest.fixture
def registry(layout):
    return RegistryCollection(layout, "Models/ResNet")


def logged(layout, content, project="demo"):
    artifact = Artifact("model", "model", metadata={"of": content})
    artifact.add_bytes(content.encode() * 2000, "weights.bin")
    return log_artifact(layout, project, "run-1", artifact)


def be(monkeypatch, name):
    monkeypatch.setattr("getpass.getuser", lambda: name)


def test_a_published_version_has_what_the_artifact_has(layout, registry):
    version = logged(layout, "a")
    found = registry.publish(version, "candidate", "the first", why="it works", run="run-7")
    assert (found.ref, found.version, found.aliases) == ("Models/ResNet:v0", "v0", ("candidate", "latest"))
    assert (found.description, found.source, found.digest) == ("the first", "demo/model:v0", version.digest)
    assert (found.type, found.metadata, found.run) == ("model", {"of": "a"}, "run-1")
    assert found.open("weights.bin").read(3) == b"aaa"
    found.verify()
    assert collections(layout) == ["Models/ResNet"]


def test_equal_content_makes_no_new_version_and_moves_the_aliases(layout, registry):
    registry.publish(logged(layout, "a"), "best")
    registry.publish(logged(layout, "b"))
    assert registry.publish(logged(layout, "a", project="other"), "prod").version == "v0"
    assert [v.aliases for v in registry.versions()] == [("best", "latest", "prod"), ()]


def test_references_are_resolved(layout, registry):
    for content in "ab":
        registry.publish(logged(layout, content), f"of-{content}")
    assert [registry.resolve(asked) for asked in ("v0", "of-a", "latest", "v1")] == [0, 0, 1, 1]
    with pytest.raises(UnknownVersionError) as caught:
        registry.resolve("v7")
    assert str(caught.value) == (
        "collection 'Models/ResNet' has no version or alias 'v7'; it has: v0, v1, latest, of-a, of-b."
    )
    with pytest.raises(UnknownCollectionError, match="no collection 'Models/Net'; it has: Models/ResNet"):
        RegistryCollection(layout, "Models/Net").resolve("v0")


def test_moves_are_kept_with_their_reasons(layout, registry):
    for content in "ab":
        registry.publish(logged(layout, content))
    registry.move("prod", "v0", why="first")
    registry.move("prod", "latest", why="better", run="run-9")
    registry.move("prod", "v1")  # it is there already
    registry.move("prod", None, why="recalled")
    moves = registry.history("prod")
    assert [(m.source, m.target, m.why, m.run) for m in moves] == [
        (None, "v0", "first", None),
        ("v0", "v1", "better", "run-9"),
        ("v1", None, "recalled", None),
    ]
    assert [m.event for m in registry.history()] == [
        "publish",
        "move",
        "publish",
        "move",
        "move",
        "move",
        "move",
    ]
    with pytest.raises(UnknownVersionError, match="no version or alias 'prod'"):
        registry.move("prod", None)


def test_latest_moves_only_by_publishing(layout, registry):
    registry.publish(logged(layout, "a"))
    for call in (registry.protect, lambda alias: registry.move(alias, "v0")):
        with pytest.raises(BadAliasError):
            call("latest")


def test_a_protected_alias_moves_only_with_a_reason_and_by_those_who_may(layout, registry, monkeypatch):
    be(monkeypatch, "anna")
    registry.publish(logged(layout, "a"), "prod")
    registry.publish(logged(layout, "b"))
    registry.protect("prod", by=["anna", "bert"])
    calls = [
        lambda why: registry.move("prod", "v1", why=why),
        lambda why: registry.publish(logged(layout, "c"), "prod", why=why),
        lambda why: registry.unprotect("prod", why=why),
        lambda why: registry.protect("prod", by="carl", why=why),
    ]
    for call in calls:
        with pytest.raises(
            ProtectedAliasError, match=r"alias 'prod' of Models/ResNet: it is protected: say why"
        ):
            call(" ")
    be(monkeypatch, "carl")
    for call in calls:
        with pytest.raises(PermissionError, match="only anna, bert may move it, and you are carl"):
            call("urgent")
    assert registry.aliases()["prod"] == 0
    assert registry.numbers() == [0, 1]
    be(monkeypatch, "bert")
    registry.move("prod", "v1", why="fixes the bias")
    registry.unprotect("prod", why="over")
    registry.move("prod", "v0")
    assert [(m.event, m.user, m.forced) for m in registry.history("prod")] == [
        ("move", "anna", False),
        ("protect", "anna", False),
        ("move", "bert", True),
        ("unprotect", "bert", True),
        ("move", "bert", False),
    ]
    with pytest.raises(BadAliasError, match="it is not protected in Models/ResNet"):
        registry.unprotect("prod", why="again")


def test_the_registry_keeps_what_it_has(layout, registry):
    version = logged(layout, "a")
    registry.publish(version)
    with pytest.raises(ProtectedAliasError, match="as the registry has it as Models/ResNet:v0"):
        version.remove("old")
    shutil.rmtree(layout.artifacts / "demo")
    remove_garbage(layout, young=-1)
    registry.version(0).verify()


def test_a_removed_version_is_not_published(layout, registry):
    version = logged(layout, "a")
    version.remove("wrong")
    with pytest.raises(UnknownVersionError, match="wrong"):
        registry.publish(version)
    assert registry.numbers() == []


def test_a_version_of_another_store_is_refused(layout, registry, tmp_path):
    with pytest.raises(SettingError, match="a version of"):
        registry.publish(logged(Layout(tmp_path / "elsewhere"), "a"))


@pytest.mark.parametrize(
    "name", ["ResNet", "", "a/", "/a", "a/../b", "Models/v0.json", "a/events.jsonl", "a\\b", 3]
)
def test_names_that_are_no_collections_are_refused(layout, name):
    with pytest.raises(UnsafeNameError):
        RegistryCollection(layout, name)


def test_publishers_at_once_get_each_their_own_number(layout):
    versions = [logged(layout, content) for content in "abcdefgh"]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda v: RegistryCollection(layout, "Models/ResNet").publish(v), versions))
    assert sorted(version.number for version in found) == list(range(8))
    assert [f for f in examine(layout) if f.level != "note"] == []


def test_doctor_names_the_first_line_that_does_not_follow(layout, registry):
    for content in "ab":
        registry.publish(logged(layout, content))
    lines = registry.trail.path.read_bytes().splitlines(keepends=True)
    registry.trail.path.write_bytes(b"".join([lines[0], *lines[2:]]))
    (found,) = [finding for finding in examine(layout) if finding.level == "error"]
    assert (found.where, found.what) == (
        registry.trail.path,
        "line 2: it does not follow the line before: lines were removed, changed or inserted",
    )


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"format": 9}', b"\xff"])
def test_a_damaged_version_is_named(layout, registry, damage):
    registry.publish(logged(layout, "a"))
    registry.manifest_file(0).write_bytes(damage)
    with pytest.raises(FormatError, match=r"v0\.json: the version is damaged: .*; restore it from a backup"):
        registry.versions()
    assert [f.where for f in examine(layout) if f.level == "error"] == [registry.manifest_file(0)]
