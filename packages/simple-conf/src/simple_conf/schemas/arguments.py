"""Arguments of resolvers, converted to the types that the function's parameters are annotated with."""

from __future__ import annotations

import inspect
import typing

from simple_conf.errors import ConfError
from simple_conf.schemas.containers import Mode, TooDeepError
from simple_conf.schemas.conversion import MismatchError, shown
from simple_conf.schemas.structure import structure
from simple_conf.written import bare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class ArgumentError(ConfError, ValueError):
    """A resolver was called with arguments that it does not take."""


def binder(function: Callable[..., Any]) -> Callable[[list[Any]], list[Any]]:
    """Return what makes the arguments of a call fit the parameters of ``function``.

    Args:
        function: Its annotated parameters are converted by the rules of schemas.

    Returns:
        A function of the arguments as written that returns them converted.
    """
    try:
        signature = inspect.signature(function)
        hints = typing.get_type_hints(function)
    except (ValueError, TypeError, NameError):
        return lambda arguments: [bare(value) for value in arguments]

    def bind(arguments: list[Any]) -> list[Any]:
        try:
            bound = signature.bind(*arguments)
        except TypeError as failure:
            raise ArgumentError(f"{failure}; it takes {signature}") from None
        converted = []
        for name, value in bound.arguments.items():
            several = signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
            values = value if several else [value]
            converted += [convert(name, one, hints.get(name)) for one in values]
        return converted

    return bind


def convert(name: str, value: Any, kind: Any) -> Any:
    """Return one argument as its parameter's type."""
    if kind is None:
        return bare(value)
    try:
        return structure(value, kind, Mode())
    except TooDeepError:
        raise ArgumentError(f"{name}: the value nests too deeply") from None
    except MismatchError as failure:
        raise ArgumentError(f"{name}: expected {failure.expected}, got {shown(failure.got)}") from None
