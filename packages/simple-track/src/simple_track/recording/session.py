"""Session: what a process holds open while it writes a run: the lock, the files, the pulse, the console."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable
from contextlib import ExitStack, nullcontext, suppress
from typing import Any

from attrs import evolve

from simple_track.errors import StorageError, TrackError
from simple_track.reading.rebuild import replay, write_summary
from simple_track.reading.summary import Summary
from simple_track.recording.background import Beat, Pulse
from simple_track.recording.capture import Capture
from simple_track.recording.config_snapshot import fingerprint, snapshot
from simple_track.recording.console import ConsoleCapture
from simple_track.recording.hardware import HardwareSampler
from simple_track.recording.writer import Writer, timestamp
from simple_track.storage.journal import TrackWarning
from simple_track.storage.layout import SYSTEM_STREAM, RunLayout
from simple_track.storage.lock import HEARTBEAT_SECONDS, RunLock
from simple_track.storage.metadata import Metadata, write_metadata

SYNC_SECONDS = 1.0
CONFIG_SECONDS = 1.0
"""How often a config that is changed in place is looked at."""


class Session:
    """The open side of a run, in one process.

    Args:
        layout: The run's folder.
        metadata: The run's metadata.
        lock: The lock, held; None for a further writer, which has no say in the run's state.
        writer: The pen.
        capture: Gathers what the run runs on, or None.
        sampler: Samples the machine, or None.
        console: Copies what is printed, or None.
        on_close: Called when it is closed.
    """

    def __init__(
        self,
        layout: RunLayout,
        metadata: Metadata,
        lock: RunLock | None,
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
        self._lock = lock
        self._capture = capture
        self._noted = snapshot(metadata.config)
        self._saving = threading.RLock()
        self._sampler = sampler
        self._console = console
        self.on_close = on_close
        self._owner = os.getpid()
        self._pulse: Pulse | None = None

    @property
    def owned(self) -> bool:
        """Whether this process opened it, and it is still open; not so in a forked child."""
        return not self.closed and self._owner == os.getpid()

    @property
    def summary(self) -> Summary:
        """The summary that follows the log."""
        return self.writer.summary

    def start(self) -> None:
        """Begin to gather what the run runs on, to sync, to show that the writer lives, and to sample."""
        sync = Beat("keeping the log safe from power loss", SYNC_SECONDS, self.writer.sync)
        beats = [sync]
        if self.writer.durability == "process":
            beats.clear()
        if self._lock is not None:
            beats.append(Beat("the heartbeat", HEARTBEAT_SECONDS, self._lock.beat))
            beats.append(Beat("noting changes of the config", CONFIG_SECONDS, self.note_config))
        if self._sampler is not None:
            beats.append(Beat("sampling the machine", self._sampler.seconds, self._sampler.sample))
        if beats:
            first = None if self._capture is None else Beat("noting what the run runs on", 0, self._gather)
            self._pulse = Pulse(beats, first, last=sync)
            self._pulse.start()

    def forked(self) -> None:
        """In a forked child, before its first line: it is a further writer now."""
        if self._lock is not None:
            self._lock.release()
        self._lock = self._capture = self._sampler = self._console = None
        self._pulse = None
        self.start()

    def _gather(self) -> None:
        if self._capture is not None:
            facts = self._capture.gather()
            self.metadata.environment = {**self.metadata.environment, **facts}
            with suppress(OSError), self._saving:  # the end writes it in any case, and complains
                write_metadata(self.layout, self._as_noted())

    def note_config(self) -> None:
        """Record what has changed in the config since this was called last, in place or not, and save it."""
        try:
            plain = snapshot(self.metadata.config)
        except RuntimeError:  # it is being changed right now
            return
        mark = fingerprint(plain)
        with self._saving if self._owner == os.getpid() else nullcontext():  # a fork may have caught it held
            if mark == self.metadata.fingerprint:
                return
            changed = {key: value for key, value in plain.items() if not _has(self._noted, key, value)}
            removed = [key for key in self._noted if key not in plain]
            self._noted = plain
            self.metadata.fingerprint = mark
            self.writer.event("config", values=changed, **({"removed": removed} if removed else {}))
            self.save_metadata()

    def save_metadata(self) -> None:
        """Write the metadata, with the config that was noted; only the process that holds the run does."""
        if self._lock is None or self._owner != os.getpid():
            return
        with self._saving:  # so that no older text replaces a newer one
            self._guard(lambda: write_metadata(self.layout, self._as_noted()), "the state on disk is older")

    def _as_noted(self) -> Metadata:
        return evolve(self.metadata, config=self._noted)

    def close(self, state: str, error: dict[str, Any] | None) -> None:
        """End this process's part; the process that holds the run ends the run.

        Args:
            state: How it ended.
            error: What ended it.
        """
        if self.closed:
            return
        self.closed = True
        if self._owner != os.getpid():
            self.writer.close()
            return
        with ExitStack() as last_things:  # each is done even when one before it fails
            last_things.callback(self.on_close)
            if self._lock is not None:
                last_things.callback(self._lock.release)
            last_things.callback(self._close_writer)
            if self._pulse is not None:
                last_things.callback(self._pulse.join)
            if self._lock is not None:
                last_things.callback(self._end_run, state, error)
            for part in (self._sampler, self._console):
                if part is not None:
                    last_things.callback(part.close)
            if self._pulse is not None:
                last_things.callback(self._pulse.stop)

    def _close_writer(self) -> None:
        lost = self.writer.close()
        if lost:
            message = f"{lost} lines of {self.layout.dir} were never taken by the disk"
            warnings.warn(TrackWarning(message), stacklevel=5)

    def _end_run(self, state: str, error: dict[str, Any] | None) -> None:
        try:
            self.note_config()
        except TrackError as trouble:
            message = f"the last changes of the config were not kept: {trouble}"
            warnings.warn(TrackWarning(message), stacklevel=6)
        self.writer.event("state", state=state, **({"error": error} if error else {}))
        self.metadata.state = state
        self.metadata.error = error
        self.metadata.end_time = timestamp()
        self._guard(self._write_summary, "the summary is rebuilt from the log when it is read")
        self.save_metadata()

    def _write_summary(self) -> None:
        skip = f"metrics.{SYSTEM_STREAM}.jsonl"
        if sum(path.name != skip for path in self.layout.metric_files()) > 1:  # others wrote too
            summary, step = replay(self.layout)
            summary.values_by_key.update({k: v for k, v in self.summary.items() if k not in summary})
            self.summary.values_by_key.update(summary.values_by_key)
            self.writer.step = max(step, self.writer.step)
        write_summary(self.layout, self.summary, self.writer.step)

    def report(self, error: OSError, hint: str) -> None:
        """Warn about trouble with the disk, or raise it when the run is strict.

        Args:
            error: The trouble.
            hint: What it means for the run.
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


def _has(config: dict[str, Any], key: str, value: Any) -> bool:
    """Whether a config has this very value; 1, 1.0 and True are three."""
    return key in config and fingerprint({key: config[key]}) == fingerprint({key: value})
