"""Answers to names of W&B, MLflow and TensorBoard: what to write instead of an unknown argument or method."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar

from simple_track.errors import UnknownArgumentError, UnknownNameError

P = ParamSpec("P")
R = TypeVar("R")
_FINISH = 'leave the "with" block of Track.run, or call run.finish()'
_RUN = 'with Track.run(project="…", config=…) as run:'
RUN_ARGUMENTS = {
    "mode": 'Track.set_mode("disabled") before it, or set SIMPLE_TRACK_MODE=disabled',
    "entity": "leave it out: there are no accounts",
    "id": 'resume="…" continues a run by its id',
    "run_id": 'resume="…" continues a run by its id',
    "resume_from": 'resume="…", rewind=STEP continues a run from a step',
    "purge_step": "rewind=STEP takes back what was logged from a step on",
    "save_code": "leave it out: the commit and the uncommitted changes are always kept",
    "settings": "pass the options to Track.run, such as system=False or console=True",
    "magic": "leave it out",
    "anonymous": "leave it out: there are no accounts",
    "force": "leave it out: there is no login",
    "sync_tensorboard": "log to the run directly; simple-track export -f tensorboard writes event files",
    "experiment": 'project="…"',
    "experiment_name": 'project="…"',
    "experiment_id": 'project="…"',
    "run_name": 'name="…"',
    "display_name": 'name="…"',
    "description": 'notes="…"',
    "comment": 'notes="…"',
    "params": "config={…}",
    "hparams": "config={…}",
    "hyperparameters": "config={…}",
    "nested": 'reinit="stack" keeps both runs',
    "log_dir": 'dir="…"',
    "logdir": 'dir="…"',
    "save_dir": 'dir="…"',
    "flush_secs": "leave it out: every call is on disk when it returns",
    "max_queue": "leave it out: every call is on disk when it returns",
    "log_system_metrics": "system=True",
    "tensorboard": "log to the run directly",
}
NEAR = 0.7
"""How alike a name is to the one that is suggested."""
_ROWS = "leave it out: every call is on disk when it returns, and calls may share a step=…"
_ALL = "leave it out: log one value where it is computed, such as at the end of an epoch"
LOG_ARGUMENTS = {
    "commit": _ROWS,
    "sync": _ROWS,
    "synchronous": _ROWS,
    "data": "run.log({…})",
    "dictionary": "run.log({…})",
    "metrics": "run.log({…})",
    "row": "run.log({…})",
    "name": "run.log({name: value})",
    "key": "run.log({name: value})",
    "tag": "run.log({name: value})",
    "value": "run.log({name: value})",
    "scalar_value": "run.log({name: value})",
    "main_tag": "run.log({name: {…}})",
    "tag_scalar_dict": "run.log({name: {…}})",
    "global_step": "step=…",
    "global_steps": "step=…",
    "iteration": "step=…",
    "epoch": 'run.log({"epoch": epoch, …}), and run.define_metric("*", step="epoch") for the x axis',
    "walltime": "leave it out: each call keeps its time",
    "timestamp": "leave it out: each call keeps its time",
    "run_id": "leave it out: the run is the one whose method is called",
    "model_id": "run.use_artifact(ref)",
    "dataset": "run.use_artifact(ref)",
    "prog_bar": _ALL,
    "on_step": _ALL,
    "on_epoch": _ALL,
    "logger": _ALL,
    "batch_size": _ALL,
    "sync_dist": "leave it out: reduce the value over the ranks before; rank 0 logs",
    "rank_zero_only": "leave it out: rank 0 logs",
}
ARTIFACT_ARGUMENTS = {
    "alias": "aliases=…",
    "artifact_or_path": "run.log_artifact(path), the path without a name",
    "artifact_file": "name=…",
    "artifact_path": "name=…",
    "local_path": "run.log_artifact(path), the path without a name",
    "local_dir": "run.log_artifact(path), the path without a name",
    "path": "run.log_artifact(path), the path without a name",
    "description": 'Track.Artifact(name, type, metadata={"description": …})',
    "metadata": "Track.Artifact(name, type, metadata={…}), then its add_file(path) or add_dir(path)",
    "tags": "aliases=…",
    "run_id": "leave it out: the run is the one whose method is called",
    "ttl": "leave it out: versions are kept until they are removed",
}
METRIC_ARGUMENTS = {
    "name": "run.define_metric(pattern), the pattern without a name",
    "glob": "run.define_metric(pattern), the pattern without a name",
    "step_metric": "step=…",
    "step_sync": "leave it out: a row without the x axis takes its last value",
    "hidden": "leave it out",
    "overwrite": "leave it out: the last call counts",
}
ALERT_ARGUMENTS = {
    "level": "leave it out, or put it into the title",
    "wait_duration": "leave it out: every alert is kept",
}
FINISH_ARGUMENTS = {
    "exit_code": 'run.finish("failed") for a code that is not 0',
    "status": 'run.finish("failed"), or run.finish() of a run that finished',
    "quiet": "leave it out",
}
RUNS_ARGUMENTS = {
    "filters": """where="config.lr < 0.1 and state == 'finished'\"""",
    "filter_string": """where="summary.loss < 0.1\"""",
    "path": 'project="…"',
    "experiment_names": 'project="…"',
    "order_by": 'order="-summary.acc"',
    "sort": 'order="-summary.acc"',
    "max_results": "slice the list: Track.runs(…)[:10]",
    "limit": "slice the list: Track.runs(…)[:10]",
    "per_page": "leave it out: the list has all runs",
}
TRACK_NAMES = {
    "init": _RUN,
    "start_run": _RUN,
    "SummaryWriter": _RUN,
    "create_run": _RUN,
    "set_experiment": 'Track.run(project="…")',
    "create_experiment": 'Track.run(project="…")',
    "set_tracking_uri": 'Track.set_dir("…")',
    "login": "leave it out: there are no accounts",
    "log": "run.log({…}) of the run that Track.run returns",
    "log_metric": "run.log({name: value}) of the run that Track.run returns",
    "log_metrics": "run.log({…}) of the run that Track.run returns",
    "log_param": "Track.run(config={…}), or run.update_config({…})",
    "log_params": "Track.run(config={…}), or run.update_config({…})",
    "log_artifact": "run.log_artifact(…) of the run that Track.run returns",
    "config": "Track.run(config={…}), then run.config",
    "summary": "run.summary of the run that Track.run returns",
    "watch": "run.watch(model) of the run that Track.run returns",
    "finish": _FINISH,
    "end_run": _FINISH,
    "active_run": "Track.active()",
    "search_runs": "Track.runs(where=…), or Track.frame(where=…)",
    "Api": "Track.runs(where=…), or Track.frame(where=…)",
    "get_run": "Track.load(run_id)",
    "Image": "Track.Media.Image",
    "Audio": "Track.Media.Audio",
    "Video": "Track.Media.Video",
    "Html": "Track.Media.Html",
    "Histogram": "Track.Media.Histogram",
    "Object3D": "Track.Media.PointCloud, or Track.Media.Mesh",
    "Molecule": "run.log_artifact(path) of the run that Track.run returns",
    "plot": "Track.Media.Plot, or Track.Media.ConfusionMatrix, or Track.Media.PrCurve",
    "save": "run.log_artifact(path) of the run that Track.run returns",
    "log_model": 'run.log_artifact(path, type="model") of the run that Track.run returns',
    "log_image": "run.log_image(name, img) of the run that Track.run returns",
    "set_tag": "Track.run(tags=[…]), or run.tags += [tag]",
    "set_tags": "Track.run(tags=[…]), or run.tags += […]",
    "Settings": "pass the options to Track.run, such as system=False or console=True",
    "last_active_run": 'Track.load("last")',
    "current_run": "Track.active()",
    "current": "Track.active()",
    "autolog": "log by run.log, and watch a model by run.watch(model)",
}
RUN_NAMES = {
    "log_metric": "run.log({name: value}, step)",
    "log_metrics": "run.log({…}, step)",
    "log_param": "run.update_config({name: value})",
    "log_params": "run.update_config({…})",
    "log_dict": "run.log({…}, step), or run.update_config({…})",
    "add_scalar": "run.log({tag: value}, step)",
    "add_scalars": "run.log({tag: {…}}, step)",
    "add_image": "run.log_image(name, img, step=step)",
    "add_images": "run.log_images(name, images, step)",
    "add_histogram": "run.log_histogram(name, values, step=step)",
    "add_figure": "run.log_figure(name, figure, step)",
    "add_text": "run.log_text(name, text, step)",
    "add_audio": "run.log_audio(name, samples, sample_rate, step)",
    "add_video": "run.log_video(name, frames, fps, step)",
    "add_mesh": "run.log_mesh(name, vertices, faces, step)",
    "add_graph": "run.watch(model, log_graph=True)",
    "add_hparams": "Track.run(config={…})",
    "add_pr_curve": "run.log({name: Track.Media.PrCurve(…)})",
    "log_confusion_matrix": "run.log({name: Track.Media.ConfusionMatrix(…)})",
    "log_pr_curve": "run.log({name: Track.Media.PrCurve(…)})",
    "log_roc_curve": "run.log_plot(name, false_positive_rate, true_positive_rate)",
    "track": "run.log({name: value}, step)",
    "set_tag": "run.tags += [tag]",
    "set_tags": "run.tags = […]",
    "add_tags": "run.tags += […]",
    "log_code": "leave it out: the commit and the uncommitted changes are always kept",
    "save": "run.log_artifact(path)",
    "upload_file": "run.log_artifact(path)",
    "log_model": 'run.log_artifact(path, type="model")',
    "flush": "leave it out: every call is on disk when it returns",
    "join": "run.finish()",
    "end": "run.finish()",
    "close": "run.finish()",
    "stop": "run.finish()",
    "mark_preempting": "leave it out: the state of a killed run is seen by every reader",
    "get_url": "run.dir is the folder of the run",
    "url": "run.dir is the folder of the run",
    "path": "run.dir is the folder of the run",
    "run_id": "run.id",
    "info": "run.id, run.name, run.state",
    "data": "run.summary, or run.history()",
    "scan_history": "run.history().records()",
    "entity": "leave it out: there are no accounts",
    "project_name": "run.project",
    "files": "run.dir is the folder of the run",
    "file": "run.dir is the folder of the run",
    "restore": "run.use_artifact(…).download()",
}


