import json
import math
import warnings
from pathlib import Path

import pytest

from simple_track import Track
from simple_track.exchange import export
from simple_track.exchange.exporters.mlflow import write_mlflow
from simple_track.exchange.exporters.rows import flat
from simple_track.exchange.exporters.target import ExportError
from simple_track.storage import exact_json

pytestmark = [
    pytest.mark.slow,  # MLflow takes seconds to import and to set up its database
    pytest.mark.filterwarnings("ignore"),  # of MLflow's own libraries
]


@pytest.fixture
def client(runs, tmp_path, caplog):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlflow = pytest.importorskip("mlflow")
        write_mlflow(runs, str(tmp_path / "mlflow.db"))
        assert caplog.records == []
        return mlflow.MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}")


def test_mlflow_reads_what_was_logged(client, runs, tmp_path):
    experiment = client.get_experiment_by_name("demo")
    found = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
    assert set(found) == {"First", "second"}
    first = found["First"]
    assert first.info.status == "FINISHED"
    assert first.data.params == {"train.lr": "0.1", "name": "a"}
    assert (first.data.tags["simple_track.id"], first.data.tags["base"]) == (runs[0].id, "true")
    assert first.info.start_time == round(runs[0].metadata.start_time * 1000)
    points = client.get_metric_history(first.info.run_id, "epoch")
    assert [(point.step, point.value) for point in sorted(points, key=lambda p: p.step)] == [
        (0, 0),
        (1, 1),
        (2, 2),
    ]
    losses = {point.step: point.value for point in client.get_metric_history(first.info.run_id, "loss")}
    assert losses[0] == 0.1
    assert math.isnan(losses[3])
    assert [item.path for item in client.list_artifacts(first.info.run_id)] == ["media", "simple_track"]
    local = list((tmp_path / "mlartifacts").rglob("*.mp4"))
    assert len(local) == 1


def test_names_that_mlflow_refuses_are_changed(tmp_path):
    mlflow = pytest.importorskip("mlflow")
    with Track.run("odd", config={"a/../b": 1, "": 2}, dir=tmp_path / "store", system=False) as run:
        run.log({"../x": 1, "/etc//passwd": 2, ".": 3, "": 4, "y" * 300: 5, "a\0b": 6})
    write_mlflow([Track.load(run.id, dir=tmp_path / "store")], str(tmp_path / "odd.db"))
    client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'odd.db'}")
    (written,) = client.search_runs([client.get_experiment_by_name("odd").experiment_id])
    assert written.data.metrics == {"_/x": 1, "etc/passwd": 2, "_": 3, "__2": 4, "y" * 250: 5, "a_b": 6}
    names = document(client, written, "names")
    assert {names["metrics"][name]: value for name, value in written.data.metrics.items()} == {
        "../x": 1,
        "/etc//passwd": 2,
        ".": 3,
        "": 4,
        "y" * 300: 5,
        "a\0b": 6,
    }


