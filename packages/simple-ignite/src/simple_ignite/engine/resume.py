"""ResumeState: the state that an engine saves, and what was loaded and is not yet restored."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import torch

from simple_ignite.engine.batches import BatchSource, is_iterator
from simple_ignite.engine.parts import EngineParts
from simple_ignite.engine.rng import RngState
from simple_ignite.engine.state import BUILT_IN
from simple_ignite.errors import IgniteWarning, StateError
from simple_ignite.protocols import Stateful

__all__ = ["FORMAT", "ResumeState"]

FORMAT = 1
PLAIN = (int, float, str, bool, type(None))
COUNTERS = ("max_epochs", "max_iterations", "epoch_length", "epoch_begin", "seed")


class ResumeState:
    """What an engine needs to continue: position, RNG states, and the states of its handlers and metrics.

    Handlers get their loaded state at once, or when they are attached; the metrics, the data and the random
    number generators get theirs when the next run begins.

    Attributes:
        metrics: The engine's metrics, or None if it has none.
        pending_batches: The loaded position in the data while it is not yet restored, else None.
        restored: The ids of the handlers whose state was loaded.
    """

    def __init__(self) -> None:
        self.metrics: Stateful | None = None
        self.pending_batches: dict[str, Any] | None = None
        self.restored: set[int] = set()
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

    def collect(self, engine: EngineParts) -> dict[str, Any]:
        """Return the engine's state as plain values and tensors."""
        state, progress, control = engine.state, engine.progress, engine.table.control
        done, batches = control.done, engine.batches
        rng = self._pending_rng
        if rng is None:
            rng = RngState(None if batches is None else batches.data).state_dict()
        handlers = {name: handler.state_dict() for name, handler in self._kept.items()}
        saved: dict[str, Any] = {
            "format": FORMAT,
            "iteration": done,
            "epochs": progress.epochs,
            "open": progress.in_epoch,
            "chosen": progress.own_length,
            **{name: getattr(state, name) for name in COUNTERS},
            "counts": {str(getattr(e, "value", e)): n for e, n in engine.table.counts.items()},
            "metrics": _plain(state.metrics),
            "user": _plain({k: v for k, v in vars(state).items() if k not in BUILT_IN}),
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

    def load(self, engine: EngineParts, saved: Mapping[str, Any]) -> None:
        """Load what `collect` returned.

        Raises:
            StateError: If an entry is missing or of another format.
        """
        if not isinstance(saved, Mapping):
            raise StateError(f"an engine's state is a dictionary, not a {type(saved).__name__}", key="format")
        if saved.get("format") != FORMAT:
            raise StateError(
                f"the engine's state has format {saved.get('format')!r}, this version reads {FORMAT}; "
                "load it with the version that wrote it",
                key="format",
            )
        state, progress, table = engine.state, engine.progress, engine.table
        try:
            progress.epochs, progress.in_epoch = saved["epochs"], saved["open"]
            progress.own_length = saved["chosen"]
            for name in COUNTERS:
                setattr(state, name, saved[name])
            state.iteration = table.control.done = saved["iteration"]
            state.epoch = progress.epochs if progress.in_epoch else max(progress.epochs - 1, 0)
            state.metrics = dict(saved["metrics"])
            vars(state).update(saved["user"])
            table.counts = {table.by_value(name): n for name, n in saved["counts"].items()}
            self._pending_rng = saved["random"]
            self._pending_handlers = dict(saved["handlers"])
        except KeyError as error:
            raise StateError(
                f"the engine's state has no entry {error}; it is incomplete", key=str(error)
            ) from None
        progress.loaded = progress.ended = True
        self.pending_batches = saved.get("feed") or {}
        self.restored = set()
        self._pending_metrics = saved.get("measured")
        for name, handler in self._kept.items():
            self._restore(name, handler)

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

        Args:
            batches: The data.
            done: How many iterations are done.
        """
        saved, self.pending_batches = self.pending_batches, None
        if saved is not None:
            batches.load_state_dict(saved, done)
        if self._pending_rng is not None:
            RngState.from_state_dict(self._pending_rng).restore(batches.data)
            self._pending_rng = None

    def hold_position(self, batches: BatchSource, done: int) -> None:
        """Keep the position in data that raised an error, for the next run to restore.

        Args:
            batches: The data.
            done: How many iterations are done.
        """
        batches.failed = batches.data is not None and is_iterator(batches.data)
        self.pending_batches = batches.state_dict(done, done)
        self._pending_rng = RngState(batches.data).state_dict()

    def discard(self) -> None:
        """Drop the loaded states of data, random number generators and metrics that are not yet restored."""
        self.pending_batches = self._pending_rng = self._pending_metrics = None

    def _restore(self, name: str, handler: Stateful) -> None:
        if name in self._pending_handlers:
            handler.load_state_dict(self._pending_handlers.pop(name))
            self.restored.add(id(handler))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that `torch.load(weights_only=True)` accepts."""
    return {k: v for k, v in values.items() if _is_plain(v)}


def _is_plain(value: Any) -> bool:
    if type(value) in (list, tuple):
        return all(map(_is_plain, value))
    if type(value) is dict:
        return all(_is_plain(one) for pair in value.items() for one in pair)
    return type(value) in PLAIN or type(value) is torch.Tensor
