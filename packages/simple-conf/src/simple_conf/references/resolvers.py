"""Resolvers: the registered functions behind ``${name:argument}``."""

from __future__ import annotations

from simple_conf.errors import ResolverUsageError
from simple_conf.references.builtins import FUNCTIONS, LIVE, TEXTS, Scope
from simple_conf.suggestion import did_you_mean
from simple_conf.written import WRITTEN, bare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])
    Bind = Callable[[Callable[..., Any]], Callable[[list[Any]], list[Any]]]

VARIADIC = 0x04  # inspect.CO_VARARGS, whose module is slow to import


class Resolver:
    """A registered function.

    Args:
        name: What is before the colon.
        function: Called with the arguments.
        shared: Whether one result serves every place of a config that passes the same arguments.
        live: Whether it is called at every reading after a change, since it reads the config itself.
        scoped: Whether the function takes the `Scope` before its arguments.
        bind: Called with the function before its first call; returns a function that converts a list of
            arguments for it.
    """

    __slots__ = ("_bind", "_convert", "function", "live", "name", "scoped", "shared")

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        *,
        shared: bool = False,
        live: bool = False,
        scoped: bool = False,
        bind: Bind | None = None,
    ) -> None:
        self.name = name
        self.function = function
        self.shared = shared
        self.live = live
        self.scoped = scoped
        self._bind = bind
        self._convert: Callable[[list[Any]], list[Any]] | None = None

    def run(self, arguments: list[Any], scope: Scope) -> Any:
        """Call the function.

        Args:
            arguments: The arguments as written, with their interpolations evaluated.
            scope: The config that it is called in.
        """
        if self.scoped:
            self.check(arguments)
            taken = as_text if self.name in TEXTS else bare
            return self.function(scope, *map(taken, arguments))
        if self._convert is None:
            self._convert = bare_values if self._bind is None else self._bind(self.function)
        return self.function(*self._convert(arguments))

    def check(self, arguments: list[Any]) -> None:
        """Refuse a wrong number of arguments for a built-in resolver.

        Raises:
            ResolverUsageError: There are too few or too many.
        """
        code = self.function.__code__
        most = code.co_argcount - 1
        least = most - len(self.function.__defaults__ or ())
        several = bool(code.co_flags & VARIADIC)
        if len(arguments) < least or (len(arguments) > most and not several):
            wanted = f"{least}" if least == most else f"{least} to {most}"
            raise ResolverUsageError(f"it takes {wanted} argument{'s' * (most != 1)}, not {len(arguments)}")


def as_text(value: Any) -> Any:
    """Return a number as it was written; other values as they are."""
    return (value.text or bare(value)) if isinstance(value, WRITTEN) else value


def bare_values(values: list[Any]) -> list[Any]:
    """Return values without the texts of numbers."""
    return [bare(value) for value in values]


_resolvers = {
    name: Resolver(name, function, live=name in LIVE, scoped=True) for name, function in FUNCTIONS.items()
}


def register(
    name: str, function: F, *, cache: bool = False, replace: bool = False, bind: Bind | None = None
) -> F:
    """Make ``function`` the resolver behind ``${name:…}``.

    Args:
        name: Words of letters, digits, ``_`` and ``-``, joined by dots.
        function: Called with the SDN values between the commas.
        cache: Whether one result serves every place of a config that passes the same arguments.
        replace: Whether a resolver of this name may be there already.
        bind: Called with the function before its first call; returns a function that converts a list of
            arguments for it.

    Returns:
        The function itself.

    Raises:
        ResolverUsageError: The name is not valid, or taken.
        TypeError: ``function`` cannot be called.
    """
    if not callable(function):
        raise TypeError(f"a resolver is a function, not {type(function).__name__}: {function!r}")
    words = name.split(".")
    if not all(word.replace("-", "_").isidentifier() for word in words):
        raise ResolverUsageError(
            f"{name!r} cannot name a resolver; use words of letters, digits, _ and - joined by dots"
        )
    if name in _resolvers and not replace:
        raise ResolverUsageError(f"there is a resolver {name!r} already; pass replace=True to replace it")
    _resolvers[name] = Resolver(name, function, shared=cache, bind=bind)
    return function


def clear(name: str) -> None:
    """Remove a resolver.

    Raises:
        ResolverUsageError: There is none of this name.
    """
    if name not in _resolvers:
        raise ResolverUsageError(
            f"there is no resolver {name!r}; {did_you_mean(name, _resolvers) or ''}".rstrip("; ")
        )
    del _resolvers[name]


def known(name: str) -> bool:
    """Return whether there is a resolver of this name."""
    return name in _resolvers


def find(name: str) -> Resolver | None:
    """Return the resolver of this name, if there is one."""
    return _resolvers.get(name)


def names() -> list[str]:
    """Return the names of all resolvers, sorted."""
    return sorted(_resolvers)
