"""Appends one process's metrics and events to a run; each process has its own files."""

from __future__ import annotations

import os
import warnings
import weakref
from collections.abc import Callable, Mapping
from os import write
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING, Any

from orjson import OPT_APPEND_NEWLINE, OPT_PASSTHROUGH_DATACLASS, OPT_PASSTHROUGH_SUBCLASS, dumps

from simple_track.errors import RunClosedError, StorageError, TrackWarning, ValueKindError
from simple_track.familiar_names import LOG_ARGUMENTS, unknown_argument
from simple_track.reading.summary import Summary
from simple_track.storage.clock import timestamp
from simple_track.storage.journal import Journal
from simple_track.storage.layout import RunLayout
from simple_track.storage.lock import this_process
from simple_track.storage.reader import LONGEST_LINE
from simple_track.storage.record import (
    NUMBER_TYPES,
    as_scalar,
    encode_event,
    encode_metrics,
    flatten,
    free_name,
    mark_summary,
    number_converter,
)

if TYPE_CHECKING:
    from simple_track.values import Value

ONLY_PLAIN = OPT_APPEND_NEWLINE | OPT_PASSTHROUGH_DATACLASS | OPT_PASSTHROUGH_SUBCLASS
"""Refuse what orjson can encode although it is no number: dataclasses, and subclasses of dict and list."""
LAST = 2**63 - 1
PLAIN_TYPES = (float, int, bool, str)
_writers: weakref.WeakSet[Writer] = weakref.WeakSet()


CALLS = {"alert": "run.alert", "summary": "run.summary", "metric": "run.define_metric", "media": "run.log"}
"""What a user called to write an event of this kind, for messages."""


