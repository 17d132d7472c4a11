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
    """The data as a numpy array in native byte order; torch tensors are brought to the host.

    Args:
        data: An array, a tensor, or nested lists of numbers. Masked floats become NaN.
        kind: What the array is for; names it in an error.

    Raises:
        ValueRangeError: It does not make an array of numbers, or is an array of integers with masked ones.
    """
    try:
        array = _from_tensor(data) if is_tensor(data) else np.asanyarray(data)
    except (ValueError, RuntimeError) as error:  # rows of different lengths, sparse tensors
        ragged = isinstance(data, list | tuple)
        found = "is ragged" if ragged else f"is no array ({str(error)[:80]})"
        raise ValueRangeError(kind, f"{type(data).__name__} {found}", "an array of numbers") from error
    if array.dtype.name in _SMALL_FLOATS:
        array = array.astype(np.float32)
    if array.dtype.kind not in "biuf":
        raise ValueRangeError(kind, f"{type(data).__name__} has dtype {array.dtype}", "an array of numbers")
    if isinstance(array, np.ma.MaskedArray):
        if array.dtype.kind != "f" and np.ma.is_masked(array):
            raise ValueRangeError(kind, f"a masked array of {array.dtype}", "an array without masked numbers")
        array = array.filled(np.nan) if array.dtype.kind == "f" else array.data
    return np.asarray(array, dtype=array.dtype.newbyteorder("="))


def as_floats(data: Any, kind: str) -> Array:
    """The data as a float64 array of the same numbers.

    Args:
        data: As for `as_array`.
        kind: What the array is for; names it in an error.

    Raises:
        ValueRangeError: It does not make an array of numbers, or float64 would round one of them.
    """
    array = as_array(data, kind)
    if array.dtype.kind not in "iuf" or array.dtype.itemsize < 8 or array.dtype == np.float64:
        return array.astype(np.float64)
    with np.errstate(over="ignore"):
        floats = array.astype(np.float64)
    exact = floats.astype(array.dtype) == array if array.dtype.kind == "f" else _same_integers(floats, array)
    if not (exact | (array != array)).all():
        odd = array[~exact].ravel()[0]
        raise ValueRangeError(kind, f"{array.dtype} with {odd}", "numbers that float64 holds exactly")
    return floats


def _same_integers(floats: Array, integers: Array) -> Array:
    inside = floats < 2.0 ** (63 if integers.dtype.kind == "i" else 64)  # beyond, a conversion back overflows
    same_: Array = inside & (np.where(inside, floats, 0).astype(integers.dtype) == integers)
    return same_


def _from_tensor(tensor: Any) -> Array:
    tensor = tensor.detach().cpu()
    return np.asarray((tensor if _numpy_knows(tensor) else tensor.float()).numpy())


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
