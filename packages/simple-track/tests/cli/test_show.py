import json
from pathlib import Path

import pytest

from simple_track.track import Track


def test_a_run_is_shown_whole(store, call):
    result = call("show", store.first)
    assert result.code == 0
    text = result.out
    assert text.startswith(f"first  {store.first}\n")
    for part in ("state    finished", "tags     base, line", "notes    the first", "train.lr         0.1"):
        assert part in text
    row = next(line for line in result.lines if line.startswith("train/loss"))
    assert row.split()[1:4] == ["0.00744658", "0.00744658", "1"]
    assert row[-24:].startswith("█")


def test_many_metrics_are_cut_and_those_that_matter_come_first(store, call):
    with Track.run("many", name="many", dir=store.root, system=False) as run:
        run.define_metric("val/*", summary="max")
        for step in range(3):
            run.log({f"gradients/{n}": step for n in range(60)})
            run.log({f"m{n}": step for n in range(60)} | {"val/acc": step})
    lines = call("show", "many").lines
    start = lines.index("Metrics") + 2
    names = [line.split()[0] for line in lines[start : start + 100]]
    assert names[:2] == ["val/acc", "m0"]
    assert names[61:] == [f"gradients/{n}" for n in range(39)]
    assert lines[start + 100] == "21 more metrics; see them with --all"
    assert any(line.startswith("gradients/59 ") for line in call("show", "many", "--all").lines)


def test_artifacts_are_listed_each_once(store, call, answer):
    with Track.run("digits", name="maker", dir=store.root, system=False) as run:
        artifact = Track.Artifact("data", "dataset")
        artifact.add_bytes(b"x", "f")
        run.log_artifact(artifact)
        run.use_artifact("data:v0")
        run.use_artifact("data:v0")
    lines = call("show", "maker").lines
    at = lines.index("Artifacts")
    assert [line.split() for line in lines[at + 2 : at + 4]] == [
        ["digits/data:v0", "logged"],
        ["digits/data:v0", "used"],
    ]
    assert answer("show", "maker")["artifacts"] == [
        {"action": "log", "artifact": "digits/data:v0"},
        {"action": "use", "artifact": "digits/data:v0"},
    ]


def test_media_are_listed(store, call):
    lines = call("show", "third").lines
    at = lines.index("Media")
    assert lines[at + 2].split()[:3] == ["image", "image", "1"]
    assert lines[at + 3].split()[-1].endswith(".parquet")


def test_what_ended_a_failed_run_is_shown(store, call):
    text = call("show", "third").out
    assert "ValueError: boom" in text


def test_a_metric_is_plotted(store, call):
    lines = call("show", "first", "train/loss", "--height", 5).lines
    assert lines[0] == "train/loss  (first)"
    assert lines[1].split("│")[0].strip() == "1"
    assert lines[-1].split() == ["0", "49"]
    assert len(lines) == 1 + 5 + 2
    assert all(len(line) <= 80 for line in lines)


def test_a_metric_that_is_not_there_is_named(store, call):
    result = call("show", "first", "train/los")
    assert result.code == 1
    assert result.err == (
        f"simple-track show: run {store.first} has no metric 'train/los'; did you mean 'train/loss'?\n"
    )
    assert call("show", "third", "pic").err.endswith("has no metric 'pic'; it has: image, loss, table\n")


def test_json_tells_what_else_was_logged_under_a_name(store, answer):
    run = answer("show", "third", "image", "loss")
    assert run["history"]["loss"]["loss"] == [None]
    (image,) = run["logged"]["image"]
    assert (image["step"], image["kind"], image["width"]) == (7, "image", 4)
    assert image["file"].startswith("media/images/image-7-")


def test_json_tells_everything(store, answer):
    run = answer("show", "first", "train/loss")
    assert run["history"]["train/loss"]["step"] == list(range(50))
    assert run["history"]["train/loss"]["train/loss"][0] == 1
    assert answer("show", "third")["media"][0]["kind"] == "image"
    assert answer("show", "third")["summary"]["loss"] is None  # NaN, which JSON has not


def test_an_unknown_run_is_named(store, call):
    result = call("show", "nobody")
    assert (result.code, result.out) == (1, "")
    assert (
        result.err
        == f"simple-track show: no run 'nobody' in {store.root}; list the runs with: simple-track ls\n"
    )


def test_the_rewinds_of_a_run_are_shown(store, tmp_path, call):
    with Track.run("p", name="rewound", dir=tmp_path / "store", system=False) as run:
        for step in range(3):
            run.log({"loss": step})
        run.rewind(1)
        run.rewind(0)
        run.log({"loss": 9})
    assert ["rewound", "to", "step", "1,", "to", "step", "0"] in map(str.split, call("show", "rewound").lines)
    document = json.loads(call("show", "rewound", "loss", "--json").out)
    assert [rewind["step"] for rewind in document["rewinds"]] == [1, 0]
    assert document["rewinds"][0]["timestamp"] > 1.7e9
    assert document["history"]["loss"]["loss"] == [9.0]
    assert json.loads(call("show", "first", "--json").out)["rewinds"] == []


@pytest.fixture
def sampled(tmp_path):
    with Track.run("p", name="sampled", dir=tmp_path / "store", system=False) as run:
        run.log({"loss": 1.0})
    lines = [{"step": step, "system/cpu": step / 2, "timestamp": 1.7e9 + step} for step in range(5)]
    Path(run.dir, "metrics.system.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return run


def test_what_was_sampled_of_the_machine_is_shown_by_name(call, sampled):
    result = call("show", "sampled", "system/cpu")
    assert (result.code, result.lines[0]) == (0, "system/cpu  (sampled)")
    assert "2" in result.out
    document = json.loads(call("show", "sampled", "system/cpu", "--json").out)
    assert document["history"]["system/cpu"]["system/cpu"] == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert call("plot", "sampled", "system/cpu").code == 0
    assert "system/cpu" not in call("show", "sampled").out


def test_an_unknown_metric_is_answered_with_those_that_were_logged(call, sampled):
    result = call("show", "sampled", "los")
    assert result.code == 1
    assert "loss" in result.err
    assert "system/cpu" not in result.err
