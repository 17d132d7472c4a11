"""TrackingHandler: hands metrics and outputs to a tracker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simple_ignite.engine import Engine
from simple_ignite.handlers.score import step_reader
from simple_ignite.protocols import Tracker

__all__ = ["TrackingHandler"]


class TrackingHandler:
    """Logs to anything with `.log(values, step=)`.

    `trainer.on(Events.ITERATION_COMPLETED(every=10), TrackingHandler(run, output_transform=named_loss))` logs
    the loss now and then, `evaluator.on(Events.COMPLETED, TrackingHandler(run, "all", tag="val"))` all
    metrics.

    Args:
        run: The tracker.
        metric_names: Names out of `state.metrics`, or "all"; None for no metrics.
        output_transform: Makes a value, or a dictionary of values, of the step's output; a bare value is
            called "output". None: the output is not logged.
        global_step_transform: A function of the engine, or of nothing, that gives the step. Default: the
            engine's iteration. For an evaluator, give the trainer's: `lambda: trainer.state.iteration`.
        tag: Put before each name, with a slash.
    """

    def __init__(
        self,
        run: Tracker,
        metric_names: Iterable[str] | str | None = None,
        output_transform: Callable[[Any], Any] | None = None,
        global_step_transform: Callable[..., int] | None = None,
        tag: str = "",
    ) -> None:
        self.run = run
        self.names = names_of(metric_names)
        self.output_transform = output_transform
        self.step = step_reader(global_step_transform)
        self.prefix = f"{tag}/" if tag else ""

    def __call__(self, engine: Engine) -> None:
        """Log what is wanted of `engine`, at its step."""
        values = self._metrics(engine.state.metrics)
        if self.output_transform is not None:
            values.update(named_values(self.output_transform(engine.state.output)))
        if not values:
            return
        self.run.log({self.prefix + name: plain(v) for name, v in values.items()}, step=self.step(engine))

    def _metrics(self, metrics: Mapping[str, Any]) -> dict[str, Any]:
        if not self.names:
            return {}
        if self.names == ["all"]:
            return dict(metrics)
        return {name: metrics[name] for name in self.names if name in metrics}


def names_of(metric_names: Iterable[str] | str | None) -> list[str]:
    """Return metric names as a list; ["all"] stands for all of them."""
    if metric_names is None:
        return []
    return [metric_names] if isinstance(metric_names, str) else list(metric_names)


def named_values(output: Any) -> dict[str, Any]:
    """Return what an output transform gave as values by name."""
    return dict(output) if isinstance(output, Mapping) else {"output": output}


def plain(value: Any) -> Any:
    """Return a one-element tensor or array as a number, anything else as it is."""
    if hasattr(value, "detach"):
        value = value.detach()
    return value.item() if getattr(value, "ndim", None) == 0 and hasattr(value, "item") else value
