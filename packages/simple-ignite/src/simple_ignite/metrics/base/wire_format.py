"""The wire format of metric states: one flat int64 tensor, exact to the bit."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from typing import cast

import torch
from torch import Tensor

from simple_ignite.metrics.base.state import Value

NOTHING, INTEGER, REAL, LIST = -1, -2, -3, -4
DTYPES = (
    *(torch.float64, torch.float32, torch.float16, torch.bfloat16),
    *(torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool),
)


def packed(values: Iterable[Value]) -> Tensor:
    """Concatenate values, each with a header that describes it.

    Args:
        values: Packed states.

    Returns:
        int64 of shape `(n,)`, on the CPU.

    Raises:
        TypeError: If a tensor has an unsupported dtype, such as a complex one.
    """
    parts = [part for value in values for part in _written(value)]
    return torch.cat(parts) if parts else torch.empty(0, dtype=torch.int64)


def unpacked(message: Tensor) -> list[Value]:
    """Return the values that were passed to `packed`.

    Args:
        message: int64 of shape `(n,)`, on the CPU.

    Returns:
        The values, tensors on the CPU.
    """
    values: list[Value] = []
    offset = 0
    while offset < message.numel():
        value, offset = _read(message, offset)
        values.append(value)
    return values


def _written(value: Value) -> list[Tensor]:
    """Return the header and the content of one value."""
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


def _read(message: Tensor, offset: int) -> tuple[Value, int]:
    """Return the value that begins at an offset, and the offset of the next."""
    code = int(message[offset])
    if code == NOTHING:
        return None, offset + 1
    size = int(message[offset + 1])
    offset += 2
    if code == INTEGER:
        return size, offset
    if code == REAL:
        return cast(float, struct.unpack("d", struct.pack("q", size))[0]), offset
    if code == LIST:
        items: list[Tensor] = []
        for _ in range(size):
            item, offset = _read(message, offset)
            items.append(cast(Tensor, item))
        return items, offset
    shape = message[offset : offset + size].tolist()
    offset += size
    bits = message[offset : offset + math.prod(shape)]
    flat = bits.view(torch.float64) if DTYPES[code].is_floating_point else bits
    return flat.to(DTYPES[code]).reshape(shape), offset + math.prod(shape)