class Writer:
    """Appends metrics and events to a run's files.

    Args:
        layout: The run's folder.
        stream: None for the first writer, or the name of a further one.
        summary: The summary, which observes the logged values.
        step: The highest step so far; -1 if there is none.
        strict: Raise an error of the disk, instead of warning.
        durability: "process", "second" or "power"; see `set_durability`.
        on_fork: Called in a forked child before its first line.
    """

    def __init__(
        self,
        layout: RunLayout,
        stream: str | None,
        summary: Summary,
        *,
        step: int = -1,
        strict: bool = False,
        durability: str = "second",
        on_fork: Callable[[], object] = lambda: None,
    ) -> None:
        self.layout = layout
        self.summary = summary
        self._latest: dict[str, Any] | None = None
        summary.on_rules = self._renew_observer
        self._renew_observer()
        self.step = step
        self.strict = strict
        self.durability = durability
        self.on_fork = on_fork
        self._forked = False
        self._closed = False
        self._ended = False
        self._foreign: list[int | float] = []
        self._convert = number_converter(self._foreign)
        self._open(stream)
        _writers.add(self)

    def _open(self, stream: str | None) -> None:
        pair = (self.layout.metrics, self.layout.history) if stream is None else self.layout.stream(stream)
        self.stream = stream
        each = self.durability == "power"
        self.metrics, self.history = (
            Journal(path, strict=self.strict, sync_each=each, on_sync_failure=self._note_sync_failure)
            for path in pair
        )

    def log(self, values: Mapping[str, Any], step: int | None = None, **unknown: object) -> None:
        """Append one metrics line, or what else the values need. This is the hot path: it is kept flat.

        The encoder asks for the plain number of what is of numpy and refuses tensors and objects. The sum
        finds everything else that is unusual at once: it cannot be taken of text, None and nested values, and
        it is not finite when one of the values is not.
        """
        if unknown:
            raise unknown_argument("run.log", next(iter(unknown)), LOG_ARGUMENTS, ("values", "step"))
        journal = self.metrics
        with journal.lock:
            highest = self.step
            try:
                if step is None:
                    number = highest + 1
                elif type(step) is int and step <= LAST:
                    number = step
                else:
                    raise TypeError
                record = {"step": number, **values}
                record["timestamp"] = time_ns() // 1_000_000 / 1000  # in a display it would be a second dict
                line = dumps(record, self._convert, ONLY_PLAIN)
                if foreign := self._foreign:
                    alike = len(foreign) == len(values)  # then the encoder took them in this order
                    values = dict(zip(values, foreign)) if alike else _all_plain(values)  # noqa: B905
                    foreign.clear()
                total = sum(values.values())
                if total - total != 0 or "step" in values or "timestamp" in values:
                    raise TypeError
                written = write(journal.fd, line)
            except OSError:
                if self._ended:  # nothing of it gets into the summary
                    raise RunClosedError(self.layout.run_id, "run.log") from None
                written = 0
            except Exception:  # whatever it is that cannot be added up or encoded
                written = -1
            if written < 0:
                self._foreign.clear()
                self.log_any(values, step)
                return
            if number > highest:
                self.step = number
            if (latest := self._latest) is not None:
                latest |= values  # faster than a call
            else:
                self.observe(values)
            journal.dirty = True
            if written != len(line) or journal.sync_each:
                self._settle(line, written)

    log.__qualname__ = "Run.log"  # what a user calls, for messages about arguments

    def _renew_observer(self) -> None:
        self.observe = self.summary.observe
        self._latest = None if self.summary.rules else self.summary.values_by_key

    def _settle(self, line: bytes, written: int) -> None:
        """Handle a line that the hot path could not write, or that has to be synced."""
        if self._ended:
            raise RunClosedError(self.layout.run_id, "run.log")
        if self._forked:
            self._forked = False
            self.on_fork()
        if written != len(line):
            self.metrics.rescue(line, written)
        if self.metrics.sync_each:
            self.metrics.sync()

    def log_any(self, values: Mapping[Any, Any], step: Any = None, *, advance: bool = True) -> None:
        """Append whatever the values need: nothing is written before all of them are understood.

        Args:
            values: Scalars, media values, None for no value, and mappings of these.
            step: The step, or None for the last one + 1.
            advance: Whether the step counter follows.

        Raises:
            ValueKindError: A value, a name or the step is of an unknown kind.
        """
        if not isinstance(values, Mapping):
            raise ValueKindError("run.log", type(values).__name__, 'log a dict: {"loss": 0.5}', "log values")
        scalars: dict[str, Any] = {}
        media: dict[str, Value] = {}
        for name, value in flatten(values):
            is_media = type(value) not in PLAIN_TYPES and _is_value(value)
            scalar = None if is_media else as_scalar(name, value)
            key = free_name(name, scalars, media)  # "a/b" beside {"a": {"b": …}}, "~step" beside "step"
            if is_media:
                media[key] = value
            else:
                scalars[key] = scalar
        number = None if step is None else _step(step)
        with self.metrics.lock:
            if self._ended:
                raise RunClosedError(self.layout.run_id, "run.log")
            number = self.step + 1 if number is None else number
            if scalars or not media:
                line = encode_metrics(number, scalars, timestamp())
                if len(line) > LONGEST_LINE:
                    hint = "keep it in a file of an artifact"
                    raise ValueKindError("run.log", f"{len(line) >> 20} MiB of text", hint, "take one line")
                self.observe(scalars)
            if advance and number > self.step:
                self.step = number
            if scalars or not media:
                self._settle(line, 0)
        for key, value in media.items():
            self._log_value(key, value, number)

    def _log_value(self, key: str, value: Value, step: int) -> None:
        from simple_track.values import write_value  # needs numpy

        try:
            body = write_value(value, key=key, step=step, layout=self.layout)
        except OSError as error:
            if isinstance(error, ImportError):
                raise
            trouble = StorageError(
                self.layout.dir, str(error), f"{key} at step {step} was not kept", error.errno
            )
            if self.strict:
                raise trouble from error
            warnings.warn(TrackWarning(str(trouble)), stacklevel=5)
            return
        self.event("media", key=key, step=step, value=body)

    def append_line(self, line: bytes) -> None:
        """Append a metrics line that is encoded already.

        Raises:
            RunClosedError: The run has ended.
        """
        with self.metrics.lock:
            self._settle(line, 0)

    def event(self, event: str, **fields: Any) -> None:
        """Append one event.

        Args:
            event: What kind of event.
            fields: Plain values that describe it.
        """
        if self._closed:
            raise RunClosedError(self.layout.run_id, CALLS.get(event, f"an event of kind {event!r}"))
        if self._forked:
            self._forked = False
            self.on_fork()
        self.history.append(encode_event({"event": event, **fields, "timestamp": timestamp()}))

    def note_summary(self, key: str, value: Any) -> None:
        """Append the event of a summary value that was set by the user, with the position in the log.

        Args:
            key: The metric.
            value: Its value; None if it was deleted.
        """
        position = [self.metrics.path.name, self.metrics.position()]
        self.event("summary", key=key, after=position, **mark_summary({"value": value}))

    def _note_sync_failure(self, path: Path, error: OSError) -> None:
        """Keep in the log that a file could not be synced, for `simple-track doctor`."""
        reason = error.strerror or str(error)
        fields = {"event": "sync_failure", "file": path.name, "reason": reason, "timestamp": timestamp()}
        if self.history.fd >= 0:
            self.history.append(encode_event(fields))

    def sync(self) -> None:
        """Wait until all that was written is on disk."""
        self.metrics.sync()
        self.history.sync()

    def end_metrics(self) -> None:
        """Take no further metrics, so that the summary can be written; events still are."""
        with self.metrics.lock:
            self._ended = True
            self.metrics.seal()

    def close(self) -> int:
        """Close the files.

        Returns:
            The number of lines that were lost because the disk never took them.
        """
        self._closed = self._ended = True
        return self.metrics.close() + self.history.close()

    def after_fork(self) -> None:
        """In a forked child: close the parent's files; the first line opens files of the child."""
        closed = self._closed
        self.metrics.forget()
        self.history.forget()
        if not closed:
            process = this_process()
            self._open(f"{process.host}-{process.pid}")
            self._forked = True


def _all_plain(values: Mapping[str, Any]) -> dict[str, int | float]:
    """Plain numbers for values of which some are of numpy, where a sum could overflow."""
    return {key: NUMBER_TYPES[type(value)](value) for key, value in values.items()}


def _is_value(value: object) -> bool:
    from simple_track.values import is_value  # needs numpy

    return is_value(value)


def _step(step: Any) -> int:
    number = step if type(step) is int else as_scalar("step", step)
    plain = isinstance(number, int | float) and not isinstance(number, bool)
    if isinstance(number, str) or not plain or number != number // 1 or not -LAST - 1 <= number <= LAST:
        hint = "a step is a whole number of up to 64 bits"
        raise ValueKindError("step", f"{type(step).__name__} ({step!r})", hint, "take a step")
    return int(number)


def _after_fork_in_child() -> None:
    for writer in list(_writers):
        writer.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
