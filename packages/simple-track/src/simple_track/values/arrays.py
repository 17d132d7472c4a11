"""Arrays from anywhere: numpy, torch (never imported here), and whatever has `__array__`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from simple_track.errors import TrackError

Array = npt.NDArray[Any]
_SMALL_FLOATS = ("bfloat16", "float8_e4m3fn", "float8_e5m2")  # of JAX and its kin, by the package ml_dtypes


class ValueShapeError(TrackError, ValueError):
    """An array does not have a shape that this kind of value can have."""

    def __init__(self, kind: str, shape: tuple[int, ...], expected: str) -> None:
        self.kind = kind
        self.shape = shape
        self.expected = expected
        super().__init__(f"{kind}: shape {shape} does not fit; expected {expected}.")


class ValueRangeError(TrackError, ValueError):
    """An array holds numbers, or is of a type, that this kind of value cannot have."""

    def __init__(self, kind: str, found: str, expected: str) -> None:
        self.kind = kind
        self.found = found
        self.expected = expected
        super().__init__(f"{kind}: {found}; expected {expected}.")


def as_array(data: Any, kind: str) -> Array:
    """The data as a numpy array, brought to the host first when it is a torch tensor on a device.

    Args:
        data: An array, a tensor, or nested lists of numbers.
        kind: What the array is for; names it in an error.

    Raises:
        ValueRangeError: It does not make an array of numbers.
    """
    if is_tensor(data):
        data = data.detach().cpu()
        if not _numpy_knows(data):
            data = data.float()
        return np.asarray(data.numpy())
    try:
        array = np.asarray(data)
    except ValueError as error:  # rows of different lengths
        raise ValueRangeError(kind, f"{type(data).__name__} is ragged", "an array of numbers") from error
    if array.dtype.name in _SMALL_FLOATS:
        return array.astype(np.float32)
    if array.dtype.kind not in "biuf":
        raise ValueRangeError(kind, f"{type(data).__name__} has dtype {array.dtype}", "an array of numbers")
    return array


def is_tensor(data: Any) -> bool:
    """Whether it is a torch tensor, without importing torch."""
    return any(base.__module__ == "torch" and base.__name__ == "Tensor" for base in type(data).__mro__)


def same(a: Array | None, b: Array | None) -> bool:
    """Equal shape, type and numbers; NaN equals NaN."""
    if a is None or b is None:
        return a is b
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    return bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))


def frozen(array: Array) -> Array:
    """A copy that cannot be written to, so that a value stays what it was when it was made."""
    copy = np.array(array, order="C")
    copy.flags.writeable = False
    return copy


def _numpy_knows(tensor: Any) -> bool:
    return not any(word in str(tensor.dtype) for word in ("bfloat16", "float8"))
