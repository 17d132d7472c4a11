"""The open resources of a process that writes a run: lock, files, background thread, console."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from pathlib import Path
from typing import Any

from attrs import evolve

from simple_track.errors import FormatError, StorageError, TrackError, TrackWarning
from simple_track.reading.rebuild import rebuild_summary, write_summary
from simple_track.reading.summary import Summary
from simple_track.recording.background import BackgroundThread, PeriodicTask
from simple_track.recording.capturing.capture import Capture
from simple_track.recording.capturing.console import ConsoleCapture
from simple_track.recording.capturing.hardware import HardwareSampler
from simple_track.recording.writer import Writer
from simple_track.storage.clock import timestamp
from simple_track.storage.config_snapshot import fingerprint, snapshot
from simple_track.storage.edits import append_edit, read_edits
from simple_track.storage.layout import RunLayout
from simple_track.storage.lock import HEARTBEAT_SECONDS, FileLock
from simple_track.storage.metadata import Metadata, write_metadata
from simple_track.storage.record import plain_text

SYNC_SECONDS = 1.0
CONFIG_SECONDS = 1.0
"""The period in which a config is checked for changes in place."""


class Session:
    """The part of one process in writing a run.

    Args:
        layout: The run's folder.
        metadata: The run's metadata.
        lock: The lock, held; None for a further writer, which does not change the run's state.
        writer: Appends metrics and events.
        capture: Captures the environment, or None.
        sampler: Samples the machine, or None.
        console: Copies the console output, or None.
        on_close: Called when the session is closed.
    """

    def __init__(
        self,
        layout: RunLayout,
        metadata: Metadata,
        lock: FileLock | None,
        writer: Writer,
        *,
        capture: Capture | None = None,
        sampler: HardwareSampler | None = None,
        console: ConsoleCapture | None = None,
        on_close: Callable[[], object] = lambda: None,
    ) -> None:
        self.layout = layout
        self.metadata = metadata
        self.writer = writer
        self.closed = False
        self.rewound = False
        self._lock = lock
        self._capture = capture
        self._saved_config = snapshot(metadata.config)
        self._saved_tags = list(metadata.tags)
        self._ended = False
        self._edits_read: dict[str, Any] = {}
        self._saving = threading.RLock()
        self._sampler = sampler
        self._console = console
        self.on_close = on_close
        self._owner = os.getpid()
        self._thread: BackgroundThread | None = None

    @property
    def owned(self) -> bool:
        """Whether this process opened the session, and it is still open; False in a forked child."""
        return not self.closed and self._owner == os.getpid()

    @property
    def summary(self) -> Summary:
        """The summary of the logged values."""
        return self.writer.summary

    def start(self) -> None:
        """Start the background thread: it captures the environment, syncs, sends heartbeats and samples."""
        sync = PeriodicTask("syncing the log to disk", SYNC_SECONDS, self.writer.sync)
        tasks = [sync] if self.writer.durability != "process" else []
        if self._lock is not None:
            tasks.append(PeriodicTask("the heartbeat", HEARTBEAT_SECONDS, self._lock.heartbeat))
            tasks.append(PeriodicTask("saving changes of the config", CONFIG_SECONDS, self.save_changes))
        if self._sampler is not None:
            tasks.append(PeriodicTask("sampling the machine", self._sampler.seconds, self._sampler.sample))
        if tasks:
            capture = PeriodicTask("capturing the environment", 0, self._gather)
            self._thread = BackgroundThread(tasks, first=capture if self._capture else None, last=sync)
            self._thread.start()

    def forked(self) -> None:
        """In a forked child, before its first line: become a further writer."""
        if self._lock is not None:
            self._lock.release()
        self._lock = self._capture = self._sampler = self._console = None
        self._thread = None
        self.start()

    def _gather(self) -> None:
        if self._capture is not None:
            facts = self._capture.gather()
            self.metadata.environment = {**self.metadata.environment, **facts}
            with suppress(OSError), self._saving:  # the end of the run writes it again, and reports errors
                write_metadata(self.layout, self._with_saved_config())

    def save_changes(self) -> None:
        """Save what was changed in place, and take over the edits of other processes."""
        self.save_config()
        self.take_edits()

    def save_config(self) -> None:
        """Save the changes of the config since the last call as an event and in the metadata."""
        try:
            config = snapshot(self.metadata.config)
        except RuntimeError:  # another thread is changing it
            return
        digest = fingerprint(config)
        with self._exclusive():
            if digest == self.metadata.fingerprint:
                return
            changed = {
                key: value for key, value in config.items() if not _has(self._saved_config, key, value)
            }
            removed = [key for key in self._saved_config if key not in config]
            self._saved_config = config
            self.metadata.fingerprint = digest
            self.writer.event("config", values=changed, **({"removed": removed} if removed else {}))
            self.save_metadata()

    def edit(self, fields: dict[str, Any]) -> None:
        """Change the name, tags or notes of the run, in its metadata and by a line of its edits.

        Args:
            fields: New values, as `check_edit` returns them.
        """
        with self._exclusive():
            for field, value in fields.items():
                setattr(self.metadata, field, value)
            if "tags" in fields:
                self._saved_tags = list(self.metadata.tags)
            self._guard(lambda: append_edit(self.layout, fields), "the edit is kept by this process alone")
            self.save_metadata()

    def take_edits(self) -> None:
        """Save the tags if they were changed in place, and take over the edits that other processes made."""
        with self._exclusive():
            if self.metadata.tags != self._saved_tags and not self._ended:
                self.edit({"tags": [plain_text(str(tag)) for tag in self.metadata.tags]})
            stamps = {path.name: _stamp(path) for path in self.layout.edit_files()}
            if stamps == self._edits_read:
                return
            with suppress(FormatError):  # readers report it
                edits = read_edits(self.layout)
                self.metadata.tags[:] = edits.pop("tags", self.metadata.tags)  # a caller may hold the list
                for field, value in edits.items():
                    setattr(self.metadata, field, value)
                self._edits_read = stamps
            self._saved_tags = list(self.metadata.tags)

    def _exclusive(self) -> AbstractContextManager[Any]:
        """Hold the lock of the metadata; a forked child may have a copy that stays locked."""
        return self._saving if self._owner == os.getpid() else nullcontext()

    def save_metadata(self) -> None:
        """Write the metadata, with the last saved config; only the process that holds the run does."""
        if self._lock is None or self._owner != os.getpid():
            return
        with self._saving:  # so that no older text replaces a newer one
            self._guard(
                lambda: write_metadata(self.layout, self._with_saved_config()), "the state on disk is older"
            )

    def _with_saved_config(self) -> Metadata:
        return evolve(self.metadata, config=self._saved_config)

    def close(self, state: str, error: dict[str, Any] | None) -> None:
        """Close the session; the process that holds the run ends the run.

        Args:
            state: The end state.
            error: Type, message and traceback of the exception that ended the run, or None.
        """
        if self.closed:
            return
        self.closed = True
        if self._owner != os.getpid():
            self.writer.close()
            return
        with ExitStack() as steps:  # from the last to the first; each is taken even if one before it fails
            steps.callback(self.on_close)
            if self._lock is not None:
                steps.callback(self._lock.release)
            steps.callback(self._close_writer)
            if self._thread is not None:
                steps.callback(self._thread.join)
            if self._lock is not None:
                steps.callback(self._end_run, state, error)
            for part in (self._sampler, self._console):
                if part is not None:
                    steps.callback(part.close)
            if self._thread is not None:
                steps.callback(self._thread.stop)

    def _close_writer(self) -> None:
        lost = self.writer.close()
        if lost:
            message = f"{lost} lines of {self.layout.dir} were never taken by the disk"
            warnings.warn(TrackWarning(message), stacklevel=5)

    def _end_run(self, state: str, error: dict[str, Any] | None) -> None:
        for what, save in (("config", self.save_config), ("tags", self.take_edits)):
            try:
                save()
            except TrackError as trouble:
                message = f"the last changes of the {what} were not kept: {trouble}"
                warnings.warn(TrackWarning(message), stacklevel=6)
        self.writer.end_metrics()
        self.writer.event("state", state=state, **({"error": error} if error else {}))
        self.metadata.state = state
        self.metadata.error = error
        self.metadata.end_time = max([timestamp(), self.metadata.start_time, *self.metadata.resumed])
        self._guard(self._write_summary, "the summary is rebuilt from the log when it is read")
        self.save_metadata()
        self._ended = True

    def _write_summary(self) -> None:
        if self.rewound or len(self.layout.metric_files(system=False)) > 1:  # other processes wrote, too
            summary, step = rebuild_summary(self.layout)
            summary.values_by_key.update({k: v for k, v in self.summary.items() if k not in summary})
            self.summary.values_by_key.update(summary.values_by_key)
            self.writer.step = max(step, self.writer.step)
        write_summary(self.layout, self.summary, self.writer.step)

    def report(self, error: OSError, hint: str) -> None:
        """Warn about an error of the disk, or raise it if the run is strict.

        Args:
            error: The error.
            hint: Its consequence for the run.
        """
        trouble = StorageError(self.layout.dir, error.strerror or str(error), hint, error.errno)
        if self.writer.strict:
            raise trouble from error
        warnings.warn(TrackWarning(str(trouble)), stacklevel=4)

    def _guard(self, write: Callable[[], object], hint: str) -> None:
        try:
            write()
        except OSError as error:
            self.report(error, hint)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_size, facts.st_mtime_ns


def _has(config: dict[str, Any], key: str, value: Any) -> bool:
    """Whether a config has exactly this value; 1, 1.0 and True are different."""
    return key in config and fingerprint({key: config[key]}) == fingerprint({key: value})
