"""Runs in MLflow: its own database, or a tracking server."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import attrs

from simple_track.errors import TrackError
from simple_track.exchange.exporters.names import changed_names, distinct_names
from simple_track.exchange.exporters.rows import facts_of, flat, rows_of
from simple_track.exchange.exporters.silence import silence
from simple_track.exchange.exporters.target import ExportError
from simple_track.extras import need
from simple_track.reading.columns import NUMERIC
from simple_track.reading.view import RunView
from simple_track.storage import exact_json

_BATCH = 1000  # the most metrics that MLflow takes at once
_PARAMS = 100  # likewise, of parameters
_LONGEST = 6000  # characters of a parameter
_LONGEST_NAME = 250  # likewise, of a name
_STATES = {"finished": "FINISHED", "running": "RUNNING", "interrupted": "KILLED"}
ID, CONTENT = "simple_track.id", "simple_track.content"
OWN_TAGS = (ID, CONTENT, "simple_track.group")


def write_mlflow(runs: Sequence[RunView], target: str) -> None:
    """Write runs into MLflow: an experiment for each project, with metrics, parameters, tags and media.

    A run that is there already, and has not changed since, is left as it is; one that has changed is written
    anew, and the older one deleted. Names that MLflow refuses are changed so that no two meet. What MLflow
    cannot hold is in files of the run below `simple_track/`: the config as it is, the map of changed names,
    and the values that are texts, infinities or integers that a float rounds.

    Args:
        runs: The runs.
        target: A database file, such as "mlflow.db", or the URI of a tracking server.

    Raises:
        ExportError: MLflow refuses; then nothing of this export is left.
    """
    mlflow = need("mlflow", library="mlflow", extra="mlflow", purpose="an export to MLflow")
    database = None if "://" in target else Path(target).absolute()
    if database is not None:
        if any(c in str(database) for c in "?#%"):
            raise ExportError(target, "has one of the characters ? # %", "name the database otherwise")
        database.parent.mkdir(parents=True, exist_ok=True)
    uri = target if database is None else f"sqlite:///{database}"
    is_file = uri.startswith("sqlite:")
    files = Path(uri.removeprefix("sqlite:///")).absolute().with_name("mlartifacts") if is_file else None
    with silence("mlflow", "mlflow.store.db.utils", "alembic"):
        made = Made(database if database and not database.exists() else None, files)
        try:
            made.client = mlflow.MlflowClient(tracking_uri=uri)
            metrics = _metric_names(runs)
            replaced = [old for run in runs for old in _write(made, mlflow.entities, run, metrics)]
            for old in replaced:
                made.client.delete_run(old)
        except BaseException as error:
            made.undo()
            if isinstance(error, TrackError) or not isinstance(error, Exception):
                raise
            reason = f"MLflow refuses ({type(error).__name__}: {str(error).splitlines()[0][:200]})"
            raise ExportError(
                target, reason, "nothing was exported; see to that, and export again"
            ) from error


@attrs.define
class Made:
    """What an export has made so far, to be taken back when it fails.

    Args:
        database: The database file, where it was not there before.
        files: The folder of all files beside a database file, or None.
    """

    database: Path | None
    files: Path | None
    client: Any = None
    runs: list[str] = attrs.field(factory=list)
    experiments: list[str] = attrs.field(factory=list)
    had_files: bool = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.had_files = self.files is not None and self.files.exists()

    def undo(self) -> None:
        """Delete all of it, as far as MLflow lets that happen."""
        if self.database is not None:
            self.database.unlink(missing_ok=True)
            if self.files is not None and not self.had_files:
                shutil.rmtree(self.files, ignore_errors=True)
            return
        for call, ids in (("delete_run", self.runs), ("delete_experiment", self.experiments)):
            for number in ids:
                try:
                    getattr(self.client, call)(number)
                except Exception:  # noqa: S112 - the first error is the one to tell
                    continue


def _write(made: Made, entities: Any, run: RunView, metric_names: dict[str, str]) -> list[str]:
    """Write a run unless it is there as it is; the ids of older exports of it."""
    client = made.client
    experiment = _experiment(made, run.project)
    found = client.search_runs([experiment], filter_string=f"tags.`{ID}` = '{run.id}'")
    content = _content(run)
    if any(old.data.tags.get(CONTENT) == content for old in found):
        return []
    names = _names(run, metric_names)
    tags = _tags(run, names["tags"])
    started = round(run.metadata.start_time * 1000)
    number = client.create_run(experiment, started, tags, run.name).info.run_id
    made.runs.append(number)
    params = [
        entities.Param(names["params"][place], _param(value))
        for place, (_, value) in enumerate(flat(run.config))
    ]
    for start in range(0, len(params), _PARAMS):
        client.log_batch(number, params=params[start : start + _PARAMS])
    rest: list[dict[str, Any]] = []
    metrics = _metrics(entities, run, names["metrics"], rest)
    while batch := list(islice(metrics, _BATCH)):
        client.log_batch(number, metrics=batch)
    _log_files(client, number, run, names, rest)
    ended = round(run.end_time.timestamp() * 1000) if run.end_time else None
    client.set_terminated(number, _STATES.get(run.state, "FAILED"), ended)
    client.set_tag(number, CONTENT, content)  # last: a run without it is not whole
    return [old.info.run_id for old in found]


def _experiment(made: Made, project: str) -> str:
    """The experiment of a project, which is made when it is not there."""
    experiment = made.client.get_experiment_by_name(project)
    if experiment is None:
        place = f"{made.files.as_uri()}/{quote(project)}" if made.files is not None else None
        made.experiments.append(made.client.create_experiment(project, place))
        return made.experiments[-1]
    if experiment.lifecycle_stage != "active":
        hint = f"restore it with: mlflow experiments restore -x {experiment.experiment_id}"
        raise ExportError(project, "the experiment of this name is deleted in MLflow", hint)
    number: str = experiment.experiment_id
    return number


def _content(run: RunView) -> str:
    """A digest of what is exported of a run."""
    history = run.history()
    last = history["timestamp"][-1].item() if history.rows else None
    media = [event.get("value") for event in run.events("media")]
    facts = exact_json.encode([facts_of(run), history.rows, last, media], run.id)
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _metric_names(runs: Sequence[RunView]) -> dict[str, str]:
    """The names of metrics, alike in all runs that are exported together."""
    parts = [run.history().columns.parts for run in runs]
    metrics = {key: key for part in parts for key, kinds in part.items() if set(kinds) & NUMERIC}
    return distinct_names(metrics, _name, longest=_LONGEST_NAME)


def _names(run: RunView, metrics: Mapping[str, str]) -> dict[str, dict[Any, str]]:
    """The names of the run's metrics, of parameters by their place, and of tags."""
    params = {place: key for place, (key, _) in enumerate(flat(run.config))}
    tags = {tag: tag for tag in run.tags}
    return {
        "metrics": {key: metrics[key] for key in run.history() if key in metrics},
        "params": distinct_names(params, _name, longest=_LONGEST_NAME),
        "tags": distinct_names(tags, _tag_name, OWN_TAGS, _LONGEST_NAME),
    }


