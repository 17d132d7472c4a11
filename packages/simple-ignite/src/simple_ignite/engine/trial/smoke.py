"""A smoke run: a few batches through everything, after which all is as before."""

from __future__ import annotations

import copy
import logging
from contextlib import ExitStack
from typing import Any

from simple_ignite.engine.batches import BatchSource
from simple_ignite.engine.companions import live_engines
from simple_ignite.engine.rng import RngState
from simple_ignite.engine.state import State
from simple_ignite.engine.trial.current import Goal, activated, in_smoke_run
from simple_ignite.engine.trial.engine_state import EngineState
from simple_ignite.engine.trial.first_batches import FirstBatches
from simple_ignite.engine.trial.torch_state import TorchState
from simple_ignite.engine.trial.trial import Trial
from simple_ignite.errors import RunError

__all__ = ["BATCHES", "run_trial"]

BATCHES = 3
"""Batches of an epoch of `run(smoke=True)`."""
log = logging.getLogger("simple_ignite")


def run_trial(
    engine: Any, data: Any, goal: Goal, smoke: bool | int, overfit_batches: float | None, **options: Any
) -> State:
    """Run an engine over the first batches of its data.

    Args:
        engine: The engine.
        data: As given to `run`.
        goal: max_epochs, max_iterations and epoch_length, as given to `run`.
        smoke: As given to `run`.
        overfit_batches: As given to `run`.
        **options: The other arguments of `run`.

    Raises:
        RunError: If `smoke` or `overfit_batches` is not a number of batches, or there is no data to overfit
            to.
    """
    if smoke:
        if in_smoke_run():
            return _run(engine, data, goal, options)
        return _smoke_run(engine, data, goal, _count("smoke", BATCHES if smoke is True else smoke), options)
    given = _count("overfit_batches", overfit_batches)
    trial = Trial(engine, given, smoke=False)
    before = None if engine.batches is None else engine.batches.data
    if data is None and before is None:
        raise RunError("overfit_batches needs data to draw them from", argument="overfit_batches")
    limited = trial.limited(before if data is None else data)
    if isinstance(before, FirstBatches) and before.kept and before.data is limited.data:
        limited = before if before.count == limited.count else limited
    with activated(trial):
        return _run(engine, limited, goal, options)


def _smoke_run(engine: Any, data: Any, goal: Goal, count: int, options: dict[str, Any]) -> State:
    engines = live_engines()
    trial, generators = Trial(engine, count, smoke=True), RngState()
    with ExitStack() as undone:
        undone.callback(generators.restore_global)
        undone.callback(trial.restore_generators)
        undone.callback(TorchState().restore)
        for one in engines:
            if not one.running:
                before = EngineState(one)
                undone.callback(before.restore)
                before.widen(
                    *(_lengths(*trial.limits(engine, data, goal), count) if one is engine else (1, 1))
                )
        with activated(trial):
            engine.run(data, *goal, **{**options, "restart": None})
        result: State = copy.copy(engine.state)
    log.warning(
        "engine %s: smoke run done, iterations: %d; nothing was saved or tracked, and weights, "
        "optimizers and engines are as before",
        engine.name,
        result.iteration,
    )
    return result


def _run(engine: Any, data: Any, goal: Goal, options: dict[str, Any]) -> State:
    state: State = engine.run(data, *goal, **options)
    return state


def _lengths(data: Any, goal: Goal, count: int) -> tuple[int, int]:
    """Return how many epochs and iterations a limited run will have."""
    epochs, iterations, length = goal
    known = None if data is None else BatchSource(data).length
    length = max(length or min(known or count, count), 1)
    if iterations is not None:
        return -(-iterations // length), iterations
    return epochs or 1, (epochs or 1) * length


def _count(name: str, value: Any) -> Any:
    """Return a number of batches; of `overfit_batches`, a part of the data too."""
    part = name == "overfit_batches" and isinstance(value, float) and 0 < value < 1
    if not part and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        wanted = (
            "True or a number of batches," if name == "smoke" else "a number of batches, or a part below 1,"
        )
        raise RunError(f"{name} must be {wanted} not {value!r}", argument=name)
    return value
