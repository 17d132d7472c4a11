import pytest

from simple_track.artifacts import ArtifactRefError, UnknownVersionError
from simple_track.artifacts.artifact import Artifact, log_artifact
from simple_track.artifacts.collection import Collection
from simple_track.artifacts.ref import ArtifactRef
from simple_track.errors import UnsafeNameError
from simple_track.storage.layout import Layout


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path / "store")


def logged(layout, content, name="data", aliases=()):
    artifact = Artifact(name, "dataset")
    artifact.add_bytes(content, "data.txt")
    return log_artifact(layout, "demo", "run-1", artifact, aliases)


def found(layout, text):
    return ArtifactRef.parse(text).find(layout, "demo")[1].version


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("data", ArtifactRef("", "data")),
        ("data:v2", ArtifactRef("", "data", "v2")),
        ("other/data:best", ArtifactRef("other", "data", "best")),
        ("data@0123ab", ArtifactRef("", "data", "", "0123ab")),
        ("p/data:v2@" + "a" * 64, ArtifactRef("p", "data", "v2", "a" * 64)),
        ("data@home", ArtifactRef("", "data@home")),
        ("data:run@12", ArtifactRef("", "data", "run@12")),
    ],
)
def test_a_reference_is_parsed(text, ref):
    assert ArtifactRef.parse(text) == ref


@pytest.mark.parametrize("text", ["", ":v1", "../data", "a/../data", "/data", "p/", "p/.:v1"])
def test_a_reference_that_could_leave_the_store_is_refused(text):
    with pytest.raises(UnsafeNameError):
        ArtifactRef.parse(text)


def test_a_number_is_no_reference():
    with pytest.raises(ArtifactRefError, match="give text such as 'data:v2'"):
        ArtifactRef.parse(3)


def test_a_digest_finds_its_version_whatever_number_it_has(layout):
    first = logged(layout, b"0", aliases=["best"])
    logged(layout, b"1")
    assert found(layout, f"data@{first.digest[:8]}") == 0
    assert found(layout, f"data:v1@{first.digest}") == 0
    assert found(layout, f"demo/data:best@{first.digest}") == 0


def test_a_digest_that_no_version_has_is_an_error(layout):
    logged(layout, b"0")
    with pytest.raises(UnknownVersionError, match=r"no version or alias '@ffffffff'; it has: v0, latest\."):
        found(layout, "data@ffffffff")


def test_a_digest_that_several_versions_begin_with_is_an_error(layout):
    logged(layout, b"0")
    logged(layout, b"1")
    with pytest.raises(ArtifactRefError, match=r"several versions begin so: v0, v1; give more digits\."):
        ArtifactRef("", "data")._by_digest(Collection.of(layout, "demo", "data"))
