"""Metric: the base class of all metrics, with reset, update, compute, merging, saving and arithmetic."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

from simple_ignite.distributed.collective import rank
from simple_ignite.errors import MetricStateError, NoDataError
from simple_ignite.metrics.base.reduction import evaluate, plain, total
from simple_ignite.metrics.base.sharing import members, share
from simple_ignite.metrics.base.state import State, Value, copied
from simple_ignite.metrics.base.transform import Transform, device_of, pair, single

Feed = tuple[Transform, Callable[..., None]]
"""A transform of the output, and what is called with its result."""


class Metric:
    """A value over all the outputs seen since the last reset.

    A subclass declares its states in the class body (`total = Sum()`), updates them in `accumulate` and
    computes the value from them in `result`. Merging over batches and ranks, and saving, then need no code. A
    class can define `update(output)` and `compute()` instead.

    Args:
        output_transform: Converts a step's output to what `accumulate` takes; a tuple becomes its arguments.
            Default: `(pred, target)`, see `pair`.
    """

    states: ClassVar[dict[str, State]] = {}
    output_transform: Transform = staticmethod(pair)
    owner: str = ""
    """The name of the metric that this one counts for, or empty."""
    unplaced: bool = False
    """Whether states were loaded or merged, and may be on another device than the next batch."""
    detail: ClassVar[int] = 1
    """The level of detail of its states; a metric may adopt the counts of one with more detail."""
    replicated: ClassVar[bool] = False
    """Whether saved states are loaded by every rank, and not by rank 0 alone."""
    each_iteration: ClassVar[bool] = False
    """Whether its value is in `state.metrics` after each iteration, and not only after each epoch."""

    def __init__(self, *, output_transform: Transform | None = None) -> None:
        if output_transform is not None:
            self.output_transform = output_transform
        self.reset()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = {name: state for name, state in vars(cls).items() if isinstance(state, State)}
        cls.states = {**cls.states, **own}
        if "compute" in vars(cls) and cls.result is Metric.result:
            cls.result, cls.compute = cls.compute, Metric.compute  # type: ignore[method-assign]
        if "update" in vars(cls) and cls.accumulate is Metric.accumulate:
            cls.accumulate, cls.update = taking_one(cls.update), Metric.update  # type: ignore[method-assign]
            if "output_transform" not in vars(cls):
                cls.output_transform = staticmethod(single)

    def accumulate(self, *parts: Any) -> None:
        """Update the states with one batch, without waiting for the device.

        Args:
            *parts: What `output_transform` returned.
        """
        raise NotImplementedError(f"{type(self).__name__} must define accumulate(pred, target)")

    def result(self) -> Any:
        """Compute the value from the states.

        Returns:
            A tensor or a number, or a dict or tuple of these.
        """
        raise NotImplementedError(f"{type(self).__name__} must define result()")

    def reset(self) -> None:
        """Reset the states."""
        for state in self.states.values():
            state.reset(self)

    def update(self, output: Any) -> None:
        """Update the metric with the output of one step.

        Args:
            output: What the step returned; `output_transform` is applied to it.

        Raises:
            OutputError: If the output has a form that the default `output_transform` does not accept.
            MetricInputError: If prediction and target do not fit each other or the metric.
        """
        parts = self.output_transform(output)
        if self.unplaced:
            self.place(parts)
        if type(parts) is tuple:
            self.accumulate(*parts)
        else:
            self.accumulate(parts)

    def compute(self) -> Any:
        """Return the value over everything seen since the last reset, on all ranks together.

        With `torch.distributed` every rank must call it. The states do not change.

        Returns:
            A float if the result is one number, else tensors, or a dict or tuple of these.

        Raises:
            NoDataError: If no rank has seen any data.
            RankError: If another rank failed.
        """
        name = type(self).__name__
        return evaluate({name: self})[name]

    def merge(self, other: Self) -> None:
        """Add everything that another metric of the same class and settings has seen.

        Args:
            other: The other metric, which does not change.

        Raises:
            MetricStateError: If the other has another class or other settings.
        """
        if type(other) is not type(self) or other.settings() != self.settings():
            raise MetricStateError(
                repr(self), f"cannot merge {other!r}", "a metric of the same class and settings"
            )
        for leaf, its in zip(self.leaves(), other.leaves(), strict=True):
            leaf.unpack(leaf.merged([leaf.local(), its.local()]))
        self.unplaced = True

    def state_dict(self) -> dict[str, Any]:
        """Return the merged states of all ranks, as values that `torch.save` can save.

        With `torch.distributed` every rank must call it.

        Returns:
            Tensors and numbers by state name; by part and state name if the metric has several parts.
        """
        return self.assembled(total(self.leaves()))

    def assembled(self, states: list[dict[str, Value]]) -> dict[str, Any]:
        """Return a state dictionary of the states of the leaves.

        Args:
            states: In the order of `leaves()`.
        """
        own = [{name: copied(value) for name, value in state.items()} for state in states]
        return own[0] if len(own) == 1 else {str(i): state for i, state in enumerate(own)}

    def load_state_dict(self, states: Mapping[str, Any]) -> None:
        """Load saved states, with any number of ranks: rank 0 takes them, the others start empty.

        Args:
            states: What `state_dict` returned.

        Raises:
            MetricStateError: If they are the states of another metric.
        """
        leaves = self.leaves()
        parts = [states] if len(leaves) == 1 else [states.get(str(i), {}) for i in range(len(leaves))]
        for leaf, part in zip(leaves, parts, strict=True):
            if set(part) != set(leaf.state_names()):
                wanted = f"the states {sorted(leaf.state_names())}"
                raise MetricStateError(repr(self), f"cannot load the states {sorted(part)}", wanted)
            leaf.reset()
            if rank() == 0 or leaf.replicated:
                leaf.unpack(part)
        self.unplaced = True

    def place(self, parts: object) -> None:
        """Move states that were loaded or merged to the device of the next batch.

        Args:
            parts: What `output_transform` returned.
        """
        device = device_of(parts)
        if device is not None:
            for leaf in self.leaves():
                for state in leaf.states.values():
                    state.move(leaf, device)
            self.unplaced = False

    def settings(self) -> dict[str, Any]:
        """Return the options that decide what the metric counts; metrics can merge if they are equal."""
        plain = (int, float, str, bool, tuple, type(None))
        return {
            name: value
            for name, value in vars(self).items()
            if name not in self.states
            and name not in ("owner", "unplaced")
            and not name.startswith("_")
            and isinstance(value, plain)
        }

    def called(self) -> str:
        """Return its name in messages: that of the metric that it counts for, else that of its class."""
        return self.owner or type(self).__name__

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.settings().items() if value is not None)
        return f"{type(self).__name__}({given})"

    # Used by the reduction over ranks and by sets of metrics.

    def parts(self) -> tuple[Metric, ...]:
        """Return the metrics that this one is composed of, without itself."""
        return ()

    def leaves(self) -> tuple[Metric, ...]:
        """Return the metrics that hold the states from which the value is computed."""
        own = (self,) if self.states or not self.parts() else ()
        return tuple(dict.fromkeys([*own, *(leaf for part in self.parts() for leaf in part.leaves())]))

    def feeds(self) -> tuple[Feed, ...]:
        """Return what is fed with each output: transforms, and what is called with their results."""
        if type(self).update is not Metric.update:
            return ((single, self.update),)
        return ((self.output_transform, self.accumulate),)

    def adopt(self, leaf: Metric) -> bool:  # noqa: ARG002 (for those that can)
        """Use another metric's counts in place of its own, if they are the same.

        Args:
            leaf: A metric that holds states.

        Returns:
            Whether it is used from now on.
        """
        return False

    def value(self) -> Any:
        """Return the value from the current states, with scalars as floats."""
        if self.empty():
            raise NoDataError(repr(self))
        self.check()
        return plain(self.result())

    def check(self) -> None:
        """Report invalid data that was found on the device; waits for it.

        Raises:
            MetricInputError: If there was any.
        """
        for leaf in self.leaves():
            if leaf is not self:
                leaf.check()

    def empty(self) -> bool:
        """Return whether nothing has been seen since the last reset, as far as the states show."""
        leaves = [leaf for leaf in self.leaves() if leaf.states]
        return bool(leaves) and all(
            state.untouched(leaf) for leaf in leaves for state in leaf.states.values()
        )

    def state_names(self) -> list[str]:
        """Return the names of its own states."""
        return list(self.states)

    def local(self) -> dict[str, Value]:
        """Return the packed states of this rank."""
        if not self.states:
            wanted = "states declared in the class body, such as `total = Sum()`, and not plain attributes"
            raise MetricStateError(repr(self), "has nothing that could be merged or saved", wanted)
        return {name: state.packed(self) for name, state in self.states.items()}

    def merged(self, parts: list[dict[str, Value]]) -> dict[str, Value]:
        """Return the merged states of several ranks."""
        whole: dict[str, Value] = {}
        for name, state in self.states.items():
            try:
                whole[name] = state.merged(part[name] for part in parts)
            except (ValueError, RuntimeError) as error:
                raise MetricStateError(repr(self), f"{name}: {error}", "states of the same shape") from error
        return whole

    def unpack(self, states: Mapping[str, Value]) -> None:
        """Set the states from packed ones."""
        for name, state in self.states.items():
            state.unpack(self, states[name])

    def hold(self, states: Mapping[str, Value]) -> object:
        """Use other states until `release` is called with what this returns."""
        before = dict(vars(self))
        self.unpack(states)
        return before

    def release(self, held: Any) -> None:
        """Restore the states from before `hold`."""
        vars(self).clear()
        vars(self).update(held)

    # Arithmetic

    __iter__ = None  # else iteration would use __getitem__, which never raises IndexError
    __contains__ = None

    def __getitem__(self, index: Any) -> MetricsLambda:
        return MetricsLambda(operator.getitem, self, index)

    def __add__(self, other: Any) -> MetricsLambda:
        return MetricsLambda(operator.add, self, other)

    def __radd__(self, other: Any) -> MetricsLambda:
        return MetricsLambda(operator.add, other, self)

    def __sub__(self, other: Any) -> MetricsLambda:
        return MetricsLambda(operator.sub, self, other)

    def __rsub__(self, other: Any) -> MetricsLambda:
        return MetricsLambda(operator.sub, other, self)

    def __mul__(self, other: Any) -> MetricsLambda:
        return MetricsLambda(operator.mul, self, other)

    def __rmul__(self, other: Any) -> MetricsLambda:
        return MetricsLambda(operator.mul, other, self)

    def __truediv__(self, other: Any) -> MetricsLambda:
        return MetricsLambda(operator.truediv, self, other)

    def __rtruediv__(self, other: Any) -> MetricsLambda:
        return MetricsLambda(operator.truediv, other, self)

    def __pow__(self, other: Any) -> MetricsLambda:
        return MetricsLambda(operator.pow, self, other)

    def __neg__(self) -> MetricsLambda:
        return MetricsLambda(operator.neg, self)

    def __abs__(self) -> MetricsLambda:
        return MetricsLambda(operator.abs, self)


class MetricsLambda(Metric):
    """A function of other metrics, computed together with them: `2 * p * r / (p + r)`.

    Args:
        function: Called with the values of the metrics among the arguments, and the other arguments.
        *arguments: Metrics and constants.
        **named: Metrics and constants by name.
    """

    output_transform = staticmethod(single)

    def __init__(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> None:
        self.function = function
        self.arguments = arguments
        self.named = named
        share(members(self))

    def reset(self) -> None:
        """Reset the metrics among the arguments."""
        for leaf in self.leaves():
            leaf.reset()

    def accumulate(self, output: Any) -> None:
        """Update the metrics among the arguments, each once."""
        for transform, take in self.feeds():
            parts = transform(output)
            take(*parts) if type(parts) is tuple else take(parts)

    def result(self) -> Any:
        """Call the function with the current values."""
        values = [part.result() if isinstance(part, Metric) else part for part in self.arguments]
        named = {
            name: part.result() if isinstance(part, Metric) else part for name, part in self.named.items()
        }
        return self.function(*values, **named)

    def parts(self) -> tuple[Metric, ...]:
        """Return the metrics among the arguments."""
        return tuple(part for part in (*self.arguments, *self.named.values()) if isinstance(part, Metric))

    def feeds(self) -> tuple[Feed, ...]:
        """Return the feeds of the metrics among the arguments, each once."""
        return tuple(dict.fromkeys(feed for part in self.parts() for feed in part.feeds()))

    def settings(self) -> dict[str, Any]:
        """Return the code of the function, and the settings of the metrics among the arguments."""
        return {
            "function": getattr(self.function, "__code__", self.function),
            "parts": [(type(part), part.settings()) for part in self.parts()],
        }

    def __repr__(self) -> str:
        given = ", ".join(repr(argument) for argument in self.arguments)
        return f"{getattr(self.function, '__name__', 'MetricsLambda')}({given})"


def taking_one(update: Callable[[Any, Any], None]) -> Callable[..., None]:
    """Return an `accumulate` method that calls `update(output)`; several parts become one tuple again."""

    @functools.wraps(update)
    def accumulate(self: Metric, *parts: Any) -> None:
        update(self, parts[0] if len(parts) == 1 else parts)

    return accumulate
