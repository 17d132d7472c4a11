"""TrackingHandler: logs metrics and outputs to a tracker."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import Events
from simple_ignite.errors import HandlerError, IgniteWarning
from simple_ignite.handlers.checkpointing.rewind import Rewind
from simple_ignite.handlers.score import step_reader
from simple_ignite.protocols import Tracker

__all__ = ["TrackingHandler"]


class TrackingHandler:
    """Logs to anything with `.log(values, step=)`.

    `trainer.on(Events.ITERATION_COMPLETED(every=10), TrackingHandler(run, output_transform="loss"))` logs the
    loss of every tenth iteration, `evaluator.on(Events.COMPLETED, TrackingHandler(run, "all", tag="val"))`
    all metrics.

    Args:
        run: The tracker.
        metric_names: Names in `state.metrics`, or "all"; None for no metrics.
        output_transform: The key, or keys, of a dictionary output; or a function that converts the output to
            a value, which is logged as "output", or to a dictionary of values. None: the output is not
            logged.
        global_step_transform: Returns the step: another engine, for its iteration (pass the trainer to a
            handler of an evaluator), or a function of the engine or of nothing. Default: the engine's
            iteration.
        tag: Put before each name, with a slash.
        rewind: Whether a run that continues from a checkpoint calls the tracker's `rewind(step)`, if it has
            one, so that steps that were logged after the checkpoint do not count twice. It is called with the
            step after the checkpoint when the run begins; if a function returns the steps, with the first one
            before that is logged. All that is logged to one tracker should therefore count its steps in one
            unit. Default True.
    """

    def __init__(
        self,
        run: Tracker,
        metric_names: Iterable[str] | str | None = None,
        output_transform: Callable[[Any], Any] | Iterable[str] | str | None = None,
        global_step_transform: Callable[..., int] | Engine | None = None,
        tag: str = "",
        rewind: bool = True,
    ) -> None:
        if not callable(getattr(run, "log", None)):
            message = f"a tracker needs a method log(values, step=), and {run!r} has none"
            raise HandlerError(message, handler="TrackingHandler")
        self.run = run
        self._seen: set[str] = set()
        self.names = names_of(metric_names)
        self.values = value_reader(output_transform)
        self.step = step_reader(global_step_transform, self)
        self.prefix = f"{tag}/" if tag else ""
        self._rewind = Rewind(run, global_step_transform) if rewind else None

    def registered(self, engine: Engine) -> None:
        """Rewind the tracker when a run continues, and warn at its end of metrics that were never logged."""
        if self._rewind is not None:
            self._rewind.attach(engine)
        if self.names and self.names != ["all"]:
            engine.on(Events.COMPLETED, self._warn_of_missing, priority=-2000)

    def _warn_of_missing(self, engine: Engine) -> None:
        missing = [name for name in self.names if name not in self._seen]
        if missing:
            known = ", ".join(map(repr, engine.state.metrics)) or "none"
            names = ", ".join(map(repr, missing))
            message = f"not logged, because engine {engine.name} has no such metric: {names}; it has {known}"
            warnings.warn(message, IgniteWarning, stacklevel=2)
        self._seen.update(missing)  # so that the next run does not warn again

    def __call__(self, engine: Engine) -> None:
        """Log the values of `engine` at the current step."""
        values = self._metrics(engine.state.metrics)
        if self.values is not None:
            values.update(self.values(engine.state.output))
        if not values:
            return
        step = self.step(engine)
        logged = {self.prefix + name: plain(v) for name, v in values.items()}
        if engine.in_smoke_run:
            return
        if self._rewind is not None and self._rewind.pending:
            self._rewind.to(step)
        self.run.log(logged, step=step)

    def _metrics(self, metrics: Mapping[str, Any]) -> dict[str, Any]:
        if not self.names:
            return {}
        if self.names == ["all"]:
            return dict(metrics)
        found = {name: metrics[name] for name in self.names if name in metrics}
        self._seen.update(found)
        return found


def names_of(metric_names: Iterable[str] | str | None) -> list[str]:
    """Return metric names as a list; ["all"] stands for all of them."""
    if metric_names is None:
        return []
    return [metric_names] if isinstance(metric_names, str) else list(metric_names)


def value_reader(
    transform: Callable[[Any], Any] | Iterable[str] | str | None,
) -> Callable[[Any], dict[str, Any]] | None:
    """Return a function that returns named values of an output, by keys or by a function; None for None."""
    if transform is None:
        return None
    if callable(transform):

        def read(output: Any) -> dict[str, Any]:
            values = transform(output)
            if values is None:
                raise HandlerError(_missing_output([], output), handler="output_transform")
            return dict(values) if isinstance(values, Mapping) else {"output": values}

        return read
    names = names_of(transform)

    def pick(output: Any) -> dict[str, Any]:
        if not isinstance(output, Mapping) or any(name not in output for name in names):
            raise HandlerError(_missing_output(names, output), handler="output_transform")
        return {name: output[name] for name in names}

    return pick


def _missing_output(names: list[str], output: Any) -> str:
    wanted = ", ".join(map(repr, names)) or "a value"
    if output is None:
        return f"there is no output to take {wanted} from: it is released at the end of its iteration"
    if not names:
        return "the output_transform returned None"
    came = (
        f"has {', '.join(map(repr, output))}"
        if isinstance(output, Mapping)
        else f"is a {type(output).__name__}"
    )
    return f"the output has no {wanted}: it {came}"


def plain(value: Any) -> Any:
    """Return a one-element tensor or array as a number, anything else as it is."""
    if hasattr(value, "detach"):
        value = value.detach()
    return value.item() if getattr(value, "ndim", None) == 0 and hasattr(value, "item") else value
