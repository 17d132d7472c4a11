"""The run that training code holds; it delegates writing to its session, and reading to its view."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, overload

from attrs import evolve

from simple_track.errors import RunClosedError, TrackWarning
from simple_track.familiar_names import (
    ALERT_ARGUMENTS,
    ARTIFACT_ARGUMENTS,
    FINISH_ARGUMENTS,
    LOG_ARGUMENTS,
    METRIC_ARGUMENTS,
    RUN_NAMES,
    answers_unknown,
    unknown_name,
)
from simple_track.reading.history import History
from simple_track.reading.rebuild import rebuild_summary
from simple_track.reading.summary import MetricRule, Summary, summary_for
from simple_track.reading.view import RunView, run_html
from simple_track.recording.disabled import DisabledVersion, empty_history, observe
from simple_track.recording.end_state import check_end_state, end_state
from simple_track.recording.model_watch import ModelWatch
from simple_track.recording.rewind import rewind_session, rewind_step
from simple_track.recording.run_artifacts import as_artifact, log_run_artifact, use_run_artifact
from simple_track.recording.session import Session
from simple_track.storage.clock import timestamp
from simple_track.storage.config_snapshot import fingerprint, snapshot
from simple_track.storage.edits import append_edit, check_edit
from simple_track.storage.metadata import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simple_track.artifacts import Artifact, ArtifactVersion
    from simple_track.values import Table, Value


Place = tuple[int, tuple[tuple[str, int], ...]]
"""A thread, and the file and line of each of its callers."""


class Run:
    """One run of training. `Track.run` makes it; leaving its `with` block finishes it.

    Args:
        session: Holds the run's files open; None if this process writes nothing.
        view: Reads the run.
    """

    def __init__(self, session: Session | None, view: RunView) -> None:
        self._session = session
        self._view = view
        self._watches: list[ModelWatch] = []
        self._summary = session.summary if session else Summary()
        self._started_at: Place | None = None
        self._entered = False
        if session:
            self.log = session.writer.log  # type: ignore[method-assign]  # the hot path: one call less

    # --- properties ----------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """Sortable by start, unique across machines."""
        return self._view.id

    @property
    def name(self) -> str:
        """A readable name; can be set."""
        return self._edited().name

    @name.setter
    def name(self, value: str) -> None:
        """Rename the run, in its metadata and by an edit."""
        self._edit(name=value)

    @property
    def project(self) -> str:
        """The project it belongs to."""
        return self._view.project

    @property
    def resumed(self) -> bool:
        """Whether it continues what an earlier process, or an earlier call of `Track.run`, began."""
        return bool(self._view.metadata.resumed)

    @property
    def dir(self) -> str:
        """The run's folder; empty if nothing is written."""
        return self._view.dir if self._session else ""

    @property
    def config(self) -> dict[str, Any]:
        """The plain, resolved config, with secrets masked. Changes in place are saved within a second."""
        return self._view.metadata.config

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the config."""
        return self._view.fingerprint

    @property
    def tags(self) -> list[str]:
        """The tags; can be set. Changes in place are saved within a second."""
        return self._edited().tags

    @tags.setter
    def tags(self, value: Sequence[str]) -> None:
        """Replace the tags, in the metadata and by an edit."""
        self._edit(tags=value)

    @property
    def notes(self) -> str:
        """The notes; can be set."""
        return self._edited().notes

    @notes.setter
    def notes(self, value: str) -> None:
        """Replace the notes, in the metadata and by an edit."""
        self._edit(notes=value)

    def _edited(self) -> Metadata:
        """The metadata, with the edits that other processes made."""
        if self._session:
            self._session.take_edits()
        return self._view.metadata

    def _edit(self, **fields: Any) -> None:
        edit = check_edit(**{field: "" if value is None else value for field, value in fields.items()})
        if self._session and self._session.closed:
            raise RunClosedError(self.id, f"run.{next(iter(fields))} = …", f"use Track.edit({self.id!r}, …)")
        self._take_edit(edit)

    def _take_edit(self, edit: dict[str, Any]) -> RunView:
        """Apply a checked edit, and return the run as it is now."""
        if self._session is None:
            self._view.metadata = evolve(self._view.metadata, **edit)
            return self._view
        if self._session.closed:
            append_edit(self._view.layout, edit)
        else:
            self._session.edit(edit)
        return RunView(self._view.layout)

    @property
    def group(self) -> str | None:
        """The group it belongs to."""
        return self._view.group

    @property
    def job_type(self) -> str | None:
        """The kind of job, such as "train"."""
        return self._view.job_type

    @property
    def start_time(self) -> datetime:
        """When it started, in local time with its zone."""
        return self._view.start_time

    @property
    def end_time(self) -> datetime | None:
        """When it ended; None while running."""
        return self._view.end_time if self.state != "running" else None

    @property
    def state(self) -> str:
        """Running, finished, failed, interrupted or crashed."""
        return self._view.metadata.state

    @property
    def owned(self) -> bool:
        """Whether this process started the run, writes it, and has not finished it."""
        return self._session is not None and self._session.owned

    @property
    def summary(self) -> Summary:
        """The last values, or the aggregates that `define_metric` chose; can be written to."""
        return self._summary

    @property
    def step(self) -> int:
        """The highest step so far; -1 before anything was logged."""
        return self._session.writer.step if self._session else -1

    # --- logging -------------------------------------------------------------------------------------------

    @answers_unknown("run.log", LOG_ARGUMENTS)
    def log(self, values: Mapping[str, Any], step: int | None = None) -> None:  # noqa: ARG002
        """Log values; when this returns, `kill -9` cannot take them away.

        Args:
            values: Numbers, bools, strings, numpy and torch scalars, media values, and nested dicts of
                these, whose names are joined by `/`. None is no value: the name is left out.
            step: The step; default the highest so far + 1. Steps may repeat and come in any order.

        Raises:
            ValueKindError: A value is of an unknown kind.
        """
        observe(self._summary, values)  # a tracked run has the writer's method in this place

    @answers_unknown("run.define_metric", METRIC_ARGUMENTS)
    def define_metric(
        self, pattern: str, step: str | None = None, summary: str | None = None, goal: str | None = None
    ) -> None:
        """Define the x axis and the summary of metrics.

        Args:
            pattern: A name, or a pattern such as `val/*`.
            step: The metric that is their x axis; default the step.
            summary: The value in the summary: last, first, min, max, mean or none; "best" is min or max, by
                the goal. Default: the best if there is a goal, else the last.
            goal: "minimize" or "maximize".

        Raises:
            SettingError: The summary or the goal is unknown.
        """
        rule = MetricRule(pattern, step, summary_for(summary, goal), goal)
        rules, keys = self._summary.rules, list(self._summary)
        late = any(rule.fits(key) for key in keys) or any(old.summary == "none" for old in rules)
        self._summary.define(rule)
        more = {"goal": goal} if goal else {}
        self._event("metric", pattern=pattern, axis=step, summary=rule.summary, **more)
        if self._session and late:  # of values that were logged before
            self._summary.take_over(rebuild_summary(self._view.layout)[0], rule)

    def rewind(self, step: int) -> None:
        """Take back what was logged at a step or later, as a job does that continues from a checkpoint.

        Readers (history, summary, media, SQL, exports) leave it out from now on. Nothing is removed from
        disk: `history(rewound=True)` shows all. The next `run.log` without a step logs `step`, or the step
        after the last one that is left, if that is lower.

        Args:
            step: The step to log next.

        Raises:
            ValueKindError: The step is not a whole number from 0.
            RunClosedError: The run has ended.
        """
        number = rewind_step(step)
        self._check_open("run.rewind")
        if self._session:
            rewind_session(self._session, number)

    def update_config(self, values: Mapping[str, Any]) -> None:
        """Change the config, and keep the change in the history.

        Args:
            values: New values by top-level name.
        """
        self._check_open("run.update_config")
        self.config.update(snapshot(values))
        if self._session:
            self._session.save_config()
        else:
            self._view.metadata.fingerprint = fingerprint(self.config)

    @answers_unknown("run.alert", ALERT_ARGUMENTS)
    def alert(self, title: str, text: str = "") -> None:
        """Keep an alert in the history, and show it as a warning.

        Args:
            title: A short line.
            text: Details.
        """
        self._event("alert", title=title, text=text, step=self.step)
        if self._session:
            warnings.warn(TrackWarning(f"{title}: {text}" if text else title), stacklevel=2)

    def log_histogram(self, name: str, values: Any, bins: int = 64, step: int | None = None) -> None:
        """Log the histogram of an array of any shape, in `bins` bins of equal width."""
        self._value(name, step, "Histogram", values, bins=bins)

    def log_plot(self, name: str, x: Any, y: Any, title: str = "", step: int | None = None) -> None:
        """Log a line plot: x of shape (n,), y of shape (n,) or (n, lines)."""
        self._value(name, step, "Plot", x, y, title=title)

    def log_scatter(self, name: str, points: Any, labels: Any = None, step: int | None = None) -> None:
        """Log a scatter plot: points of shape (n, 2) or (n, 3), labels of shape (n,)."""
        self._value(name, step, "Scatter", points, labels=labels)

    def log_image(
        self,
        name: str,
        img: Any,
        caption: str | None = "",
        masks: Any = None,
        boxes: Any = None,
        step: int | None = None,
    ) -> None:
        """Log an image: (H, W), (H, W, C) or (C, H, W); uint8, or floats in 0…1."""
        self._value(name, step, "Image", img, caption=caption, masks=masks, boxes=boxes)

    def log_images(
        self,
        name: str,
        images: Sequence[Any],
        step: int | None = None,
        *,
        captions: Sequence[str | None] | None = None,
    ) -> None:
        """Log several images as one value: a list, or an array with one more dimension in front."""
        self._value(name, step, "Images", images, captions=captions)

    def log_video(self, name: str, frames: Any, fps: float | None = None, step: int | None = None) -> None:
        """Log a video: (T, C, H, W) or (N, T, C, H, W), uint8 or floats in 0…1; or an MP4 file.

        `fps` is 30 by default, and a file's own.
        """
        self._value(name, step, "Video", frames, fps=fps)

    def log_audio(
        self, name: str, samples: Any, sample_rate: int | None = None, step: int | None = None
    ) -> None:
        """Log sound: (n,) or (n, channels), floats in -1…1 or int16, at `sample_rate` Hz; or a sound file."""
        self._value(name, step, "Audio", samples, sample_rate)

    def log_html(self, name: str, html: str, step: int | None = None) -> None:
        """Log a piece of HTML."""
        self._value(name, step, "Html", html)

    def log_point_cloud(self, name: str, points: Any, colors: Any = None, step: int | None = None) -> None:
        """Log points of shape (n, 3), with colors of shape (n, 3)."""
        self._value(name, step, "PointCloud", points, colors=colors)

    def log_mesh(self, name: str, vertices: Any, faces: Any, step: int | None = None) -> None:
        """Log a triangle mesh: vertices of shape (n, 3), faces of shape (m, 3) with rows of vertices."""
        self._value(name, step, "Mesh", vertices, faces)

    def log_text(self, name: str, text: str, step: int | None = None) -> None:
        """Log a text."""
        self._value(name, step, "Text", text)

    def log_table(self, name: str, table: Table, step: int | None = None) -> None:
        """Log a `Track.Table`."""
        if self._session:
            self.log({name: table}, step)

    def log_figure(self, name: str, figure: Any, step: int | None = None) -> None:
        """Log a matplotlib figure."""
        self._value(name, step, "Figure", figure)

    def _value(self, name: str, step: int | None, kind: str, *content: Any, **options: Any) -> None:
        if self._session:
            from simple_track import values  # needs numpy

            cls = getattr(values, kind)
            ready = isinstance(content[0], cls) and all(map(_is_default, (*content[1:], *options.values())))
            self.log({name: content[0] if ready else cls(*content, **options)}, step)

    def _event(self, event: str, **fields: Any) -> None:
        if self._session:
            self._session.writer.event(event, **fields)

    # --- artifacts -----------------------------------------------------------------------------------------

    @answers_unknown("run.log_artifact", ARTIFACT_ARGUMENTS)
    def log_artifact(
        self,
        artifact: Artifact | str | os.PathLike[str],
        aliases: str | Sequence[str] = (),
        *,
        name: str | None = None,
        type: str | None = None,
    ) -> ArtifactVersion | DisabledVersion:
        """Store an artifact as the next version of its name; equal content makes no new version.

        Args:
            artifact: A `Track.Artifact`, or the path of a file or a folder.
            aliases: Aliases of the version besides `latest`; a single one may be given as text.
            name: Of a path: the name of the artifact; default the name of the file or folder.
            type: Of a path: the type, such as "model"; default "file" or "folder".

        Returns:
            The version; a `DisabledVersion` if this process writes nothing, or the disk refuses.
        """
        self._check_open("run.log_artifact")
        artifact = as_artifact(artifact, name, type)
        return log_run_artifact(self._session, self._view, artifact, aliases)

    @overload
    def use_artifact(self, ref: str | ArtifactVersion) -> ArtifactVersion: ...

    @overload
    def use_artifact(self, ref: Artifact) -> ArtifactVersion | Artifact: ...

    def use_artifact(self, ref: str | ArtifactVersion | Artifact) -> ArtifactVersion | Artifact:
        """Find an artifact, and record that this run uses it.

        Args:
            ref: A reference such as `"data:v2"` or `"data:production"`, or a version; or an `Artifact`, which
                is logged first.

        Returns:
            The version. If this process writes nothing, a reference is looked up, and all else is returned.
        """
        self._check_open("run.use_artifact")
        return use_run_artifact(self._session, self._view, ref)

    # --- watching ------------------------------------------------------------------------------------------

    def watch(self, model: Any, log: str = "gradients", log_freq: int = 100, log_graph: bool = False) -> None:
        """Log histograms and norms of a torch model's gradients or parameters.

        Args:
            model: A `torch.nn.Module`.
            log: "gradients", "parameters" or "all".
            log_freq: The period in backward passes.
            log_graph: Keep the list of the model's modules in the history.
        """
        if self._session:
            self._watches.append(ModelWatch(self._session.writer, model, log, log_freq, log_graph))

    def unwatch(self, model: Any = None) -> None:
        """Stop watching a model, or all models, and remove all hooks."""
        for watch in [w for w in self._watches if model is None or w.model is model]:
            watch.remove()
            self._watches.remove(watch)

    # --- reading -------------------------------------------------------------------------------------------

    def history(
        self,
        keys: Sequence[str] | None = None,
        samples: int | None = None,
        *,
        system: bool = False,
        rewound: bool = False,
    ) -> History:
        """The numbers logged so far, as columns; see `RunView.history`."""
        if not self._session:
            return empty_history(self.id, keys)
        return self._view.history(keys, samples, system=system, rewound=rewound)

    def media(self, name: str) -> list[tuple[int, Value]]:
        """Every media value logged under a name, as (step, value)."""
        return self._view.media(name) if self._session else []

    def table(self, name: str) -> Table:
        """The table that was logged last under a name; an empty one if this process writes nothing."""
        if self._session:
            return self._view.table(name)
        from simple_track.values import Table  # needs numpy

        return Table(columns=[], data=[])

    def follow(self, *, poll: float = 0.2, start: bool = True) -> Iterator[dict[str, Any]]:
        """Yield every record of numbers, and then each new one, until the run has ended."""
        if not self._session:
            return iter(())
        return RunView(self._view.layout).follow(poll=poll, start=start)  # it reads the state from the disk

    # --- the end -------------------------------------------------------------------------------------------

    @answers_unknown("run.finish", FINISH_ARGUMENTS)
    def finish(self, state: str = "finished") -> None:
        """End the run; logging afterwards is an error. A second call does nothing.

        Args:
            state: The end state: finished, failed or interrupted.

        Raises:
            SettingError: A run cannot end in this state.
        """
        self._end(check_end_state(state), None)

    def _end(self, state: str, error: dict[str, Any] | None) -> None:
        if self._session is None:
            if self._view.metadata.end_time is None:
                self._view.metadata = evolve(
                    self._view.metadata, state=state, end_time=timestamp(), error=error
                )
            return
        if self._session.closed:
            return
        self.unwatch()
        self._session.close(state, error)
        self.log = self._refuse  # type: ignore[method-assign]

    def _check_open(self, call: str) -> None:
        if self._session and self._session.closed:
            raise RunClosedError(self.id, call)

    def _refuse(self, *_: Any, **__: Any) -> None:
        raise RunClosedError(self.id, "run.log")

    def __enter__(self) -> Run:
        self._entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered = False
        try:
            self._end(*end_state(error))
        except Exception as trouble:
            if error is None:
                raise
            error.add_note(f"the run {self.id} could not be ended: {trouble}")

    def _repr_html_(self) -> str:
        return run_html(self._view, self._summary)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            elsewhere = "write: Track.load(run.id).{name}"
            raise unknown_name("a run", name, RUN_NAMES, dir(type(self)), RunView, elsewhere)

    def __repr__(self) -> str:
        return f"<run {self.id} {self.name!r} of {self.project!r}, {self.state}>"


def _is_default(option: object) -> bool:
    """Whether an option of a `log_…` method is not given."""
    return option is None or (isinstance(option, str | int) and option in ("", 64))
