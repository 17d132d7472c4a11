"""Optimization: the steps of an optimizer, as an event and a count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch.optim import Optimizer

from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import EventFilter, EventLike, Events, EventSet

__all__ = ["optimizer_step", "report_step", "step_event"]


@contextmanager
def optimizer_step(engine: Engine, optimizer: Optimizer) -> Iterator[None]:
    """Within the block, report the steps that the optimizer makes; for steps of your own.

    `with optimizer_step(engine, optimizer): scaler.step(optimizer)`. At the end of the block
    `state.optimizer_steps` is counted and OPTIMIZER_STEP fires, for each call of `optimizer.step` that
    changed the weights: not if a GradScaler has skipped it.

    Args:
        engine: The engine whose step this is.
        optimizer: The optimizer.
    """
    made: list[bool] = []

    def note(*_: object) -> None:
        found_inf = getattr(optimizer, "found_inf", None)  # set by a GradScaler for fused optimizers
        made.append(found_inf is None or not bool(found_inf))

    hook = optimizer.register_step_post_hook(note)
    try:
        yield
    finally:
        hook.remove()
    for _ in range(sum(made)):
        report_step(engine)


def report_step(engine: Engine) -> None:
    """Count a step that the optimizer has made, and fire OPTIMIZER_STEP."""
    engine.state.optimizer_steps += 1
    engine.fire_event(Events.OPTIMIZER_STEP)


def step_event(engine: Engine, event: EventLike) -> EventLike:
    """Return the event at which a handler that follows the optimizer is called.

    If the supervised step accumulates gradients or has a scaler, the optimizer does not step in every
    iteration. ITERATION_COMPLETED then means OPTIMIZER_STEP; with `every=n` it means every so many steps as
    n batches have, if that is a whole number. Filters with other conditions are left as they are.

    Args:
        engine: The engine.
        event: The event that was asked for.
    """
    size = getattr(getattr(engine.step, "accumulation", None), "size", None)
    if not isinstance(size, int) or (size == 1 and getattr(engine.step, "scaler", None) is None):
        return event
    return EventSet.of(*(_followed(one, size) for one in EventSet.of(event).filters))


def _followed(one: EventFilter, size: int) -> EventLike:
    plain = one.once is None and one.before is None and one.after is None and one.when is None
    if one.event is not Events.ITERATION_COMPLETED or not plain or (one.every > 1 and one.every % size):
        return one
    steps = Events.OPTIMIZER_STEP(every=max(one.every // size, 1), when=_counts_steps, last=one.last)
    return steps | Events.ITERATION_COMPLETED(every=one.every, when=_counts_iterations, last=one.last)


def _counts_steps(engine: Engine, _count: int) -> bool:
    return engine.progress.counts_steps


def _counts_iterations(engine: Engine, _count: int) -> bool:
    """Return whether training began with 0.3.0, which had no OPTIMIZER_STEP; it goes on as it began."""
    return not engine.progress.counts_steps