WRITING = frozenset(
    (
        *("alert", "define_metric", "finish", "rewind", "unwatch", "update_config", "use_artifact", "watch"),
        *("log", "log_artifact", "log_audio", "log_figure", "log_histogram", "log_html", "log_image"),
        *("log_images", "log_mesh", "log_plot", "log_point_cloud", "log_scatter", "log_table", "log_text"),
        "log_video",
    )
)
"""What only a live run can do."""


def answers_unknown(call: str, answers: dict[str, str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function answer unknown arguments with what to write.

    Args:
        call: The function as a user calls it.
        answers: For an argument, what to write instead.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        known = frozenset(signature(function).parameters)

        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            if not kwargs.keys() <= known:
                unknown = next(name for name in kwargs if name not in known)
                raise unknown_argument(call, unknown, answers, known)
            return function(*args, **kwargs)

        return checked

    return decorate


def unknown_argument(
    call: str, argument: str, answers: dict[str, str], known: Iterable[str]
) -> UnknownArgumentError:
    """The error for an argument that does not exist.

    Args:
        call: The function as a user calls it.
        argument: The argument.
        answers: For an argument, what to write instead.
        known: The arguments that exist.
    """
    return UnknownArgumentError(call, argument, _answer(argument, answers, known))


def unknown_name(
    owner: str, name: str, answers: dict[str, str], known: Iterable[str], other: type, elsewhere: str
) -> UnknownNameError:
    """The error for an attribute that does not exist.

    Args:
        owner: What was asked for it, such as "Track".
        name: The attribute.
        answers: For a name, what to write instead.
        known: The attributes that exist.
        other: A class that may have it.
        elsewhere: What to write if that class has it, with `{name}` in the place of the name.
    """
    if name not in answers and not name.startswith("_") and hasattr(other, name):
        return UnknownNameError(owner, name, elsewhere.format(name=name))
    return UnknownNameError(owner, name, _answer(name, answers, known))


def unknown_view_name(name: str, resume: str, known: Iterable[str]) -> UnknownNameError:
    """The error for an attribute that a loaded run does not have.

    Args:
        name: The attribute.
        resume: The call that continues the run.
        known: The attributes that exist.
    """
    hint = _answer(name, RUN_NAMES, known)
    if name in WRITING or "write: run.log" in hint or "run.finish()" in hint:
        hint = f"it was loaded to read from; {resume} continues it"
    return UnknownNameError("a loaded run", name, hint)


def _answer(name: str, answers: dict[str, str], known: Iterable[str]) -> str:
    if name in answers:
        return f"write: {answers[name]}" if "leave it out" not in answers[name] else answers[name]
    near = get_close_matches(name, [other for other in known if not other.startswith("_")], 1, NEAR)
    return f"did you mean {near[0]!r}?" if near else ""
