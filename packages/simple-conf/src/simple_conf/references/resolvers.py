"""Resolvers: the functions behind ``${name:argument}``, the built-in ones and the user's own."""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: PTH100, PTH109, PTH110, PTH118, PTH119, PTH120

from __future__ import annotations

import os

from simple_conf.errors import ResolverUsageError
from simple_conf.suggestion import did_you_mean
from simple_conf.tree.node import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar, overload

    from simple_conf.tree.node import Tree

    F = TypeVar("F", bound=Callable[..., Any])

REQUIRED: Any = object()
VARIADIC = 0x04  # inspect.CO_VARARGS, whose module is slow to import


class Scope:
    """What a built-in resolver may ask of the config it is called in.

    Args:
        tree: The config's tree.
        look_up: Returns the value at a path from the root; ``follow`` says ``None`` for absent ones.
    """

    __slots__ = ("look_up", "tree")

    def __init__(self, tree: Tree, look_up: Callable[[str], Any]) -> None:
        self.tree = tree
        self.look_up = look_up

    def now(self) -> float:
        """Return the one instant, in seconds since 1970, that all uses in a config share."""
        if self.tree.instant is None:
            import time

            self.tree.instant = time.time()
        return self.tree.instant


class Resolver:
    """A registered function.

    Args:
        name: What stands before the colon.
        function: Called with the arguments.
        shared: Whether one result serves every place of a config that passes the same arguments.
        live: Whether it is called at every reading after a change, since it reads the config itself.
        scoped: Whether the function takes the `Scope` before its arguments.
    """

    __slots__ = ("_bind", "function", "live", "name", "scoped", "shared")

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        *,
        shared: bool,
        live: bool = False,
        scoped: bool = False,
    ) -> None:
        self.name = name
        self.function = function
        self.shared = shared
        self.live = live
        self.scoped = scoped
        self._bind: Callable[[list[Any]], list[Any]] | None = None

    def run(self, arguments: list[Any], scope: Scope) -> Any:
        """Call the function, its annotated parameters converted by the rules of schemas."""
        if self.scoped:
            self.check(arguments)
            return self.function(scope, *arguments)
        if self._bind is None:
            from simple_conf.schemas.arguments import binder

            self._bind = binder(self.function)
        return self.function(*self._bind(arguments))

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


_resolvers: dict[str, Resolver] = {}


def add(
    name: str, function: Callable[..., Any] | None = None, *, cache: bool = False, replace: bool = False
) -> Any:
    """Make ``function`` answer ``${name:…}``; without a function, a decorator that does.

    Args:
        name: Words of letters, digits, ``_`` and ``-``, joined by dots.
        function: Called with the SDN values between the commas; annotated parameters are converted by the
            rules of schemas. It runs once for each place of a config that uses it.
        cache: One result serves every place of a config that passes the same arguments.
        replace: Whether a resolver of this name may be there already.

    Returns:
        The function itself.

    Raises:
        ResolverUsageError: The name is no name, or taken.
        TypeError: ``function`` cannot be called.
    """
    if function is None:
        return lambda later: add(name, later, cache=cache, replace=replace)
    if not callable(function):
        raise TypeError(f"a resolver is a function, not {type(function).__name__}: {function!r}")
    words = name.split(".")
    if not all(word.replace("-", "_").isidentifier() for word in words):
        raise ResolverUsageError(
            f"{name!r} cannot name a resolver; use words of letters, digits, _ and - joined by dots"
        )
    if name in _resolvers and not replace:
        raise ResolverUsageError(f"there is a resolver {name!r} already; pass replace=True to replace it")
    _resolvers[name] = Resolver(name, function, shared=cache)
    return function


if TYPE_CHECKING:

    @overload
    def register(name: str, function: F, *, cache: bool = False, replace: bool = False) -> F: ...

    @overload
    def register(
        name: str, function: None = None, *, cache: bool = False, replace: bool = False
    ) -> Callable[[F], F]: ...

    def register(name: str, function: Any = None, *, cache: bool = False, replace: bool = False) -> Any:
        """See `add`, which this is with types."""

else:
    register = add


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


def join(*parts: object) -> str:
    """Join path segments."""
    return os.path.join(*(str(part) for part in parts)) if parts else ""


def variable(name: object, default: Any) -> str | Any:
    """Return an environment variable's text, or ``default``, or an error naming the variable."""
    value = os.environ.get(str(name), default)
    if value is REQUIRED:
        raise ResolverUsageError(
            f"the environment variable {name} is not set; set it, or give a default: ${{env:{name},default}}"
        )
    return value


def env(scope: Scope, name: object, default: Any = REQUIRED) -> Any:  # noqa: ARG001
    """Return an environment variable read as an SDN scalar, the way a command-line value is."""
    value = variable(name, default)
    return decode(None, value) if isinstance(value, str) and value is not default else value


def env_text(scope: Scope, name: object, default: Any = REQUIRED) -> Any:  # noqa: ARG001
    """Return an environment variable's raw text."""
    return variable(name, default)


def decode(scope: Scope | None, text: object) -> Any:  # noqa: ARG001
    """Return the SDN value that a text says; other values as they are."""
    if not isinstance(text, str):
        return text
    from simple_conf.sources.override import read_value

    return read_value(text)


def get(scope: Scope, path: object, default: Any = REQUIRED) -> Any:
    """Return the value at a path from the root, or ``default`` where there is none."""
    found = scope.look_up(str(path))
    if found is ABSENT:
        if default is REQUIRED:
            raise ResolverUsageError(f"there is no {path!s}; give a default: ${{get:{path},default}}")
        return default
    return found


def moment(scope: Scope, *form: object) -> str:
    """Return the config's instant in local time, written by a ``strftime`` format."""
    import time

    text = ",".join(str(part) for part in form) or "%Y-%m-%dT%H:%M:%S"
    return time.strftime(text, time.localtime(scope.now()))


def seconds(scope: Scope) -> int:
    """Return the config's instant in whole seconds since 1970."""
    return int(scope.now())


def read_text(scope: Scope, path: object) -> str:  # noqa: ARG001
    """Return the text of a UTF-8 file, without the newline at its end."""
    with open(str(path), encoding="utf-8") as stream:  # noqa: PTH123 - pathlib is slow to import
        return stream.read().removesuffix("\n")


def hostname(scope: Scope) -> str:  # noqa: ARG001
    """Return this machine's name."""
    import socket

    return socket.gethostname()


def platform(scope: Scope) -> str:  # noqa: ARG001
    """Return ``linux``, ``darwin`` or ``win32``."""
    import sys

    return sys.platform


def _install() -> None:
    plain: dict[str, Callable[..., Any]] = {
        "path.join": lambda _, *parts: join(*parts),
        "path.abspath": lambda _, path: os.path.abspath(str(path)),
        "path.dirname": lambda _, path: os.path.dirname(str(path)),
        "path.basename": lambda _, path: os.path.basename(str(path)),
        "path.exists": lambda _, path: os.path.exists(str(path)),
        "env": env,
        "env.str": env_text,
        "time.now": moment,
        "time.unix": seconds,
        "sys.cpu_count": lambda _: os.cpu_count() or 1,
        "sys.hostname": hostname,
        "sys.platform": platform,
        "sys.cwd": lambda _: os.getcwd(),
        "decode": decode,
        "ref.file": read_text,
    }
    for name, function in plain.items():
        _resolvers[name] = Resolver(name, function, shared=False, scoped=True)
    _resolvers["get"] = Resolver("get", get, shared=False, live=True, scoped=True)


_install()
