"""One run: from STARTED over the epochs to COMPLETED."""

from __future__ import annotations

import logging
from time import perf_counter as clock
from typing import TYPE_CHECKING

from simple_ignite.engine.batches import Feed
from simple_ignite.engine.dispatch import CHANGED, END_EPOCH, INTERRUPT, TERMINATE
from simple_ignite.engine.events import Events
from simple_ignite.engine.loop import FETCH, iterate
from simple_ignite.engine.progress import may_be_empty
from simple_ignite.errors import DataExhaustedError

if TYPE_CHECKING:
    from simple_ignite.engine.engine import Engine

__all__ = ["Run"]

log = logging.getLogger("simple_ignite")

STOP = TERMINATE | INTERRUPT


class Run:
    """One run of an engine over a feed of batches.

    Args:
        engine: The engine, its course set.
        feed: The batches.
    """

    __slots__ = ("control", "course", "engine", "feed", "memory", "state", "table")

    def __init__(self, engine: Engine, feed: Feed) -> None:
        self.engine = engine
        self.feed = feed
        self.state = engine.state
        self.course = engine.course
        self.memory = engine.memory
        self.table = engine.table
        self.control = engine.table.control

    def train(self) -> None:
        """Fire the events around the epochs, and run these."""
        state, course, control, engine = self.state, self.course, self.control, self.engine
        begun = clock()
        self.memory.settle()
        self.table.fire(Events.STARTED, engine)
        course.reached = False
        if not course.open:
            self.memory.resume_feed(self.feed, state.iteration)
        while not control.signal & STOP and not course.finished(state):
            epoch_begun = clock()
            self.open_epoch()
            self.iterate()
            state.times["epoch"] = clock() - epoch_begun
            state.times["total"] = clock() - begun
            if control.signal & STOP:
                break
            self.close_epoch()
        course.reached = course.finished(state)
        course.loaded = False
        state.times["total"] = clock() - begun
        if control.signal & TERMINATE:
            log.info("engine %s: terminated: %s", engine.name, state.stop_reason or "no reason given")
            self.table.fire(Events.TERMINATED, engine)
        elif control.signal & INTERRUPT:
            course.reached = False  # even where nothing but COMPLETED is left
            self.table.fire(Events.INTERRUPTED, engine)
            return
        self.table.fire(Events.COMPLETED, engine)

    def open_epoch(self) -> None:
        """Begin the next epoch, or go on with one that was left or loaded in the middle."""
        state, course = self.state, self.course
        if not course.open:
            self.control.signal &= ~END_EPOCH  # asked for outside an epoch
            state.epoch = course.epochs
            state.epoch_begin = state.iteration
            state.times.update(data=0.0, step=0.0, handlers=0.0, epoch=0.0)
            course.open = True
            self.table.fire(Events.EPOCH_STARTED, self.engine)
        elif self.memory.cut is not None:
            self.table.fire_again(Events.EPOCH_STARTED, self.engine, self.memory.restored)
            self.memory.resume_feed(self.feed, state.iteration)

    def iterate(self) -> None:
        """Do the iterations of an epoch, going through the data as often as needed."""
        state, control, feed = self.state, self.control, self.feed
        while not control.signal & ~CHANGED and (wanted := self.course.wanted(state, feed)) > 0:
            control.signal = TERMINATE if control.preempted else 0
            begun = state.iteration
            try:
                iterate(self.engine, feed.batches(begun), wanted)
            except BaseException as error:
                if control.phase != FETCH or control.failed is not None:
                    raise
                self.memory.hold(feed, control.done)  # whoever goes on has to ask for the data anew
                if not (control.preempted and isinstance(error, Exception)):
                    raise
                control.signal |= TERMINATE  # the loader's workers got the signal too
            state.batch = state.output = None
            if not control.signal and state.iteration - begun < wanted:
                self.table.fire(Events.DATALOADER_STOP_ITERATION, self.engine)
                if not self.refill():
                    return

    def refill(self) -> bool:
        """Start data again that have ended; return False where that ends the epoch instead."""
        state, course, feed = self.state, self.course, self.feed
        empty = state.iteration == feed.origin
        feed.drop()
        if feed.failed:
            raise DataExhaustedError(
                f"the data failed after {course.goal(state)} and cannot be started again: "
                "an iterator that raised is at its end; give a list or a DataLoader",
                done=state.epoch_iteration,
                wanted=state.epoch_length,
            )
        if not course.chosen and (state.epoch_iteration > 0 or may_be_empty(state)):
            state.epoch_length = state.epoch_iteration
            return False
        if empty and not feed.loaded:
            raise DataExhaustedError(
                f"the data gave no batch after {course.goal(state)} (epoch {state.epoch_label}, "
                f"{state.epoch_iteration} of {state.epoch_length or '?'} in it); "
                "an iterator can be gone through only once: give a list or a DataLoader, or ask for less",
                done=state.epoch_iteration,
                wanted=state.epoch_length,
            )
        feed.loaded = False
        return True

    def close_epoch(self) -> None:
        """Complete the epoch."""
        course, control = self.course, self.control
        if control.signal & END_EPOCH or not course.chosen:
            self.feed.drop()
        control.signal &= ~END_EPOCH
        course.open = False
        course.epochs += 1
        self.table.fire(Events.EPOCH_COMPLETED, self.engine)
