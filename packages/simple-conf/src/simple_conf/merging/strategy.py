"""How arrays and nulls are merged."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from simple_conf.errors import StrategyError
from simple_conf.keypath import format_path, parse_path
from simple_conf.suggestion import did_you_mean
from simple_conf.tree.node import MappingNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from simple_conf.keypath import KeyPath

    Arrays = str | Mapping[str, str]

ARRAYS = ("replace", "append", "prepend", "by_index")


class MergeStrategy:
    """How arrays, and ``null`` over a mapping, are merged.

    Args:
        arrays: ``"replace"``, ``"append"``, ``"prepend"``, ``"by_index"``, or ``{"key": "name"}`` to merge
            the mappings in two arrays that have the same ``name``.
        paths: Other modes for the arrays at some paths, such as ``{"train.tags": "append"}``.
        keep_on_null: Whether a mapping stays when ``null`` is merged over it.

    Raises:
        StrategyError: There is no such mode.
    """

    __slots__ = ("arrays", "keep_on_null", "paths")

    def __init__(
        self,
        arrays: Arrays = "replace",
        paths: Mapping[str, Arrays] | None = None,
        *,
        keep_on_null: bool = False,
    ) -> None:
        self.arrays = checked(arrays)
        self.paths = {parse_path(path): checked(how) for path, how in (paths or {}).items()}
        self.keep_on_null = keep_on_null

    def for_path(self, path: KeyPath) -> Arrays:
        """Return the mode of the array at ``path``."""
        return self.paths.get(path, self.arrays) if self.paths else self.arrays

    def refuse_unused(self, merged: MappingNode) -> None:
        """Refuse paths that a merged config does not have: they were probably mistyped.

        Raises:
            StrategyError: There is such a path.
        """
        for path in self.paths:
            node: object = merged
            for depth, key in enumerate(path):
                inner = node.__raw__ if isinstance(node, MappingNode) else None
                if inner is None or key not in inner:
                    known = [format_path((*path[:depth], str(name))) for name in inner or ()]
                    hint = did_you_mean(format_path(path[: depth + 1]), known)
                    message = f"the strategy names {format_path(path)}, which neither config has"
                    raise StrategyError(f"{message}\n  hint: {hint}" if hint else message)
                node = inner[str(key)]
                if isinstance(node, str) and "${" in node:  # what it names is known when it is read
                    break


def checked(arrays: Arrays) -> Arrays:
    """Return an array mode.

    Raises:
        StrategyError: There is no such mode.
    """
    if isinstance(arrays, str):
        known = arrays in ARRAYS
    else:
        known = isinstance(arrays, Mapping) and list(arrays) == ["key"] and isinstance(arrays["key"], str)
    if not known:
        raise StrategyError(
            f"unknown array mode {arrays!r}; use one of {', '.join(ARRAYS)}, "
            "or {'key': 'name'} with the field that identifies an item"
        )
    return arrays


DEFAULT = MergeStrategy()
_scoped: ContextVar[MergeStrategy] = ContextVar("merge strategy", default=DEFAULT)


def current() -> MergeStrategy:
    """Return the strategy of the ``merge_mode`` around, or the default one."""
    return _scoped.get()


@contextmanager
def merge_mode(
    *, append_arrays: bool = False, strategy: MergeStrategy | None = None, keep_on_null: bool = False
) -> Iterator[MergeStrategy]:
    """Let every merge in the block merge arrays and nulls this way.

    Args:
        append_arrays: Whether arrays are appended instead of replaced.
        strategy: A whole strategy instead.
        keep_on_null: Whether a mapping stays when ``null`` is merged over it.
    """
    arrays = "append" if append_arrays else "replace"
    token = _scoped.set(strategy or MergeStrategy(arrays, keep_on_null=keep_on_null))
    try:
        yield _scoped.get()
    finally:
        _scoped.reset(token)
