"""Events: the moments of a run, and which of their occurrences are wanted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from enum import Enum
from typing import Any

from simple_ignite.errors import EventError

__all__ = ["Event", "EventEnum", "EventFilter", "EventSet", "Events"]

Event = Hashable
Condition = Callable[[Any, int], Any]
NEVER = 1 << 62


class EventFilter:
    """An event, of which only some occurrences count.

    Occurrences are counted from 1. `EventFilter("backward", every=3)` does for a plain string what
    `MyEvents.BACKWARD(every=3)` does for a member of an `EventEnum`.

    Args:
        event: The event: a member of any Enum, or a string.
        every: Only each occurrence divisible by this number, whatever `after` and `before` say.
        once: Only this occurrence, or only these.
        before: Only occurrences smaller than this one.
        after: Only occurrences greater than this one.
        when: Only where `when(engine, count)` is true; asked after the other conditions.

    Raises:
        EventError: For a number below 1, or `once` together with `every`.
    """

    __slots__ = ("after", "before", "event", "every", "once", "when")

    def __init__(
        self,
        event: Event,
        *,
        every: int = 1,
        once: int | Collection[int] | None = None,
        before: int | None = None,
        after: int | None = None,
        when: Condition | None = None,
    ) -> None:
        if once is not None and every != 1:
            raise EventError(f"{event}: `every` and `once` exclude each other; join two filters with `|`")
        if when is not None and not callable(when):
            raise EventError(f"{event}: `when` must be a function of (engine, count), not {when!r}")
        self.event = event
        self.every = _natural(event, "every", every)
        self.once = None if once is None else _occurrences(event, once)
        self.before = None if before is None else _natural(event, "before", before)
        self.after = None if after is None else _natural(event, "after", after, least=0)
        self.when = when

    @property
    def always(self) -> bool:
        """Whether every occurrence counts, as far as the numbers say."""
        return self.every == 1 and self.once is None and self.before is None and self.after is None

    def next_after(self, count: int) -> int:
        """Return the first occurrence after `count` that the numbers let pass; a huge number for none."""
        if self.once is not None:
            due = min((n for n in self.once if n > max(count, self.after or 0)), default=NEVER)
        else:
            due = (max(count, self.after or 0) // self.every + 1) * self.every
        return due if self.before is None or due < self.before else NEVER

    def passes(self, engine: Any, count: int) -> bool:
        """Return whether occurrence `count` is wanted, asking `when` last."""
        if self.next_after(count - 1) != count:
            return False
        return self.when is None or bool(self.when(engine, count))

    def __or__(self, other: Any) -> EventSet:
        return EventSet.of(self, other)

    __ror__ = __or__

    def __repr__(self) -> str:
        shown = [
            f"{k}={getattr(self, k)!r}"
            for k in ("once", "before", "after", "when")
            if getattr(self, k) is not None
        ]
        if self.every != 1:
            shown.insert(0, f"every={self.every}")
        return f"{self.event}({', '.join(shown)})"


class EventSet:
    """Several events joined with `|`: any of them will do."""

    __slots__ = ("filters",)

    def __init__(self, filters: tuple[EventFilter, ...]) -> None:
        self.filters = filters

    @classmethod
    def of(cls, *events: Any) -> EventSet:
        """Return the union of events, filters and sets."""
        found: list[EventFilter] = []
        for event in events:
            if isinstance(event, EventSet):
                found.extend(event.filters)
            else:
                found.append(event if isinstance(event, EventFilter) else EventFilter(event))
        return cls(tuple(found))

    def __or__(self, other: Any) -> EventSet:
        return EventSet.of(self, other)

    __ror__ = __or__

    def __repr__(self) -> str:
        return " | ".join(map(repr, self.filters))


class EventEnum(Enum):
    """Base for enumerations of your own events, whose members take filters and join with `|` like `Events`.

    A plain Enum or a string does as well; wrap it in `EventFilter` to filter it.
    """

    def __call__(
        self,
        *,
        every: int = 1,
        once: int | Collection[int] | None = None,
        before: int | None = None,
        after: int | None = None,
        when: Condition | None = None,
    ) -> EventFilter:
        """Return this event with only some of its occurrences; see `EventFilter`."""
        return EventFilter(self, every=every, once=once, before=before, after=after, when=when)

    def __or__(self, other: Any) -> EventSet:
        return EventSet.of(self, other)

    def __str__(self) -> str:
        return self.name


class Events(EventEnum):
    """The moments of a run, in their order within it.

    GET_BATCH_* count the upcoming iteration, ITERATION_* the current one, EPOCH_* the current epoch (from 1);
    the others count how often they happened.
    """

    STARTED = "started"
    EPOCH_STARTED = "epoch_started"
    GET_BATCH_STARTED = "get_batch_started"
    DATALOADER_STOP_ITERATION = "dataloader_stop_iteration"
    GET_BATCH_COMPLETED = "get_batch_completed"
    ITERATION_STARTED = "iteration_started"
    ITERATION_COMPLETED = "iteration_completed"
    EPOCH_COMPLETED = "epoch_completed"
    INTERRUPTED = "interrupted"
    EXCEPTION_RAISED = "exception_raised"
    TERMINATED = "terminated"
    COMPLETED = "completed"


def _natural(event: Event, name: str, value: Any, *, least: int = 1) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise EventError(f"{event}: `{name}` must be a whole number from {least}, not {value!r}")
    return value


def _occurrences(event: Event, once: int | Collection[int]) -> tuple[int, ...]:
    wanted = (once,) if isinstance(once, int) else tuple(once)
    if not wanted:
        raise EventError(f"{event}: `once` names no occurrence")
    return tuple(sorted(_natural(event, "once", n) for n in wanted))
