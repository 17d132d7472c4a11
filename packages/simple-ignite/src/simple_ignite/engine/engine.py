"""Engine: runs a step over data and fires events for its handlers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from simple_ignite.engine.batches import BatchSource, checked
from simple_ignite.engine.companions import Companions, is_within_run, join_running, running
from simple_ignite.engine.control import CHANGED, END_EPOCH, INTERRUPT, TERMINATE
from simple_ignite.engine.dispatch import EARLY, Handle, HandlerTable
from simple_ignite.engine.events import Event, EventLike, Events
from simple_ignite.engine.failure import add_position, notify_error_handlers, preempted
from simple_ignite.engine.moved import add_missing, renamed
from simple_ignite.engine.progress import Progress
from simple_ignite.engine.resume import ResumeState
from simple_ignite.engine.rng import seed_everything
from simple_ignite.engine.run import Run
from simple_ignite.engine.signals import SignalWatch, watched
from simple_ignite.engine.signature import name_of
from simple_ignite.engine.state import State
from simple_ignite.engine.trial.current import current_trial, in_smoke_run
from simple_ignite.errors import ChecksCompleted, EngineBusyError, HandlerError, RunError
from simple_ignite.protocols import Stateful

if TYPE_CHECKING:
    from simple_ignite.metrics.base.metric_set import MetricSet

__all__ = ["Engine"]

log = logging.getLogger("simple_ignite")

F = TypeVar("F", bound=Callable[..., Any])
UNWATCHED = nullcontext()


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
        companions: The engines that run within this one, whose states are saved with its own.
        checks: Called with the engine before a checkpoint is saved; they may call `terminate(failed=True)`.

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
        self.companions = Companions(self)
        self.checks: list[Callable[[Engine], None]] = []
        self._running = False
        registered = getattr(step, "registered", None)
        if callable(registered):
            registered(self)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "companions"}

    def __setstate__(self, attributes: dict[str, Any]) -> None:
        fresh = Engine(lambda _engine, _batch: None)
        vars(self).update({**vars(fresh), **renamed("Engine", attributes)})
        self.companions = Companions(self)
        for name in ("state", "progress", "resume_state"):
            add_missing(getattr(self, name), getattr(fresh, name))
        add_missing(self.table.control, fresh.table.control)
        self.table.add_events()

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

        A handler takes the engine or nothing, then `args` and `kwargs`. One of EXCEPTION_RAISED may also
        take the error. Another engine is run by `on(event, evaluator.run, data)`. If it has a method
        `registered`, that is called with the engine; if it has a method `restarted`, that is called with
        the engine when a run begins anew; if it has a method `event_for`, that is called with the engine
        and the event, and returns the event to use.

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
        event_for = getattr(handler, "event_for", None)
        if callable(event_for):
            event = event_for(self, event)
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

    def terminate(self, *, reason: str | None = None, failed: bool = False) -> None:
        """End the run after the current iteration: TERMINATED, then COMPLETED.

        Args:
            reason: Why: kept in `state.stop_reason`, logged, and shown by a progress bar.
            failed: The state may be broken, as after a loss of NaN: checkpoints save it in a file of its own,
                and keep the last good one.
        """
        self.table.control.failing |= failed
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

    def set_data(self, data: Any) -> None:
        """Continue the run with other data, from their first batch on; a handler may call this.

        The batch that is in hand is still used. An epoch that ends with the data has the length of the new
        ones; one of a given `epoch_length` keeps that.

        Args:
            data: As for `run`.

        Raises:
            RunError: If the data cannot be iterated over.
            DataExhaustedError: If they are empty.
        """
        trial = current_trial()
        batches = BatchSource(checked(data if trial is None else trial.limited(data)))
        self.progress.set_epoch_length(self.state, batches, None)
        self.state.dataloader, self.batches = data, batches
        self.resume_state.forget_batches()
        self.table.control.signal |= CHANGED

    @property
    def failing(self) -> bool:
        """Whether the run was terminated with `failed=True`; runs the checks first."""
        for check in self.checks:
            check(self)
        return self.table.control.failing

    @property
    def running(self) -> bool:
        """Whether the engine is running."""
        return self._running

    @property
    def in_smoke_run(self) -> bool:
        """Whether this is a smoke run, in which handlers should write and send nothing."""
        return in_smoke_run()

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

    @property
    def sought(self) -> bool:
        """Whether `load_latest` found no state to continue from, and the run that begins has not ended."""
        return self.progress.sought

    # State

    def keep(self, handler: object) -> None:
        """Save a handler's state with the engine's from now on, under the name of its class.

        `on` does this for the handlers it is given. If a state was loaded that holds one of this name, the
        handler gets it. What has no `state_dict` and `load_state_dict` is ignored; so are modules,
        optimizers and schedulers of torch, which are saved by a name of their own, and engines, whose states
        are saved once they have run within this one.
        """
        if not isinstance(handler, Engine):
            self.resume_state.keep(handler)

    @property
    def kept(self) -> tuple[Stateful, ...]:
        """The handlers whose states are saved with the engine's."""
        return self.resume_state.kept

    def state_dict(self) -> dict[str, Any]:
        """Return position, RNG states, and the states of data, metrics, handlers and inner engines.

        They are plain values and tensors. Saved in a handler of ITERATION_COMPLETED or EPOCH_COMPLETED, they
        let `run` continue right after that event; saved during a step, its iteration counts as not done.
        Engines that have run within this one, such as an evaluator in a handler, are included.
        """
        self.companions.saved_alone = True
        state = self.resume_state.collect(self)
        engines = self.companions.state_dict(self)
        return {**state, "engines": engines} if engines else state

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Load what `state_dict` returned; the next `run` continues there.

        Raises:
            StateError: If an entry is missing, of another format, or does not fit; nothing is changed then.
        """
        self.load_undoably(state_dict)

    def load_undoably(self, state_dict: Mapping[str, Any]) -> Callable[[], None]:
        """Do what `load_state_dict` does, and return a function that takes it back."""
        undo = self.resume_state.load(self, state_dict)
        self.batches = None
        self.companions.loaded_alone = True
        undo_others = self.companions.load_state_dict(self, state_dict.get("engines", {}))

        def undo_all() -> None:
            undo_others()
            undo()

        return undo_all

    def own_state_dict(self, *, leave_out: set[int]) -> dict[str, Any]:
        """Return the state without inner engines and global randomness.

        Args:
            leave_out: The ids of handlers that are saved elsewhere.
        """
        state = self.resume_state.collect(self, leave_out)
        return {**state, "random": None}

    def load_own_state(self, saved: Mapping[str, Any], /) -> Callable[[], None]:
        """Load what `own_state_dict` returned, and return a function that takes it back."""
        if self._running:
            raise EngineBusyError(f"engine {self.name} is running; its state can be loaded between runs")
        batches = self.batches
        undo = self.resume_state.load(self, saved)
        self.batches = None if self.progress.in_epoch else batches
        return undo

    def saved_ids(self) -> set[int]:
        """Return the ids of the handlers whose states `state_dict` includes, of inner engines too."""
        return self.kept_ids().union(*(one.kept_ids() for one in self.companions.closure(self)))

    def kept_ids(self) -> set[int]:
        """Return the ids of the handlers whose states are saved with the engine's."""
        return {id(handler) for handler in self.kept}

    # Running

    def run(
        self,
        data: Any = None,
        max_epochs: int | None = None,
        max_iterations: int | None = None,
        epoch_length: int | None = None,
        *,
        restart: bool | None = None,
        graceful: bool | Literal["return"] = False,
        seed: int | None = None,
        smoke: bool | int = False,
        overfit_batches: float | None = None,
    ) -> State:
        """Run the step over the data.

        A run that was terminated, interrupted or loaded is continued, and so is a finished one whose goal is
        raised. Any other run begins anew, also one after an exception.

        Args:
            data: Any iterable: a DataLoader, a list, a generator. None: the data of the run that is
                continued; if there is none, the step gets None. A run that is continued with another object
                begins that at its first batch.
            max_epochs: Run until so many epochs are done. Default: as before, else 1.
            max_iterations: Run until so many iterations are done; the last epoch is then completed as it is.
            epoch_length: Iterations in an epoch. Default: the length of the data. If it is less than that,
                the next epoch continues where this one stopped; if it is more, the data is restarted.
            restart: True to begin anew in any case; False to continue after an exception too, with the batch
                after the one that failed.
            graceful: End at the next iteration boundary on SIGTERM or SIGUSR1, as `terminate()` does, and
                raise `Preempted`, so that the script ends. "return": return instead. A run within a graceful
                run returns in any case; the outer one raises.
            seed: Seed Python, NumPy and torch when training begins anew.
            smoke: Try everything on a few batches: at most two epochs of three batches (or so many), and as
                many of each run within this one, from the beginning. Handlers whose filters leave out all of
                these are called at the last. Nothing is saved or tracked. After it, weights, optimizers,
                schedulers, engines, handlers and random generators are as before; an iterator has lost the
                batches that it gave.
            overfit_batches: Train on the first so many batches again and again (below 1: so large a part of
                the data): they are drawn once. Runs within this one get the first so many of their data.

        Returns:
            The state; of a smoke run, a state of its own.

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
        goal = (max_epochs, max_iterations, epoch_length)
        if smoke or overfit_batches is not None:
            from simple_ignite.engine.trial.smoke import run_trial

            return run_trial(
                self, data, goal, smoke, overfit_batches, restart=restart, graceful=graceful, seed=seed
            )
        trial = current_trial()
        if trial is not None:
            data, (max_epochs, max_iterations, epoch_length) = trial.limits(self, data, goal)
        join_running(self)
        self._prepare(data, max_epochs, max_iterations, epoch_length, restart, seed)
        watch = SignalWatch(lambda name: self.preempt(reason=name)) if graceful else None
        state, control, progress = self.state, self.table.control, self.progress
        control.begin_run()
        state.stop_reason = None
        self._running = True
        progress.nested = is_within_run()
        if progress.loaded and progress.finished(state):
            log.warning("engine %s: nothing left to do: %s", self.name, progress.done_message(state))
        try:
            with running(self), watch or UNWATCHED:
                self.companions.loaded_alone = False
                Run(self, self.resume_state).train()
            self.companions.report_unclaimed()
        except ChecksCompleted:
            raise
        except BaseException as error:
            progress.failed = self.resume_state.pending_batches is None or control.phase != ""
            add_position(error, self.name, state, self.table)
            with running(self):  # an engine that a handler runs is a companion here too
                handled = notify_error_handlers(error, self, self.table)
            if not handled:
                raise
        finally:
            self._running = False
            state.stopwatch.end_run()
            if progress.failed and self.batches is not None:
                self.resume_state.let_go(self.batches, state.iteration)
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
        restart: bool | None,
        seed: int | None,
    ) -> None:
        """Set the goal, the data and the seed of the coming run."""
        state, progress = self.state, self.progress
        if progress.set_goal(state, max_epochs, max_iterations, restart):
            self._begin_anew(restart)
        if data is None and self.batches is not None:
            data = self.batches.data  # a run that is continued
        batches = self.batches
        if batches is None or batches.data is not data:
            batches = BatchSource(checked(data))
        progress.set_epoch_length(state, batches, epoch_length)
        if seed is not None and not (progress.in_epoch or progress.epochs):
            state.seed = seed
            seed_everything(seed)
        state.dataloader = data
        progress.failed = False
        self.batches = batches

    def _begin_anew(self, restart: bool | None) -> None:
        """Forget the position, and what handlers have gathered in the last run."""
        state = self.state
        if self.progress.failed and restart is None:
            log.warning(
                "engine %s: the last run ended by an exception in epoch %s, iteration %d; this one begins "
                "anew (to continue: run(..., restart=False))",
                self.name,
                state.epoch_label,
                state.iteration,
            )
        self.begin_anew()

    def begin_anew(self) -> None:
        """Go back to before the first epoch; handlers that have a method `restarted` are told."""
        state = self.state
        self.progress.reset()
        state.epoch = state.iteration = state.epoch_begin = self.table.control.done = 0
        state.optimizer_steps = 0
        state.metrics = {}
        self.table.counts.clear()
        self.resume_state.discard()
        self.batches = None
        for handler in self.kept:
            restarted = getattr(handler, "restarted", None)
            if callable(restarted):
                restarted(self)
