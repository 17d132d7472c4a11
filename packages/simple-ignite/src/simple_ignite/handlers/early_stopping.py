"""EarlyStopping: ends training when a score has stopped improving."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable
from typing import Any, Literal

from simple_ignite.engine.engine import Engine
from simple_ignite.errors import HandlerError
from simple_ignite.handlers.score import Score, as_number

__all__ = ["EarlyStopping"]


class EarlyStopping:
    """Ends `trainer` when `score_function` has not improved for `patience` calls; NaN is no improvement.

    Register it where the score is computed: `evaluator.on(Events.COMPLETED, EarlyStopping(...))`. Its state
    is saved with the trainer's.

    Args:
        patience: The run ends after this number of calls without improvement.
        score_function: Returns the score of the engine it is called with (and, if it takes two arguments, of
            the event), or names one of its metrics. For a loss say `mode="min"`, or name it with a minus, as
            in "-loss".
        trainer: The engine to end.
        min_delta: The minimum change for the better that counts as improvement.
        cumulative_delta: Compare with the last score that counted as an improvement (True), or with the best
            score of all (False), so that a slow increase below `min_delta` per call does not count.
        mode: "max" if a higher score is better, "min" if a lower one is, as of a loss.
        threshold: A score that is good enough: the run ends when it is reached.
        relative: `min_delta` is a share of the score to beat: 0.01 stands for 1 %.

    Attributes:
        best: The score to beat, or None before the first call.
        waited: Calls since the last improvement.

    Raises:
        HandlerError: If an argument is out of range.
    """

    def __init__(
        self,
        patience: int,
        score_function: Callable[[Engine], Any] | str,
        trainer: Engine,
        min_delta: float = 0.0,
        cumulative_delta: bool = False,
        *,
        mode: Literal["max", "min"] = "max",
        threshold: float | None = None,
        relative: bool = False,
    ) -> None:
        if mode not in ("max", "min"):
            raise HandlerError(f"mode must be max or min, not {mode!r}", handler="EarlyStopping")
        if isinstance(patience, bool) or not isinstance(patience, int) or patience < 1:
            raise HandlerError(
                f"patience must be a whole number from 1, not {patience!r}", handler="EarlyStopping"
            )
        if not 0 <= min_delta < math.inf:
            raise HandlerError(f"min_delta must be 0 or more, not {min_delta!r}", handler="EarlyStopping")
        if threshold is not None and math.isnan(threshold):
            raise HandlerError("threshold is NaN, which no score reaches", handler="EarlyStopping")
        self.patience = patience
        self.min_delta = min_delta
        self.cumulative_delta = cumulative_delta
        self.mode = mode
        self.threshold = threshold
        self.relative = relative
        self._sign = 1 if mode == "max" else -1
        self.best: float | None = None
        self.waited = 0
        self._score = Score(score_function, self)
        self._trainer = weakref.ref(trainer)  # the trainer holds this handler, not the other way round
        trainer.keep(self)

    def reset(self) -> None:
        """Forget the best score and the calls since it."""
        self.best = None
        self.waited = 0

    def restarted(self, engine: Engine) -> None:
        """Begin anew with the trainer."""
        if engine is self._trainer():
            self.reset()

    def __call__(self, engine: Engine) -> None:
        """Compare the score with the best; end the run if it has not improved for too long."""
        score = as_number(self._score(engine))
        if self.best is None:
            self.best = None if score != score else score
            self.waited += score != score
        elif self._sign * (score - self.best) > self._delta(self.best):
            self.best = score
            self.waited = 0
        else:
            if not self.cumulative_delta and self._sign * score > self._sign * self.best:
                self.best = score
            self.waited += 1
        if self._reached(score):
            trainer = self._trainer()
            if trainer is not None:
                trainer.terminate(reason=f"{self._score.label} reached {score:.6g}")
        elif self.waited >= self.patience:
            trainer = self._trainer()
            if trainer is not None:
                trainer.terminate(reason=self._reason(), failed=score != score)

    def _delta(self, best: float) -> float:
        return self.min_delta * abs(best) if self.relative else self.min_delta

    def _reached(self, score: float) -> bool:
        return self.threshold is not None and self._sign * score >= self._sign * self.threshold

    def _reason(self) -> str:
        best = "there was none" if self.best is None else f"the best is {self.best:.6g}"
        return f"{self._score.label} has not improved in {self.waited} calls; {best}"

    def state_dict(self) -> dict[str, Any]:
        """Return the score to beat and the calls since the last improvement."""
        return {"best": self.best, "waited": self.waited}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load what `state_dict` returned."""
        self.best, self.waited = state_dict["best"], state_dict["waited"]
