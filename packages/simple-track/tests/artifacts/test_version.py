import mmap
import os

import attrs
import pytest

from simple_track.artifacts.alias import BadAliasError
from simple_track.artifacts.artifact import Artifact, find_artifact, log_artifact
from simple_track.artifacts.collection import UnknownVersionError
from simple_track.artifacts.objects import CorruptObjectError, MissingObjectError, ObjectStore
from simple_track.artifacts.version import UnknownEntryError
from simple_track.errors import FormatError, SettingError
from simple_track.storage.layout import Layout

NOISE = os.urandom(100_000)
TEXT = b"a line of text\n" * 5000


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path / "store")


@pytest.fixture
def version(layout):
    artifact = Artifact("model", "model")
    artifact.add_bytes(NOISE, "weights.bin")
    artifact.add_bytes(TEXT, "logs/train.txt")
    artifact.add_bytes(b"", "empty")
    return log_artifact(layout, "demo", None, artifact, ["best"])


def damage(layout, version, name):
    path = ObjectStore(layout.objects).path(version.entry(name).sha256)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    return path


def test_it_says_what_it_is(version):
    assert (version.name, version.version, version.ref) == ("model", "v0", "demo/model:v0")
    assert version.aliases == ["best", "latest"]
    assert version.size == len(NOISE) + len(TEXT)
    assert [entry.name for entry in version.files] == ["empty", "logs/train.txt", "weights.bin"]


def test_it_is_downloaded_whole(version, tmp_path):
    root = version.download(tmp_path / "out")
    assert (root / "weights.bin").read_bytes() == NOISE
    assert (root / "logs" / "train.txt").read_bytes() == TEXT
    assert (root / "empty").read_bytes() == b""


def test_without_a_place_it_goes_into_the_cache(version, layout):
    assert version.download().is_relative_to(layout.cache)


@pytest.mark.parametrize(
    ("name", "content"), [("weights.bin", NOISE), ("logs/train.txt", TEXT), ("empty", b"")]
)
def test_files_are_opened_in_place(version, name, content):
    opened = version.open(name)
    assert opened.read() == content
    assert isinstance(opened, mmap.mmap) or not content
    assert version.open(name).read(5) == content[:5]


def test_a_packed_file_is_opened_where_nothing_can_be_written(version, layout):
    layout.cache.write_bytes(b"")  # no folder can be made there, not even by root
    assert version.open("logs/train.txt").read() == TEXT
    path = damage(layout, version, "logs/train.txt")
    with pytest.raises(CorruptObjectError) as caught:
        version.open("logs/train.txt")
    assert caught.value.path == path


def test_an_open_file_is_read_only(version):
    with pytest.raises(TypeError):
        version.open("weights.bin")[0] = 1


@pytest.mark.parametrize("name", ["weights.bin", "logs/train.txt"])
@pytest.mark.parametrize("read", ["verify", "download", "open"])
def test_a_flipped_bit_is_an_error_that_names_the_file(version, layout, tmp_path, name, read):
    path = damage(layout, version, name)
    calls = {
        "verify": version.verify,
        "download": lambda: version.download(tmp_path / "out"),
        "open": lambda: version.open(name),
    }
    with pytest.raises(CorruptObjectError) as caught:
        calls[read]()
    assert caught.value.path == path


def test_a_missing_object_is_an_error(version, layout):
    ObjectStore(layout.objects).path(version.entry("weights.bin").sha256).unlink()
    with pytest.raises(MissingObjectError):
        version.verify()


def test_an_unknown_file_is_named(version):
    with pytest.raises(UnknownEntryError) as caught:
        version.open("weights")
    assert str(caught.value) == (
        "artifact demo/model:v0: no file 'weights'; it has: empty, logs/train.txt, weights.bin."
    )


def test_a_hostile_manifest_does_not_lead_out_of_the_folder(version, layout, tmp_path):
    evil = attrs.evolve(version.manifest, files=(attrs.evolve(version.files[0], name="../evil"),))
    (layout.artifact("demo", "model") / "v0.json").write_bytes(evil.to_bytes())
    with pytest.raises(FormatError, match=r"leads out of the artifact"):
        find_artifact(layout, "demo", "model:v0").download(tmp_path / "a" / "b")
    assert not (tmp_path / "a" / "evil").exists()


def test_another_version_is_checked_out(version, layout):
    artifact = Artifact("model", "model")
    artifact.add_bytes(b"second", "weights.bin")
    second = log_artifact(layout, "demo", None, artifact)
    assert second.checkout("v0") == version
    assert second.checkout("best") == version
    assert version.checkout("latest").open("weights.bin").read() == b"second"


def test_an_alias_is_moved_and_taken_away_with_a_reason(layout, version):
    artifact = Artifact("model", "model")
    artifact.add_bytes(b"better", "weights.bin")
    later = log_artifact(layout, "demo", None, artifact)
    later.alias("best", why="lower loss")
    assert (version.aliases, later.aliases) == ([], ["best", "latest"])
    later.unalias("best", why="it was not")
    assert later.aliases == ["latest"]
    moves = [e for e in later._collection.events() if e.get("alias") == "best"]
    assert [(e["to"], e["why"]) for e in moves] == [
        ("v0", "logged"),
        ("v1", "lower loss"),
        (None, "it was not"),
    ]


def test_only_an_alias_of_the_version_is_taken_away(version):
    with pytest.raises(BadAliasError, match=r"it is not on demo/model:v0, which has: best, latest\."):
        version.unalias("worst")
    for move in (version.alias, version.unalias):
        with pytest.raises(BadAliasError, match="moves only by logging"):
            move("latest")


def test_a_version_is_removed_with_a_reason(layout, version):
    with pytest.raises(SettingError, match="a reason, which is kept in the trail"):
        version.remove(" ")
    version.remove("wrong data")
    with pytest.raises(
        UnknownVersionError, match=r"'v0' \(it was removed on .*: wrong data\); it has no versions\."
    ):
        find_artifact(layout, "demo", "model:v0")
    with pytest.raises(UnknownVersionError):
        version.remove("twice")
