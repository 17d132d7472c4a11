"""Engine: runs a step over data and fires events for its handlers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from simple_ignite.engine.batches import BatchSource, is_iterable
from simple_ignite.engine.control import END_EPOCH, INTERRUPT, TERMINATE
from simple_ignite.engine.dispatch import EARLY, Handle, HandlerTable
from simple_ignite.engine.events import Event, EventLike, Events
from simple_ignite.engine.failure import add_position, notify_error_handlers, preempted
from simple_ignite.engine.moved import renamed
from simple_ignite.engine.progress import Progress
from simple_ignite.engine.resume import ResumeState
from simple_ignite.engine.rng import seed_everything
from simple_ignite.engine.run import Run
from simple_ignite.engine.signals import SignalWatch, watched
from simple_ignite.engine.signature import name_of
from simple_ignite.engine.state import State
from simple_ignite.errors import EngineBusyError, HandlerError, RunError
from simple_ignite.protocols import Stateful

if TYPE_CHECKING:
    from simple_ignite.metrics.base.metric_set import MetricSet

__all__ = ["Engine"]

log = logging.getLogger("simple_ignite")

F = TypeVar("F", bound=Callable[..., Any])


class Engine:
    """Runs `step(engine, batch)` over data, epoch by epoch, and fires events for its handlers.

    Args:
        step: Called with the engine and each batch; what it returns is `state.output` during that iteration.
            If it has a method `registered`, that is called with the engine.

    Attributes:
        step: The step.
        state: The position of the run, its batch and output, and the metrics' values; see `State`.
        table: The handlers.
        metrics: The metrics added by `add_metric`, or None.
        progress: The completed epochs and the goal.
        batches: The source of batches of the current or last run, or None.
        resume_state: The handlers whose states are saved, and what was loaded and is not yet restored.

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
        self.progress = Progress()
        self.batches: BatchSource | None = None
        self.resume_state = ResumeState()
        self._running = False
        registered = getattr(step, "registered", None)
        if callable(registered):
            registered(self)

    def __setstate__(self, attributes: dict[str, Any]) -> None:
        vars(self).update(renamed("Engine", attributes))

    # Handlers and events

    @overload
    def on(self, event: EventLike, /, *, priority: int | None = None) -> Callable[[F], F]: ...
    @overload
    def on(
        self,
        event: EventLike,
        handler: Callable[..., Any],
        /,
        *args: Any,
        priority: int | None = None,
        **kwargs: Any,
    ) -> Handle: ...

    def on(
        self,
        event: EventLike,
        handler: Callable[..., Any] | None = None,
        /,
        *args: Any,
        priority: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Call `handler` whenever an event fires; without a handler, return a decorator.

        A handler takes the engine or nothing, then `args` and `kwargs`. One of EXCEPTION_RAISED may also take
        the error. If it has a method `registered`, that is called with the engine.

        Args:
            event: A member of `Events` or a registered event of your own, either of them filtered, as in
                `Events.EPOCH_COMPLETED(every=3)`; or several joined with `|`.
            handler: The handler.
            *args: Passed to it.
            priority: Handlers of higher priority run first, those of equal priority in the order of
                registration. Default: the handler's own `priority` if it has one, else 0.
            **kwargs: Passed to it.

        Returns:
            A handle whose `remove()` removes the handler. The decorator returns the handler itself.

        Raises:
            EventError: If the event is not registered with this engine.
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
        self.keep(getattr(handler, "__self__", handler))
        registered = getattr(handler, "registered", None)
        if callable(registered):
            registered(self)
        return handle

    def register_events(self, *events: Event, counters: Mapping[Event, str] | None = None) -> None:
        """Register events of your own.

        Args:
            *events: Enum classes, members of an Enum, or strings.
            counters: For an event, the attribute of the state that counts it; other events count how often
                they have fired.

        Raises:
            EventError: If something is neither a string nor an Enum.
        """
        self.table.register(events, counters or {})

    def fire_event(self, event: Event, **values: Any) -> None:
        """Fire an event now; its handlers get those of `values` that they have parameters for.

        Raises:
            EventError: If the event is not registered with this engine.
        """
        self.table.fire(event, self, **values)

    # Metrics

    def add_metric(
        self, metric: object, name: str, output_transform: Callable[[Any], Any] | None = None
    ) -> None:
        """Add a metric; its value is in `state.metrics` from EPOCH_COMPLETED on.

        It is reset at EPOCH_STARTED and updated at ITERATION_COMPLETED, each before other handlers of that
        event are called.

        Args:
            metric: The metric.
            name: Its name in `state.metrics`.
            output_transform: Converts the step's output to what the metric takes. Default: the metric's own.
        """
        if self.metrics is None:
            self.metrics = self._attach_metrics()
        self.metrics.add(name, metric, output_transform)

    def add_metrics(self, metrics: Mapping[str, object]) -> None:
        """Add several metrics by name; see `add_metric`."""
        for name, metric in metrics.items():
            self.add_metric(metric, name)

    def _attach_metrics(self) -> MetricSet:
        from simple_ignite.metrics.base.metric_set import MetricSet

        metrics = MetricSet()

        def reset() -> None:
            metrics.reset()

        def update(engine: Engine) -> None:
            metrics.update(engine.state.output)
            running = metrics.running()
            if running:
                engine.state.metrics.update(running)

        def compute(engine: Engine) -> None:
            engine.state.metrics.update(metrics.compute())

        self.table.add(Events.EPOCH_STARTED, reset, (), {}, 0, EARLY)
        self.table.add(Events.ITERATION_COMPLETED, update, (), {}, 0, EARLY)
        self.table.add(Events.EPOCH_COMPLETED, compute, (), {}, 0, EARLY)
        self.resume_state.metrics = metrics
        return metrics

    # Control

    def terminate(self, *, reason: str | None = None) -> None:
        """End the run after the current iteration: TERMINATED, then COMPLETED.

        Args:
            reason: Why: kept in `state.stop_reason`, logged, and shown by a progress bar.
        """
        self.state.stop_reason = reason or self.state.stop_reason
        self.table.control.signal |= TERMINATE

    def terminate_epoch(self) -> None:
        """End the epoch after the current iteration; EPOCH_COMPLETED fires, and the next epoch begins."""
        self.table.control.signal |= END_EPOCH

    def interrupt(self) -> None:
        """Pause the run after the current iteration: INTERRUPTED, not COMPLETED; the next `run` continues."""
        self.table.control.signal |= INTERRUPT

    def preempt(self, *, reason: str | None = None) -> None:
        """End the run as `terminate` does; can be called at any moment, also by a signal handler."""
        self.state.stop_reason = reason or self.state.stop_reason
        self.table.control.preempted = True
        self.table.control.signal |= TERMINATE

    @property
    def in_epoch(self) -> bool:
        """Whether an epoch has begun and is not yet completed."""
        return self.progress.in_epoch

    @property
    def between_iterations(self) -> bool:
        """Whether the step of every iteration that has begun is done, so that no work is half finished."""
        return self.table.control.done == self.state.iteration

    @property
    def loaded(self) -> bool:
        """Whether a state was loaded, and the run that continues it has not ended; False without one."""
        return self.progress.loaded

    # State

    def keep(self, handler: object) -> None:
        """Save a handler's state with the engine's from now on, under the name of its class.

        `on` does this for the handlers it is given. If a state was loaded that holds one of this name, the
        handler gets it. What has no `state_dict` and `load_state_dict` is ignored; so are modules,
        optimizers and schedulers of torch, which are saved by a name of their own.
        """
        self.resume_state.keep(handler)

    @property
    def kept(self) -> tuple[Stateful, ...]:
        """The handlers whose states are saved with the engine's."""
        return self.resume_state.kept

    def state_dict(self) -> dict[str, Any]:
        """Return position, RNG states, and the states of data, metrics and handlers.

        They are plain values and tensors. Saved in a handler of ITERATION_COMPLETED or EPOCH_COMPLETED, they
        let `run` continue right after that event; saved during a step, its iteration counts as not done.
        """
        return self.resume_state.collect(self)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Load what `state_dict` returned; the next `run` continues there.

        Raises:
            StateError: If an entry is missing or of another format.
        """
        self.resume_state.load(self, state_dict)
        self.batches = None

    # Running

    def run(
        self,
        data: Any = None,
        max_epochs: int | None = None,
        max_iterations: int | None = None,
        epoch_length: int | None = None,
        *,
        restart: bool = False,
        graceful: bool | Literal["return"] = False,
        seed: int | None = None,
    ) -> State:
        """Run the step over the data.

        A run that was terminated, interrupted or loaded is continued, and so is a finished one whose goal is
        raised. Any other run begins anew.

        Args:
            data: Any iterable: a DataLoader, a list, a generator. None: the data of the run that is
                continued; if there is none, the step gets None. A run that is continued with another object
                begins that at its first batch.
            max_epochs: Run until so many epochs are done. Default: as before, else 1.
            max_iterations: Run until so many iterations are done; the last epoch is then completed as it is.
            epoch_length: Iterations in an epoch. Default: the length of the data. If it is less than that,
                the next epoch continues where this one stopped; if it is more, the data is restarted.
            restart: Begin anew in any case.
            graceful: End at the next iteration boundary on SIGTERM or SIGUSR1, as `terminate()` does, and
                raise `Preempted`, so that the script ends. "return": return instead. A run within a graceful
                run returns in any case; the outer one raises.
            seed: Seed Python, NumPy and torch when training begins anew.

        Returns:
            The state.

        Raises:
            RunError: If the arguments contradict each other, or the data cannot be iterated over.
            EngineBusyError: If this engine is already running.
            DataExhaustedError: If the data ends before the run does and cannot be restarted.
            Preempted: If a signal ended a graceful run.
        """
        if graceful not in (True, False, "return"):
            raise RunError(f'graceful is True, False or "return", not {graceful!r}', argument="graceful")
        if self._running:
            raise EngineBusyError(
                f"engine {self.name} is already running; use another engine inside its handlers"
            )
        batches = self._prepare(data, max_epochs, max_iterations, epoch_length, restart, seed)
        watch = SignalWatch(lambda name: self.preempt(reason=name)) if graceful else None
        state, control = self.state, self.table.control
        control.begin_run()
        state.stop_reason = None
        self._running = True
        if self.progress.loaded and self.progress.finished(state):
            log.warning("engine %s: nothing left to do: %s", self.name, self.progress.done_message(state))
        try:
            with watch or nullcontext():
                Run(self, batches, self.resume_state).train()
        except BaseException as error:
            add_position(error, self.name, state, self.table)
            if not notify_error_handlers(error, self, self.table):
                raise
        finally:
            self._running = False
            state.batch = state.output = None
            control.signal = 0
        if watch is not None and watch.received is not None and graceful is True and not watched():
            raise preempted(watch.received, self.name, state)
        return state

    @property
    def name(self) -> str:
        """The engine's name in messages: that of its step."""
        return name_of(self.step)

    def _prepare(
        self,
        data: Any,
        max_epochs: int | None,
        max_iterations: int | None,
        epoch_length: int | None,
        restart: bool,
        seed: int | None,
    ) -> BatchSource:
        """Set the goal, the data and the seed of the coming run."""
        state, progress = self.state, self.progress
        if progress.set_goal(state, max_epochs, max_iterations, restart):
            progress.reset()
            state.epoch = state.iteration = state.epoch_begin = self.table.control.done = 0
            state.metrics = {}
            self.table.counts.clear()
            self.resume_state.discard()
            self.batches = None
        if data is None and self.batches is not None:
            data = self.batches.data  # a run that is continued
        if not is_iterable(data):
            wanted = "the data must be something to iterate over, such as a DataLoader or a list"
            raise RunError(f"{wanted}, not {data!r:.80}", argument="data")
        batches = self.batches
        if batches is None or batches.data is not data:
            batches = BatchSource(data)
        progress.set_epoch_length(state, batches, epoch_length)
        if seed is not None and not (progress.in_epoch or progress.epochs):
            state.seed = seed
            seed_everything(seed)
        state.dataloader = data
        self.batches = batches
        return batches
