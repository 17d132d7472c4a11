"""Column types of typed tables."""

from __future__ import annotations

import struct

from simple_conf.sdn.parsing.fault import Fault
from simple_conf.sdn.parsing.literals import Scalar

INTEGER_RANGES = {
    **{f"i{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"u{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
}
"""The smallest and the largest value of each integer type."""

TYPES = (*INTEGER_RANGES, "f32", "f64", "bool", "str")
"""All types that a typed table may name."""

_HINTS = {"bool": "write true or false", "str": "put the text in double quotes"}
_SHOWN = 40  # characters of a text, and digits of a number, that a message shows


def convert_cell(type_name: str, value: Scalar, offset: int, *, collection: bool = False) -> Scalar:
    """Check a cell against its column type; an integer in a float column becomes a float.

    Args:
        type_name: one of `TYPES`.
        value: the value of the cell; None (an empty cell) is valid for every type.
        offset: offset of the cell, for faults.
        collection: whether the cell is a list or a dict.

    Raises:
        Fault: the value does not have this type.
    """
    problem = f"expected {type_name}, found a collection" if collection else type_problem(type_name, value)
    if problem is not None:
        raise Fault(problem, offset, _HINTS.get(type_name), plain=f"expected {type_name}")
    if type(value) is int and type_name in ("f32", "f64") and int(float(value)) == value:
        return float(value)
    return value


def type_problem(type_name: str, value: Scalar) -> str | None:
    """Say why a value does not have a column type.

    Args:
        type_name: one of `TYPES`.
        value: the value of a cell; None is valid for every type.

    Returns:
        The message, or None if the value is valid.
    """
    if value is None:
        return None
    if type_name in INTEGER_RANGES:
        if type(value) is int:
            low, high = INTEGER_RANGES[type_name]
            if low <= value <= high:
                return None
            return f"{_describe(value)} is out of range for {type_name} ({low} to {high})"
    elif type_name in ("f32", "f64"):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _float_problem(type_name, value)
    elif type(value) is (bool if type_name == "bool" else str):
        return None
    return f"expected {type_name}, found {_describe(value)}"


def _float_problem(type_name: str, value: int | float) -> str | None:
    try:
        struct.pack("<f" if type_name == "f32" else "<d", value)
    except (OverflowError, struct.error):
        return f"{_describe(value)} is out of range for {type_name}"
    return None


def _describe(value: Scalar) -> str:
    if isinstance(value, str):
        return f"the text {value!r}" if len(value) < _SHOWN else "a text"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value}" if abs(value) < 10**_SHOWN else "a large number"
    return "???"
