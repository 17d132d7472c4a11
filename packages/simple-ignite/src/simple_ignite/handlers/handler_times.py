"""HandlerTimes: measures how long each handler of an engine takes."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter as clock
from typing import Any

from simple_ignite.engine.dispatch import EARLY, Entry
from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import EventFilter, Events
from simple_ignite.engine.signature import Call, name_of
from simple_ignite.errors import HandlerError

__all__ = ["HandlerTime", "HandlerTimes"]

HEAD = ("handler", "event", "calls", "total", "mean", "share")
UNITS = ((1.0, "s"), (1e3, "ms"))
NAME = 18
"""Width that the column of the handlers keeps, however long the events are."""
ENDS = Events.COMPLETED | Events.TERMINATED | Events.INTERRUPTED | Events.EXCEPTION_RAISED


@dataclass(frozen=True, slots=True)
class HandlerTime:
    """How long one handler took at one event.

    Attributes:
        handler: Its name; of a lambda with file and line.
        event: The event, with its filter.
        calls: How often it was called.
        total: Seconds of all calls, with what the handler itself calls.
        mean: Seconds of one call; 0 without a call.
        share: `total` as a part of the time of the runs, from 0 to 1.
    """

    handler: str
    event: str
    calls: int
    total: float
    mean: float
    share: float


class HandlerTimes:
    """Measures how long each handler of an engine takes, those that are added later too.

    `times = HandlerTimes().attach(trainer)`, and after a run `print(times)`. If the step runs on a GPU, its
    work is waited for by the first handler that reads a result, and counts there.

    Attributes:
        run: Seconds of the runs so far.
        data: Seconds of these that were spent on waiting for batches.
        step: Seconds of these that were spent in the step.
    """

    def __init__(self) -> None:
        self.data = 0.0
        self.step = 0.0
        self._ended = 0.0
        self._since: float | None = None
        self._counted = {"data": 0.0, "step": 0.0}
        self._measured: dict[Entry, Measured] = {}
        self._engine: Engine | None = None
        self._handles: list[Any] = []

    def attach(self, engine: Engine) -> HandlerTimes:
        """Measure the handlers of `engine` from now on.

        Returns:
            The object itself.

        Raises:
            HandlerError: If it measures an engine already, or another one measures this engine.
        """
        if self._engine is not None or engine.table.watch is not None:
            message = "the handlers of an engine are measured by one HandlerTimes, which measures one engine"
            raise HandlerError(f"{message}; detach() the other", handler="HandlerTimes")
        self._handles = [
            engine.on(Events.STARTED, self._begin, priority=1 << 30),
            engine.on(Events.EPOCH_STARTED, self._begin_epoch, priority=1 << 30),
            engine.on(Events.EPOCH_COMPLETED | ENDS, self._count, priority=-(1 << 30)),
            engine.on(ENDS, self._end, priority=-(1 << 30)),
        ]
        self._engine = engine
        engine.table.set_watch(self._watch)
        if engine.running:
            self._begin()
            self._begin_epoch(engine)
        return self

    def detach(self) -> None:
        """Stop measuring; what was measured is kept."""
        if self._engine is None:
            return
        for handle in self._handles:
            handle.remove()
        self._engine.table.set_watch(None)
        for entry, measured in self._measured.items():
            entry.call = measured.call
        self._end()
        self._engine = None

    @property
    def run(self) -> float:
        """Seconds of the runs so far."""
        return self._ended + (0.0 if self._since is None else clock() - self._since)

    @property
    def rows(self) -> list[HandlerTime]:
        """How long each handler took, the longest first; those that were not called come last."""
        run = self.run
        rows = [
            HandlerTime(
                label_of(entry),
                " | ".join(map(_written, one.filters)),
                one.calls,
                one.total,
                one.total / one.calls if one.calls else 0.0,
                one.total / run if run else 0.0,
            )
            for entry, one in self._measured.items()
        ]
        return sorted(rows, key=lambda row: (-row.total, row.calls == 0))

    def report(self, width: int = 80) -> str:
        """Return a table of the handlers that were called, with a line of what the rest of the time went to.

        Args:
            width: Columns of a line; names that do not fit are cut.
        """
        run, rows = self.run, [row for row in self.rows if row.calls]
        spent = sum(row.total for row in rows)
        parts = {"data": self.data, "step": self.step, "handlers": spent}
        parts["engine"] = max(run - sum(parts.values()), 0.0)
        shares = ", ".join(f"{name} {_percent(value / run if run else 0)}" for name, value in parts.items())
        cells = [
            HEAD,
            *(
                (r.handler, r.event, f"{r.calls:,}", _seconds(r.total), _seconds(r.mean), _percent(r.share))
                for r in rows
            ),
        ]
        widths = _widths(cells, width)
        lines = [_line(row, widths) for row in cells]
        idle = len(self._measured) - len(rows)
        if idle:
            lines.append(f"not called: {idle} {'handler' if idle == 1 else 'handlers'}")
        return "\n".join([f"run {_seconds(run)}: {shares}", lines[0], "─" * width, *lines[1:]])

    def __str__(self) -> str:
        return self.report()

    def _watch(self, entry: Entry) -> None:
        """Measure a handler; called for each that the engine has or gets."""
        if getattr(entry.handler, "__self__", None) is not self:
            self._measured[entry] = Measured(entry)

    def _begin(self) -> None:
        if self._since is None:
            self._since = clock()

    def _begin_epoch(self, engine: Engine) -> None:
        self._counted = {name: engine.state.times[name] for name in self._counted}

    def _count(self, engine: Engine) -> None:
        times, before = engine.state.times, self._counted
        self._counted = {name: times[name] for name in before}
        self.data += times["data"] - before["data"]
        self.step += times["step"] - before["step"]

    def _end(self) -> None:
        self._ended, self._since = self.run, None


class Measured:
    """The calls of one handler of one event."""

    __slots__ = ("call", "calls", "filters", "total")

    def __init__(self, entry: Entry) -> None:
        self.call = entry.call
        self.calls = 0
        self.total = 0.0
        self.filters = entry.filters
        entry.call = self._measure

    def _measure(self, *arguments: Any, **values: Any) -> Any:
        since = clock()
        try:
            return self.call(*arguments, **values)
        finally:
            self.total += clock() - since
            self.calls += 1


def label_of(entry: Entry) -> str:
    """Return the name of a handler in a report."""
    name = _name(entry.handler)
    return f"metrics.{name}" if entry.rank[0] == EARLY else name


def _name(handler: Call) -> str:
    while isinstance(handler, partial):
        handler = handler.func
    name = name_of(handler)
    if name == "<lambda>" and inspect.isfunction(handler):
        code = handler.__code__
        return f"lambda {Path(code.co_filename).name}:{code.co_firstlineno}"
    return name


def _written(one: EventFilter) -> str:
    return repr(one).removesuffix("()")


def _seconds(value: float) -> str:
    """Return a time with three digits and its unit."""
    value, unit = next(
        ((value * factor, unit) for factor, unit in UNITS if value * factor >= 0.9995), (value * 1e6, "µs")
    )
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{digits}f} {unit}"


def _percent(share: float) -> str:
    return f"{share * 100:.1f}%"


def _widths(cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the widths of the columns: what the names need, within what the numbers leave."""
    numbers = [max(len(row[column]) for row in cells) for column in range(2, len(HEAD))]
    left = max(width - sum(numbers) - 2 * (len(HEAD) - 1), 16)
    first, second = (max(len(row[column]) for row in cells) for column in (0, 1))
    if first + second > left:
        first = min(first, max(left - second, NAME, left // 3))
    return [first, left - first, *numbers]


def _line(row: Sequence[str], widths: list[int]) -> str:
    names = [
        cell.ljust(width) if len(cell) <= width else f"{cell[: width - 1]}…"
        for cell, width in zip(row[:2], widths[:2], strict=True)
    ]
    numbers = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
    return "  ".join([*names, *numbers])
