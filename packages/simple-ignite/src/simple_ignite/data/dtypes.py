"""Data types of NumPy and torch, each as the other."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch

from simple_ignite.errors import DataArgumentError

__all__ = ["DType", "name_of", "to_numpy", "to_torch"]

DType = Any  # a torch.dtype, or whatever numpy.dtype accepts


def to_numpy(dtype: DType) -> np.dtype[Any]:
    """Return the NumPy data type of `dtype`.

    Raises:
        DataArgumentError: If NumPy has none, or one that holds Python objects or has a shape of its own.
    """
    if isinstance(dtype, torch.dtype):
        return _from_torch(dtype)
    if dtype is None:  # float64 to numpy
        raise DataArgumentError("dtype is missing; give one, such as 'float32'", argument="dtype")
    try:
        found = np.dtype(dtype)
    except (TypeError, ValueError):
        if isinstance(dtype, str) and isinstance(known := getattr(torch, dtype, None), torch.dtype):
            return _from_torch(known)
        raise DataArgumentError(
            f"dtype {dtype!r} is not known to numpy; give a name such as 'float32', or torch's dtype",
            argument="dtype",
        ) from None
    if found.subdtype is not None:
        raise DataArgumentError(
            f"dtype {found} has a shape of its own; give {found.base} as dtype, and the shape as shape",
            argument="dtype",
        )
    if found.hasobject:
        raise DataArgumentError(
            f"dtype {found} holds Python objects, which a file's bytes cannot be", argument="dtype"
        )
    return found


def to_torch(dtype: DType) -> torch.dtype:
    """Return the torch data type of `dtype`; a name such as 'bfloat16' is one too.

    Raises:
        DataArgumentError: If torch has none.
    """
    if isinstance(dtype, torch.dtype):
        return dtype
    if isinstance(dtype, str) and isinstance(found := getattr(torch, dtype, None), torch.dtype):
        return found
    return _from_numpy(to_numpy(dtype))


def name_of(dtype: DType) -> str:
    """Return the name of a data type, for a message."""
    return str(dtype).removeprefix("torch.") if isinstance(dtype, torch.dtype) else str(np.dtype(dtype))


@lru_cache
def _from_numpy(dtype: np.dtype[Any]) -> torch.dtype:
    try:
        return torch.from_numpy(np.empty(0, dtype)).dtype
    except (TypeError, ValueError):  # strings, structures, times; another byte order
        raise DataArgumentError(
            f"dtype {dtype} is not known to torch; use 'uint8' and take the bytes apart yourself",
            argument="dtype",
        ) from None


@lru_cache
def _from_torch(dtype: torch.dtype) -> np.dtype[Any]:
    try:
        return torch.empty(0, dtype=dtype).numpy().dtype
    except (TypeError, RuntimeError):
        raise DataArgumentError(
            f"dtype {dtype} is not known to numpy; use .tensor({dtype}) instead", argument="dtype"
        ) from None
