"""Timer: measures the time between events."""

from __future__ import annotations

from time import perf_counter as clock
from typing import Any

from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import Events

__all__ = ["Timer"]


class Timer:
    """Measures time, all of it or only that between `resume` and `pause`.

    It runs from when it is created. If attached, it is controlled by events:
    `Timer().attach(trainer, start=Events.EPOCH_STARTED, step=Events.ITERATION_COMPLETED)`.
    """

    def __init__(self) -> None:
        self.reset()

    def attach(
        self,
        engine: Engine,
        start: Any = Events.STARTED,
        step: Any = None,
        pause: Any = None,
        resume: Any = None,
    ) -> Timer:
        """Follow an engine.

        Args:
            engine: The engine.
            start: Reset the timer. At STARTED of a run that is continued, it resumes instead.
            step: Count a step.
            pause: Pause the timer. Default: at the end of the run.
            resume: Resume the timer.

        Returns:
            The timer itself.
        """
        pause = Events.COMPLETED | Events.INTERRUPTED | Events.EXCEPTION_RAISED if pause is None else pause
        begin = self._begin if start is Events.STARTED else self.reset
        for event, call in (
            (start, begin),
            (pause, self.pause),
            (resume, self.resume),
            (step, self.step),
        ):
            if event is not None:
                engine.on(event, call)
        return self

    def reset(self) -> None:
        """Set time and steps to zero, and run."""
        self._total = 0.0
        self._steps = 0
        self._since: float | None = clock()

    def _begin(self, engine: Engine) -> None:
        if engine.state.iteration:
            self.resume()
        else:
            self.reset()

    def pause(self) -> None:
        """Pause the timer."""
        if self._since is not None:
            self._total += clock() - self._since
            self._since = None

    def resume(self) -> None:
        """Resume the timer."""
        if self._since is None:
            self._since = clock()

    def step(self) -> None:
        """Count a step."""
        self._steps += 1

    def value(self) -> float:
        """Return the seconds measured so far."""
        return self._total + (0.0 if self._since is None else clock() - self._since)

    def step_time(self) -> float:
        """Return the mean seconds per step, or 0 before the first."""
        return self.value() / self._steps if self._steps else 0.0

    def state_dict(self) -> dict[str, Any]:
        """Return the time and the steps so far."""
        return {"total": self.value(), "steps": self._steps, "running": self._since is not None}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load what `state_dict` returned."""
        self._total, self._steps = state_dict["total"], state_dict["steps"]
        self._since = clock() if state_dict["running"] else None