def _tags(run: RunView, names: Mapping[str, str]) -> dict[str, str]:
    tags = {ID: run.id, "mlflow.note.content": run.notes}
    tags |= {"mlflow.source.git.commit": _commit(run), "simple_track.group": run.group or ""}
    return {key: value for key, value in tags.items() if value} | dict.fromkeys(names.values(), "true")


def _commit(run: RunView) -> str:
    git = run.environment.get("git")
    return str(git.get("commit") or "") if isinstance(git, Mapping) else ""


def _param(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _metrics(
    entities: Any, run: RunView, names: Mapping[str, str], rest: list[dict[str, Any]]
) -> Iterator[Any]:
    """The metrics; what MLflow does not keep (texts, infinities, integers it rounds) goes into `rest`."""
    for row in rows_of(run):
        step, timestamp = row.pop("step"), row.pop("timestamp")
        for key, value in row.items():
            if isinstance(value, str) or math.isinf(value) or float(value) != value == value:
                rest.append({"name": key, "step": step, "timestamp": timestamp, "value": value})
            if not isinstance(value, str) and key in names:
                yield entities.Metric(names[key], float(value), round(timestamp * 1000), step)


def _log_files(
    client: Any, number: str, run: RunView, names: Mapping[str, Mapping[Any, str]], rest: list[dict[str, Any]]
) -> None:
    """Media and tables, and what MLflow cannot hold itself."""
    for folder in (run.layout.dir / "media", run.layout.tables):
        if folder.is_dir():
            client.log_artifacts(number, str(folder), folder.name)
    keys = [key for key, _ in flat(run.config)]
    params = {keys[place]: name for place, name in names["params"].items() if keys[place] != name}
    changed = {
        "metrics": changed_names(names["metrics"]),
        "params": {name: key for key, name in params.items()},
        "tags": changed_names(names["tags"]),
    }
    documents = {"config": run.config, "names": {k: v for k, v in changed.items() if v}, "values": rest}
    for name, document in documents.items():
        if document:
            text = json.dumps(exact_json.encode(document), indent=2, ensure_ascii=False)
            client.log_text(number, text, f"simple_track/{name}.json")


def _name(key: str) -> str:
    """A name that MLflow takes: of few characters, and no path that leads elsewhere."""
    plain = "".join(c if c.isalnum() or c in "_-. :/" else "_" for c in key)
    parts = ["_" if part in (".", "..") else part for part in plain.split("/") if part]
    return "/".join(parts) or "_"


def _tag_name(tag: str) -> str:
    """A tag that MLflow takes, and none of those that steer it."""
    return _name(f"_{tag}" if tag.startswith("mlflow.") else tag)
