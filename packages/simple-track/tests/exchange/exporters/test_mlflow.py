import math
import warnings

import pytest

from simple_track import Track
from simple_track.exchange.exporters.mlflow import write_mlflow

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
    assert [item.path for item in client.list_artifacts(first.info.run_id)] == ["media"]
    local = list((tmp_path / "mlartifacts").rglob("*.mp4"))
    assert len(local) == 1


def test_names_that_mlflow_refuses_are_changed(tmp_path):
    mlflow = pytest.importorskip("mlflow")
    with Track.run("odd", config={"a/../b": 1, "": 2}, dir=tmp_path / "store", system=False) as run:
        run.log({"../x": 1, "/etc//passwd": 2, ".": 3, "": 4, "y" * 300: 5, "a\0b": 6})
    write_mlflow([Track.load(run.id, dir=tmp_path / "store")], str(tmp_path / "odd.db"))
    client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'odd.db'}")
    (written,) = client.search_runs([client.get_experiment_by_name("odd").experiment_id])
    assert written.data.metrics == {"_/x": 1, "etc/passwd": 2, "_": 4, "y" * 250: 5, "a_b": 6}
