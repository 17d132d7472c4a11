"""Memory: what an engine writes down of itself, and how it takes it up again."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import torch

from simple_ignite.engine.batches import Feed, iter_is_itself
from simple_ignite.engine.rng import Randomness
from simple_ignite.engine.state import BUILT_IN
from simple_ignite.errors import IgniteWarning, StateError
from simple_ignite.protocols import Stateful

if TYPE_CHECKING:
    from simple_ignite.engine.engine import Engine

__all__ = ["FORMAT", "Memory"]

FORMAT = 1
PLAIN = (int, float, str, bool, type(None))
COUNTERS = ("max_epochs", "max_iterations", "epoch_length", "epoch_begin", "seed")


class Memory:
    """What an engine needs to continue: position, randomness, and the states of its parts.

    Attributes:
        metrics: The engine's metrics, once it has some.
        cut: The feed's state where a position was loaded and not yet taken up.
        restored: The identities of the handlers whose state was loaded.
    """

    def __init__(self) -> None:
        self.metrics: Stateful | None = None
        self.cut: dict[str, Any] | None = None
        self.restored: set[int] = set()
        self._random: dict[str, Any] | None = None
        self._measured: Any = None
        self._kept: dict[str, Stateful] = {}
        self._waiting: dict[str, Any] = {}

    def keep(self, thing: Any) -> None:
        """Remember a handler whose state is to travel along; anything without a state is passed over.

        Modules, optimisers and schedulers of torch are passed over too: they are saved by name, not in
        passing.
        """
        if not isinstance(thing, Stateful) or type(thing).__module__.partition(".")[0] == "torch":
            return
        if isinstance(thing, (torch.nn.Module, torch.optim.Optimizer)) or any(
            thing is one for one in self._kept.values()
        ):
            return
        kind = type(thing).__name__
        name, number = kind, 1
        while name in self._kept:
            number += 1
            name = f"{kind}#{number}"
        self._kept[name] = thing
        self._restore(name, thing)

    def kept(self) -> Iterable[Stateful]:
        """Return the handlers whose state travels along."""
        return self._kept.values()

    def take(self, engine: Engine) -> dict[str, Any]:
        """Return the engine's state as plain values and tensors."""
        state, course, done = engine.state, engine.course, engine.table.control.done
        data = None if engine.feed is None else engine.feed.data
        taken: dict[str, Any] = {
            "format": FORMAT,
            "iteration": done,
            "epochs": course.epochs,
            "open": course.open,
            "chosen": course.chosen,
            **{name: getattr(state, name) for name in COUNTERS},
            "counts": {str(getattr(e, "value", e)): n for e, n in engine.table.counts.items()},
            "metrics": _plain(state.metrics),
            "user": _plain({k: v for k, v in vars(state).items() if k not in BUILT_IN}),
            "handlers": {**self._waiting, **{name: one.state_dict() for name, one in self._kept.items()}},
            "random": self._random if self._random is not None else Randomness(data).state_dict(),
        }
        if self.cut is not None:
            taken["feed"] = self.cut
        elif engine.feed is not None:
            taken["feed"] = engine.feed.state_dict(done, state.iteration + engine.table.control.ahead)
        if course.open and self.metrics is not None:
            taken["measured"] = self.metrics.state_dict() if self._measured is None else self._measured
        return taken

    def put(self, engine: Engine, taken: Mapping[str, Any]) -> None:
        """Put the engine where the state was taken."""
        if not isinstance(taken, Mapping):
            raise StateError(f"an engine's state is a dictionary, not a {type(taken).__name__}", key="format")
        if taken.get("format") != FORMAT:
            raise StateError(
                f"the engine's state has format {taken.get('format')!r}, this version reads {FORMAT}; "
                "load it with the version that wrote it",
                key="format",
            )
        state, course, table = engine.state, engine.course, engine.table
        try:
            course.epochs, course.open, course.chosen = taken["epochs"], taken["open"], taken["chosen"]
            for name in COUNTERS:
                setattr(state, name, taken[name])
            state.iteration = table.control.done = taken["iteration"]
            state.epoch = course.epochs if course.open else max(course.epochs - 1, 0)
            state.metrics = dict(taken["metrics"])
            vars(state).update(taken["user"])
            table.counts = {table.by_value(name): n for name, n in taken["counts"].items()}
            self._random = taken["random"]
            self._waiting = dict(taken["handlers"])
        except KeyError as error:
            raise StateError(
                f"the engine's state has no entry {error}; it is not whole", key=str(error)
            ) from None
        course.loaded = course.reached = True
        self.cut = taken.get("feed") or {}
        self.restored = set()
        self._measured = taken.get("measured")
        for name, one in self._kept.items():
            self._restore(name, one)

    def settle(self) -> None:
        """Before a run: hand the metrics their loaded state, and say which states nobody claimed."""
        if self._measured is not None and self.metrics is not None:
            self.metrics.load_state_dict(self._measured)
        self._measured = None
        if self._waiting:
            names = ", ".join(sorted(self._waiting))
            self._waiting = {}
            message = (
                f"the loaded state holds handlers that this engine has not: {names}; attach them before `run`"
            )
            warnings.warn(message, IgniteWarning, stacklevel=4)

    def restore_randomness(self, feed: Feed) -> None:
        """Put the loaded randomness back, once."""
        if self._random is not None:
            Randomness.from_state_dict(self._random).restore(feed.data)
            self._random = None

    def resume_feed(self, feed: Feed, done: int) -> None:
        """Bring the data to the loaded position, then the randomness."""
        cut, self.cut = self.cut, None
        if cut is not None:
            feed.resume(cut, done)
        self.restore_randomness(feed)

    def hold(self, feed: Feed, done: int) -> None:
        """Keep the place in data that cannot be read further in this process."""
        feed.failed = feed.data is not None and iter_is_itself(feed.data)
        self.cut, self._random = feed.state_dict(done, done), Randomness(feed.data).state_dict()

    def forget(self) -> None:
        """Drop what was loaded and not yet taken up."""
        self.cut = self._random = self._measured = None

    def _restore(self, name: str, thing: Stateful) -> None:
        if name in self._waiting:
            thing.load_state_dict(self._waiting.pop(name))
            self.restored.add(id(thing))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those values that any reader can take without running foreign code."""
    return {k: v for k, v in values.items() if _is_plain(v)}


def _is_plain(value: Any) -> bool:
    if type(value) in (list, tuple):
        return all(map(_is_plain, value))
    if type(value) is dict:
        return all(_is_plain(one) for pair in value.items() for one in pair)
    return type(value) in PLAIN or type(value) is torch.Tensor
