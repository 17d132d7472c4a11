"""The named parts of a metric that are reset, merged, sent between ranks and saved."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable
from typing import Any, Self, TypeAlias, overload

import torch
from torch import Tensor

Value: TypeAlias = "Tensor | int | float | list[Tensor] | None"
"""A state at rest: what is sent to other ranks and written in a checkpoint."""


def wide(device: torch.device) -> torch.dtype:
    """Give the widest floating type of a device: float64, or float32 on Apple's MPS, which has no other."""
    return torch.float32 if device.type == "mps" else torch.float64


def widened(value: Tensor) -> Tensor:
    """Give a tensor without its graph, in the widest type of its kind.

    Args:
        value: A tensor of any shape and dtype.

    Returns:
        The detached tensor in the type that `wide` gives, or as int64 when it holds integers or booleans.
    """
    value = value.detach()
    if value.is_floating_point():
        value = value.to(wide(value.device))
    elif not value.is_complex():
        value = value.to(torch.int64)
    if value.is_inference():  # such a tensor could not be added to in place once inference mode is left
        with torch.inference_mode(False):
            return value.clone()
    return value


def copied(value: Value) -> Value:
    """Give a state in storage of its own, since updates work in place."""
    if isinstance(value, list):
        return [item.clone() for item in value]
    return value.clone() if isinstance(value, Tensor) else value


def moved(value: Value, device: torch.device) -> Value:
    """Give a state on a device."""
    if isinstance(value, list):
        return [item.to(device) for item in value]
    return value.to(device) if isinstance(value, Tensor) else value


class Chunks(list[Tensor]):
    """Tensors of successive batches, kept apart until somebody asks for the whole."""

    def append(self, chunk: Tensor) -> None:
        """Keep one more batch, without its graph and never as a scalar.

        Args:
            chunk: Any shape `(n, *)`, all batches with the same trailing dimensions.
        """
        super().append(chunk.detach().reshape(1) if chunk.ndim == 0 else chunk.detach())

    def joined(self) -> Tensor:
        """Join the batches along the first dimension, and keep only the joined one.

        Returns:
            A tensor of shape `(total, *)`; an empty one of shape `(0,)` when nothing was kept.
        """
        if not self:
            return torch.empty(0)
        if len(self) > 1:
            self[:] = [torch.cat(list(self))]
        return self[0]


class Zero(int):
    """The 0 that a sum begins with; a 0 that was added up is a plain one."""

    def __new__(cls) -> Self:  # noqa: D102 (it takes nothing)
        return super().__new__(cls, 0)

    def __reduce__(self) -> tuple[type[Self], tuple[()]]:
        return type(self), ()


class Lowest(float):
    """The minus infinity that a maximum begins with."""

    def __new__(cls) -> Self:  # noqa: D102 (it takes nothing)
        return super().__new__(cls, "-inf")

    def __reduce__(self) -> tuple[type[Self], tuple[()]]:
        return type(self), ()


class Highest(float):
    """The infinity that a minimum begins with."""

    def __new__(cls) -> Self:  # noqa: D102 (it takes nothing)
        return super().__new__(cls, "inf")

    def __reduce__(self) -> tuple[type[Self], tuple[()]]:
        return type(self), ()


class State:
    """A part of a metric that knows how it starts and how two of it become one.

    Declared in the body of a `Metric`: `total = Sum()`. On the instance it reads as what was last
    assigned, beginning with the initial value. Tensors are kept without their graph, in float64 or int64.
    """

    def __init__(self, initial: Value, merge: Callable[[Any, Any], Any]) -> None:
        self.initial = initial
        self.merge = merge

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> State: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Any: ...
    def __get__(self, instance: object | None, owner: type) -> Any:
        if instance is None:
            return self
        try:
            return instance.__dict__[self.name]
        except KeyError:
            return self.initial

    def __set__(self, instance: object, value: Any) -> None:
        instance.__dict__[self.name] = self.accepted(value)

    def accepted(self, value: Any) -> Value:
        """Make a value fit to be kept.

        Args:
            value: A tensor, a Python or numpy number, or None.

        Returns:
            The widened tensor, or the number as int or float.

        Raises:
            TypeError: It is something else.
        """
        if isinstance(value, Tensor):
            return widened(value)
        if value is None or type(value) in (int, float, type(self.initial)):
            return value  # type: ignore[no-any-return]
        if isinstance(value, numbers.Integral):
            return int(value)
        if isinstance(value, numbers.Real):
            return float(value)
        raise TypeError(f"the state {self.name!r} takes a tensor or a number, not {type(value).__name__}")

    def reset(self, instance: object) -> None:
        """Put the initial value back."""
        instance.__dict__[self.name] = self.initial

    def untouched(self, instance: object) -> bool:
        """Tell whether the state still is as it began."""
        return type(self.__get__(instance, type(instance))) is type(self.initial)

    def packed(self, instance: object) -> Value:
        """Give the state at rest; None while it still is as it began."""
        value: Value = self.__get__(instance, type(instance))
        return None if self.untouched(instance) else value

    def unpack(self, instance: object, value: Value) -> None:
        """Take a state at rest as one's own, in storage of one's own."""
        if value is None:
            self.reset(instance)
        else:
            instance.__dict__[self.name] = value.clone() if isinstance(value, Tensor) else value

    def move(self, instance: object, device: torch.device) -> None:
        """Bring the state to a device."""
        if not self.untouched(instance):
            self.unpack(instance, moved(self.packed(instance), device))

    def merged(self, values: Iterable[Value]) -> Value:
        """Make one of the states of several ranks, in their order.

        Args:
            values: States at rest; None counts for nothing.

        Returns:
            The state of one metric that had seen it all; None where all are.
        """
        result: Value = None
        for value in values:
            if value is None:
                continue
            if isinstance(value, Tensor) and isinstance(result, Tensor):
                value = value.to(result.device)
            result = value if result is None else self.merge(result, value)
        return result


