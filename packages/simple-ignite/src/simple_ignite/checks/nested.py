"""Tensors in nested batches and outputs, with their paths."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import torch
from torch import Tensor

__all__ = [
    "all_tensors",
    "cloned",
    "described",
    "main_output",
    "not_finite",
    "same",
    "signature_of",
    "size_of",
]


def all_tensors(value: Any, path: str = "batch") -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors and arrays in lists, tuples, mappings and dataclasses, with their paths.

    Args:
        value: A batch or output.
        path: How it is called.
    """
    if isinstance(value, Tensor):
        yield path, value
    elif isinstance(value, np.ndarray) and value.dtype.kind in "fciub":
        yield path, torch.as_tensor(value if value.flags.writeable else value.copy())
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from all_tensors(one, f"{path}[{key!r}]")
    elif isinstance(value, list | tuple):
        for index, one in enumerate(value):
            yield from all_tensors(one, f"{path}[{index}]")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from all_tensors(getattr(value, field.name), f"{path}.{field.name}")


def cloned(value: Any, memo: dict[int, Any]) -> Any:
    """Return a value whose tensors and arrays are copies; what is not known is left as it is.

    Args:
        value: A part of a batch.
        memo: The copies by the ids of tensors, so that a tensor that is there twice is copied once.
    """
    if id(value) in memo:
        return memo[id(value)]
    made = value
    if isinstance(value, Tensor):
        made = value.detach().clone().requires_grad_(value.requires_grad)
    elif isinstance(value, np.ndarray):
        made = value.copy()
    elif isinstance(value, Mapping):
        made = copy.copy(value)
        with suppress(Exception):
            made.update({key: cloned(one, memo) for key, one in value.items()})  # type: ignore[attr-defined]
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        made = type(value)(*(cloned(one, memo) for one in value))
    elif type(value) in (list, tuple):
        made = type(value)(cloned(one, memo) for one in value)
    memo[id(value)] = made
    return made


def main_output(pred: Any) -> Tensor | None:
    """Return the tensor of a model's output that the loss is likely to be of: `logits`, or the first."""
    logits = getattr(pred, "logits", None)
    if logits is None and isinstance(pred, Mapping):
        logits = pred.get("logits")
    if isinstance(logits, Tensor):
        return logits
    floats = [one for _, one in all_tensors(pred) if one.is_floating_point() and one.dim() > 0]
    return floats[0] if floats else None


def not_finite(tensor: Tensor) -> int:
    """Return how many values are NaN or infinite; an additive mask of 0 and -inf has none."""
    if not (tensor.is_floating_point() or tensor.is_complex()) or tensor.device.type == "meta":
        return 0
    if tensor.layout != torch.strided:
        return not_finite(tensor.coalesce().values()) if tensor.layout == torch.sparse_coo else 0
    finite = torch.isfinite(tensor)
    if bool(finite.all()):
        return 0
    if not tensor.is_complex() and bool(((tensor == 0) | (tensor == -torch.inf)).all()):
        return 0
    return int((~finite).sum())


def signature_of(value: Any) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Return the dtype, and the shape without the first dimension, of each tensor by its path."""
    return {path: (str(one.dtype), tuple(one.shape[1:])) for path, one in all_tensors(value)}


def same(one: Any, other: Any) -> bool:
    """Return whether two batches hold the same tensors."""
    first, second = list(all_tensors(one)), list(all_tensors(other))
    return (
        len(first) == len(second)
        and bool(first)
        and all(a == b and torch.equal(x, y) for (a, x), (b, y) in zip(first, second, strict=True))
    )


def size_of(value: Any) -> int | None:
    """Return the number of samples: the first dimension of the first tensor that has one."""
    return next((one.shape[0] for _, one in all_tensors(value) if one.dim() > 0), None)


def described(value: Any) -> str:
    """Return the shapes in a batch or output, for a message."""
    if isinstance(value, Tensor | np.ndarray):
        return str(tuple(value.shape))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key!r}: {described(one)}" for key, one in list(value.items())[:8]) + "}"
    if isinstance(value, list | tuple) and len(value) <= 8:
        return "[" + ", ".join(map(described, value)) + "]"
    return type(value).__name__
