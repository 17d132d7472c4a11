"""Runs in MLflow: its own database, or a tracking server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from simple_track.exchange.exporters.rows import flat, rows_of
from simple_track.exchange.exporters.silence import silence
from simple_track.extras import need
from simple_track.reading.view import RunView

_BATCH = 1000  # the most metrics that MLflow takes at once
_PARAMS = 100  # likewise, of parameters
_LONGEST = 6000  # characters of a parameter
_LONGEST_NAME = 250  # likewise, of a name
_STATES = {"finished": "FINISHED", "running": "RUNNING", "interrupted": "KILLED"}


def write_mlflow(runs: Sequence[RunView], target: str) -> None:
    """Write runs into MLflow: an experiment for each project, with metrics, parameters, tags and media.

    Args:
        runs: The runs.
        target: A database file, such as "mlflow.db", or the URI of a tracking server.
    """
    mlflow = need("mlflow", library="mlflow", extra="mlflow", purpose="an export to MLflow")
    uri = target if "://" in target else f"sqlite:///{Path(target).absolute()}"
    with silence("mlflow", "mlflow.store.db.utils", "alembic"):
        client = mlflow.MlflowClient(tracking_uri=uri)
        for run in runs:
            _write(client, mlflow.entities, run, _artifacts_of(uri, target))


def _artifacts_of(uri: str, target: str) -> str | None:
    """Where the files go: beside a database file; a server knows its own place."""
    return Path(target).absolute().with_name("mlartifacts").as_uri() if uri.startswith("sqlite:") else None


def _write(client: Any, entities: Any, run: RunView, artifacts: str | None) -> None:
    experiment = client.get_experiment_by_name(run.project)
    place = f"{artifacts}/{run.project}" if artifacts else None
    number = experiment.experiment_id if experiment else client.create_experiment(run.project, place)
    started = round(run.metadata.start_time * 1000)
    run_id = client.create_run(number, started, _tags(run), run.name).info.run_id
    params = (entities.Param(_name(key), str(value)[:_LONGEST]) for key, value in flat(run.config))
    while batch := list(islice(params, _PARAMS)):
        client.log_batch(run_id, params=batch)
    metrics = _metrics(entities, run)
    while batch := list(islice(metrics, _BATCH)):
        client.log_batch(run_id, metrics=batch)
    for folder in (run.layout.all_media, run.layout.tables):
        if folder.is_dir():
            client.log_artifacts(run_id, str(folder), folder.name)
    ended = round(run.end_time.timestamp() * 1000) if run.end_time else None
    client.set_terminated(run_id, _STATES.get(run.state, "FAILED"), ended)


def _tags(run: RunView) -> dict[str, str]:
    tags = {"simple_track.id": run.id, "mlflow.note.content": run.notes}
    tags |= {"mlflow.source.git.commit": _commit(run), "simple_track.group": run.group or ""}
    return {key: value for key, value in tags.items() if value} | dict.fromkeys(map(_name, run.tags), "true")


def _commit(run: RunView) -> str:
    git = run.environment.get("git")
    return str(git.get("commit") or "") if isinstance(git, Mapping) else ""


def _metrics(entities: Any, run: RunView) -> Iterator[Any]:
    """MLflow has no text among its metrics, and only some characters in their names."""
    for row in rows_of(run):
        step, time = row.pop("step"), round(row.pop("timestamp") * 1000)
        for key, value in row.items():
            if not isinstance(value, str):
                yield entities.Metric(_name(key), float(value), time, step)


def _name(key: str) -> str:
    """A name that MLflow takes: of few characters, no path that leads elsewhere, and not too long."""
    plain = "".join(c if c.isalnum() or c in "_-. :/" else "_" for c in key)
    parts = ["_" if part in (".", "..") else part for part in plain.split("/") if part]
    return "/".join(parts)[:_LONGEST_NAME] or "_"
