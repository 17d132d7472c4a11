"""ProgressBar: shows the progress of a run, redrawn by time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from time import perf_counter as clock
from typing import Any, TextIO

from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import Events
from simple_ignite.engine.state import State
from simple_ignite.handlers.progress_line import Display, Figures, display_for, progress_line
from simple_ignite.handlers.tracking import names_of, plain, value_reader

__all__ = ["ProgressBar"]

SMOOTHING = 0.3
LOOKS = 16
"""Iterations at most between two looks at the clock; fewer where these take a tenth of the interval."""
FIRST, LAST = 1000, -1000


class ProgressBar:
    """Shows a line such as `Epoch [1/10]: 34%|███▍      | 340/1000 [00:28<00:55, 12.01it/s, loss=0.345]`.

    In a terminal or a notebook the line is redrawn in place; anywhere else (a pipe, a log file) a new line is
    written every few seconds. Values are read only when the line is drawn, so that it does not slow the run
    down or wait for a GPU; over data of unknown length, the last output is kept for the last line. The reason
    of a run that was stopped early is printed on a line of its own. Of several ranks, only the first draws.

    Args:
        desc: The beginning of the line.
        interval: Seconds between redraws in a terminal or notebook.
        log_interval: Seconds between lines anywhere else.
        file: Where to write. Default: `sys.stderr`.
        persist: Keep the last line of each epoch.
    """

    def __init__(
        self,
        desc: str = "Epoch",
        interval: float = 0.1,
        log_interval: float = 10.0,
        file: TextIO | None = None,
        persist: bool = True,
    ) -> None:
        self._desc = desc
        self._intervals = interval, log_interval
        self._file = file
        self._persist = persist
        self._metrics: list[str] = []
        self._output: Callable[[Any], dict[str, Any]] | None = None
        self._display: Display | None = None
        self._next = 0.0
        self._last = sys.maxsize
        self._look_at = 0
        self._holding = False
        self._held: Any = None

    def attach(
        self,
        engine: Engine,
        metric_names: Iterable[str] | str | None = None,
        output_transform: Callable[[Any], Any] | Iterable[str] | str | None = None,
    ) -> ProgressBar:
        """Follow an engine.

        Args:
            engine: The engine.
            metric_names: Names in `state.metrics` to show, or "all"; None for no metrics.
            output_transform: What to show of the step's output: the key, or keys, of a dictionary; or a
                function that converts it to a value, or a dictionary of values.

        Returns:
            The bar itself.
        """
        self._metrics = names_of(metric_names)
        self._output = value_reader(output_transform)
        engine.on(Events.EPOCH_STARTED, self._begin, priority=LAST)
        engine.on(Events.ITERATION_COMPLETED, self._tick, priority=LAST)
        engine.on(Events.EPOCH_COMPLETED, self._end, priority=FIRST)
        stops = Events.TERMINATED | Events.INTERRUPTED | Events.COMPLETED | Events.EXCEPTION_RAISED
        engine.on(stops, self._stop, priority=FIRST)
        engine.on(Events.TERMINATED, self._show_reason, priority=FIRST)
        return self

    def _begin(self, engine: Engine) -> None:
        state = engine.state
        self._display = display_for(self._file or sys.stderr)
        self._begun = self._drawn = self._looked = clock()
        self._first = self._counted = state.epoch_iteration
        self._look_at = 0
        self._looked_at = state.iteration
        self._rate: float | None = None
        self._values: dict[str, Any] = {}
        self._next = self._begun + self._wait()
        total = self._total(state)
        known = engine.batches is None or engine.batches.length is not None or engine.progress.own_length
        self._last = state.epoch_begin + total if total is not None and known else sys.maxsize
        self._holding = self._last == sys.maxsize and self._output is not None
        if self._display is None:  # a rank that does not draw
            self._holding, self._look_at = False, sys.maxsize

    def _tick(self, engine: Engine) -> None:
        if engine.state.iteration >= self._look_at or engine.table.control.signal:
            self._look(engine)

    def _look(self, engine: Engine) -> None:
        """Draw the line if it is time to; choose the next iteration that looks at the clock."""
        state = engine.state
        if self._display is None:
            if self._look_at == sys.maxsize:
                return
            self._begin(engine)  # a run that is continued in the middle of an epoch
            if self._display is None:
                return
        if self._holding:
            self._held = state.output
        now, iteration = clock(), state.iteration
        if not self._holding and iteration > self._looked_at:
            pace = (now - self._looked) / (iteration - self._looked_at)
            steps = self._wait() / max(10 * pace, 1e-9)
            self._look_at = min(iteration + max(int(min(steps, LOOKS)), 1), self._last)
            self._looked, self._looked_at = now, iteration
        if iteration == self._last or engine.table.control.signal:
            self._read(engine)  # what may be the epoch's last output, for the last line
            return
        if now < self._next:
            return
        done = state.epoch_iteration
        rate = (done - self._counted) / max(now - self._drawn, 1e-9)
        self._rate = rate if self._rate is None else SMOOTHING * rate + (1 - SMOOTHING) * self._rate
        self._drawn, self._counted = now, done
        self._draw(engine, now)
        self._next = clock() + self._wait()

    def _end(self, engine: Engine) -> None:
        """Draw the last line of an epoch."""
        if self._display is None:
            return
        now = clock()
        self._rate = (engine.state.epoch_iteration - self._first) / max(now - self._begun, 1e-9)
        self._draw(engine, now)
        self._display.close(self._persist)
        self._display, self._look_at = None, 0
        self._holding, self._held = False, None

    def _stop(self, engine: Engine) -> None:
        """Draw the last line when the run ends within an epoch."""
        if engine.in_epoch:
            self._end(engine)

    def _show_reason(self, engine: Engine) -> None:
        """Print why the run was terminated, below the last line."""
        display = display_for(self._file or sys.stderr) if engine.state.stop_reason else None
        if display is not None:
            display.show(f"Stopped in epoch {engine.state.epoch_label}: {engine.state.stop_reason}")
            display.close(persist=True)

    def _wait(self) -> float:
        in_place = self._display is not None and self._display.in_place
        return self._intervals[0 if in_place else 1]

    def _total(self, state: State) -> int | None:
        """Return the number of iterations of this epoch, or None if it is unknown."""
        if state.max_iterations is None:
            return state.epoch_length
        left = state.max_iterations - state.epoch_begin
        return left if state.epoch_length is None else min(state.epoch_length, left)

    def _draw(self, engine: Engine, now: float) -> None:
        if self._display is None:
            return
        state = engine.state
        label = self._desc
        if state.max_epochs is None:
            label += f" {state.epoch_label}" if state.epoch_length is not None else ""
        elif state.max_epochs > 1 or self._desc == "Epoch":
            label += f" {state.epoch_label}"
        total = self._total(state)
        self._read(engine)
        figures = Figures(label, state.epoch_iteration, total, now - self._begun, self._rate, self._values)
        self._display.show(progress_line(figures, self._display.width, self._display.blocks))

    def _read(self, engine: Engine) -> None:
        """Update the shown values; between iterations those of the last output are kept."""
        state = engine.state
        output = self._held if state.batch is None else state.output
        if self._output is not None and output is not None:
            self._values.update((k, plain(v)) for k, v in self._output(output).items())
        names = state.metrics if self._metrics == ["all"] else self._metrics
        self._values.update((name, plain(state.metrics[name])) for name in names if name in state.metrics)
