"""ResumeState: the state that an engine saves, and what was loaded and is not yet restored."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Container, Mapping
from typing import Any

import torch

from simple_ignite.engine.batches import BatchSource, is_iterator
from simple_ignite.engine.parts import EngineParts
from simple_ignite.engine.rng import RngState, SharedRestore
from simple_ignite.engine.state import BUILT_IN
from simple_ignite.engine.values import UnsavableError, read_value, write_value
from simple_ignite.errors import IgniteWarning, StateError
from simple_ignite.protocols import Stateful

__all__ = ["FORMAT", "ResumeState"]

FORMAT = 1
COUNTERS = ("max_epochs", "max_iterations", "epoch_length", "epoch_begin", "seed")


class ResumeState:
    """What an engine needs to continue: position, RNG states, and the states of its handlers and metrics.

    Handlers get their loaded state at once, or when they are attached; the metrics, the data and the random
    number generators get theirs when the next run begins.

    Attributes:
        metrics: The engine's metrics, or None if it has none.
        pending_batches: The loaded position in the data while it is not yet restored, else None.
        restored: The ids of the handlers whose state was loaded.
        shared: Whether the loaded states of the global random number generators were restored already, by an
            engine that was saved together with this one.
    """

    def __init__(self) -> None:
        self.metrics: Stateful | None = None
        self.pending_batches: dict[str, Any] | None = None
        self.restored: set[int] = set()
        self.shared = SharedRestore()
        self._named: set[str] = set()
        self._pending_rng: dict[str, Any] | None = None
        self._pending_metrics: dict[str, Any] | None = None
        self._pending_handlers: dict[str, Any] = {}
        self._kept: dict[str, Stateful] = {}

    def keep(self, handler: object) -> None:
        """Save a handler's state with the engine's from now on, under the name of its class.

        What has no state is ignored; so are modules, optimizers and schedulers of torch, which are saved by a
        name of their own.
        """
        if not isinstance(handler, Stateful) or type(handler).__module__.partition(".")[0] == "torch":
            return
        if isinstance(handler, (torch.nn.Module, torch.optim.Optimizer)) or any(
            handler is one for one in self._kept.values()
        ):
            return
        kind = type(handler).__name__
        name, number = kind, 1
        while name in self._kept:
            number += 1
            name = f"{kind}#{number}"
        self._kept[name] = handler
        self._restore(name, handler)

    @property
    def kept(self) -> tuple[Stateful, ...]:
        """The handlers whose states are saved."""
        return tuple(self._kept.values())

    def collect(self, engine: EngineParts, leave_out: Container[int] = ()) -> dict[str, Any]:
        """Return the engine's state as plain values and tensors.

        Args:
            engine: The engine.
            leave_out: The ids of handlers that are saved elsewhere.
        """
        state, progress, control = engine.state, engine.progress, engine.table.control
        done, batches = control.done, engine.batches
        rng = self._pending_rng
        if rng is None:
            rng = RngState(None if batches is None else batches.data).state_dict()
        handlers = {
            name: handler.state_dict() for name, handler in self._kept.items() if id(handler) not in leave_out
        }
        saved: dict[str, Any] = {
            "format": FORMAT,
            "iteration": done,
            "epochs": progress.epochs,
            "open": progress.in_epoch,
            "chosen": progress.own_length,
            "finished": progress.ended and not progress.loaded and (progress.nested or progress.single),
            "data_ended": progress.data_ended,
            "optimizer_steps": state.optimizer_steps if progress.counts_steps else None,
            **{name: getattr(state, name) for name in COUNTERS},
            "counts": {str(getattr(e, "value", e)): n for e, n in engine.table.counts.items()},
            "metrics": self._plain("metrics", state.metrics),
            "user": self._plain("", {k: v for k, v in vars(state).items() if k not in BUILT_IN}),
            "handlers": {**self._pending_handlers, **handlers},
            "random": rng,
        }
        if self.pending_batches is not None:
            saved["feed"] = self.pending_batches
        elif batches is not None:
            saved["feed"] = batches.state_dict(done, state.iteration + control.ahead)
        if progress.in_epoch and self.metrics is not None:
            measured = self._pending_metrics
            saved["measured"] = self.metrics.state_dict() if measured is None else measured
        return saved

    def load(self, engine: EngineParts, saved: Mapping[str, Any]) -> Callable[[], None]:
        """Load what `collect` returned; if that fails, nothing is changed.

        Returns:
            A function that takes the loading back.

        Raises:
            StateError: If an entry is missing, of another format, or does not fit.
        """
        if not isinstance(saved, Mapping):
            raise StateError(f"an engine's state is a dictionary, not a {type(saved).__name__}", key="format")
        if saved.get("format") != FORMAT:
            raise StateError(
                f"the engine's state has format {saved.get('format')!r}, this version reads {FORMAT}; "
                "load it with the version that wrote it",
                key="format",
            )
        undo = self.undo(engine)
        try:
            self._load_position(engine, saved)
            for name, handler in self._kept.items():
                self._restore(name, handler)
        except BaseException as error:
            undo()
            if isinstance(error, (StateError, KeyboardInterrupt)):
                raise
            key = str(error) if isinstance(error, KeyError) else type(error).__name__
            what = (
                f"has no entry {key}; it is incomplete"
                if isinstance(error, KeyError)
                else f"does not fit: {error}"
            )
            raise StateError(f"the engine's state {what}", key=key) from error
        return undo

    def _load_position(self, engine: EngineParts, saved: Mapping[str, Any]) -> None:
        state, progress, table = engine.state, engine.progress, engine.table
        progress.epochs, progress.in_epoch = saved["epochs"], saved["open"]
        progress.own_length = saved["chosen"]
        for name in COUNTERS:
            setattr(state, name, saved[name])
        state.iteration = table.control.done = saved["iteration"]
        state.optimizer_steps = saved.get("optimizer_steps") or 0
        progress.counts_steps = saved.get("optimizer_steps") is not None
        state.epoch = progress.epochs if progress.in_epoch else max(progress.epochs - 1, 0)
        state.metrics = dict(read_value(saved["metrics"]))
        vars(state).update(read_value(saved["user"]))
        table.counts = {table.by_value(name): n for name, n in saved["counts"].items()}
        self._pending_rng = saved["random"]
        self.shared = SharedRestore.of(engine.name, saved["random"]) if saved["random"] else SharedRestore()
        self._pending_handlers = dict(saved["handlers"])
        finished = saved.get("finished", False) or (progress.single and not progress.in_epoch)
        progress.ended = True
        progress.loaded = not finished
        progress.sought = False
        progress.nested = saved.get("finished", False)
        progress.failed = False
        progress.data_ended = saved.get("data_ended", False)
        self.pending_batches = saved.get("feed") or {}
        self.restored = set()
        self._pending_metrics = saved.get("measured")

    def begin_trial(self) -> None:
        """Set aside what was loaded, of which the caller has kept a copy."""
        self._kept, self._named, self.restored = dict(self._kept), set(self._named), set(self.restored)
        self._pending_handlers = {}
        self.discard()

    def undo(self, engine: EngineParts) -> Callable[[], None]:
        """Return a function that sets the engine and its handlers back to what they are now."""
        state, progress, table = engine.state, engine.progress, engine.table
        own, position = dict(vars(self)), {name: getattr(progress, name) for name in progress.__slots__}
        attributes, counts, done = dict(vars(state)), dict(table.counts), table.control.done
        batches = engine.batches
        states = [(one, copy.deepcopy(one.state_dict())) for one in self._kept.values()]

        def undo() -> None:
            for handler, before in states:
                handler.load_state_dict(before)
            vars(self).update(own)
            vars(state).clear()
            vars(state).update(attributes)
            for name, value in position.items():
                setattr(progress, name, value)
            table.counts, table.control.done = counts, done
            engine.batches = batches

        return undo

    def begin_run(self) -> None:
        """Restore the metrics, and warn of states that no handler has taken."""
        if self._pending_metrics is not None and self.metrics is not None:
            self.metrics.load_state_dict(self._pending_metrics)
        self._pending_metrics = None
        if self._pending_handlers:
            names = ", ".join(sorted(self._pending_handlers))
            self._pending_handlers = {}
            message = (
                f"the loaded state contains handlers that this engine does not have: {names}; "
                "attach them before `run`"
            )
            warnings.warn(message, IgniteWarning, stacklevel=4)

    def restore_data(self, batches: BatchSource, done: int) -> None:
        """Restore the position in the data, then the random number generators, unless that is done already.

        The global generators are restored once for all engines that were saved together, and are otherwise
        left as they are. If this fails or is interrupted, the loaded position is still to be restored.

        Args:
            batches: The data.
            done: How many iterations are done.
        """
        saved, rng = self.pending_batches, self._pending_rng
        if saved is None and rng is None:
            return
        try:
            self._restore_data(batches, done, saved, rng)
        except BaseException:
            batches.drop()
            raise
        self.pending_batches = self._pending_rng = None

    def _restore_data(
        self, batches: BatchSource, done: int, saved: dict[str, Any] | None, rng: dict[str, Any] | None
    ) -> None:
        loaded = RngState() if rng is None else RngState.from_state_dict(rng)
        final = RngState() if rng is None or self.shared.done else loaded
        if saved is not None:
            batches.load_state_dict(saved, done)
        final.restore_global()
        if rng is not None:
            loaded.restore_loader(batches.data)
            self.shared.done = True

    def forget_batches(self) -> None:
        """Forget a loaded position in the data, in whose place other data have been set."""
        if self.pending_batches is not None:
            self.pending_batches = {}

    def hold_position(self, batches: BatchSource, done: int) -> None:
        """Keep the position in data that raised an error, for the next run to restore.

        Args:
            batches: The data.
            done: How many iterations are done.
        """
        batches.failed = batches.data is not None and is_iterator(batches.data)
        self.pending_batches = batches.state_dict(done, done)
        self._pending_rng = RngState(batches.data).state_dict()
        self.shared = SharedRestore()

    def let_go(self, batches: BatchSource, done: int) -> None:
        """End the workers that fetch batches; the position in the data is kept for the next run.

        Args:
            batches: The data.
            done: How many iterations are done.
        """
        if batches.has_workers:
            self.pending_batches = batches.state_dict(done, done)
            batches.drop()

    def discard(self) -> None:
        """Drop the loaded states of data, random number generators and metrics that are not yet restored."""
        self.pending_batches = self._pending_rng = self._pending_metrics = None

    def _restore(self, name: str, handler: Stateful) -> None:
        if name in self._pending_handlers:
            handler.load_state_dict(self._pending_handlers.pop(name))
            self.restored.add(id(handler))

    def _plain(self, owner: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values that can be saved; warn once of each of the others."""
        plain: dict[str, Any] = {}
        for name, value in values.items():
            place = f"state.{owner}[{name!r}]" if owner else f"state.{name}"
            try:
                plain[name] = write_value(value, place)
            except UnsavableError as error:
                if place not in self._named:
                    self._named.add(place)
                    message = f"{error.place} is not saved with the engine's state ({error.kind})"
                    warnings.warn(message, IgniteWarning, stacklevel=5)
        return plain
