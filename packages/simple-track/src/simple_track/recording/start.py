"""Start runs: `Track.run` creates or resumes one, and a process that is sent one joins it."""

from __future__ import annotations

import atexit
import copyreg
import os
import sys
import threading
import warnings
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

import attrs

from simple_track.errors import RunActiveError, RunBusyError, SettingError, StorageError, TrackWarning
from simple_track.reading.rebuild import rebuild_summary
from simple_track.reading.summary import Summary
from simple_track.reading.view import RunView
from simple_track.recording.capturing.capture import Capture
from simple_track.recording.capturing.console import ConsoleCapture
from simple_track.recording.capturing.hardware import make_sampler
from simple_track.recording.end_state import end_state
from simple_track.recording.options import RunOptions
from simple_track.recording.ranks import announce, await_run, rank
from simple_track.recording.resume import find_resumable
from simple_track.recording.rewind import rewind_session, rewind_step
from simple_track.recording.run import Place, Run
from simple_track.recording.session import Session
from simple_track.recording.writer import Writer
from simple_track.settings import RUN_VARIABLE, current_layout, current_mode, settings
from simple_track.storage.atomic_write import create_folder
from simple_track.storage.clock import timestamp
from simple_track.storage.config_snapshot import fingerprint, snapshot
from simple_track.storage.edits import append_edit, edited_metadata, read_edits
from simple_track.storage.layout import Layout, RunLayout
from simple_track.storage.lock import FileLock, holder_of, this_process
from simple_track.storage.metadata import Metadata, write_metadata
from simple_track.storage.names import new_run_id, new_run_name
from simple_track.storage.record import plain_text

REINIT = ("False", "True", "finish", "stack")
_active: list[Run] = []


def active_run() -> Run | None:
    """The run that was started last in this process and has not ended."""
    return _active[-1] if _active else None


def start_run(options: RunOptions) -> Run:
    """Start a run, or resume one.

    Args:
        options: The arguments of `Track.run`.

    Raises:
        RunActiveError: A run is active, and `reinit` is False.
        RunBusyError: Another process writes the run to resume.
        RunNotFoundError: The run to resume does not exist.
        StorageError: The folder cannot be written, and `strict` is set.
        ValueKindError: `rewind` is not a whole number from 0.
    """
    if options.rewind is not None:
        rewind_step(options.rewind)
    config = snapshot(options.config)
    found = _layout(options)
    layout = found or Layout(Path(os.sep))
    layout.project(options.project)  # refuses a name that cannot be a folder
    place = _place()
    _end_active(options.reinit, place)
    mode = current_mode()
    number = 0 if mode == "disabled" else rank()
    if found is None or mode == "disabled" or (number > 0 and not options.shared):
        return _disabled(layout, options, config)
    if mode == "online":
        warnings.warn(
            TrackWarning("mode online: no server is known, so the run stays on this disk"), stacklevel=4
        )
    if number > 0:
        run_id = await_run(layout, options.project)
        return _join(layout.run(options.project, run_id), strict=options.strict)
    try:
        run = _open(layout, options, config)
        if options.shared:
            announce(layout, options.project, run.id)
        run._started_at = place
    except OSError as error:
        if isinstance(error, ImportError):
            raise
        path = Path(error.filename) if isinstance(error.filename, str) else layout.root
        trouble = StorageError(path, error.strerror or str(error), "this run is not tracked", error.errno)
        if options.strict:
            raise trouble from error
        warnings.warn(TrackWarning(str(trouble)), stacklevel=4)
        return _disabled(layout, options, config)
    return run


def _layout(options: RunOptions) -> Layout | None:
    """The store, or None if its path is relative to a working folder that is gone."""
    try:
        return current_layout(options.dir)
    except StorageError as trouble:
        if options.strict:
            raise
        warnings.warn(TrackWarning(f"{trouble}; this run is not tracked"), stacklevel=5)
        return None


def _place() -> Place:
    """The lines of code that are being run, of all callers, and the thread: the same again in a loop."""
    frame: FrameType | None = sys._getframe(1)
    lines = []
    while frame is not None:
        lines.append((frame.f_code.co_filename, frame.f_lineno))
        frame = frame.f_back
    return threading.get_ident(), tuple(lines)


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    return shell is not None and shell.get_ipython() is not None


