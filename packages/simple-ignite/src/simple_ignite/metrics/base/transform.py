"""Transforms of a step's output to what a metric takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import torch
from torch import Tensor

from simple_ignite.errors import OutputError

Transform: TypeAlias = Callable[[Any], Any]
"""Converts a step's output to what a metric takes."""

TARGET_KEYS = ("label", "labels", "target", "y")


def pair(output: Any) -> tuple[Any, Any]:
    """Return prediction and target of a step's output: the default `output_transform`.

    Args:
        output: `(pred, target)`, or a mapping with "pred" and one of "label", "labels", "target", "y".

    Returns:
        `(pred, target)`.

    Raises:
        OutputError: If the output has another form; the message shows its form and the accepted ones.
    """
    if type(output) is tuple and len(output) == 2:
        return output
    if isinstance(output, tuple | list):
        if len(output) == 2:
            return output[0], output[1]
    elif isinstance(output, Mapping) and "pred" in output:
        for key in TARGET_KEYS:
            if key in output:
                return output["pred"], output[key]
    raise OutputError(
        described(output),
        '(pred, target), or a mapping with "pred" and one of "label", "labels", "target", "y"',
        "lambda output: (output[...], output[...])",
    )


def single(output: Any) -> tuple[Any]:
    """Return a step's output as one argument, also if it is a tuple: an `output_transform`."""
    return (output,)


def device_of(parts: object) -> torch.device | None:
    """Return the device of the first tensor in a value, or in nested tuples, lists and mappings."""
    if isinstance(parts, Tensor):
        return parts.device
    items: list[object] = []
    if isinstance(parts, Mapping):
        items = list(parts.values())
    elif isinstance(parts, tuple | list):
        items = list(parts)
    return next((device for item in items if (device := device_of(item)) is not None), None)


def described(value: object, depth: int = 0) -> str:
    """Describe a value in a few words: type, dtype, shape, keys.

    Args:
        value: Any value.
        depth: In how many containers it is nested.

    Returns:
        Such as `dict {'loss': float32 tensor of shape (), 'n': int}`.
    """
    if isinstance(value, Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} tensor of shape {tuple(value.shape)}"
    name = type(value).__name__
    if depth < 2 and isinstance(value, Mapping):
        items = [f"{key!r}: {described(item, depth + 1)}" for key, item in value.items()]
        return f"{name} {{{shortened(items)}}}"
    if depth < 2 and isinstance(value, tuple | list):
        items = [described(item, depth + 1) for item in value]
        return f"{name} of {len(items)} ({shortened(items)})" if items else f"{name} of 0"
    return name


def shortened(items: list[str], most: int = 6) -> str:
    """Join the first few items."""
    return ", ".join(items[:most] + (["…"] if len(items) > most else []))
