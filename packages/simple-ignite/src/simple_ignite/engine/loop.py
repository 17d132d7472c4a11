"""The loop over batches, in three hand-written forms: each pays only for the events that have handlers.

Each form runs up to `wanted` iterations, and returns early when the data ends or when a signal is raised in
`control.signal`. Batch and output are released before the next batch is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from time import perf_counter as clock
from typing import Any

from simple_ignite.engine.control import AFTER, BEFORE, CHANGED, FETCH, STEP
from simple_ignite.engine.events import Events
from simple_ignite.engine.parts import EngineParts
from simple_ignite.engine.signature import Call

__all__ = ["iterate"]

STARTED, COMPLETED = Events.ITERATION_STARTED, Events.ITERATION_COMPLETED
QUICK = 5e-6  # seconds of a step, below which reading the clock twice would matter
TIMED, UNTIMED = 64, 1024  # iterations of a stretch


def iterate(engine: EngineParts, iterator: Iterator[Any], wanted: int) -> None:
    """Run up to `wanted` iterations over `iterator`, in the form that the current handlers need."""
    table = engine.table
    if table.has(Events.GET_BATCH_STARTED, Events.GET_BATCH_COMPLETED):
        _fetching(engine, iterator, wanted)
    elif table.has(STARTED, COMPLETED):
        _calling(engine, iterator, wanted)
    else:
        _bare(engine, iterator, wanted)


def _bare(engine: EngineParts, iterator: Iterator[Any], wanted: int) -> None:
    """Iterate without handlers of iterations; time each step, or some steps if they are short.

    Steps shorter than `QUICK` are timed in stretches; the iterations in between are assumed to be alike.
    """
    state, control = engine.state, engine.table.control
    watch, last = state.stopwatch, state.iteration + wanted
    while state.iteration < last:
        begun, spent, target = state.iteration, watch.step, min(state.iteration + TIMED, last)
        elapsed = _timed(engine, iterator, target - begun)
        if control.signal or state.iteration < target:
            return
        spent = watch.step - spent
        if target < last and spent < QUICK * (target - begun):
            target = min(target + UNTIMED, last)
            _untimed(engine, iterator, target - state.iteration, spent / elapsed)
            if control.signal or state.iteration < target:
                return


def _timed(engine: EngineParts, iterator: Iterator[Any], wanted: int) -> float:
    """Run iterations, timing each step; return the seconds of all of them together."""
    state, control, step = engine.state, engine.table.control, engine.step
    watch, i, phase = state.stopwatch, state.iteration, FETCH
    begun = end = clock()
    try:
        for batch in islice(iterator, wanted):
            phase = STEP
            i += 1
            state.iteration = i
            state.batch = batch
            since = clock()
            watch.data += since - end
            state.output = step(engine, batch)
            end = clock()
            watch.step += end - since
            control.done = i
            if control.signal:
                phase = AFTER
                _finish(engine)
                break
            state.batch = state.output = batch = None
            phase = FETCH
    except BaseException:
        control.phase = phase
        raise
    now = clock()
    watch.data += now - end
    return now - begun


def _untimed(engine: EngineParts, iterator: Iterator[Any], wanted: int, share: float) -> None:
    """Run iterations without timing the steps; `share` is the part of the time that the steps take."""
    state, control, step = engine.state, engine.table.control, engine.step
    i, phase, begun = state.iteration, FETCH, clock()
    try:
        for batch in islice(iterator, wanted):
            phase = STEP
            i += 1
            state.iteration = i
            state.batch = batch
            state.output = step(engine, batch)
            control.done = i
            if control.signal:
                phase = AFTER
                _finish(engine)
                break
            state.batch = state.output = batch = None
            phase = FETCH
    except BaseException:
        control.phase = phase
        raise
    elapsed = clock() - begun
    state.stopwatch.step += elapsed * share
    state.stopwatch.data += elapsed * (1 - share)


def _finish(engine: EngineParts) -> None:
    """Complete an iteration whose own step raised a signal, perhaps by adding a handler."""
    if engine.table.control.signal & CHANGED:
        engine.table.fire(COMPLETED, engine)


def _calling(engine: EngineParts, iterator: Iterator[Any], wanted: int) -> None:
    """Iterate with handlers of ITERATION_STARTED or ITERATION_COMPLETED."""
    state, table, step = engine.state, engine.table, engine.step
    control, i, phase = table.control, state.iteration, FETCH
    before_plan, after_plan = table.plan(STARTED, i), table.plan(COMPLETED, i)
    before, before_due = before_plan.calls, before_plan.due
    after, after_due = after_plan.calls, after_plan.due
    call: Call | None = None
    watch, end = state.stopwatch, clock()
    try:
        for batch in islice(iterator, wanted):
            i += 1
            state.iteration = i
            state.batch = batch
            batch = None
            since = clock()
            watch.data += since - end
            if before or i == before_due:
                phase = BEFORE
                if i == before_due:
                    before_due = table.fire_due(STARTED, engine, i)
                else:
                    for call in before:
                        call(engine)
                now = clock()
                watch.handlers += now - since
                since = now
            phase = STEP
            state.output = step(engine, state.batch)
            end = clock()
            watch.step += end - since
            control.done = i
            if control.signal:
                phase = AFTER
                table.fire(COMPLETED, engine)
                now = clock()
                watch.handlers += now - end
                end = now
                break
            if after or i == after_due:
                phase = AFTER
                if i == after_due:
                    after_due = table.fire_due(COMPLETED, engine, i)
                else:
                    for call in after:
                        call(engine)
                now = clock()
                watch.handlers += now - end
                end = now
                if control.signal:
                    break
            state.batch = state.output = None
            phase = FETCH
    except BaseException:
        control.phase = phase
        if phase in (BEFORE, AFTER):
            table.blame_call(STARTED if phase == BEFORE else COMPLETED, call)
        raise
    watch.data += clock() - end


def _fetching(engine: EngineParts, iterator: Iterator[Any], wanted: int) -> None:
    """Iterate with handlers of GET_BATCH_STARTED or GET_BATCH_COMPLETED."""
    state, table, step = engine.state, engine.table, engine.step
    control, occur, i = table.control, table.occur, state.iteration
    asked, got = table.plan(Events.GET_BATCH_STARTED, i), table.plan(Events.GET_BATCH_COMPLETED, i)
    before, after = table.plan(STARTED, i), table.plan(COMPLETED, i)
    watch, end, phase = state.stopwatch, clock(), FETCH
    try:
        for _ in range(wanted):
            i += 1
            if asked.calls or i == asked.due:
                occur(asked, engine, i)
                if control.signal & CHANGED and engine.batches is not None:
                    iterator = engine.batches.iterator(i - 1)  # a handler may have set other data
            since = clock()
            watch.handlers += since - end
            try:
                state.batch = next(iterator)
            except StopIteration:
                end = clock()
                watch.data += end - since
                control.signal &= ~CHANGED  # the data has ended, whichever handlers there are
                break
            end = clock()
            watch.data += end - since
            control.ahead = True
            if got.calls or i == got.due or control.signal:
                occur(got, engine, i)
            state.iteration = i
            control.ahead = False
            phase = BEFORE
            if before.calls or i == before.due or control.signal:
                occur(before, engine, i)
            phase, since = STEP, clock()
            watch.handlers += since - end
            state.output = step(engine, state.batch)
            end = clock()
            watch.step += end - since
            control.done = i
            phase = AFTER
            if after.calls or i == after.due or control.signal:
                occur(after, engine, i)
            if control.signal:
                break
            state.batch = state.output = None
            phase = FETCH
    except BaseException:
        control.phase = phase
        raise
    watch.handlers += clock() - end
