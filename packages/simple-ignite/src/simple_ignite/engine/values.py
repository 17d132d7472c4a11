"""Values of a state, written so that `torch.load(weights_only=True)` accepts them, and read back."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

__all__ = ["UnsavableError", "read_value", "write_value"]

PLAIN = (int, float, str, bool, complex, bytes, type(None))
KIND = "simple_ignite.kind"
"""The key that marks a dictionary that stands for a value of another type."""
FACTORIES: dict[str, Any] = {one.__name__: one for one in (int, float, str, bool, list, dict, set, tuple)}
DEPTH = 100
WRITERS: dict[type, Callable[[Any], Any]] = {
    range: lambda value: (value.start, value.stop, value.step),
    slice: lambda value: (value.start, value.stop, value.step),
    bytearray: lambda value: (bytes(value),),
    type(Path()): lambda value: (str(value),),
    torch.Size: lambda value: (tuple(value),),
    torch.device: lambda value: (str(value),),
    torch.dtype: lambda value: (str(value).removeprefix("torch."),),
}
"""The arguments that make a value again, by its type."""
MAKERS: dict[str, Callable[..., Any]] = {
    **{kind.__name__: kind for kind in (bytes, range, slice, bytearray, Path, torch.Size, torch.device)},
    "dtype": lambda name: vars(torch)[name],
}
"""What makes a value of its arguments, by the name of its type."""


class UnsavableError(Exception):
    """A value that cannot be saved.

    Attributes:
        place: The keys that lead to it.
        kind: Its type, or what is wrong with it.
    """

    def __init__(self, place: str, kind: str) -> None:
        super().__init__(place, kind)
        self.place = place
        self.kind = kind


def write_value(value: Any, place: str = "", depth: int = DEPTH) -> Any:
    """Return a value as plain values and tensors.

    Raises:
        UnsavableError: If it, or something in it, is of a type that cannot be restored.
    """
    kind = type(value)
    if kind is bytes and not value:
        return {KIND: "bytes", "made_of": ()}  # `torch.load(weights_only=True)` refuses it
    if kind in PLAIN or kind is torch.Tensor:
        return value
    if depth == 0:
        raise UnsavableError(place, "container that is nested too deeply")
    if isinstance(value, np.generic | np.ndarray) and kind.__module__ == "numpy":
        return _write_numpy(value, place)
    if kind is list:
        return [write_value(one, f"{place}[{i}]", depth - 1) for i, one in enumerate(value)]
    if kind is tuple:
        return tuple(write_value(one, f"{place}[{i}]", depth - 1) for i, one in enumerate(value))
    if kind in (set, frozenset, deque):
        items = [write_value(one, place, depth - 1) for one in value]
        return {KIND: kind.__name__, "items": items, "maxlen": getattr(value, "maxlen", None)}
    if kind in WRITERS:
        parts = tuple(write_value(one, place, depth - 1) for one in WRITERS[kind](value))
        return {KIND: "Path" if isinstance(value, Path) else kind.__name__, "made_of": parts}
    if kind in (dict, OrderedDict, defaultdict, Counter):
        return _write_mapping(value, place, depth)
    raise UnsavableError(place, kind.__name__)


def _write_mapping(value: Any, place: str, depth: int) -> Any:
    pairs = [
        (write_value(k, place, depth - 1), write_value(v, f"{place}[{k!r}]", depth - 1))
        for k, v in value.items()
    ]
    if type(value) is defaultdict:
        factory = value.default_factory
        name = getattr(factory, "__name__", "")
        if factory is not None and FACTORIES.get(name) is not factory:
            raise UnsavableError(place, f"defaultdict of {name or type(factory).__name__}")
        return {KIND: "defaultdict", "items": pairs, "factory": name}
    if type(value) is dict and KIND not in value and all(_is_key(k) for k, _ in pairs):
        return dict(pairs)
    return {KIND: type(value).__name__, "items": pairs}


def _is_key(written: Any) -> bool:
    """Return whether what was written of a key can be a key."""
    return all(map(_is_key, written)) if type(written) is tuple else type(written) in PLAIN


def _write_numpy(value: Any, place: str) -> dict[str, Any]:
    array = np.ascontiguousarray(value)
    known = array.dtype.kind in "biufcmM" and array.dtype.itemsize <= 16 and array.dtype.char not in "gG"
    if not known and array.dtype.kind not in "US":
        raise UnsavableError(place, f"NumPy value of dtype {array.dtype}")
    shape = None if isinstance(value, np.generic) else list(value.shape)
    return {KIND: "numpy", "dtype": array.dtype.str, "shape": shape, "bytes": array.tobytes() or None}


def read_value(value: Any) -> Any:
    """Return what `write_value` was given."""
    if type(value) is list:
        return [read_value(one) for one in value]
    if type(value) is tuple:
        return tuple(read_value(one) for one in value)
    if not isinstance(value, dict):
        return value
    kind = value.get(KIND)
    if kind is None:
        return {read_value(k): read_value(v) for k, v in value.items()}
    if kind == "numpy":
        dtype = np.dtype(value["dtype"])
        array = np.frombuffer(value["bytes"], dtype).copy() if value["bytes"] else np.empty(0, dtype)
        return array[0] if value["shape"] is None else array.reshape(value["shape"])
    if "made_of" in value:
        return MAKERS[kind](*(read_value(one) for one in value["made_of"]))
    items = [read_value(one) for one in value["items"]]
    if kind == "deque":
        return deque(items, value["maxlen"])
    if kind == "defaultdict":
        return defaultdict(FACTORIES.get(value["factory"]), items)
    if kind == "Counter":
        return Counter(dict(items))
    readers: dict[str, Any] = {"set": set, "frozenset": frozenset, "dict": dict, "OrderedDict": OrderedDict}
    return readers[kind](items)
