import pytest

from simple_track import Track
from simple_track.artifacts import ArtifactRefError, UnknownArtifactError, UnknownVersionError
from simple_track.errors import RunNotFoundError, UnsafeNameError
from simple_track.registry import UnknownCollectionError


@pytest.fixture
def version(root):
    with Track.run("demo", system=False) as run:
        artifact = Track.Artifact("model", "model", metadata={"n": 1})
        artifact.add_bytes(b"weights", "weights.bin")
        return run.log_artifact(artifact, "best")


def test_a_version_is_published_by_itself_or_by_reference(version):
    first = Track.Registry.publish("Models/Net", version, alias=["prod", "eu"], description="one")
    again = Track.Registry.publish("Models/Net", "model:best")
    assert first.ref == again.ref == "Models/Net:v0"
    assert again.aliases == ("eu", "latest", "prod")
    assert Track.Registry.get("Models/Net:prod").metadata == {"n": 1}
    assert Track.Registry.collections() == ["Models/Net"]
    assert [v.ref for v in Track.Registry.list()] == [v.ref for v in Track.Registry.list("Models/Net")]


def test_a_run_that_moves_an_alias_is_recorded(version):
    Track.Registry.publish("Models/Net", version)
    with Track.run("demo", system=False) as run:
        Track.Registry.move("Models/Net", "prod", "v0", why="best so far")
    assert Track.Registry.history("Models/Net", "prod")[-1].run == run.id


def test_everything_that_has_a_lineage_can_be_asked(version):
    with Track.run("other", system=False) as run:
        run.use_artifact(version)
    published = Track.Registry.publish("Models/Net", version)
    maker = version.run
    for ref in (version, published, version.ref, "Models/Net:latest", "model", f"model@{version.digest[:8]}"):
        assert Track.Registry.lineage(ref)["runs"] == [maker, run.id]
    for ref in (run, Track.load(run.id), run.id, run.id[-8:], "last"):
        assert Track.Registry.lineage(ref)["inputs"] == ["demo/model:v0"]
    assert [v.ref for v in Track.Registry.dependencies(run)] == ["demo/model:v0"]
    assert [v.ref for v in Track.Registry.dependents(maker)] == ["demo/model:v0"]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: Track.Registry.get("Net"), UnsafeNameError),
        (lambda: Track.Registry.get("Models/Other"), UnknownCollectionError),
        (lambda: Track.Registry.get("Models/Net:v7"), UnknownVersionError),
        (lambda: Track.Registry.list("Models/Other"), UnknownCollectionError),
        (lambda: Track.Registry.publish("Models/Net", "nothing"), UnknownArtifactError),
        (lambda: Track.Registry.publish("Models/Net", 3), ArtifactRefError),
        (lambda: Track.Registry.lineage("nobody"), RunNotFoundError),
        (lambda: Track.Registry.lineage("demo/nothing"), UnknownArtifactError),
        (lambda: Track.Registry.lineage(3), ArtifactRefError),
        (lambda: Track.Registry.history("Models/Other"), UnknownCollectionError),
    ],
)
def test_what_is_not_there_is_an_error(version, call, error):
    Track.Registry.publish("Models/Net", version)
    with pytest.raises(error):
        call()


def test_artifacts_are_listed(version):
    assert [v.ref for v in Track.artifacts()] == ["demo/model:v0"]
    assert Track.artifacts(project="demo", type="dataset") == []
