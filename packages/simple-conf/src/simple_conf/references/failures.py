"""Errors of reading a value: what is wrong with it, its path, its origin, the chain that led to it."""

from __future__ import annotations

from simple_conf.errors import (
    ConfError,
    InterpolationCycleError,
    InterpolationLimitError,
    MissingValueError,
    PlacedError,
    ResolverError,
    ResolverUsageError,
)
from simple_conf.keypath import format_path
from simple_conf.tree.location import origin_in
from simple_conf.tree.masking import censor_of
from simple_conf.tree.node import raw_item

MAX_TEXT = 16 * 1024 * 1024
"""Maximum number of characters of a text that references make."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from simple_conf.tree.node import Key, Node

    E = TypeVar("E", bound=PlacedError)
    Trace = list[tuple[Node, Key]]


def error(kind: type[E], node: Node, key: Key, message: str, hint: str | None = None) -> E:
    """Return an error that names the path and the origin of the value under ``key``."""
    path = (*node.__path__, key)
    if node.__tree__.secrets:
        censor = censor_of(node.__tree__.root)
        message, hint = censor.text(message), hint and censor.text(hint)
    return kind(message, path=format_path(path), origin=origin_in(node, key), hint=hint)


def missing_value(node: Node, key: Key) -> MissingValueError:
    """Return the error for reading a value that is still ``???``."""
    hint = f"set it: {format_path((*node.__path__, key))}=…"
    return error(MissingValueError, node, key, "this value must be filled in (it is ???)", hint)


def cycle(trace: Trace, node: Node, key: Key) -> InterpolationCycleError:
    """Return the error for a value that refers back to itself, with the whole chain.

    Args:
        trace: The values that are being resolved, each because of the one before.
        node: The node that holds the value which is reached again.
        key: Its key there.
    """
    start = next((at for at, (known, inner) in enumerate(trace) if known is node and inner == key), 0)
    return cycle_error([*map(line, trace[start:]), line((node, key))], *trace[start])


def enclosing_cycle(trace: Trace, found: Node) -> InterpolationCycleError:
    """Return the error for a reference to a node that holds the reference itself."""
    holder = f"    {format_path(found.__path__) or '(the root)'}, which holds it"
    return cycle_error([*map(line, trace), holder], *trace[0])


def cycle_error(lines: list[str], node: Node, key: Key) -> InterpolationCycleError:
    """Return the error with the lines of a chain, which begins with ``key`` of ``node``."""
    message = "this reference leads back to itself:\n" + "\n".join(lines)
    return error(InterpolationCycleError, node, key, message)


def line(step: tuple[Node, Key]) -> str:
    """Return the line of one value in a chain: its path, what is written there, its origin."""
    node, key = step
    raw = raw_item(node, key)
    shown = raw if isinstance(raw, str) else "[…]"
    return f"    {format_path((*node.__path__, key))} = {shown}  ({origin_in(node, key)})"


def call_error(failure: Exception, text: str, node: Node, key: Key, hidden: bool) -> ResolverError:
    """Return the error for a resolver that raised.

    What the resolver says is left out where it was given a secret; but that a built-in one is used wrongly,
    such as for a variable that is not set, shows only what is written.
    """
    written = isinstance(failure, ResolverUsageError) and "${" not in text
    if hidden and not written:
        why = "its message is not shown, since it was given a secret"
        message = f"${{{text}}} failed: {type(failure).__name__}; {why}"
    elif isinstance(failure, ConfError):
        message = f"${{{text}}}: {getattr(failure, 'message', str(failure))}"
    else:
        message = f"${{{text}}} failed: {type(failure).__name__}: {failure}"
    return error(ResolverError, node, key, message)


def bounded(size: int, node: Node, key: Key) -> int:
    """Return the size of a text in characters, or raise an error where it grows too long."""
    if size > MAX_TEXT:
        raise error(InterpolationLimitError, node, key, f"the text grows beyond {MAX_TEXT:,} characters")
    return size
