"""Modules and attributes by their names in 0.3.0: pickles of that version name them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from simple_ignite.engine import (
    batches,
    control,
    dispatch,
    events,
    failure,
    interrupt,
    loop,
    progress,
    resume,
    rng,
    run,
    signals,
    signature,
    state,
    workers,
)
from simple_ignite.engine.batches import BatchSource
from simple_ignite.engine.progress import Progress
from simple_ignite.engine.resume import ResumeState
from simple_ignite.engine.rng import RngState

RENAMED: dict[str, dict[str, str]] = {
    "Engine": {"memory": "resume_state", "course": "progress", "feed": "batches"},
    "BatchSource": {"loaded": "restored", "_start": "_rng", "_told": "_base"},
    "Progress": {"open": "in_epoch", "reached": "ended", "chosen": "own_length"},
    "RngState": {"own": "loader"},
    "ResumeState": {
        "cut": "pending_batches",
        "_random": "_pending_rng",
        "_measured": "_pending_metrics",
        "_waiting": "_pending_handlers",
    },
}
"""For each class, its attributes of 0.3.0 that have another name now."""


def renamed(kind: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of an object that 0.3.0 may have pickled, under the names of today.

    Args:
        kind: The class.
        attributes: The attributes that were pickled.
    """
    names = RENAMED[kind]
    return {names.get(name, name): value for name, value in attributes.items()}


def add_missing(thing: object, fresh: object) -> None:
    """Give an object that was unpickled the attributes that its class has got since.

    Args:
        thing: The object.
        fresh: A new object of the same class.
    """
    for name in getattr(fresh, "__slots__", None) or vars(fresh):
        if not hasattr(thing, name):
            setattr(thing, name, getattr(fresh, name))


class Feed(BatchSource):
    """A `BatchSource` that 0.3.0 pickled; it becomes a plain one."""

    def __setstate__(self, attributes: dict[str, Any]) -> None:
        self.__class__ = BatchSource  # type: ignore[assignment]
        vars(self).update(renamed("BatchSource", attributes))


class Course(Progress):
    """A `Progress` that 0.3.0 pickled; it becomes a plain one."""

    __slots__ = ()

    def __setstate__(self, attributes: tuple[None, dict[str, Any]]) -> None:
        self.__class__ = Progress  # type: ignore[assignment]
        for name, value in renamed("Progress", attributes[1]).items():
            setattr(self, name, value)


class Randomness(RngState):
    """An `RngState` that 0.3.0 pickled; it becomes a plain one."""

    __slots__ = ()

    def __setstate__(self, attributes: tuple[None, dict[str, Any]]) -> None:
        self.__class__ = RngState  # type: ignore[assignment]
        for name, value in renamed("RngState", attributes[1]).items():
            setattr(self, name, value)


class Memory(ResumeState):
    """A `ResumeState` that 0.3.0 pickled; it becomes a plain one."""

    def __setstate__(self, attributes: dict[str, Any]) -> None:
        self.__class__ = ResumeState  # type: ignore[assignment]
        vars(self).update(renamed("ResumeState", attributes))


class _Combined(ModuleType):
    """A former module whose names are in several modules now.

    Args:
        name: Its name in `simple_ignite`.
        modules: Where its names are now.
        names: What has another name now.
    """

    def __init__(self, name: str, *modules: ModuleType, **names: object) -> None:
        super().__init__(f"simple_ignite.{name}", "A module of 0.3.0, for its pickles.")
        for module in reversed(modules):
            vars(self).update({key: value for key, value in vars(module).items() if not key.startswith("__")})
        vars(self).update(names)


MOVED: dict[str, ModuleType] = {
    "course": _Combined("course", progress, Course=Course),
    "dispatch": _Combined("dispatch", dispatch, control),
    "events": events,
    "failure": failure,
    "feed": _Combined("feed", batches, Feed=Feed),
    "interrupt": interrupt,
    "loop": loop,
    "position": _Combined("position", resume, Memory=Memory),
    "preemption": signals,
    "resume": _Combined("resume", rng, Randomness=Randomness),
    "run": run,
    "signature": signature,
    "state": state,
    "workers": workers,
}
"""The modules by their former names in `simple_ignite`."""

for _name, _module in MOVED.items():
    sys.modules[f"simple_ignite.{_name}"] = _module
    setattr(sys.modules["simple_ignite"], _name, _module)
