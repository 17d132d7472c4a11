"""Errors of reading a value: what is wrong with it, its path, its origin, the chain that led to it."""

from __future__ import annotations

from simple_conf.errors import InterpolationCycleError, MissingValueError
from simple_conf.keypath import format_path
from simple_conf.tree.location import place_in
from simple_conf.tree.masking import censor_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Trace = list[tuple[Any, Any]]


def error(kind: Any, node: Any, key: Any, message: str, hint: str | None = None) -> Any:
    """Return an error that names the path and the origin of the value under ``key``."""
    path = (*node.__path__, key)
    if node.__tree__.secrets:
        censor = censor_of(node.__tree__.root)
        message, hint = censor.text(message), hint and censor.text(hint)
    return kind(message, path=format_path(path), origin=place_in(node, key), hint=hint)


def missing_value(node: Any, key: Any) -> Any:
    """Return the error for reading a value that is still ``???``."""
    hint = f"set it: {format_path((*node.__path__, key))}=…"
    return error(MissingValueError, node, key, "this value must be filled in (it is ???)", hint)


def cycle(trace: Trace, node: Any, key: Any) -> Any:
    """Return the error for a reference that leads back to itself, with the whole chain."""
    chain = [*trace, (node, key)]
    for start, (known, inner) in enumerate(trace):
        if known is node and inner == key:
            chain = [*trace[start:], (node, key)]
            break
    lines = []
    for known, inner in chain:
        if isinstance(inner, tuple):
            lines.append(f"    {format_path(inner) or '(the root)'}, which holds it")
            continue
        path = (*known.__path__, inner)
        raw = known.__raw__[inner]
        shown = raw if isinstance(raw, str) else "[…]"
        lines.append(f"    {format_path(path)} = {shown}  ({place_in(known, inner)})")
    first, at = chain[0]
    message = "this reference leads back to itself:\n" + "\n".join(lines)
    return error(InterpolationCycleError, first, at, message)
