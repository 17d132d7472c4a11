"""Companions: the engines that run within the runs of another, and whose states travel with its own."""

from __future__ import annotations

import itertools
import threading
import warnings
import weakref
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from simple_ignite.errors import IgniteWarning

__all__ = ["Companions", "Member", "is_within_run", "join_running", "live_engines", "running", "unsaved"]

_numbers = itertools.count(1)
_runs = itertools.count(1)
_live: weakref.WeakSet[Any] = weakref.WeakSet()
_threads = threading.local()


class Member(Protocol):
    """What is used of an engine here."""

    companions: Companions

    @property
    def name(self) -> str:
        """The engine's name in messages."""
        ...

    def own_state_dict(self, *, leave_out: set[int]) -> dict[str, Any]:
        """Return the engine's state without its companions and without global randomness."""
        ...

    def load_own_state(self, saved: Mapping[str, Any], /) -> Callable[[], None]:
        """Load what `own_state_dict` returned, and return a function that takes it back."""
        ...

    def kept_ids(self) -> set[int]:
        """Return the ids of the handlers whose states are saved with the engine's."""
        ...


class Companions:
    """The engines that run within the runs of one engine, such as an evaluator in a handler of its trainer.

    They are found when they run. Their states are saved with that engine's; each is identified by its name
    and by how many engines were created between that engine and itself, so a program that is built again in
    the same order gets them back.

    Attributes:
        number: The engine's place in the order in which this process created engines.
        loaded_alone: Whether the engine's own state was loaded, by its name, and it has not yet run.
        saved_alone: Whether the engine's own state was saved by its name.
        first_run: The place of the engine's first run among those of this process that did not begin within
            another; 0 before it.
        last_run: The same of its last run.
        reported: Whether the user was told that the engine's state is not saved.
    """

    __slots__ = (
        "_members",
        "_pending",
        "first_run",
        "last_run",
        "loaded_alone",
        "number",
        "reported",
        "saved_alone",
    )

    def __init__(self, engine: Member) -> None:
        self.number = next(_numbers)
        self.loaded_alone = False
        self.saved_alone = False
        self.first_run = 0
        self.last_run = 0
        self.reported = False
        self._members: list[weakref.ref[Member]] = []
        self._pending: dict[str, dict[str, Any]] = {}
        _live.add(engine)

    @property
    def members(self) -> list[Member]:
        """The engines that have run within this one and still exist."""
        found = [(reference, reference()) for reference in self._members]
        self._members = [reference for reference, member in found if member is not None]
        return [member for _, member in found if member is not None]

    def add(self, member: Member) -> None:
        """Add an engine that begins to run within this one; it gets its loaded state, if there is one."""
        if all(one is not member for one in self.members):
            self._members.append(weakref.ref(member))
        self._claim(member)

    def begin_trial(self) -> None:
        """Set aside the loaded states and the list of members, of which the caller has kept a copy."""
        self._pending, self._members = {}, list(self._members)

    def state_dict(self, engine: Member) -> dict[str, Any]:
        """Return the states of the companions of `engine`, and of theirs, by key."""
        states: dict[str, Any] = dict(self._pending)
        handlers = engine.kept_ids()
        for member in self.closure(engine):
            states[self._key(member)] = member.own_state_dict(leave_out=handlers)
            handlers |= member.kept_ids()
        return states

    def closure(self, engine: Member) -> list[Member]:
        """Return the companions of `engine` and theirs, each once."""
        found: dict[int, Member] = {}
        waiting = list(self.members)
        while waiting:
            member = waiting.pop(0)
            if id(member) not in found and member is not engine:
                found[id(member)] = member
                waiting.extend(member.companions.members)
        return list(found.values())

    def load_state_dict(self, engine: Member, states: Mapping[str, Any]) -> Callable[[], None]:
        """Pass the states to the engines that exist; keep the others for those that begin to run later.

        Returns:
            A function that takes the loading back.
        """
        undone: list[Callable[[], None]] = []
        before = self._pending
        self._pending = {str(key): dict(state) for key, state in states.items()}

        def undo() -> None:
            self._pending = before
            for one in reversed(undone):
                one()

        try:
            for member in live_engines():
                if member is not engine and self._pending:
                    undone.append(self._claim(member))
        except BaseException:
            undo()
            raise
        return undo

    def report_unclaimed(self) -> None:
        """Warn of the states that no engine has taken, and drop them."""
        names, self._pending = [key.rpartition("+")[0] for key in self._pending], {}
        for name in names:
            message = f"the loaded state contains the state of engine {name}, and no such engine has run"
            warnings.warn(
                f"{message}; create the engines in the same order as before", IgniteWarning, stacklevel=3
            )

    def _claim(self, member: Member) -> Callable[[], None]:
        """Pass its loaded state to `member`, if there is one; return a function that takes it back."""
        state = self._pending.pop(self._key(member), None) if self._pending else None
        if state is None:
            return _nothing
        if all(one is not member for one in self.members):
            self._members.append(weakref.ref(member))
        return _nothing if member.companions.loaded_alone else member.load_own_state(state)

    def _key(self, member: Member) -> str:
        return f"{member.name}+{member.companions.number - self.number}"


def live_engines() -> list[Any]:
    """Return all engines of this process, in the order in which they were created."""
    return sorted(_live, key=lambda one: int(one.companions.number))


def unsaved(engine: Member, saved: set[int]) -> list[str]:
    """Return the engines of the program whose handlers are saved by nobody; each is returned once.

    These are engines that were run after `engine` first was, in turn with it and not within it, so it cannot
    be known whether they belong to its program.

    Args:
        engine: An engine whose state was just saved.
        saved: The ids of the handlers that were saved with it.

    Returns:
        Their names.
    """
    names = []
    for member in live_engines():
        own: Companions = member.companions
        alone = own.last_run > engine.companions.first_run > 0 and not own.saved_alone and not own.reported
        if alone and member is not engine and member.kept_ids() - saved:
            own.reported = True
            names.append(str(member.name))
    return names


def is_within_run() -> bool:
    """Return whether an engine is running in this thread."""
    return bool(getattr(_threads, "stack", None))


def join_running(engine: Member) -> None:
    """Note that `engine` is about to run: as a companion of the engine that is running, or by itself."""
    stack: list[Member] = getattr(_threads, "stack", [])
    if stack:
        stack[-1].companions.add(engine)
    else:
        engine.companions.last_run = next(_runs)
        engine.companions.first_run = engine.companions.first_run or engine.companions.last_run


class running:  # noqa: N801 - called like contextlib's context managers, and faster than a generator
    """Within the block, `engine` is running, and engines that are run are its companions."""

    __slots__ = ("engine", "stack")

    def __init__(self, engine: Member) -> None:
        self.engine = engine
        self.stack: list[Member] = _threads.__dict__.setdefault("stack", [])

    def __enter__(self) -> None:
        self.stack.append(self.engine)

    def __exit__(self, *_error: object) -> None:
        self.stack.pop()


def _nothing() -> None:
    pass
