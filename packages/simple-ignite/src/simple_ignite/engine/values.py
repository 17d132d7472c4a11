"""Values of a state, written so that `torch.load(weights_only=True)` accepts them, and read back."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

import numpy as np
import torch

__all__ = ["UnsavableError", "read_value", "write_value"]

PLAIN = (int, float, str, bool, complex, bytes, type(None))
KIND = "simple_ignite.kind"
"""The key that marks a dictionary that stands for a value of another type."""
FACTORIES: dict[str, Any] = {one.__name__: one for one in (int, float, str, bool, list, dict, set, tuple)}
DEPTH = 100


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
        return {KIND: "bytes"}  # torch.load refuses empty bytes
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
            raise UnsavableError(place, f"defaultdict of {name or factory!r}")
        return {KIND: "defaultdict", "items": pairs, "factory": name}
    if type(value) is dict and KIND not in value and all(_is_key(k) for k, _ in pairs):
        return dict(pairs)
    return {KIND: type(value).__name__, "items": pairs}


def _is_key(written: Any) -> bool:
    """Return whether a key that was written can be a key still."""
    return all(map(_is_key, written)) if type(written) is tuple else type(written) in PLAIN


def _write_numpy(value: Any, place: str) -> dict[str, Any]:
    array = np.ascontiguousarray(value)
    if array.dtype.kind not in "biufc" or array.dtype.itemsize > 16 or array.dtype.name == "longdouble":
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
        array = np.frombuffer(value["bytes"] or b"", dtype=np.dtype(value["dtype"])).copy()
        return array[0] if value["shape"] is None else array.reshape(value["shape"])
    if kind == "bytes":
        return b""
    items = [read_value(one) for one in value["items"]]
    if kind == "deque":
        return deque(items, value["maxlen"])
    if kind == "defaultdict":
        return defaultdict(FACTORIES.get(value["factory"]), items)
    if kind == "Counter":
        return Counter(dict(items))
    readers: dict[str, Any] = {"set": set, "frozenset": frozenset, "dict": dict, "OrderedDict": OrderedDict}
    return readers[kind](items)
