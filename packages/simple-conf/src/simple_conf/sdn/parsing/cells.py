"""The types of a typed table, and whether a cell fits."""

from __future__ import annotations

import struct
from typing import Any

from simple_conf.sdn.parsing.fault import Fault

INTEGERS = {
    **{f"i{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"u{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
}
"""The smallest and the largest value of each whole-number type."""

TYPES = (*INTEGERS, "f32", "f64", "bool", "str")
"""Every type that a typed table may name."""


def fits(kind: str, value: object) -> str | None:
    """Tell what is wrong with a cell.

    Args:
        kind: one of `TYPES`.
        value: what the cell holds; an empty cell (None) fits every type.

    Returns:
        None when it fits, else a few words.
    """
    if value is None:
        return None
    if kind in INTEGERS:
        low, high = INTEGERS[kind]
        if type(value) is not int:
            return f"expected {kind}, found {_describe(value)}"
        return (
            None if low <= value <= high else f"{value} does not fit {kind}, which goes from {low} to {high}"
        )
    if kind in ("f32", "f64"):
        if type(value) not in (int, float):
            return f"expected {kind}, found {_describe(value)}"
        return _float_fits(kind, value)  # type: ignore[arg-type]
    wanted = bool if kind == "bool" else str
    return None if type(value) is wanted else f"expected {kind}, found {_describe(value)}"


def _float_fits(kind: str, value: int | float) -> str | None:
    try:
        struct.pack("<f" if kind == "f32" else "<d", value)
    except (OverflowError, struct.error):
        return f"{value if abs(value) < 10**40 else 'this number'} does not fit {kind}"
    return None


def _describe(value: object) -> str:
    if isinstance(value, str):
        return f"the text {value!r}" if len(value) < 40 else "a text"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value}" if isinstance(value, int | float) and abs(value) < 10**40 else "another kind of value"


def typed_cell(kind: str, value: Any, at: int, *, collection: bool = False) -> Any:
    """Give a cell as its column's type has it: a whole number in a float column becomes a float.

    Raises:
        Fault: it does not fit.
    """
    problem = f"expected {kind}, found a collection" if collection else fits(kind, value)
    if problem is not None:
        hint = (
            "write true or false"
            if kind == "bool"
            else "put the text in double quotes"
            if kind == "str"
            else None
        )
        raise Fault(problem, at, hint)
    return (
        float(value)
        if kind in ("f32", "f64") and type(value) is int and int(float(value)) == value
        else value
    )


def count(number: int, noun: str) -> str:
    """Write a number with its noun: one cell, two cells."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
