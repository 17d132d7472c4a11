"""The built-in resolvers: the functions behind ``${env:HOME}``, ``${time.now}`` and their like."""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: ARG001, PTH100, PTH109, PTH110, PTH118, PTH119, PTH120

from __future__ import annotations

import os

from simple_conf.errors import ResolverUsageError
from simple_conf.literal import read_value
from simple_conf.tree.node import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from simple_conf.tree.node import Tree

REQUIRED: Any = object()


class Scope:
    """What a built-in resolver may ask of the config it is called in.

    Args:
        tree: The config's tree.
        look_up: Returns the value at a path from the root, or ABSENT.
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


def variable(name: object, default: Any) -> Any:
    """Return an environment variable's text, or ``default``.

    Raises:
        ResolverUsageError: The variable is not set, and there is no default.
    """
    value = os.environ.get(str(name), default)
    if value is REQUIRED:
        raise ResolverUsageError(
            f"the environment variable {name} is not set; set it, or give a default: ${{env:{name},default}}"
        )
    return value


def env(scope: Scope, name: object, default: Any = REQUIRED) -> Any:
    """Return an environment variable read as an SDN value, the way a command-line value is."""
    value = variable(name, default)
    return read_value(value, str(name)) if isinstance(value, str) and value is not default else value


def env_text(scope: Scope, name: object, default: Any = REQUIRED) -> Any:
    """Return an environment variable's raw text."""
    return variable(name, default)


def decode(scope: Scope, text: object) -> Any:
    """Return the SDN value of a text; other values as they are."""
    return read_value(text) if isinstance(text, str) else text


def get(scope: Scope, path: object, default: Any = REQUIRED) -> Any:
    """Return the value at a path from the root, or ``default`` where there is none."""
    found = scope.look_up(str(path))
    if found is not ABSENT:
        return found
    if default is REQUIRED:
        raise ResolverUsageError(f"there is no {path!s}; give a default: ${{get:{path},default}}")
    return default


def time_now(scope: Scope, *form: object) -> str:
    """Return the config's instant in local time, written by a ``strftime`` format."""
    import time

    text = ",".join(str(part) for part in form) or "%Y-%m-%dT%H:%M:%S"
    return time.strftime(text, time.localtime(scope.now()))


def time_unix(scope: Scope) -> int:
    """Return the config's instant in whole seconds since 1970."""
    return int(scope.now())


def path_join(scope: Scope, *parts: object) -> str:
    """Return path segments joined."""
    return os.path.join(*(str(part) for part in parts)) if parts else ""


def path_abspath(scope: Scope, path: object) -> str:
    """Return a path made absolute."""
    return os.path.abspath(str(path))


def path_dirname(scope: Scope, path: object) -> str:
    """Return the folder of a path."""
    return os.path.dirname(str(path))


def path_basename(scope: Scope, path: object) -> str:
    """Return the last segment of a path."""
    return os.path.basename(str(path))


def path_exists(scope: Scope, path: object) -> bool:
    """Return whether there is something at a path."""
    return os.path.exists(str(path))


def ref_file(scope: Scope, path: object) -> str:
    """Return the text of a UTF-8 file, without the newline at its end."""
    with open(str(path), encoding="utf-8") as stream:  # noqa: PTH123 - pathlib is slow to import
        return stream.read().removesuffix("\n")


def sys_cpu_count(scope: Scope) -> int:
    """Return the number of CPUs, 1 where it is not known."""
    return os.cpu_count() or 1


def sys_hostname(scope: Scope) -> str:
    """Return this machine's name."""
    import socket

    return socket.gethostname()


def sys_platform(scope: Scope) -> str:
    """Return ``linux``, ``darwin`` or ``win32``."""
    import sys

    return sys.platform


def sys_cwd(scope: Scope) -> str:
    """Return the working directory."""
    return os.getcwd()


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "path.join": path_join,
    "path.abspath": path_abspath,
    "path.dirname": path_dirname,
    "path.basename": path_basename,
    "path.exists": path_exists,
    "env": env,
    "env.str": env_text,
    "time.now": time_now,
    "time.unix": time_unix,
    "sys.cpu_count": sys_cpu_count,
    "sys.hostname": sys_hostname,
    "sys.platform": sys_platform,
    "sys.cwd": sys_cwd,
    "decode": decode,
    "ref.file": ref_file,
    "get": get,
}
"""The functions by the names of their resolvers; each takes the scope before its arguments."""

LIVE = frozenset({"get"})
"""The resolvers that read the config itself, and are called again after every change of it."""

TEXTS = frozenset(name for name in FUNCTIONS if name.startswith(("path.", "time.now", "ref.file")))
"""The resolvers that make texts of their arguments: a number in them is what was written."""
