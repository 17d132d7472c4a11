import pytest

from simple_track import Track


@pytest.fixture
def made(store, call, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "anna")
    for number in range(2):
        with Track.run("digits", dir=store.root, system=False) as run:
            artifact = Track.Artifact("model", "model")
            artifact.add_bytes(b"%d" % number, "weights.bin")
            run.log_artifact(artifact)
    published = call("registry", "publish", "model:v0", "Models/Digits", "--alias", "production")
    assert published.out == "Models/Digits:v0: latest, production (from digits/model:v0)\n"
    return run.id


def test_versions_are_published_and_listed(made, call, answer):
    call("registry", "publish", "digits/model:v1", "Models/Digits", "--description", "better")
    assert [row.split()[0] for row in call("registry", "ls").lines] == ["COLLECTION", "Models/Digits"]
    assert "production=v0" in call("registry", "ls").out
    rows = call("registry", "ls", "Models/Digits").lines
    assert [row.split()[0] for row in rows] == ["VERSION", "Models/Digits:v1", "Models/Digits:v0"]
    found = answer("registry", "ls")
    assert [(v["ref"], v["source"], v["user"]) for v in found] == [
        ("Models/Digits:v0", "digits/model:v0", "anna"),
        ("Models/Digits:v1", "digits/model:v1", "anna"),
    ]
    assert answer("registry", "show", "Models/Digits")["description"] == "better"


def test_a_protected_alias_moves_with_a_reason_only(made, call, answer):
    call("registry", "publish", "model:v1", "Models/Digits")
    call("registry", "protect", "Models/Digits", "production", "--by", "anna")
    refused = call("registry", "move", "Models/Digits", "production", "v1")
    assert refused.code == 1
    assert "say why you move it" in refused.err
    moved = call("registry", "move", "Models/Digits", "production", "latest", "--why", "reviewed")
    assert moved.lines == [
        "ALIAS       VERSION  PROTECTED",
        "latest      v1",
        "production  v1       moved by anna, with a reason",
    ]
    assert "production (protected)" in call("registry", "show", "Models/Digits:production").out
    call("registry", "unprotect", "Models/Digits", "production", "--why", "over")
    assert call("registry", "move", "Models/Digits", "production", "-").code == 0
    whats = [
        line[24:].strip() for line in call("registry", "history", "Models/Digits", "production").lines[1:]
    ]
    assert whats == [
        "production: nowhere → v0",
        "protected production for anna",
        "production: v0 → v1 (protected)  reviewed",
        "unprotected production           over",
        "production: v1 → nowhere",
    ]
    events = [move["event"] for move in answer("registry", "history", "Models/Digits")]
    assert events == ["publish", "move", "move", "publish", "move", "protect", "move", "unprotect", "move"]


def test_the_lineage_of_a_published_version_is_that_of_its_source(made, call):
    result = call("registry", "lineage", "Models/Digits")
    assert result.lines[0] == "digits/model:v0 (model)"
    assert result.lines[-1] == "       made digits/model:v0 (model)"


def test_what_is_not_there_is_named(made, call, store):
    assert call("registry", "ls", "Models/Net").err == (
        "simple-track registry: the registry has no collection 'Models/Net'; it has: Models/Digits.\n"
    )
    assert call("registry", "publish", "model", "Digits").err.startswith(
        "simple-track registry: collection 'Digits' needs a folder and a name"
    )
    assert call("registry", "show", "Models/Digits:staging").code == 1


def test_an_empty_registry_says_so(store, call):
    assert call("registry", "ls").out.startswith("the registry is empty; publish a version with: ")
