"""Dispatch: who is called at which event, in which order."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Container, Iterable
from enum import Enum
from typing import Any

from simple_ignite.engine.events import NEVER, Event, EventFilter, Events, EventSet
from simple_ignite.engine.signature import adapt, name_of
from simple_ignite.errors import EventError

__all__ = ["CHANGED", "END_EPOCH", "INTERRUPT", "TERMINATE", "Control", "Handle", "HandlerTable", "Plan"]

CHANGED, END_EPOCH, INTERRUPT, TERMINATE = 1, 2, 4, 8
EARLY, NORMAL = 0, 1
EPOCHS = (Events.EPOCH_STARTED, Events.EPOCH_COMPLETED)
ITERATIONS = (Events.ITERATION_STARTED, Events.ITERATION_COMPLETED)
UPCOMING = (Events.GET_BATCH_STARTED, Events.GET_BATCH_COMPLETED)

Call = Callable[..., Any]


class Control:
    """What the loop and the engine tell each other.

    Attributes:
        signal: 0 while all goes on as it was, else the sum of what has changed.
        preempted: Whether the system has asked for the machine back.
        ahead: Whether a batch is in hand whose iteration has not begun.
        done: How many iterations' steps have been done since training began.
        phase: What the loop was at when an exception left it.
        failed: The event and the name of the handler that raised it.
    """

    __slots__ = ("ahead", "done", "failed", "phase", "preempted", "signal")

    def __init__(self) -> None:
        self.signal = 0
        self.preempted = False
        self.ahead = False
        self.done = 0
        self.phase = ""
        self.failed: tuple[Event, str] | None = None


class Entry:
    """One handler at one event."""

    __slots__ = ("alive", "call", "filters", "handler", "rank")

    def __init__(
        self, handler: Call, call: Call, filters: tuple[EventFilter, ...], rank: tuple[int, int, int]
    ) -> None:
        self.handler = handler
        self.call = call
        self.filters = filters
        self.rank = rank
        self.alive = True

    @property
    def constant(self) -> bool:
        """Whether it runs at every occurrence, or can only say so when asked (`when`)."""
        return any(f.always for f in self.filters)

    def passes(self, engine: Any, count: int) -> bool:
        """Return whether it runs at this occurrence."""
        return any(f.passes(engine, count) for f in self.filters)

    def compiled(self, ahead: int) -> Call:
        """Return a call for a constant entry that asks `when` where there is one.

        Args:
            ahead: How much the event's count is ahead of the state's iteration.
        """
        if any(f.always and f.when is None for f in self.filters):
            return self.call
        call, passes = self.call, self.passes
        return lambda engine: call(engine) if passes(engine, engine.state.iteration + ahead) else None


class Handle:
    """What `on` gives for a handler: a way to take it off again."""

    __slots__ = ("_entries", "_table")

    def __init__(self, table: HandlerTable, entries: list[tuple[Event, Entry]]) -> None:
        self._table = table
        self._entries = entries

    def remove(self) -> None:
        """Take the handler off; it is not called again, not even in an event that is just firing."""
        for event, entry in self._entries:
            self._table.discard(event, entry)
        self._entries = []


class Plan:
    """An event's handlers, made ready for the loop.

    Attributes:
        event: The event.
        calls: Those that are called at every occurrence but `due`.
        entries: The entries of `calls`.
        due: The next occurrence at which periodic handlers run too; `HandlerTable.fire_due` is for that one.
    """

    __slots__ = ("calls", "due", "entries", "event")

    def __init__(self, event: Event, entries: Iterable[Entry], count: int) -> None:
        everyone = tuple(entries)
        self.event = event
        self.entries = [e for e in everyone if e.constant]
        self.calls = [e.compiled(int(event in UPCOMING)) for e in self.entries]
        self.due = next_due(everyone, count)


class HandlerTable:
    """Handlers by event, in the order they run: higher priority first, equal ones as registered."""

    def __init__(self) -> None:
        self.control = Control()
        self._entries: dict[Event, tuple[Entry, ...]] = dict.fromkeys(Events, ())
        self._plans: dict[Event, Plan] = {}
        self._attributes: dict[Event, str] = {}
        self._order = 0
        self.counts: dict[Event, int] = {}

    def register(self, events: Iterable[Any], counters: dict[Any, str]) -> None:
        """Make events known; `counters` names the attribute of the state that counts an event."""
        for event in events:
            members = list(event) if isinstance(event, type) and issubclass(event, Enum) else [event]
            for member in members:
                if not isinstance(member, (str, Enum)):
                    raise EventError(f"an event must be a string or an Enum, not {member!r}", event=member)
                self._entries.setdefault(member, ())
        for event, attribute in counters.items():
            self._known(event)
            self._attributes[event] = attribute

    def add(
        self,
        event: Any,
        handler: Call,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        priority: int,
        phase: int = NORMAL,
    ) -> Handle:
        """Register `handler` and return its handle."""
        grouped: dict[Event, list[EventFilter]] = {}
        for one in EventSet.of(event).filters:
            grouped.setdefault(self._known(one.event), []).append(one)
        added: list[tuple[Event, Entry]] = []
        self._order += 1
        for name, filters in grouped.items():
            given = 2 if name is Events.EXCEPTION_RAISED else 1
            call = adapt(handler, given, args, kwargs, values=not isinstance(name, Events))
            entry = Entry(handler, call, tuple(filters), (phase, -priority, self._order))
            added.append((name, entry))
        for name, entry in added:
            self._entries[name] = tuple(sorted((*self._entries[name], entry), key=lambda e: e.rank))
        self.control.signal |= CHANGED
        return Handle(self, added)

    def discard(self, event: Event, entry: Entry) -> None:
        """Take an entry out, also of the plan that the loop may be following just now."""
        entry.alive = False
        self._entries[event] = tuple(e for e in self._entries[event] if e is not entry)
        plan = self._plans.get(event)
        if plan is not None and entry in plan.entries:
            plan.calls[plan.entries.index(entry)] = _nothing
        self.control.signal |= CHANGED

    def plan(self, event: Event, count: int) -> Plan:
        """Return the plan of an event whose last occurrence was `count`."""
        plan = self._plans[event] = Plan(event, self._entries[event], count)
        return plan

    def has(self, *events: Event) -> bool:
        """Return whether any of the events has a handler."""
        return any(self._entries[event] for event in events)

    def fire(self, event: Event, engine: Any, **values: Any) -> None:
        """Call an event's handlers in order.

        Raises:
            EventError: If the event is not registered.
        """
        count = self._count(self._known(event), engine.state)
        for entry in self._entries[event]:
            self._call(event, entry, engine, count, values)

    def fire_again(self, event: Event, engine: Any, restored: Container[int]) -> None:
        """Call an event's handlers but those that have their state already.

        Args:
            event: The event.
            engine: The engine.
            restored: The identities of the objects whose handlers are left out; the metrics' are left out
                too.
        """
        count = self._count(event, engine.state)
        for entry in self._entries[event]:
            owner = getattr(entry.handler, "__self__", entry.handler)
            if entry.rank[0] == NORMAL and id(owner) not in restored:
                self._call(event, entry, engine, count, {})

    def listeners(self, event: Event, engine: Any) -> list[tuple[Call, Call]]:
        """Return each handler that an event's next occurrence concerns, with the way to call it."""
        count = self._count(event, engine.state)
        return [(e.handler, e.call) for e in self._entries[event] if e.passes(engine, count)]

    def by_value(self, value: str) -> Event:
        """Return the event that is written down as `value`."""
        return next((e for e in self._entries if str(getattr(e, "value", e)) == value), value)

    def fire_due(self, event: Event, engine: Any, count: int) -> int:
        """Call the handlers of an occurrence with periodic ones due; return the next such occurrence."""
        self.fire(event, engine)
        return next_due(self._entries[event], count)

    def occur(self, plan: Plan, engine: Any, count: int) -> None:
        """Call a plan's handlers for an occurrence; those there are now, if they have changed."""
        if self.control.signal:
            self.fire(plan.event, engine)
        elif count == plan.due:
            plan.due = self.fire_due(plan.event, engine, count)
        else:
            call: Any = None
            try:
                for call in plan.calls:
                    call(engine)
            except BaseException:
                self.blame_call(plan.event, call)
                raise

    def blame(self, event: Event, handler: Any) -> None:
        """Remember whose exception is on its way up; the innermost one stays."""
        if self.control.failed is None:
            self.control.failed = (event, name_of(handler))

    def blame_call(self, event: Event, call: Call) -> None:
        """Remember whose exception is on its way up, by the call in the event's plan."""
        plan = self._plans[event]
        if call in plan.calls:
            self.blame(event, plan.entries[plan.calls.index(call)].handler)

    def _call(self, event: Event, entry: Entry, engine: Any, count: int, values: dict[str, Any]) -> None:
        try:
            if entry.alive and entry.passes(engine, count):
                entry.call(engine, **values)
        except BaseException:
            self.blame(event, entry.handler)
            raise

    def _count(self, event: Event, state: Any) -> int:
        if event in ITERATIONS:
            return int(state.iteration)
        if event in UPCOMING:
            return int(state.iteration) + 1
        if event in EPOCHS:
            return int(state.epoch) + 1
        if event in self._attributes:
            return int(getattr(state, self._attributes[event]))
        self.counts[event] = self.counts.get(event, 0) + 1
        return self.counts[event]

    def _known(self, event: Any) -> Event:
        try:
            if event in self._entries:
                return event  # type: ignore[no-any-return]
        except TypeError:
            pass
        names = {str(getattr(e, "value", e)): e for e in self._entries}
        close = difflib.get_close_matches(str(getattr(event, "value", event)).lower(), names, 1)
        hint = f"; did you mean {_written(names[close[0]])}?" if close else ""
        raise EventError(
            f"{event!r} is not an event of this engine; see `register_events`{hint}", event=event
        )


def _written(event: Event) -> str:
    """Return an event as a program writes it."""
    return f"{type(event).__name__}.{event.name}" if isinstance(event, Enum) else repr(event)


def next_due(entries: Iterable[Entry], count: int) -> int:
    """Return the first occurrence after `count` at which a handler runs that does not always run."""
    return min((f.next_after(count) for e in entries if not e.constant for f in e.filters), default=NEVER)


def _nothing(_engine: Any) -> None:
    """Stand in for a handler that was removed while its event fires."""
