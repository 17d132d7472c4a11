import json

import pytest

from simple_track import Track
from simple_track.artifacts.objects import ObjectStore
from simple_track.storage.layout import Layout


def log(root, content, project="digits", name="model", aliases=(), use=()):
    with Track.run(project, dir=root, system=False) as run:
        for ref in use:
            run.use_artifact(ref)
        artifact = Track.Artifact(name, "model", description="two layers", metadata={"acc": 0.9})
        artifact.add_bytes(content, "weights.bin")
        run.log_artifact(artifact, aliases)
    return run.id


@pytest.fixture
def made(store):
    return [log(store.root, b"0" * 5000, aliases=["best"]), log(store.root, b"1" * 5000)]


def test_artifacts_and_their_versions_are_listed(made, call, answer):
    result = call("artifact", "ls")
    assert result.lines[0].split() == ["ARTIFACT", "TYPE", "LATEST", "VERSIONS", "SIZE", "LOGGED"]
    assert result.lines[1].split()[:6] == ["digits/model", "model", "v1", "2", "9.8", "KiB"]
    rows = call("artifact", "ls", "model").lines
    assert [row.split()[:2] for row in rows[1:]] == [
        ["digits/model:v1", "latest"],
        ["digits/model:v0", "best"],
    ]
    assert [v["ref"] for v in answer("artifact", "ls", "digits/model")] == [
        "digits/model:v0",
        "digits/model:v1",
    ]
    assert answer("artifact", "ls", "--type", "dataset") == []


def test_an_empty_store_says_so(store, call):
    assert call("artifact", "ls").out == "no artifacts yet\n"


def test_a_version_is_shown_with_its_runs(store, made, call, answer):
    user = log(store.root, b"2", name="report", use=["model:best"])
    result = call("artifact", "show", "model:best")
    assert result.lines[0] == "digits/model:v0"
    assert ["made", "by", made[0]] in [line.split() for line in result.lines]
    assert ["used", "by", user] in [line.split() for line in result.lines]
    shown = answer("artifact", "show", "digits/model:v0")
    assert (shown["made_by"], shown["used_by"], shown["registry"]) == ([made[0]], [user], [])
    assert [file["name"] for file in shown["files"]] == ["weights.bin"]


def test_a_version_is_downloaded(made, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call("artifact", "get", "model:v0").out == "digits/model:v0: 1 file, 4.9 KiB, in model-v0\n"
    assert (tmp_path / "model-v0" / "weights.bin").read_bytes() == b"0" * 5000
    call("artifact", "get", "model", tmp_path / "there")
    assert (tmp_path / "there" / "weights.bin").read_bytes() == b"1" * 5000


def test_damage_is_found(store, made, call):
    assert call("artifact", "verify").out == "2 of 2 versions intact\n"
    version = Track.artifact("digits/model:v0", dir=store.root)
    path = ObjectStore(Layout(store.root).objects).path(version.entry("weights.bin").sha256)
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    result = call("artifact", "verify")
    assert (result.code, result.out) == (1, "1 of 2 versions intact\n")
    assert str(path) in result.err
    assert call("artifact", "verify", "model:v1").code == 0
    assert list(json.loads(call("artifact", "verify", "--json").out)["damaged"]) == ["digits/model:v0"]


def test_files_and_folders_are_put(store, call, tmp_path):
    (tmp_path / "data" / "train").mkdir(parents=True)
    (tmp_path / "data" / "train" / "a.csv").write_text("1,2")
    (tmp_path / "data" / "x.pyc").write_text("")
    (tmp_path / "b.csv").write_text("3,4")
    put = ["artifact", "put", "digits/data", tmp_path / "data", "--type", "dataset"]
    assert call(*put, "--exclude", "*.pyc", "--alias", "raw").out == "digits/data:v0: latest, raw\n"
    assert call(*put[:4], tmp_path / "b.csv", "--type", "dataset").lines == ["digits/data:v1: latest"]
    names = [[e.name for e in v.files] for v in Track.artifacts(dir=store.root)]
    assert names == [["train/a.csv"], ["b.csv", "data/train/a.csv", "data/x.pyc"]]
    result = call("artifact", "put", "data", tmp_path / "data", "--type", "dataset")
    assert result.code == 1
    assert result.err.endswith("name its project, as in project/data, or with -p.\n")


def test_aliases_are_moved_and_taken_away(made, call):
    assert (
        call("artifact", "alias", "model:v1", "best", "--why", "better").out
        == "digits/model:v1: best, latest\n"
    )
    assert call("artifact", "alias", "model:v1", "best", "--remove").out == "digits/model:v1: latest\n"
    assert call("artifact", "alias", "model:v1", "v7").code == 1


def test_a_version_is_removed_with_a_reason(made, call):
    assert call("artifact", "rm", "model:v0").code == 2
    result = call("artifact", "rm", "model:v0", "--why", "wrong seed")
    assert result.out == "removed digits/model:v0; free its space with: simple-track gc --delete\n"
    result = call("artifact", "get", "model:v0")
    assert result.code == 1
    assert "wrong seed); it has: v1, latest." in result.err


def test_what_is_not_there_is_named(made, call):
    assert call("artifact", "show", "data").err == (
        "simple-track artifact: no project has an artifact 'data'; there are: digits/model.\n"
    )
    assert call("artifact", "ls", "digits/data").err == (
        "simple-track artifact: project 'digits' has no artifact 'data'; it has: model.\n"
    )
    assert call("artifact", "nonsense").code == 2