def _end_active(reinit: bool | str | None, place: Place) -> None:
    if reinit is not None and str(reinit) not in REINIT:
        raise SettingError("reinit", reinit, REINIT)
    own = [run for run in _active if run.owned]  # not those that a parent started before a fork
    if not own or reinit == "stack":
        return
    if reinit is False:
        raise RunActiveError(own[-1].id)
    if reinit is None:
        for run in own:
            if run._entered or not (run._started_at == place or _in_notebook()):
                raise RunActiveError(run.id)
        message = f"Track.run was called again, so run {own[-1].id} ({own[-1].name}) is finished now"
        hint = 'reinit="finish" does so without a warning, reinit="stack" keeps both'
        warnings.warn(TrackWarning(f"{message}; {hint}"), stacklevel=5)
    for run in reversed(own):
        run.finish()


def _disabled(layout: Layout, options: RunOptions, config: dict[str, Any]) -> Run:
    """A run that writes nothing."""
    metadata = _new_metadata(options, config)
    return Run(None, RunView(layout.run(options.project, metadata.id), metadata, {}))


def _new_metadata(options: RunOptions, config: dict[str, Any], run_id: str = "") -> Metadata:
    tags = [options.tags] if isinstance(options.tags, str) else options.tags or ()
    return Metadata(
        id=run_id or new_run_id(),
        project=options.project,
        name=plain_text(str(options.name or new_run_name())),
        start_time=timestamp(),
        group=None if options.group is None else plain_text(str(options.group)),
        job_type=None if options.job_type is None else plain_text(str(options.job_type)),
        tags=[plain_text(str(tag)) for tag in tags],
        notes=plain_text(str(options.notes or "")),
        config=config,
        fingerprint=fingerprint(config),
    )


def _open(layout: Layout, options: RunOptions, config: dict[str, Any]) -> Run:
    resumed = find_resumable(layout, options)
    metadata = _new_metadata(options, config, os.environ.get(RUN_VARIABLE, "") if options.resume else "")
    run_layout = resumed or layout.run(options.project, metadata.id)
    create_folder(run_layout.dir)
    run_layout.files.mkdir(exist_ok=True)
    ended = (
        RunView(run_layout).end_time if resumed else None
    )  # of a crashed run from its lock: before it is taken
    capture = Capture(run_layout)
    lock = FileLock(run_layout.lock)
    if not lock.acquire():
        capture.abandon()
        if options.shared:
            return _join(run_layout, strict=options.strict)
        raise RunBusyError(run_layout.run_id, _holder(run_layout))
    try:
        summary, step = Summary(), -1
        if resumed:
            summary, step = _reopen(run_layout)
            metadata = _resumed(edited_metadata(run_layout), metadata, options, ended)
        metadata.environment = capture.describe()
        session = _session(run_layout, metadata, lock, summary, step, options, capture)
        write_metadata(run_layout, metadata)
        if resumed and (outdated := _outdated_edits(run_layout, metadata)):
            append_edit(run_layout, outdated)
        session.writer.metrics.open()
        session.writer.event(
            "state", state="running", resumed=resumed is not None, config=config if resumed else None
        )
        if resumed and options.rewind is not None:
            rewind_session(session, rewind_step(options.rewind))
    except BaseException:
        capture.abandon()
        lock.release()
        if not resumed and not run_layout.metadata.exists():
            _remove(run_layout.dir)
        raise
    return _begin(session)


def _holder(run_layout: RunLayout) -> str:
    holder = holder_of(run_layout.lock)
    return "this very process" if holder == this_process() else str(holder or "another process")


def _remove(folder: Path) -> None:
    import shutil  # slow to import: it loads every kind of compression

    shutil.rmtree(folder, ignore_errors=True)