class Sum(State):
    """A state that adds up: counts and totals. Begins as 0."""

    def __init__(self) -> None:
        super().__init__(Zero(), added)


class Max(State):
    """A state that keeps the largest. Begins as minus infinity."""

    def __init__(self) -> None:
        super().__init__(Lowest(), larger)


class Min(State):
    """A state that keeps the smallest. Begins as infinity."""

    def __init__(self) -> None:
        super().__init__(Highest(), smaller)


class Reduced(State):
    """A state with a merge of its own; must be associative. Begins as None.

    Args:
        merge: Takes two states and gives one.
    """

    def __init__(self, merge: Callable[[Any, Any], Any]) -> None:
        super().__init__(None, merge)


class Cat(State):
    """A state that keeps every batch, for metrics that need all the data at once. Begins empty.

    On the instance it is a list to `append` tensors to; it grows with the data.
    """

    def __init__(self) -> None:
        super().__init__(None, lambda a, b: torch.cat([a, b]))

    def __get__(self, instance: object | None, owner: type) -> Any:
        return self if instance is None else instance.__dict__.setdefault(self.name, Chunks())

    def __set__(self, instance: object, value: Any) -> None:
        instance.__dict__[self.name] = chunks = Chunks()
        for chunk in value:
            chunks.append(chunk)

    def reset(self, instance: object) -> None:
        """Forget every batch."""
        instance.__dict__[self.name] = Chunks()

    def untouched(self, instance: object) -> bool:
        """Tell whether nothing was kept."""
        return not self.__get__(instance, type(instance))

    def packed(self, instance: object) -> Value:
        """Give all batches joined, or None when there were none."""
        chunks: Chunks = self.__get__(instance, type(instance))
        return chunks.joined() if chunks else None

    def unpack(self, instance: object, value: Value) -> None:
        """Take joined batches as one's own."""
        self.__set__(instance, [] if value is None else [value])


def added(a: Any, b: Any) -> Any:
    """Add two numbers, or two tensors of one shape.

    Raises:
        ValueError: The shapes differ; broadcasting would give a wrong sum.
    """
    if isinstance(a, Tensor) and isinstance(b, Tensor) and a.shape != b.shape:
        raise ValueError(f"cannot add states of shapes {tuple(a.shape)} and {tuple(b.shape)}")
    return a + b


def larger(a: Any, b: Any) -> Any:
    """Give the larger of two numbers, or of two tensors element by element, without a host sync.

    Args:
        a: A number or a tensor, such as a `Max` state.
        b: A number or a tensor.
    """
    if not isinstance(a, Tensor):
        a, b = b, a
    if not isinstance(a, Tensor):
        return max(a, b)
    return torch.maximum(a, b) if isinstance(b, Tensor) else a.clamp(min=b)


def smaller(a: Any, b: Any) -> Any:
    """Give the smaller of two numbers, or of two tensors element by element, without a host sync.

    Args:
        a: A number or a tensor, such as a `Min` state.
        b: A number or a tensor.
    """
    if not isinstance(a, Tensor):
        a, b = b, a
    if not isinstance(a, Tensor):
        return min(a, b)
    return torch.minimum(a, b) if isinstance(b, Tensor) else a.clamp(max=b)
