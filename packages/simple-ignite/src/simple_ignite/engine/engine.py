"""Engine: runs a step over data and tells everyone who listens."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar, overload

from simple_ignite.engine.batches import Feed, can_be_iterated
from simple_ignite.engine.dispatch import EARLY, END_EPOCH, INTERRUPT, TERMINATE, Handle, HandlerTable
from simple_ignite.engine.events import Events
from simple_ignite.engine.failure import annotate, tell
from simple_ignite.engine.progress import Course
from simple_ignite.engine.resume import Memory
from simple_ignite.engine.rng import seed_everything
from simple_ignite.engine.run import Run
from simple_ignite.engine.signals import SignalWatch
from simple_ignite.engine.signature import name_of
from simple_ignite.engine.state import State
from simple_ignite.errors import EngineBusyError, HandlerError, RunError

if TYPE_CHECKING:
    from simple_ignite.metrics.base.metric_set import MetricSet

__all__ = ["Engine"]

log = logging.getLogger("simple_ignite")

F = TypeVar("F", bound=Callable[..., Any])


class Engine:
    """Runs `step(engine, batch)` over data, epoch by epoch, and fires events on the way.

    Args:
        step: Called with the engine and each batch; what it returns is `state.output` during that iteration.
            Its method `registered`, if any, is called with the engine.

    Attributes:
        step: The step.
        state: Where the run is; see `State`.
        table: The handlers.
        metrics: The metrics put in by `add_metric`, or None.

    Raises:
        HandlerError: If the step cannot be called.
    """

    def __init__(self, step: Callable[[Any, Any], Any]) -> None:
        if not callable(step):
            message = f"a step must be callable as step(engine, batch), not {step!r:.80}"
            raise HandlerError(message, handler="step")
        self.step = step
        self.state = State()
        self.table = HandlerTable()
        self.metrics: MetricSet | None = None
        self.memory = Memory()
        self.course = Course()
        self.feed: Feed | None = None
        self._running = False
        registered = getattr(step, "registered", None)
        if callable(registered):
            registered(self)

    # Handlers and events

    @overload
    def on(self, event: Any, /, *, priority: int | None = None) -> Callable[[F], F]: ...
    @overload
    def on(
        self,
        event: Any,
        handler: Callable[..., Any],
        /,
        *args: Any,
        priority: int | None = None,
        **kwargs: Any,
    ) -> Handle: ...

    def on(
        self,
        event: Any,
        handler: Callable[..., Any] | None = None,
        /,
        *args: Any,
        priority: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Call `handler` at an event; without a handler, return a decorator.

        A handler takes the engine or nothing, then `args` and `kwargs`. One for EXCEPTION_RAISED may take the
        error too.

        Args:
            event: A member of `Events`, a registered event of your own, either with a filter such as
                `(every=3)`, or several joined with `|`.
            handler: The handler.
            *args: Passed on to it.
            priority: Higher runs first, equal ones in the order of registration. Default: the handler's own
                `priority` if it has one, else 0. Its method `registered`, if any, is called with the engine.
            **kwargs: Passed on to it.

        Returns:
            A handle whose `remove()` takes the handler off; from the decorator, the handler itself.

        Raises:
            EventError: If the event is not known here.
            HandlerError: If the handler cannot be called with these arguments.
        """
        if handler is None:

            def register(found: F) -> F:
                self.on(event, found, *args, priority=priority, **kwargs)
                return found

            return register
        if priority is None:
            own = getattr(handler, "priority", 0)
            priority = own if isinstance(own, int) else 0
        handle = self.table.add(event, handler, args, kwargs, priority)
        self.memory.keep(getattr(handler, "__self__", handler))
        registered = getattr(handler, "registered", None)
        if callable(registered):
            registered(self)
        return handle

    def register_events(self, *events: Any, counters: Mapping[Any, str] | None = None) -> None:
        """Make events of your own known.

        Args:
            *events: Enum classes, members of an Enum, or strings.
            counters: For an event, the attribute of the state that counts it; others count how often they
                fired.

        Raises:
            EventError: If something is neither a string nor an Enum.
        """
        self.table.register(events, dict(counters or {}))

    def fire_event(self, event: Any, **values: Any) -> None:
        """Fire an event now; its handlers get those of `values` that they have parameters for.

        Raises:
            EventError: If the event is not known here.
        """
        self.table.fire(event, self, **values)

    # Metrics

    def add_metric(
        self, metric: Any, name: str, output_transform: Callable[[Any], Any] | None = None
    ) -> None:
        """Keep a metric; its value is in `state.metrics` from EPOCH_COMPLETED on.

        It is reset at EPOCH_STARTED and updated at ITERATION_COMPLETED, each before handlers of your own
        see the event.

        Args:
            metric: The metric.
            name: Its name in `state.metrics`.
            output_transform: Makes of the step's output what the metric takes. Default: the metric's own.
        """
        if self.metrics is None:
            self.metrics = self._listen_for_metrics()
        self.metrics.add(name, metric, output_transform)

    def add_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Keep several metrics; see `add_metric`."""
        for name, metric in metrics.items():
            self.add_metric(metric, name)

    def _listen_for_metrics(self) -> MetricSet:
        from simple_ignite.metrics.base.metric_set import MetricSet

        kept = MetricSet()

        def update(engine: Engine) -> None:
            kept.update(engine.state.output)
            running = kept.running()
            if running:
                engine.state.metrics.update(running)

        def compute(engine: Engine) -> None:
            engine.state.metrics.update(kept.compute())

        for event, call in (
            (Events.EPOCH_STARTED, _without_engine(kept.reset)),
            (Events.ITERATION_COMPLETED, update),
            (Events.EPOCH_COMPLETED, compute),
        ):
            self.table.add(event, call, (), {}, 0, EARLY)
        self.memory.metrics = kept
        return kept

    # Control

    def terminate(self, *, reason: str | None = None) -> None:
        """End the run after the current iteration: TERMINATED, then COMPLETED.

        Args:
            reason: Why, in words for people: kept as `state.stop_reason`, logged, shown by a progress bar.
        """
        self.state.stop_reason = reason or self.state.stop_reason
        self.table.control.signal |= TERMINATE

    def terminate_epoch(self) -> None:
        """End the epoch after the current iteration; EPOCH_COMPLETED fires and the next epoch begins."""
        self.table.control.signal |= END_EPOCH

    def interrupt(self) -> None:
        """Pause the run after the current iteration: INTERRUPTED, not COMPLETED; the next `run` goes on."""
        self.table.control.signal |= INTERRUPT

    def preempt(self, *, reason: str | None = None) -> None:
        """End the run as `terminate` does; may be called at any moment, from a signal's handler too."""
        self.state.stop_reason = reason or self.state.stop_reason
        self.table.control.preempted = True
        self.table.control.signal |= TERMINATE

    # State

    def state_dict(self) -> dict[str, Any]:
        """Return position, randomness, and the states of data, metrics and handlers.

        All are plain values and tensors.

        Taken in a handler of ITERATION_COMPLETED or EPOCH_COMPLETED, it lets `run` continue right after.
        Taken during a step, the step's iteration counts as not done.
        """
        return self.memory.take(self)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Put back what `state_dict` returned; the next `run` continues there.

        Raises:
            StateError: If an entry is missing or of another format.
        """
        self.memory.put(self, state_dict)
        self.feed = None

    # Running

    def run(
        self,
        data: Any = None,
        max_epochs: int | None = None,
        max_iterations: int | None = None,
        epoch_length: int | None = None,
        *,
        restart: bool = False,
        graceful: bool = False,
        seed: int | None = None,
    ) -> State:
        """Run the step over the data.

        A run that was terminated, interrupted or loaded is continued; so is a finished one whose goal is
        raised. Any other run begins anew.

        Args:
            data: Anything that can be iterated: a DataLoader, a list, a generator. None: those of the run
                that is continued, or else the step gets None. A run continued with another object than before
                takes that from its first batch.
            max_epochs: Run until so many epochs are done. Default: as before, else 1.
            max_iterations: Run until so many iterations are done; the last epoch is then completed as it
                stands.
            epoch_length: Iterations in an epoch. Default: as many as the data hold. With fewer than that, the
                next epoch goes on where this one stopped; with more, the data are started again.
            restart: Begin anew in any case.
            graceful: End at the next iteration boundary on SIGTERM or SIGUSR1, as `terminate()` does.
            seed: Seed Python, NumPy and torch when training begins anew.

        Returns:
            The state.

        Raises:
            RunError: If the arguments contradict each other, or the data cannot be iterated.
            EngineBusyError: If this engine is running already.
            DataExhaustedError: If the data end before the run does and cannot be started again.
        """
        if self._running:
            raise EngineBusyError(
                f"engine {self.name} is running already; use another engine within its handlers"
            )
        feed = self._prepare(data, max_epochs, max_iterations, epoch_length, restart, seed)
        watch: AbstractContextManager[Any] = (
            SignalWatch(lambda name: self.preempt(reason=name)) if graceful else nullcontext()
        )
        state, control = self.state, self.table.control
        control.signal, control.preempted, control.ahead = 0, False, False
        control.failed, control.phase = None, ""
        state.stop_reason = None
        self._running = True
        if self.course.loaded and self.course.finished(state):
            log.warning("engine %s: nothing is left to do: %s", self.name, self.course.done(state))
        try:
            with watch:
                Run(self, feed).train()
        except BaseException as error:
            annotate(error, self.name, state, self.table)
            if not tell(error, self, self.table):
                raise
        finally:
            self._running = False
            state.batch = state.output = None
            control.signal = 0
        return state

    @property
    def name(self) -> str:
        """What messages call this engine: the name of its step."""
        return name_of(self.step)

    def _prepare(
        self,
        data: Any,
        max_epochs: int | None,
        max_iterations: int | None,
        epoch_length: int | None,
        restart: bool,
        seed: int | None,
    ) -> Feed:
        state, course = self.state, self.course
        if course.aim(state, max_epochs, max_iterations, restart):
            course.begin_anew()
            course.loaded = False
            state.epoch = state.iteration = state.epoch_begin = self.table.control.done = 0
            state.metrics = {}
            self.table.counts.clear()
            self.memory.forget()
            self.feed = None
        if data is None and self.feed is not None:
            data = self.feed.data  # a run that goes on
        if not can_be_iterated(data):
            wanted = "the data must be something to iterate over, such as a DataLoader or a list"
            raise RunError(f"{wanted}, not {data!r:.80}", argument="data")
        feed = self.feed if self.feed is not None and self.feed.data is data else Feed(data)
        course.fit(state, feed, epoch_length)
        if seed is not None and not (course.open or course.epochs):
            state.seed = seed
            seed_everything(seed)
        state.dataloader = data
        self.feed = feed
        return feed


def _without_engine(call: Callable[[], Any]) -> Callable[[Engine], Any]:
    return lambda _engine: call()
