"""Types in the words of error messages and help: ``int``, ``list[str]``, ``one of "a", "b"``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

from simple_conf.schemas.conversion import one_of
from simple_conf.values import Secret


def describe(kind: Any) -> str:
    """Return a type in words."""
    if isinstance(kind, NewType):
        return describe(kind.__supertype__)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return describe(arguments[0])
    if kind is None or kind is NoneType:
        return "null"
    if kind is Any or kind is object:
        return "anything"
    if origin is Literal:
        return one_of(arguments)
    if origin in (Union, UnionType):
        return " or ".join(describe(argument) for argument in arguments)
    if origin is Secret or kind is Secret:
        return describe(arguments[0] if arguments else Any)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return one_of([m.value if isinstance(m.value, str) else m.name for m in kind])
    if isinstance(kind, type) and issubclass(kind, Path):
        return "a path"
    if origin is not None:
        return container(origin, arguments)
    return getattr(kind, "__name__", None) or str(kind)


def container(origin: Any, arguments: tuple[Any, ...]) -> str:
    """Return a generic type in words."""
    name = (
        "list"
        if origin is Sequence
        else "dict"
        if origin is Mapping
        else "set"
        if origin is Set
        else origin.__name__
    )
    inner = ", ".join("…" if argument is ... else describe(argument) for argument in arguments)
    return f"{name}[{inner}]" if inner else name
