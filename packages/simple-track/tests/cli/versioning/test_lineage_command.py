import pytest

from simple_track import Track


@pytest.fixture
def chain(store):
    with Track.run("digits", dir=store.root, system=False) as first:
        artifact = Track.Artifact("data", "dataset")
        artifact.add_bytes(b"1", "a")
        first.log_artifact(artifact)
    with Track.run("words", dir=store.root, system=False) as second:
        second.use_artifact("digits/data")
    return first.id, second.id


def test_a_version_and_a_run_are_traced(chain, call, answer):
    first, second = chain
    assert call("lineage", "digits/data:v0").lines == [
        "digits/data:v0 (dataset)",
        "",
        "made from:",
        f"  1  run {first} (digits)",
        "       made digits/data:v0 (dataset)",
        "",
        "used for:",
        f"  1  run {second} (words)",
        "       used digits/data:v0 (dataset)",
    ]
    for run in (second, "last", second[-8:]):
        assert answer("lineage", run)["inputs"] == ["digits/data:v0"]
    assert answer("lineage", "data", "--up", 0, "--down", 0)["runs"] == []
    assert call("lineage", "data", "--mermaid").lines[0] == "flowchart LR"


def test_what_is_not_there_is_named(chain, call):
    result = call("lineage", "nobody")
    assert result.code == 1
    assert result.err.endswith("give the id of a run, or a version such as project/model:v0\n")
    assert "no version or alias 'v9'" in call("lineage", "digits/data:v9").err


def test_a_name_of_both_an_artifact_and_a_collection_is_not_guessed(chain, store, call):
    version = Track.artifact("digits/data", dir=store.root)
    Track.Registry.publish("digits/data", version)
    assert "of this name; add @ and the digest" in call("lineage", "digits/data:v0").err
    assert call("lineage", f"digits/data:v0@{version.digest[:12]}").code == 0
