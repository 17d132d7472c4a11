"""State: a named part of a metric that is reset, merged, exchanged between ranks and saved."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable
from typing import Any, Self, TypeAlias, overload

import torch
from torch import Tensor

Value: TypeAlias = "Tensor | int | float | list[Tensor] | None"
"""A packed state: what is sent to other ranks and saved in a checkpoint."""


def wide(device: torch.device) -> torch.dtype:
    """Return the widest floating type of a device: float64, or float32 on Apple's MPS, which lacks it."""
    return torch.float32 if device.type == "mps" else torch.float64


def widened(value: Tensor) -> Tensor:
    """Return a tensor without its graph, in the widest type of its kind.

    Args:
        value: A tensor of any shape and dtype.

    Returns:
        The detached tensor, in the type that `wide` returns, or as int64 if it holds integers or booleans.
    """
    value = value.detach()
    if value.is_floating_point():
        value = value.to(wide(value.device))
    elif not value.is_complex():
        value = value.to(torch.int64)
    if value.is_inference():  # such a tensor cannot be updated in place outside inference mode
        with torch.inference_mode(False):
            return value.clone()
    return value


def copied(value: Value) -> Value:
    """Return a copy of a state, because updates may work in place."""
    if isinstance(value, list):
        return [item.clone() for item in value]
    return value.clone() if isinstance(value, Tensor) else value


def moved(value: Value, device: torch.device) -> Value:
    """Return a state on a device."""
    if isinstance(value, list):
        return [item.to(device) for item in value]
    return value.to(device) if isinstance(value, Tensor) else value


class Chunks(list[Tensor]):
    """The tensors of successive batches, which are joined only when needed."""

    def append(self, chunk: Tensor) -> None:
        """Add a batch, without its graph and never as a scalar.

        Args:
            chunk: Any shape `(n, *)`, all batches with the same trailing dimensions.
        """
        super().append(chunk.detach().reshape(1) if chunk.ndim == 0 else chunk.detach())

    def joined(self) -> Tensor:
        """Join the batches along the first dimension, and keep only the joined tensor.

        Returns:
            A tensor of shape `(total, *)`; an empty one of shape `(0,)` if there is no batch.
        """
        if not self:
            return torch.empty(0)
        if len(self) > 1:
            self[:] = [torch.cat(list(self))]
        return self[0]


class Zero(int):
    """The 0 that a sum starts with, as opposed to a plain 0 that was added up."""

    def __new__(cls) -> Self:  # noqa: D102 (no arguments)
        return super().__new__(cls, 0)

    def __reduce__(self) -> tuple[type[Self], tuple[()]]:
        return type(self), ()


class Lowest(float):
    """The minus infinity that a maximum starts with."""

    def __new__(cls) -> Self:  # noqa: D102 (no arguments)
        return super().__new__(cls, "-inf")

    def __reduce__(self) -> tuple[type[Self], tuple[()]]:
        return type(self), ()


class Highest(float):
    """The infinity that a minimum starts with."""

    def __new__(cls) -> Self:  # noqa: D102 (no arguments)
        return super().__new__(cls, "inf")

    def __reduce__(self) -> tuple[type[Self], tuple[()]]:
        return type(self), ()


class State:
    """A part of a metric, with an initial value and a function that merges two of it.

    Declared in the body of a `Metric`: `total = Sum()`. On the instance it is the value that was last
    assigned, at first the initial value. Tensors are stored without their graph, in float64 or int64.
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

    def accepted(self, value: object) -> Value:
        """Return a value as it is stored.

        Args:
            value: A tensor, a Python or numpy number, or None.

        Returns:
            The widened tensor, or the number as int or float.

        Raises:
            TypeError: If it is something else.
        """
        if isinstance(value, Tensor):
            return widened(value)
        if value is None or type(value) in (int, float, type(self.initial)):
            return value  # type: ignore[return-value]
        if isinstance(value, numbers.Integral):
            return int(value)
        if isinstance(value, numbers.Real):
            return float(value)
        raise TypeError(f"the state {self.name!r} takes a tensor or a number, not {type(value).__name__}")

    def reset(self, instance: object) -> None:
        """Set the state to the initial value."""
        instance.__dict__[self.name] = self.initial

    def untouched(self, instance: object) -> bool:
        """Return whether the state still has its initial value."""
        return type(self.__get__(instance, type(instance))) is type(self.initial)

    def packed(self, instance: object) -> Value:
        """Return the packed state; None while it has its initial value."""
        value: Value = self.__get__(instance, type(instance))
        return None if self.untouched(instance) else value

    def unpack(self, instance: object, value: Value) -> None:
        """Set the state to a copy of a packed one."""
        if value is None:
            self.reset(instance)
        else:
            instance.__dict__[self.name] = value.clone() if isinstance(value, Tensor) else value

    def move(self, instance: object, device: torch.device) -> None:
        """Move the state to a device."""
        if not self.untouched(instance):
            self.unpack(instance, moved(self.packed(instance), device))

    def merged(self, values: Iterable[Value]) -> Value:
        """Return the merged state of several ranks, in their order.

        Args:
            values: Packed states; None is ignored.

        Returns:
            The state of a metric that has seen the data of all; None if all are None.
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
    """A state that is summed, such as a count. It starts as 0."""

    def __init__(self) -> None:
        super().__init__(Zero(), added)


class Max(State):
    """A state that keeps the maximum. It starts as minus infinity."""

    def __init__(self) -> None:
        super().__init__(Lowest(), larger)


class Min(State):
    """A state that keeps the minimum. It starts as infinity."""

    def __init__(self) -> None:
        super().__init__(Highest(), smaller)


class Reduced(State):
    """A state with a merge function of its own. It starts as None.

    Args:
        merge: Takes two states and returns one; it must be associative.
    """

    def __init__(self, merge: Callable[[Any, Any], Any]) -> None:
        super().__init__(None, merge)


class Cat(State):
    """A state that keeps every batch, for metrics that need all the data at once. It starts empty.

    On the instance it is a list to which tensors are appended; it grows with the data.
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
        """Drop every batch."""
        instance.__dict__[self.name] = Chunks()

    def untouched(self, instance: object) -> bool:
        """Return whether there is no batch."""
        return not self.__get__(instance, type(instance))

    def packed(self, instance: object) -> Value:
        """Return all batches joined, or None if there are none."""
        chunks: Chunks = self.__get__(instance, type(instance))
        return chunks.joined() if chunks else None

    def unpack(self, instance: object, value: Value) -> None:
        """Set the state to joined batches."""
        self.__set__(instance, [] if value is None else [value])


def added(a: Any, b: Any) -> Any:
    """Return the sum of two numbers, or of two tensors of the same shape.

    Raises:
        ValueError: If the shapes differ, because broadcasting would give a wrong sum.
    """
    if isinstance(a, Tensor) and isinstance(b, Tensor) and a.shape != b.shape:
        raise ValueError(f"cannot add states of shapes {tuple(a.shape)} and {tuple(b.shape)}")
    return a + b


def larger(a: Any, b: Any) -> Any:
    """Return the larger of two numbers, or of two tensors element by element, without a host sync.

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
    """Return the smaller of two numbers, or of two tensors element by element, without a host sync.

    Args:
        a: A number or a tensor, such as a `Min` state.
        b: A number or a tensor.
    """
    if not isinstance(a, Tensor):
        a, b = b, a
    if not isinstance(a, Tensor):
        return min(a, b)
    return torch.minimum(a, b) if isinstance(b, Tensor) else a.clamp(max=b)
