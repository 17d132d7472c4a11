"""TimeLimit: ends a run after a given time."""

from __future__ import annotations

from time import monotonic

from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import Events
from simple_ignite.errors import HandlerError

__all__ = ["TimeLimit"]


class TimeLimit:
    """Ends the run after the iteration in which the limit is reached.

    `trainer.on(Events.ITERATION_COMPLETED, TimeLimit(3600))`. The time is that of one `run`: a resumed run
    has all of it again.

    Args:
        seconds: The maximum duration of a run.

    Raises:
        HandlerError: If `seconds` is not above 0.
    """

    def __init__(self, seconds: float) -> None:
        if not seconds > 0:
            raise HandlerError(f"seconds must be above 0, not {seconds!r}", handler="TimeLimit")
        self.seconds = seconds
        self._begun = monotonic()

    def registered(self, engine: Engine) -> None:
        """Count from the start of each run."""
        engine.on(Events.STARTED, self._begin, priority=1000)

    def __call__(self, engine: Engine) -> None:
        """End the run if the limit is reached."""
        if monotonic() - self._begun >= self.seconds:
            engine.terminate(reason=f"the time limit of {self.seconds:g} s is reached")

    def _begin(self) -> None:
        self._begun = monotonic()
