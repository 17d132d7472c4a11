"""Run: one run of an engine, from STARTED over its epochs to COMPLETED."""

from __future__ import annotations

import logging

from simple_ignite.engine.batches import BatchSource
from simple_ignite.engine.control import CHANGED, END_EPOCH, FETCH, INTERRUPT, STOP, TERMINATE
from simple_ignite.engine.events import Events
from simple_ignite.engine.loop import iterate
from simple_ignite.engine.parts import EngineParts
from simple_ignite.engine.progress import may_be_empty
from simple_ignite.engine.resume import ResumeState
from simple_ignite.errors import DataExhaustedError

__all__ = ["Run"]

log = logging.getLogger("simple_ignite")


class Run:
    """One run of an engine over its batches.

    Args:
        engine: The engine, its goal and its data set.
        resume_state: What was loaded and is to be restored.
    """

    __slots__ = ("control", "engine", "progress", "resume_state", "state", "table")

    def __init__(self, engine: EngineParts, resume_state: ResumeState) -> None:
        self.engine = engine
        self.resume_state = resume_state
        self.state = engine.state
        self.progress = engine.progress
        self.table = engine.table
        self.control = engine.table.control

    @property
    def batches(self) -> BatchSource:
        """The batches, which a handler may have exchanged."""
        if self.engine.batches is None:
            raise DataExhaustedError(
                "a handler has loaded a state into the engine that runs", done=0, wanted=None
            )
        return self.engine.batches

    def train(self) -> None:
        """Run the epochs that are left, and fire the events around them."""
        state, progress, control, engine = self.state, self.progress, self.control, self.engine
        state.stopwatch.begin_run()
        self.resume_state.begin_run()
        self.table.fire(Events.STARTED, engine)
        progress.ended = False
        if not progress.in_epoch:
            self.resume_state.restore_data(self.batches, state.iteration)
        while not control.signal & STOP and not progress.finished(state):
            self.open_epoch()
            self.iterate()
            state.stopwatch.end_epoch()
            if control.signal & STOP:
                break
            self.close_epoch()
        progress.ended = progress.finished(state)
        progress.loaded = progress.sought = False
        state.stopwatch.end_run()
        if control.signal & TERMINATE:
            log.info("engine %s: terminated: %s", engine.name, state.stop_reason or "no reason given")
            self.table.fire(Events.TERMINATED, engine)
        elif control.signal & INTERRUPT:
            progress.ended = False  # the next run still fires COMPLETED, even if no epoch is left
            self.table.fire(Events.INTERRUPTED, engine)
            return
        if progress.ended:
            self.resume_state.let_go(self.batches, state.iteration)
        if self.table.lasting and not control.preempted:
            self.table.fire_last(engine, progress.epochs, cut=progress.in_epoch)
        self.table.fire(Events.COMPLETED, engine)

    def open_epoch(self) -> None:
        """Begin the next epoch, or continue one that was stopped or loaded in the middle."""
        state, progress = self.state, self.progress
        state.stopwatch.begin_epoch(anew=not progress.in_epoch)
        if not progress.in_epoch:
            self.control.signal &= ~END_EPOCH  # it was raised outside an epoch
            state.epoch = progress.epochs
            state.epoch_begin = state.iteration
            progress.in_epoch = True
            self.table.fire(Events.EPOCH_STARTED, self.engine)
        elif self.resume_state.pending_batches is not None:
            self.table.fire_again(Events.EPOCH_STARTED, self.engine, self.resume_state.restored)
            self.resume_state.restore_data(self.batches, state.iteration)

    def iterate(self) -> None:
        """Run the iterations of an epoch, restarting the data as often as needed."""
        state, control, progress = self.state, self.control, self.progress
        if progress.data_ended:
            progress.data_ended = False
            return
        batches = self.batches
        while not control.signal & ~CHANGED and (wanted := progress.remaining(state, batches)) > 0:
            control.signal = TERMINATE if control.preempted else 0
            begun = state.iteration
            try:
                iterate(self.engine, batches.iterator(begun), wanted)
            except BaseException as error:
                if control.phase != FETCH or control.failed is not None:
                    raise
                self.resume_state.hold_position(self.batches, control.done)
                if not (control.preempted and isinstance(error, Exception)):
                    raise
                control.signal |= TERMINATE  # the loader's workers got the signal too
            state.batch = state.output = None
            if not control.signal and state.iteration - begun < wanted:
                given, batches = state.dataloader, self.batches  # those that have ended
                self.table.fire(Events.DATALOADER_STOP_ITERATION, self.engine)
                if state.dataloader is not given and self.batches is batches:
                    self.engine.set_data(state.dataloader)  # as in Ignite, where handlers assign it
                if not self.refill(batches):
                    progress.data_ended = bool(control.signal & STOP)
                    return
            batches = self.batches

    def refill(self, batches: BatchSource) -> bool:
        """Restart data that has ended; return False if the epoch ends with it instead.

        A handler may have set other data, with which the epoch or the next one continues.

        Raises:
            DataExhaustedError: If the data cannot be restarted.
        """
        state, progress = self.state, self.progress
        empty = state.iteration == batches.origin
        batches.drop()
        if self.batches is not batches:
            if progress.own_length:
                return True
            state.epoch_length = self.batches.length
            return False
        if batches.failed:
            raise DataExhaustedError(
                f"the data raised an error after {progress.iterations_message(state)} and cannot be "
                "restarted: an iterator that raised is exhausted; pass a list or a DataLoader",
                done=state.epoch_iteration,
                wanted=state.epoch_length,
            )
        if not progress.own_length and (state.epoch_iteration > 0 or may_be_empty(state)):
            state.epoch_length = state.epoch_iteration
            return False
        if empty and not batches.restored:
            raise DataExhaustedError(
                f"the data gave no batch after {progress.iterations_message(state)} (epoch "
                f"{state.epoch_label}, {state.epoch_iteration} of {state.epoch_length or '?'} in it); "
                "an iterator can be used only once: pass a list or a DataLoader, or ask for fewer iterations",
                done=state.epoch_iteration,
                wanted=state.epoch_length,
            )
        batches.restored = False
        return True

    def close_epoch(self) -> None:
        """Complete the epoch."""
        progress, control = self.progress, self.control
        if control.signal & END_EPOCH or not progress.own_length:
            self.batches.drop()
        control.signal &= ~END_EPOCH
        progress.in_epoch = False
        progress.epochs += 1
        self.table.fire(Events.EPOCH_COMPLETED, self.engine)
