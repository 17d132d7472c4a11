"""Pixels: what shape and range an array of an image has, and the 8 bits a channel it stands for."""

from __future__ import annotations

from typing import Any

import numpy as np

from simple_track.values.arrays import Array, ValueRangeError, ValueShapeError, as_array, is_tensor

CHANNELS = (1, 3, 4)
_SLACK = 0.05  # resizing leaves floats a little outside their range
_EXPECTED = "(H, W), (H, W, C) or (C, H, W) with C = 1, 3 or 4"
_RANGES = "uint8, bool, integers in 0…255, or floats in 0…1, -1…1 or 0…255; or say value_range=(black, white)"


def as_pixels(
    img: Any,
    *,
    layout: str | None = None,
    value_range: tuple[float, float] | None = None,
    kind: str = "image",
) -> Array:
    """Pixels of shape (H, W), (H, W, 3) or (H, W, 4), uint8 or, for a grey image of 16 bits, uint16.

    Args:
        img: An array or tensor; see `Image` for what is recognised.
        layout: "HW", "HWC" or "CHW" instead of guessing.
        value_range: What is black and what is white, instead of guessing.
        kind: Names the value in an error.

    Raises:
        ValueShapeError: The shape fits none of the layouts.
        ValueRangeError: The numbers fit none of the ranges.
    """
    array = as_array(img, kind)
    chosen = layout or _layout(array.shape, tensor=is_tensor(img), kind=kind)
    channels = {"HW": None, "HWC": 2, "CHW": 0}.get(chosen, -1)
    if channels == -1 or array.ndim != len(chosen):
        raise ValueShapeError(kind, array.shape, f"layout 'HW', 'HWC' or 'CHW', not {chosen!r}")
    if channels is not None:
        array = np.moveaxis(array, channels, 2)
        if array.shape[2] not in CHANNELS:
            raise ValueShapeError(kind, np.shape(img), _EXPECTED)
        array = array[:, :, 0] if array.shape[2] == 1 else array
    if array.size == 0:
        raise ValueShapeError(kind, np.shape(img), "at least one pixel")
    return to_bytes(array, value_range=value_range, kind=kind)


def to_bytes(array: Array, *, value_range: tuple[float, float] | None = None, kind: str = "image") -> Array:
    """Numbers as uint8 by the rules of `Image`; uint16 stays where the array is two-dimensional."""
    if value_range is not None:
        try:
            black, white = map(float, value_range)
        except (TypeError, ValueError):
            black = white = 0.0
        if black == white or not np.isfinite(white - black):
            raise ValueRangeError(kind, f"value_range is {value_range!r}", "two numbers (black, white)")
        return _scaled(array.astype(np.float64), black, white)
    if array.dtype == np.uint8 or (array.dtype == np.uint16 and array.ndim == 2):
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    low, high = float(array.min()), float(array.max())
    if array.dtype.kind in "iu":
        if low >= 0 and high <= 255:
            return array.astype(np.uint8)
    elif np.isfinite(low) and np.isfinite(high):  # min and max carry any NaN
        if low >= -_SLACK and high <= 1 + _SLACK:
            return _rounded(_wide(array) * 255)
        if low >= -1 - _SLACK and high <= 1 + _SLACK:
            return _rounded((_wide(array) + 1) * 127.5)
        if low >= 0 and 2 <= high <= 255:
            return _rounded(array)
    raise ValueRangeError(kind, f"{array.dtype} from {low:g} to {high:g}", _RANGES)


def _rounded(array: Array) -> Array:
    bytes_: Array = np.rint(np.clip(array, 0, 255)).astype(np.uint8)
    return bytes_


def _wide(array: Array) -> Array:
    """At least 32 bits, in which 255 steps are exact."""
    wide: Array = array.astype(np.float32) if array.dtype.itemsize < 4 else array
    return wide


def _scaled(array: Array, black: float, white: float) -> Array:
    unit = np.clip((array - black) / (white - black), 0, 1)
    return np.rint(np.nan_to_num(unit) * 255).astype(np.uint8)


def _layout(shape: tuple[int, ...], *, tensor: bool, kind: str) -> str:
    if len(shape) == 2:
        return "HW"
    if len(shape) == 3:
        last, first = shape[2] in CHANNELS, shape[0] in CHANNELS
        if first and (tensor or not last):
            return "CHW"
        if last:
            return "HWC"
    raise ValueShapeError(kind, shape, _EXPECTED)