def document(client, run, name):
    """A file of a run, as JSON."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = client.download_artifacts(run.info.run_id, f"simple_track/{name}.json")
    return exact_json.decode(json.loads(Path(path).read_text("utf-8")))


def every_run(database):
    mlflow = pytest.importorskip("mlflow")
    client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{database}")
    return client, [run for e in client.search_experiments() for run in client.search_runs([e.experiment_id])]


def test_a_run_is_there_once_however_often_it_is_exported(runs, tmp_path):
    database = tmp_path / "o.db"
    for _ in range(2):
        export(runs, "mlflow", database)
    client, found = every_run(database)
    before = {run.data.tags["simple_track.id"]: run.info.run_id for run in found}
    assert sorted(before) == sorted(run.id for run in runs)
    with Track.run("demo", resume=runs[1].id, dir=runs[1].layout.root.root, system=False) as again:
        again.log({"acc": 0.75})
    export([Track.load(run.id, dir=runs[1].layout.root.root) for run in runs], "mlflow", database)
    _, found = every_run(database)
    after = {run.data.tags["simple_track.id"]: run.info.run_id for run in found}
    assert len(found) == 2
    assert after[runs[0].id] == before[runs[0].id]  # not changed: as it was
    assert client.get_run(after[runs[1].id]).data.metrics == {"acc": 0.75}


CONFIGS = [
    {"a": {"b": 1}, "a.b": 2, "a/b": 3, "a@b": 4, "a#b": 5, "": 6, ".": {"": 7}},
    {"clip": math.inf, "nan": math.nan, "big": 2**70, "none": None, "list": [1, {"x": []}], "empty": {}},
    {"long": "y" * 10_000, "k" * 300: 1, "k" * 299: 2, "lines": "a\nb", "é": "ü"},
    {f"p{number}": number for number in range(250)},
]


@pytest.mark.parametrize("config", CONFIGS, ids=["names", "values", "long", "many"])
def test_a_config_of_any_shape_is_taken(config, tmp_path):
    with Track.run("demo", config=config, dir=tmp_path / "store", system=False) as run:
        run.log({"a": 1})
    export([Track.load(run.id, dir=tmp_path / "store")], "mlflow", tmp_path / "o.db")
    client, (written,) = every_run(tmp_path / "o.db")
    leaves = list(flat(config))
    assert len(written.data.params) == len(leaves)
    assert repr(document(client, written, "config")) == repr(config)
    names = (
        {} if config is CONFIGS[3] or config is CONFIGS[1] else document(client, written, "names")["params"]
    )
    for name, value in written.data.params.items():
        assert any(key == names.get(name, name) and str(v)[:5999] == value[:5999] for key, v in leaves), name


def test_what_mlflow_cannot_hold_is_beside_it(tmp_path):
    with Track.run(
        "demo", dir=tmp_path / "store", system=False, tags=["a@b", "a#b", "mlflow.runName"]
    ) as run:
        run.log({"x": math.inf, "t": "word", "big": 2**53 + 1, "nan": math.nan, "whole": 2**70})
    export([Track.load(run.id, dir=tmp_path / "store")], "mlflow", tmp_path / "o.db")
    client, (written,) = every_run(tmp_path / "o.db")
    assert [(row["name"], row["value"]) for row in document(client, written, "values")] == [
        ("x", math.inf),
        ("t", "word"),
        ("big", 2**53 + 1),
    ]
    assert written.data.tags["mlflow.runName"] == run.name
    names = document(client, written, "names")["tags"]
    assert sorted(names.values()) == ["a#b", "a@b", "mlflow.runName"]
    assert all(written.data.tags[name] == "true" for name in names)


def test_a_failed_export_leaves_nothing(runs, tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")

    def refuse(*_, **__):
        raise mlflow.MlflowException("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(mlflow.MlflowClient, "set_terminated", refuse)
        with pytest.raises(
            ExportError, match=r"MLflow refuses \(MlflowException: the disk is full\); nothing was exported"
        ):
            export(runs, "mlflow", tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()
    assert not (tmp_path / "mlartifacts").exists()
    export(runs[:1], "mlflow", tmp_path / "old.db")
    _, (kept,) = every_run(tmp_path / "old.db")
    with Track.run("other", dir=runs[1].layout.root.root, system=False) as other:
        other.log({"a": 1})
    with monkeypatch.context() as patch:
        patch.setattr(mlflow.MlflowClient, "log_batch", refuse)
        with pytest.raises(ExportError):
            export([*runs, Track.load(other.id, dir=runs[1].layout.root.root)], "mlflow", tmp_path / "old.db")
    _, found = every_run(tmp_path / "old.db")
    assert [run.info.run_id for run in found] == [kept.info.run_id]
    export(runs, "mlflow", tmp_path / "old.db")
    assert len(every_run(tmp_path / "old.db")[1]) == 2


def test_a_deleted_experiment_is_said(runs, tmp_path):
    export(runs, "mlflow", tmp_path / "o.db")
    client, found = every_run(tmp_path / "o.db")
    number = found[0].info.experiment_id
    client.delete_experiment(number)
    with pytest.raises(ExportError) as caught:
        export(runs, "mlflow", tmp_path / "o.db")
    hint = f"restore it with: mlflow experiments restore -x {number}"
    assert str(caught.value) == f"demo: the experiment of this name is deleted in MLflow; {hint}"
    client.restore_experiment(number)
    export(runs, "mlflow", tmp_path / "o.db")


def test_a_file_that_is_no_database_is_said_and_left(runs, tmp_path):
    (tmp_path / "o.db").write_text("words, more than a few")
    with pytest.raises(ExportError, match=r"o\.db: MLflow refuses"):
        export(runs, "mlflow", tmp_path / "o.db")
    assert (tmp_path / "o.db").read_text() == "words, more than a few"
    with pytest.raises(ExportError, match=r"has one of the characters \? # %; name the database otherwise"):
        export(runs, "mlflow", tmp_path / "o?.db")