def _reopen(run_layout: RunLayout) -> tuple[Summary, int]:
    """Unpack a run that is resumed, and rebuild its summary and its highest step."""
    if any(not path.exists() for path in run_layout.stream_files()):
        from simple_track.storage.pack import unpack  # rarely needed, and needs zstandard

        unpack(run_layout)
    run_layout.summary.unlink(missing_ok=True)
    return rebuild_summary(run_layout)


def _session(
    run_layout: RunLayout,
    metadata: Metadata,
    lock: FileLock | None,
    summary: Summary,
    step: int,
    options: RunOptions,
    capture: Capture | None = None,
) -> Session:
    process = this_process()
    stream = None if lock is not None else f"{process.host}-{process.pid}"
    writer = Writer(
        run_layout, stream, summary, step=step, strict=options.strict, durability=settings.durability
    )
    summary.on_set = writer.note_summary
    sampler = make_sampler(run_layout, options.system) if lock is not None else None
    console = ConsoleCapture(run_layout.console) if options.console and lock is not None else None
    session = Session(run_layout, metadata, lock, writer, capture=capture, sampler=sampler, console=console)
    writer.on_fork = session.forked
    return session


def _begin(session: Session) -> Run:
    run = Run(session, RunView(session.layout, session.metadata))
    _active.append(run)
    session.on_close = lambda: _active.remove(run) if run in _active else None
    session.start()
    _watch_child()
    return run


def _resumed(old: Metadata, new: Metadata, options: RunOptions, ended: datetime | None) -> Metadata:
    """The metadata of a resumed run: options that are given replace or extend those that it had."""
    now = timestamp()
    pause = max(0.0, now - ended.timestamp()) if ended else 0.0
    config = {**old.config, **new.config}
    return attrs.evolve(
        old,
        state="running",
        end_time=None,
        error=None,
        resumed=[*old.resumed, now],
        paused=old.paused + pause,
        name=new.name if options.name else old.name,
        tags=list(dict.fromkeys([*old.tags, *new.tags])),
        notes=new.notes or old.notes,
        config=config,
        fingerprint=fingerprint(config),
    )


def _outdated_edits(run_layout: RunLayout, metadata: Metadata) -> dict[str, Any]:
    """The fields that the options of a resumed run changed, and that an earlier edit would change back."""
    edits = read_edits(run_layout)
    return {field: getattr(metadata, field) for field in edits if edits[field] != getattr(metadata, field)}


def _join(run_layout: RunLayout, *, strict: bool) -> Run:
    """Write into a run that another process holds."""
    options = RunOptions(project=run_layout.project, shared=True, strict=strict, system=False)
    summary, step = rebuild_summary(run_layout)
    return _begin(_session(run_layout, edited_metadata(run_layout), None, summary, step, options))


def rejoin(folder: str | None, metadata: Metadata) -> Run:
    """Unpickle a run: in its own process the run itself, in another one a further writer.

    Args:
        folder: The run's folder; None for a run that is not tracked.
        metadata: Its metadata.
    """
    if folder is None:
        return Run(None, RunView(Layout(Path()).run(metadata.project, metadata.id), metadata, {}))
    for run in _active:
        if run.dir == folder:
            return run
    return _join(RunLayout(Path(folder)), strict=False)


def _reduce(run: Run) -> tuple[Any, ...]:
    return rejoin, (run.dir or None, run._view.metadata)


def _finish_with_child() -> None:
    """At the end of a process of `multiprocessing`, which does not end the interpreter, end its runs.

    The finalizers run while the exception of the process's function, if there is one, is on its way out.
    """
    error = sys.exc_info()[1]
    for run in reversed([run for run in _active if run.owned]):
        run._end(*end_state(error))


def _watch_child() -> None:
    """Register the end of runs in a process that `multiprocessing` started."""
    processes = sys.modules.get("multiprocessing.process")
    if processes is None or processes.parent_process() is None:
        return
    from multiprocessing.util import Finalize  # loaded in such a process

    Finalize(None, _finish_with_child, exitpriority=100)


def _finish_forgotten() -> None:
    """At the end of the interpreter, end the active runs, as failed if it ends by an exception."""
    error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    for run in reversed(list(_active)):
        run._end(*end_state(error))


copyreg.pickle(Run, _reduce)
atexit.register(_finish_forgotten)
