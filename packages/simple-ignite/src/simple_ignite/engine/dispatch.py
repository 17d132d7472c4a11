"""Dispatch: which handlers an event calls, and in which order."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Container, Iterable, Mapping
from enum import Enum
from typing import Any

from simple_ignite.engine.control import CHANGED, Control
from simple_ignite.engine.events import NEVER, Event, EventFilter, EventLike, Events, EventSet
from simple_ignite.engine.signature import Call, adapt, name_of
from simple_ignite.engine.state import HasState, State
from simple_ignite.errors import EventError

__all__ = ["EARLY", "Handle", "HandlerTable", "Plan"]

EARLY, NORMAL = 0, 1
EPOCHS = (Events.EPOCH_STARTED, Events.EPOCH_COMPLETED)
ITERATIONS = (Events.ITERATION_STARTED, Events.ITERATION_COMPLETED)
END = "simple_ignite.end"
"""The key, beside the events that are counted, of the iteration at which a run last ended."""
UPCOMING = (Events.GET_BATCH_STARTED, Events.GET_BATCH_COMPLETED)
POSITIONAL = frozenset({*EPOCHS, *ITERATIONS, *UPCOMING, Events.OPTIMIZER_STEP})
"""Events whose count is a position of the state; that of the others is kept by the table."""


class Entry:
    """One handler of one event.

    Attributes:
        handler: What was registered.
        call: Calls it with the engine and what else it takes.
        filters: Which occurrences of the event it wants.
        rank: Its place in the order: stage, negated priority, order of registration.
        alive: Whether it has not been removed.
    """

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
        """Whether it runs at every occurrence, as far as is known without calling `when`."""
        return any(f.always for f in self.filters)

    def passes(self, engine: HasState, count: int) -> bool:
        """Return whether it runs at this occurrence; a filter without conditions passes any count."""
        return any(f.unconditional or f.passes(engine, count) for f in self.filters)

    def compiled(self, ahead: int) -> Call:
        """Return the call of a constant entry, with its `when` condition if it has one.

        Args:
            ahead: How far the event's count is ahead of the state's iteration.
        """
        if any(f.unconditional for f in self.filters):
            return self.call
        call, passes = self.call, self.passes
        return lambda engine: call(engine) if passes(engine, engine.state.iteration + ahead) else None


class Handle:
    """A registered handler, which can be removed."""

    __slots__ = ("_entries", "_table")

    def __init__(self, table: HandlerTable, entries: list[tuple[Event, Entry]]) -> None:
        self._table = table
        self._entries = entries

    def remove(self) -> None:
        """Remove the handler; it is not called again, not even by an event that is currently firing."""
        for event, entry in self._entries:
            self._table.discard(event, entry)


class Plan:
    """An event's handlers, prepared for the loop.

    Attributes:
        event: The event.
        calls: What is called at every occurrence except `due`.
        entries: The entries of `calls`.
        due: The next occurrence at which periodic handlers run too, by `HandlerTable.fire_due`.
    """

    __slots__ = ("calls", "due", "entries", "event")

    def __init__(self, event: Event, entries: Iterable[Entry], count: int) -> None:
        everyone = tuple(entries)
        self.event = event
        self.entries = [e for e in everyone if e.constant]
        self.calls = [e.compiled(int(event in UPCOMING)) for e in self.entries]
        self.due = next_due(everyone, count)


class HandlerTable:
    """Handlers by event, in the order in which they run: by priority, then by registration.

    Attributes:
        control: The flags that handlers and the loop share.
        counts: How often each event fired that counts its own occurrences.
        watch: Called with each handler, those that are there when it is set and those that are added; or
            None.
        lasting: The registrations that want the end of a run too, by their place in the order.
    """

    watch: Callable[[Entry], None] | None = None  # a pickle of 0.3.0 has none
    lasting: frozenset[int] = frozenset()

    def __init__(self) -> None:
        self.control = Control()
        self._entries: dict[Event, tuple[Entry, ...]] = dict.fromkeys(Events, ())
        self._plans: dict[Event, Plan] = {}
        self._attributes: dict[Event, str] = {}
        self._order = 0
        self.counts: dict[Event, int] = {}

    def add_events(self) -> None:
        """Add the events of a run that are new since this table was pickled."""
        for event in Events:
            self._entries.setdefault(event, ())

    def register(self, events: Iterable[object], counters: Mapping[Event, str]) -> None:
        """Register events; `counters` names the attribute of the state that counts an event."""
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
        event: EventLike,
        handler: Call,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        priority: int,
        stage: int = NORMAL,
    ) -> Handle:
        """Register `handler` and return its handle.

        Args:
            event: An event, a filter, or a union of them.
            handler: The handler.
            args: Positional arguments for it, after the event's.
            kwargs: Keyword arguments for it.
            priority: Higher runs first.
            stage: `EARLY` handlers, those of the metrics, run before all others.

        Raises:
            EventError: If the event is not registered.
            HandlerError: If the handler cannot be called with these arguments.
        """
        grouped: dict[Event, list[EventFilter]] = {}
        for one in EventSet.of(event).filters:
            grouped.setdefault(self._known(one.event), []).append(one)
        added: list[tuple[Event, Entry]] = []
        self._order += 1
        if any(one.last for filters in grouped.values() for one in filters):
            self.lasting |= {self._order}
        for name, filters in grouped.items():
            given = 2 if name is Events.EXCEPTION_RAISED else 1
            call = adapt(handler, given, args, kwargs, values=not isinstance(name, Events))
            entry = Entry(handler, call, tuple(filters), (stage, -priority, self._order))
            if self.watch is not None:
                self.watch(entry)
            added.append((name, entry))
        for name, entry in added:
            self._entries[name] = tuple(sorted((*self._entries[name], entry), key=lambda e: e.rank))
        self.control.signal |= CHANGED
        return Handle(self, added)

    def discard(self, event: Event, entry: Entry) -> None:
        """Remove an entry, also from the plan that the loop may currently be following."""
        if not entry.alive:
            return
        entry.alive = False
        self._entries[event] = tuple(e for e in self._entries[event] if e is not entry)
        plan = self._plans.get(event)
        if plan is not None and entry in plan.entries:
            plan.calls[plan.entries.index(entry)] = _nothing
        self.control.signal |= CHANGED

    def plan(self, event: Event, count: int) -> Plan:
        """Return a new plan of an event whose last occurrence was number `count`."""
        plan = self._plans[event] = Plan(event, self._entries[event], count)
        return plan

    def set_watch(self, watch: Callable[[Entry], None] | None) -> None:
        """Call `watch` with each handler, those that are there and those that are added; None to stop."""
        self.watch = watch
        self.control.signal |= CHANGED
        if watch is not None:
            for entries in list(self._entries.values()):
                for entry in entries:
                    watch(entry)

    def entries(self) -> dict[Event, tuple[Entry, ...]]:
        """Return the handlers by event."""
        return dict(self._entries)

    def set_entries(self, entries: Mapping[Event, tuple[Entry, ...]]) -> None:
        """Set the handlers that `entries` returned; those added since go."""
        self._entries.update({**dict.fromkeys(self._entries, ()), **entries})
        self.control.signal |= CHANGED

    def has(self, *events: Event) -> bool:
        """Return whether any of the events has a handler."""
        for event in events:  # noqa: SIM110 - faster than a generator, and called for each epoch
            if self._entries[event]:
                return True
        return False

    def fire(self, event: Event, engine: HasState, **values: Any) -> None:
        """Call an event's handlers in order.

        Raises:
            EventError: If the event is not registered.
        """
        entries = self._entries[self._known(event)]
        if entries or event not in POSITIONAL:
            count = self._count(event, engine.state)
            for entry in entries:
                self._call(event, entry, engine, count, values)

    def fire_last(self, engine: HasState, epochs: int, *, cut: bool) -> None:
        """Call the handlers that want the end of a run, unless they were called at the last occurrence.

        Args:
            engine: The engine.
            epochs: How many epochs are completed.
            cut: Whether the last one was cut.
        """
        state = engine.state
        if self.counts.get(END) == state.iteration:  # a run that had nothing left to do
            return
        counts: dict[Event, int] = {
            Events.ITERATION_COMPLETED: state.iteration,
            Events.EPOCH_COMPLETED: epochs,
            Events.OPTIMIZER_STEP: state.optimizer_steps,
        }
        wanted: dict[int, list[tuple[Event, Entry]]] = {}
        for event, entries in self._entries.items():
            for entry in entries:
                if entry.rank[-1] in self.lasting:
                    wanted.setdefault(entry.rank[-1], []).append((event, entry))
        if not wanted:  # the handlers were removed
            return
        self.counts[END] = state.iteration
        for group in sorted(wanted.values(), key=lambda group: group[0][1].rank):
            self._call_last(group, engine, counts, cut=cut)

    def _call_last(
        self, group: list[tuple[Event, Entry]], engine: HasState, counts: Mapping[Event, int], *, cut: bool
    ) -> None:
        """Call a handler at the end of a run, if it wants that and was not called at the last occurrence."""
        for event, entry in group:
            missed = event not in counts or (cut and event is Events.EPOCH_COMPLETED)
            if not missed and counts[event] and entry.passes(engine, counts[event]):
                return
        for event, entry in group:
            try:
                if entry.alive and any(f.passes_end(engine, counts[event]) for f in entry.filters if f.last):
                    entry.call(engine)
                    return
            except BaseException:
                self.blame(event, entry.handler)
                raise

    def fire_again(self, event: Event, engine: HasState, restored: Container[int]) -> None:
        """Call an event's handlers except those whose state was restored.

        Args:
            event: The event.
            engine: The engine.
            restored: The ids of the objects whose handlers are left out; those of the metrics are left out
                too.
        """
        count = self._count(event, engine.state)
        for entry in self._entries[event]:
            owner = getattr(entry.handler, "__self__", entry.handler)
            if entry.rank[0] == NORMAL and id(owner) not in restored:
                self._call(event, entry, engine, count, {})

    def event_of(self, owner: object, state: State) -> Event | None:
        """Return the event at which a handler is being called, or None if it is registered with none.

        Of several, it is one of an iteration while there is a batch, and one of the others else.

        Args:
            owner: The handler, or the object whose methods are handlers.
            state: The engine's state.
        """
        events = [
            event
            for event, entries in self._entries.items()
            if any(entry.handler is owner for entry in entries)
        ]
        within = state.batch is not None
        return next(
            (e for e in events if (e in ITERATIONS + UPCOMING) is within), events[0] if events else None
        )

    def listeners(self, event: Event, engine: HasState) -> list[tuple[Call, Call]]:
        """Count an occurrence of an event; return each handler that wants it, with its call."""
        count = self._count(event, engine.state)
        return [(e.handler, e.call) for e in self._entries[event] if e.passes(engine, count)]

    def by_value(self, value: str) -> Event:
        """Return the event whose value is saved as `value`; `value` itself if there is none."""
        return next((e for e in self._entries if str(getattr(e, "value", e)) == value), value)

    def fire_due(self, event: Event, engine: HasState, count: int) -> int:
        """Call all handlers of an occurrence; return the next one at which periodic handlers run."""
        self.fire(event, engine)
        return next_due(self._entries[event], count)

    def occur(self, plan: Plan, engine: HasState, count: int) -> None:
        """Call a plan's handlers for an occurrence, or the current handlers if they have changed."""
        if self.control.signal:
            self.fire(plan.event, engine)
        elif count == plan.due:
            plan.due = self.fire_due(plan.event, engine, count)
        else:
            call: Call | None = None
            try:
                for call in plan.calls:
                    call(engine)
            except BaseException:
                self.blame_call(plan.event, call)
                raise

    def blame(self, event: Event, handler: object) -> None:
        """Record the handler that raised the exception being raised; the innermost one is kept."""
        if self.control.failed is None:
            self.control.failed = (event, name_of(handler))

    def blame_call(self, event: Event, call: Call | None) -> None:
        """Record the handler that raised the exception being raised, by its call in the event's plan."""
        plan = self._plans[event]
        if call in plan.calls:
            self.blame(event, plan.entries[plan.calls.index(call)].handler)

    def _call(self, event: Event, entry: Entry, engine: HasState, count: int, values: dict[str, Any]) -> None:
        try:
            if entry.alive and entry.passes(engine, count):
                entry.call(engine, **values)
        except BaseException:
            self.blame(event, entry.handler)
            raise

    def _count(self, event: Event, state: State) -> int:
        if event in POSITIONAL:
            if event in ITERATIONS:
                return state.iteration
            if event in UPCOMING:
                return state.iteration + 1
            return state.epoch + 1 if event in EPOCHS else state.optimizer_steps
        if event in self._attributes:
            return int(getattr(state, self._attributes[event]))
        self.counts[event] = self.counts.get(event, 0) + 1
        return self.counts[event]

    def _known(self, event: Event) -> Event:
        try:
            if event in self._entries:
                return event
        except TypeError:
            pass
        names = {str(getattr(e, "value", e)): e for e in self._entries}
        close = difflib.get_close_matches(str(getattr(event, "value", event)).lower(), names, 1)
        hint = f"; did you mean {_written(names[close[0]])}?" if close else ""
        raise EventError(
            f"{event!r} is not an event of this engine; see `register_events`{hint}", event=event
        )


def _written(event: Event) -> str:
    """Return an event as it is written in code."""
    return f"{type(event).__name__}.{event.name}" if isinstance(event, Enum) else repr(event)


def next_due(entries: Iterable[Entry], count: int) -> int:
    """Return the first occurrence after `count` at which a handler that is not constant runs."""
    return min((f.next_after(count) for e in entries if not e.constant for f in e.filters), default=NEVER)


def _nothing(_engine: HasState) -> None:
    """Replace a handler that is removed while its event fires."""
