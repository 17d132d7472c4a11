"""Generic classes and overloads without `typing`, whose import takes a third of the time of the package."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Generic, TypeVar, overload

    T = TypeVar("T")

    class Subscriptable(Generic[T]):
        """A class that takes a type in brackets."""

else:
    from types import GenericAlias

    T = object

    class Subscriptable:
        """A class that takes a type in brackets."""

        __slots__ = ()
        __class_getitem__ = classmethod(GenericAlias)

    def overload(function):
        """Return a declaration that only type checkers read."""
        return function


__all__ = ["Subscriptable", "T", "overload"]
