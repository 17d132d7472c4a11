"""Start: how `Track.run` finds or makes the run that was asked for, and opens it."""

from __future__ import annotations

import atexit
import os
import sys
import warnings
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs

from simple_track.deferred import deferred_packing
from simple_track.errors import RunActiveError, RunBusyError, RunNotFoundError, SettingError, StorageError
from simple_track.reading.rebuild import replay
from simple_track.reading.summary import Summary
from simple_track.reading.view import RunView
from simple_track.recording.capture import Capture
from simple_track.recording.config_snapshot import fingerprint, snapshot
from simple_track.recording.console import ConsoleCapture
from simple_track.recording.end_state import ending
from simple_track.recording.hardware import HardwareSampler, make_sampler
from simple_track.recording.ranks import announce, await_run, rank
from simple_track.recording.run import Run
from simple_track.recording.session import Session
from simple_track.recording.writer import Writer, timestamp
from simple_track.settings import RUN_VARIABLE, current_layout, current_mode, settings
from simple_track.storage.journal import TrackWarning
from simple_track.storage.layout import Layout, RunLayout
from simple_track.storage.lock import RunLock, holder_of, this_process
from simple_track.storage.metadata import Metadata, read_metadata, seen_state, write_metadata
from simple_track.storage.names import new_run_id, new_run_name
from simple_track.storage.record import plain_text
from simple_track.storage.sdn_file import remove_folder

REINIT = ("False", "True", "finish", "stack")
_active: list[Run] = []


@attrs.define(kw_only=True)
class Wish:
    """What the caller of `Track.run` asked for; see there."""

    project: str
    name: str | None = None
    config: Any = None
    tags: Sequence[str] = ()
    notes: str = ""
    dir: str | os.PathLike[str] | None = None
    resume: bool | str = False
    reinit: bool | str = False
    group: str | None = None
    job_type: str | None = None
    system: bool | None = None
    console: bool = False
    shared: bool = False
    strict: bool = False


def active_run() -> Run | None:
    """The run that was started last in this process and is not finished."""
    return _active[-1] if _active else None


def start_run(wish: Wish) -> Run:
    """Start a run, or continue one.

    Args:
        wish: What the caller asked for.

    Raises:
        RunActiveError: A run is active, and nothing was said about it.
        RunBusyError: The run to be continued is being written.
        RunNotFoundError: The run to be continued is not there.
        StorageError: The folder cannot be written, and `strict` is set.
    """
    plain = snapshot(wish.config)
    layout = current_layout(wish.dir)
    layout.project(wish.project)  # refuses a name that cannot be a folder
    _settle_active(wish.reinit)
    mode = current_mode()
    number = 0 if mode == "disabled" else rank()
    if mode == "disabled" or (number > 0 and not wish.shared):
        return Run(None, RunView(layout.run(wish.project, new_run_id()), _new_metadata(wish, plain), {}))
    if mode == "online":
        warnings.warn(
            TrackWarning("mode online: no server is known, so the run stays on this disk"), stacklevel=4
        )
    if number > 0:
        return _join(layout.run(wish.project, await_run(layout, wish.project)), wish.strict)
    try:
        run = _open(layout, wish, plain)
        if wish.shared:
            announce(layout, wish.project, run.id)
    except OSError as error:
        if isinstance(error, ImportError):
            raise
        trouble = StorageError(
            layout.root, error.strerror or str(error), "this run is not tracked", error.errno
        )
        if wish.strict:
            raise trouble from error
        warnings.warn(TrackWarning(str(trouble)), stacklevel=4)
        return Run(None, RunView(layout.run(wish.project, new_run_id()), _new_metadata(wish, plain), {}))
    return run


def _settle_active(reinit: bool | str) -> None:
    if str(reinit) not in REINIT:
        raise SettingError("reinit", reinit, REINIT)
    own = [run for run in _active if run.owned]  # those of a parent, before a fork, do not count
    if not own or reinit == "stack":
        return
    if reinit is False:
        raise RunActiveError(own[-1].id)
    for run in reversed(own):
        run.finish()


def _new_metadata(wish: Wish, plain: dict[str, Any], run_id: str = "") -> Metadata:
    return Metadata(
        id=run_id or new_run_id(),
        project=wish.project,
        name=plain_text(str(wish.name or new_run_name())),
        start_time=timestamp(),
        group=None if wish.group is None else plain_text(str(wish.group)),
        job_type=None if wish.job_type is None else plain_text(str(wish.job_type)),
        tags=[
            plain_text(str(tag)) for tag in ([wish.tags] if isinstance(wish.tags, str) else wish.tags or ())
        ],
        notes=plain_text(str(wish.notes or "")),
        config=plain,
        fingerprint=fingerprint(plain),
    )


