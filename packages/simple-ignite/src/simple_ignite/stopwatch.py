"""Stopwatch: measures the seconds that a run spends on its parts."""

from __future__ import annotations

from time import perf_counter as clock

__all__ = ["Stopwatch"]


class Stopwatch:
    """Measures the seconds that a run spends on its parts; can be read while it goes on.

    Attributes:
        data: Seconds spent on fetching batches in this epoch.
        step: Seconds spent in the step in this epoch.
        handlers: Seconds spent in handlers of iterations in this epoch.
        seconds: What `read` returned last.
    """

    __slots__ = ("_epoch_begun", "_run_begun", "data", "handlers", "seconds", "step")

    def __init__(self) -> None:
        self.data = self.step = self.handlers = 0.0
        self.seconds = {"data": 0.0, "step": 0.0, "handlers": 0.0, "epoch": 0.0, "total": 0.0}
        self._run_begun: float | None = None
        self._epoch_begun: float | None = None

    def __reduce__(self) -> tuple[type[Stopwatch], tuple[()], tuple[None, dict[str, object]]]:
        parts = {name: getattr(self, name) for name in ("data", "step", "handlers")}
        return (
            Stopwatch,
            (),
            (None, {**parts, "seconds": dict(self.read())}),
        )  # another process has another clock

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stopwatch) and self.read() == other.read()

    __hash__ = None  # type: ignore[assignment]

    def begin_run(self) -> None:
        """Begin to measure a run."""
        self._run_begun = clock()
        self.seconds["total"] = 0.0

    def begin_epoch(self, *, anew: bool) -> None:
        """Begin to measure an epoch.

        Args:
            anew: Whether this is a new epoch rather than one that is continued.
        """
        self._epoch_begun = clock()
        if anew:
            self.data = self.step = self.handlers = 0.0
            self.seconds["epoch"] = 0.0

    def end_epoch(self) -> None:
        """Stop measuring the epoch."""
        self.read()
        self._epoch_begun = None

    def end_run(self) -> None:
        """Stop measuring the run, and the epoch if it was cut."""
        self.read()
        self._run_begun = self._epoch_begun = None

    def read(self) -> dict[str, float]:
        """Bring `seconds` up to date, and return it."""
        seconds = self.seconds
        seconds["data"], seconds["step"], seconds["handlers"] = self.data, self.step, self.handlers
        if self._run_begun is not None:
            now = clock()
            seconds["total"] = now - self._run_begun
            if self._epoch_begun is not None:
                seconds["epoch"] = now - self._epoch_begun
        return seconds
