"""Events: the events of a run, and filters for their occurrences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from enum import Enum
from typing import Any, TypeAlias

from simple_ignite.errors import EventError

__all__ = ["Event", "EventEnum", "EventFilter", "EventLike", "EventSet", "Events"]

Event = Hashable
"""A member of any Enum, or a string."""
EventLike: TypeAlias = "Event | EventFilter | EventSet"
Condition = Callable[[Any, int], Any]
NEVER = 1 << 62
"""The number of an occurrence that never comes."""


class EventFilter:
    """Some occurrences of an event.

    Occurrences are counted from 1. `EventFilter("backward", every=3)` is for a plain string what
    `MyEvents.BACKWARD(every=3)` is for a member of an `EventEnum`.

    Args:
        event: The event: a member of any Enum, or a string.
        every: Only occurrences divisible by this number, whatever `after` and `before` are.
        once: Only this occurrence, or only these.
        before: Only occurrences before this one.
        after: Only occurrences after this one.
        when: Only if `when(engine, count)` is true; called after the other conditions.
        last: Also at the end of the run, before COMPLETED, if the handler was not called at the last
            occurrence; for ITERATION_COMPLETED, EPOCH_COMPLETED and OPTIMIZER_STEP. Batch and output are gone
            by then. A run that is paused, preempted or ended by an exception is not at its end.

    Raises:
        EventError: For a number below 1, `once` together with `every`, or `last` for another event.
    """

    __slots__ = ("after", "before", "event", "every", "last", "once", "when")

    def __init__(
        self,
        event: Event,
        *,
        every: int = 1,
        once: int | Collection[int] | None = None,
        before: int | None = None,
        after: int | None = None,
        when: Condition | None = None,
        last: bool = False,
    ) -> None:
        if last and event not in LASTING:
            names = ", ".join(map(str, LASTING))
            raise EventError(f"{event}: `last` is for {names}; for the end of a run use COMPLETED")
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
        self.last = last

    def __setstate__(self, state: tuple[None, dict[str, Any]]) -> None:
        self.last = False  # a filter that 0.3.0 pickled
        for name, value in state[1].items():
            setattr(self, name, value)

    @property
    def always(self) -> bool:
        """Whether every occurrence passes, apart from `when`."""
        return self.every == 1 and self.once is None and self.before is None and self.after is None

    @property
    def unconditional(self) -> bool:
        """Whether every occurrence passes."""
        return self.always and self.when is None

    def next_after(self, count: int) -> int:
        """Return the first occurrence after `count` that passes, apart from `when`; `NEVER` if none does."""
        if self.once is not None:
            due = min((n for n in self.once if n > max(count, self.after or 0)), default=NEVER)
        else:
            due = (max(count, self.after or 0) // self.every + 1) * self.every
        return due if self.before is None or due < self.before else NEVER

    def passes(self, engine: object, count: int) -> bool:
        """Return whether occurrence `count` passes, calling `when` last."""
        if self.next_after(count - 1) != count:
            return False
        return self.when is None or bool(self.when(engine, count))

    def passes_end(self, engine: object, count: int) -> bool:
        """Return whether the end of a run passes in which the event last occurred as number `count`."""
        beyond = self.before is not None and count >= self.before
        if not self.last or beyond or (self.after is not None and count <= self.after):
            return False
        return self.when is None or bool(self.when(engine, count))

    def __or__(self, other: EventLike) -> EventSet:
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
        if self.last:
            shown.append("last=True")
        return f"{self.event}({', '.join(shown)})"


class EventSet:
    """A union of events and filters, joined with `|`."""

    __slots__ = ("filters",)

    def __init__(self, filters: tuple[EventFilter, ...]) -> None:
        self.filters = filters

    @classmethod
    def of(cls, *events: EventLike) -> EventSet:
        """Return the union of events, filters and sets."""
        found: list[EventFilter] = []
        for event in events:
            if isinstance(event, EventSet):
                found.extend(event.filters)
            else:
                found.append(event if isinstance(event, EventFilter) else EventFilter(event))
        return cls(tuple(found))

    def __or__(self, other: EventLike) -> EventSet:
        return EventSet.of(self, other)

    __ror__ = __or__

    def __repr__(self) -> str:
        return " | ".join(map(repr, self.filters))


class EventEnum(Enum):
    """Base of enumerations of your own events, whose members can be filtered and joined like `Events`.

    A plain Enum or a string is an event too; wrap it in `EventFilter` to filter it.
    """

    __hash__ = object.__hash__  # members are equal only to themselves; Enum hashes their names, more slowly

    def __call__(
        self,
        *,
        every: int = 1,
        once: int | Collection[int] | None = None,
        before: int | None = None,
        after: int | None = None,
        when: Condition | None = None,
        last: bool = False,
    ) -> EventFilter:
        """Return some occurrences of this event; see `EventFilter`."""
        return EventFilter(self, every=every, once=once, before=before, after=after, when=when, last=last)

    def __or__(self, other: EventLike) -> EventSet:
        return EventSet.of(self, other)

    def __str__(self) -> str:
        return self.name


class Events(EventEnum):
    """The events of a run, in their order within it.

    GET_BATCH_* count the upcoming iteration, ITERATION_* the current one, EPOCH_* the current epoch (from 1),
    OPTIMIZER_STEP the steps of the optimizer; the others count how often they have fired.
    """

    STARTED = "started"
    EPOCH_STARTED = "epoch_started"
    GET_BATCH_STARTED = "get_batch_started"
    DATALOADER_STOP_ITERATION = "dataloader_stop_iteration"
    GET_BATCH_COMPLETED = "get_batch_completed"
    ITERATION_STARTED = "iteration_started"
    OPTIMIZER_STEP = "optimizer_step"
    ITERATION_COMPLETED = "iteration_completed"
    EPOCH_COMPLETED = "epoch_completed"
    INTERRUPTED = "interrupted"
    EXCEPTION_RAISED = "exception_raised"
    TERMINATED = "terminated"
    COMPLETED = "completed"


LASTING = (Events.ITERATION_COMPLETED, Events.EPOCH_COMPLETED, Events.OPTIMIZER_STEP)
"""The events whose filters may include the end of the run."""


def _natural(event: Event, name: str, value: object, *, least: int = 1) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise EventError(f"{event}: `{name}` must be a whole number from {least}, not {value!r}")
    return value


def _occurrences(event: Event, once: int | Collection[int]) -> tuple[int, ...]:
    wanted = (once,) if isinstance(once, int) else tuple(once)
    if not wanted:
        raise EventError(f"{event}: `once` is empty; give the number of an occurrence, or several")
    return tuple(sorted(_natural(event, "once", n) for n in wanted))