def _open(layout: Layout, wish: Wish, plain: dict[str, Any]) -> Run:
    found = find_resumable(layout, wish)
    metadata = _new_metadata(wish, plain, os.environ.get(RUN_VARIABLE, "") if wish.resume else "")
    place = found or layout.run(wish.project, metadata.id)
    place.files.mkdir(parents=True, exist_ok=True)
    ended = RunView(place).end_time if found else None  # of a crashed run the lock tells, until it is taken
    capture = Capture(place)
    lock = RunLock(place.lock)
    if not lock.acquire():
        capture.abandon()
        if wish.shared:
            return _join(place, wish.strict)
        holder = holder_of(place.lock)
        own = holder == this_process()
        raise RunBusyError(place.run_id, "this very process" if own else str(holder or "another process"))
    try:
        summary, step = Summary(), -1
        if found:
            if any(not path.exists() for path in [*place.metric_files(), *place.history_files()]):
                deferred_packing().unpack(place)
            place.summary.unlink(missing_ok=True)
            summary, step = replay(place)
            metadata = _resumed(read_metadata(place), metadata, wish, ended)
        metadata.environment = capture.describe()
        session = _session(place, metadata, lock, summary, step, wish, capture)
        write_metadata(place, metadata)
        session.writer.metrics.open()
        session.writer.event(
            "state", state="running", resumed=found is not None, config=plain if found else None
        )
    except BaseException:
        capture.abandon()
        lock.release()
        if not found and not place.metadata.exists():
            remove_folder(place.dir)
        raise
    return _begin(session)


def _session(
    place: RunLayout,
    metadata: Metadata,
    lock: RunLock | None,
    summary: Summary,
    step: int,
    wish: Wish,
    capture: Capture | None = None,
) -> Session:
    process = this_process()
    stream = None if lock is not None else f"{process.host}-{process.pid}"
    writer = Writer(place, stream, summary, step=step, strict=wish.strict, durability=settings.durability)
    summary.on_set = writer.note_summary
    sampler: HardwareSampler | None = make_sampler(place, wish.system) if lock is not None else None
    console = ConsoleCapture(place.console) if wish.console and lock is not None else None
    session = Session(place, metadata, lock, writer, capture=capture, sampler=sampler, console=console)
    writer.on_fork = session.forked
    return session


def _begin(session: Session) -> Run:
    run = Run(session, RunView(session.layout, session.metadata))
    _active.append(run)
    session.on_close = lambda: _active.remove(run) if run in _active else None
    session.start()
    return run


def _resumed(old: Metadata, new: Metadata, wish: Wish, ended: datetime | None) -> Metadata:
    """The metadata of a run that goes on: what was given anew replaces what there was."""
    now = timestamp()
    pause = max(0.0, now - ended.timestamp()) if ended else 0.0
    return attrs.evolve(
        old,
        state="running",
        end_time=None,
        error=None,
        resumed=[*old.resumed, now],
        paused=old.paused + pause,
        name=new.name if wish.name else old.name,
        tags=list(dict.fromkeys([*old.tags, *new.tags])),
        notes=new.notes or old.notes,
        config={**old.config, **new.config},
        fingerprint=fingerprint({**old.config, **new.config}),
    )


def _join(place: RunLayout, strict: bool) -> Run:
    """Write into a run that another process holds."""
    wish = Wish(project=place.project, shared=True, strict=strict, system=False)
    summary, step = replay(place)
    return _begin(_session(place, read_metadata(place), None, summary, step, wish))


def rejoin(folder: str | None, metadata: Metadata) -> Run:
    """The run in a process that it was sent to: the object that is there already, else a further writer.

    Args:
        folder: The run's folder; None for a run that is not tracked.
        metadata: Its facts.
    """
    if folder is None:
        return Run(None, RunView(Layout(Path()).run(metadata.project, metadata.id), metadata, {}))
    for run in _active:
        if run.dir == folder:
            return run
    return _join(RunLayout(Path(folder)), strict=False)


def find_resumable(layout: Layout, wish: Wish) -> RunLayout | None:
    """The run to continue, or None for a new one.

    Args:
        layout: Where data goes.
        wish: `resume` is False (never), an id (exactly that run), "must" (the latest run of the project and
            name, which has to be there), "allow" (the same if there is one), or True (the latest that did
            not finish).

    Raises:
        RunNotFoundError: There is none, and there has to be one.
    """
    resume = wish.resume
    if resume is False or resume is None:
        return None
    if resume == "":
        raise SettingError("resume", resume, ("False", "True", "'allow'", "'must'", "the id of a run"))
    wanted = os.environ.get(RUN_VARIABLE, "") if resume in (True, "allow", "must") else str(resume)
    if wanted:
        place = layout.run(wish.project, wanted)
        if place.metadata.exists():
            return place
        if resume in (True, "allow"):
            return None
        elsewhere = layout.find_run(wanted)
        hint = (
            f"it is in project {elsewhere.project!r}" if elsewhere else "list the runs with: simple-track ls"
        )
        raise RunNotFoundError(repr(wanted), layout.project(wish.project), hint)
    for place in reversed(list(layout.run_layouts(wish.project))):
        if place.metadata.exists() and _answers(place, wish):
            return place
    if resume == "must":
        raise RunNotFoundError(
            f"of project {wish.project!r} to resume", layout.runs, "start it without resume"
        )
    return None


def _answers(place: RunLayout, wish: Wish) -> bool:
    facts = read_metadata(place)
    if wish.resume is True and seen_state(place, facts) in ("finished", "running"):
        return False
    return (wish.name is None or facts.name == wish.name) and (
        wish.group is None or facts.group == wish.group
    )


def _finish_forgotten() -> None:
    """At the end of the interpreter: finish what was not, as failed when it ends by an exception."""
    error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    for run in reversed(list(_active)):
        run._end(*ending(error))


atexit.register(_finish_forgotten)
