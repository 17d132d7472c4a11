"""States of metrics as one flat int64 tensor, and back, bit for bit."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from simple_ignite.metrics.base.state import Value

NOTHING, INTEGER, REAL, LIST = -1, -2, -3, -4
DTYPES = (
    *(torch.float64, torch.float32, torch.float16, torch.bfloat16),
    *(torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool),
)


def packed(values: Iterable[Value]) -> Tensor:
    """Put values one after the other, each with a header that says what it is.

    Args:
        values: States at rest.

    Returns:
        int64 of shape `(n,)`, on the CPU.

    Raises:
        TypeError: A tensor of a dtype that is none of the usual ones.
    """
    parts = [part for value in values for part in _written(value)]
    return torch.cat(parts) if parts else torch.empty(0, dtype=torch.int64)


def unpacked(message: Tensor) -> list[Value]:
    """Give back the values that `packed` was given.

    Args:
        message: int64 of shape `(n,)`, on the CPU.

    Returns:
        The values, tensors on the CPU.
    """
    values: list[Value] = []
    at = 0
    while at < message.numel():
        value, at = _read(message, at)
        values.append(value)
    return values


def _written(value: Value) -> list[Tensor]:
    """Give header and content of one value."""
    if value is None:
        return [torch.tensor([NOTHING])]
    if isinstance(value, int):
        return [torch.tensor([INTEGER, value])]
    if isinstance(value, float):
        return [torch.tensor([REAL, *struct.unpack("q", struct.pack("d", value))])]
    if isinstance(value, list):
        return [torch.tensor([LIST, len(value)]), *(part for item in value for part in _written(item))]
    if value.dtype not in DTYPES:
        raise TypeError(f"a state of dtype {value.dtype} cannot be sent to other ranks")
    header = torch.tensor([DTYPES.index(value.dtype), value.ndim, *value.shape])
    flat = value.detach().reshape(-1).cpu()
    return [header, flat.double().view(torch.int64) if flat.is_floating_point() else flat.long()]


def _read(message: Tensor, at: int) -> tuple[Any, int]:
    """Read the value that begins at a place; gives it and where the next begins."""
    code = int(message[at])
    if code == NOTHING:
        return None, at + 1
    size = int(message[at + 1])
    at += 2
    if code == INTEGER:
        return size, at
    if code == REAL:
        return struct.unpack("d", struct.pack("q", size))[0], at
    if code == LIST:
        items = []
        for _ in range(size):
            item, at = _read(message, at)
            items.append(item)
        return items, at
    shape = message[at : at + size].tolist()
    at += size
    bits = message[at : at + math.prod(shape)]
    flat = bits.view(torch.float64) if DTYPES[code].is_floating_point else bits
    return flat.to(DTYPES[code]).reshape(shape), at + math.prod(shape)
