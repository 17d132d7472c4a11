"""Batches on their way to a device."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from simple_ignite.errors import DataArgumentError

__all__ = ["CudaTransfer", "HostTransfer", "Transfer", "transfer_to"]


class Transfer(Protocol):
    """Moves batches from the thread that draws them to the one that consumes them."""

    def observe(self) -> None:
        """Note, in the consumer's thread, what it is doing at the moment."""
        ...

    def send(self, batch: Any, /) -> Any:
        """Begin to move a batch; called in the thread that drew it."""
        ...

    def receive(self, sent: Any, /) -> Any:
        """Return what `send` began to move; called in the consumer's thread."""
        ...


def transfer_to(device: torch.device | str | int | None) -> Transfer:
    """Return what moves batches to `device`; None leaves them where they are.

    Raises:
        DataArgumentError: If there is no such device here.
    """
    if device is None:
        return HostTransfer(None)
    try:
        found = torch.device(device)
    except RuntimeError as error:
        raise DataArgumentError(
            f"device {device!r} is not known to torch: {error}", argument="device"
        ) from None
    if found.type != "cuda":
        return HostTransfer(found)
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if (found.index or 0) >= count:
        raise DataArgumentError(
            f"device {str(found)!r} is not there: torch sees {count} CUDA devices; name another, or 'cpu'",
            argument="device",
        )
    return CudaTransfer(
        torch.device("cuda", torch.cuda.current_device() if found.index is None else found.index)
    )


class HostTransfer:
    """Moves batches in the thread that draws them, and waits until they are there.

    Args:
        device: Where to; None leaves them where they are.
    """

    def __init__(self, device: torch.device | None) -> None:
        self.device = device

    def observe(self) -> None:
        """Do nothing."""

    def send(self, batch: Any) -> Any:
        """Return the batch on the device."""
        device = self.device
        if device is None:
            return batch
        return _changed(batch, lambda tensor: tensor.to(device), lambda other: other.to(device))

    def receive(self, sent: Any) -> Any:
        """Return the batch."""
        return sent


class Sent(NamedTuple):
    """A batch on its way, and the event after which it is there."""

    batch: Any
    arrived: torch.cuda.Event


class CudaTransfer:
    """Copies batches through pinned memory, on a stream of its own, while the consumer's stream computes.

    Each copy waits for what the consumer's stream has been given so far, and the consumer's stream waits for
    the copy. The memory of each tensor is kept until the consumer's stream is done with it.

    Args:
        device: A CUDA device with its index.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._consumer = torch.cuda.current_stream(device)

    def observe(self) -> None:
        """Note the consumer's stream."""
        self._consumer = torch.cuda.current_stream(self.device)

    def send(self, batch: Any) -> Sent:
        """Begin to copy a batch."""
        with torch.cuda.device(self.device):  # else pinning would begin to use device 0
            pinned = _changed(batch, _pin, _pin_other)
            self._stream.wait_stream(self._consumer)
            with torch.cuda.stream(self._stream):
                moved = _changed(pinned, self._to, self._to)
                return Sent(moved, self._stream.record_event())

    def receive(self, sent: Sent) -> Any:
        """Return the batch, for use on the current stream."""
        stream = torch.cuda.current_stream(self.device)
        stream.wait_event(sent.arrived)
        for tensor in _tensors(sent.batch):
            if tensor.is_cuda:
                tensor.record_stream(stream)
        return sent.batch

    def _to(self, thing: Any) -> Any:
        return thing.to(self.device, non_blocking=True)


def _pin(tensor: Tensor) -> Tensor:
    if tensor.device.type != "cpu" or tensor.layout is not torch.strided or tensor.is_pinned():
        return tensor
    return tensor.pin_memory()


def _pin_other(thing: Any) -> Any:
    return thing.pin_memory() if hasattr(thing, "pin_memory") else thing


def _changed(batch: Any, change: Callable[[Tensor], Any], other: Callable[[Any], Any]) -> Any:
    """Return a batch with its tensors changed, in the same lists, tuples, mappings and dataclasses as before.

    Args:
        batch: The batch.
        change: What is done to a tensor.
        other: What is done to anything else that has a method `to`, such as a PackedSequence.
    """
    if isinstance(batch, Tensor):
        return change(batch)
    if not isinstance(batch, type) and callable(getattr(batch, "to", None)):
        return other(batch)
    if isinstance(batch, Mapping):
        values = {key: _changed(value, change, other) for key, value in batch.items()}
        if not isinstance(batch, MutableMapping):
            return type(batch)(values)  # type: ignore[call-arg]
        clone = copy.copy(batch)  # a defaultdict cannot be made from a dict
        clone.update(values)
        return clone
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(_changed(value, change, other) for value in batch))
    if type(batch) is torch.Size:  # numbers only
        return batch
    if isinstance(batch, list | tuple):
        return type(batch)([_changed(value, change, other) for value in batch])
    if dataclasses.is_dataclass(batch) and not isinstance(batch, type):
        replaced = copy.copy(batch)
        for field in dataclasses.fields(batch):
            object.__setattr__(replaced, field.name, _changed(getattr(batch, field.name), change, other))
        return replaced
    return batch


def _tensors(batch: Any) -> Iterator[Tensor]:
    """Yield the tensors that `_changed` changes, and those in what has moved itself."""
    left, seen = [batch], {id(batch): batch}
    while left:
        each = left.pop()
        if isinstance(each, Tensor):
            yield each
            continue
        for value in _parts(each):
            if id(value) not in seen:  # what moves itself may refer to itself
                seen[id(value)] = value
                left.append(value)


def _parts(batch: Any) -> list[Any]:
    """Return what an object holds, where it may be tensors."""
    found: list[Any] = []
    if isinstance(batch, Mapping):
        found.extend(batch.values())
    elif isinstance(batch, list | tuple):
        found.extend(batch)
    elif isinstance(batch, type) or not (
        dataclasses.is_dataclass(batch) or callable(getattr(batch, "to", None))
    ):
        return found
    found.extend(getattr(batch, "__dict__", {}).values())
    for kind in type(batch).__mro__:
        slots = vars(kind).get("__slots__", ())
        for name in [slots] if isinstance(slots, str) else slots:
            found.append(getattr(batch, name, None))
    return found
