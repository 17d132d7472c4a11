"""A tree as plain data."""

from __future__ import annotations

from simple_conf.errors import ConfError, InterpolationCycleError, InterpolationLimitError, ResolveError
from simple_conf.keypath import format_path
from simple_conf.tree.copying import adopt, written_at
from simple_conf.tree.location import origin_at
from simple_conf.tree.node import (
    MARKER,
    Linked,
    ListNode,
    MappingNode,
    Overlaid,
    raw_item,
    raw_items,
    read_item,
)
from simple_conf.values import MASK, MISSING, Secret, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.tree.node import Key, Node

MAX_VALUES = 1_000_000


class TooMuchError(InterpolationLimitError):
    """References lead to more values than any config has."""


def too_deep(node: Node) -> InterpolationLimitError:
    """Return the error for references that lead deeper and deeper."""
    message = "references nest too deeply"
    origin = origin_at(node.__tree__.root, node.__path__)
    return InterpolationLimitError(message, path=format_path(node.__path__), origin=origin)


class Exporter:
    """One pass over a tree.

    Args:
        resolve: Whether references are resolved; they stay as text otherwise.
        reveal: Whether secrets are shown.
        tables: Whether tables stay tables, and MISSING stays MISSING.
        escape: Whether resolved text is written so that it reads back as itself.
        lenient: Whether a value that cannot be resolved stays as written instead of being an error.

    Attributes:
        errors: The errors of the values that could not be resolved.
    """

    __slots__ = (
        "_active",
        "_count",
        "_escape",
        "_lenient",
        "_resolve",
        "_reveal",
        "_tables",
        "_through",
        "errors",
    )

    def __init__(
        self,
        *,
        resolve: bool = True,
        reveal: bool = False,
        tables: bool = False,
        lenient: bool = False,
        escape: bool = False,
    ) -> None:
        self._escape = escape
        self._resolve = resolve
        self._reveal = reveal
        self._tables = tables
        self._lenient = lenient
        self._active: set[int] = set()
        self._through = self._count = 0
        self.errors: list[ConfError] = []

    def run(self, node: Node) -> Any:
        """Return the plain data of a node.

        Raises:
            ResolveError: Several values cannot be resolved; the error itself where it is one.
        """
        if not self._reveal and node.__tree__.hides(node.__path__):
            return dict.fromkeys(node.__raw__, MASK) if isinstance(node, MappingNode) else [MASK] * len(node)
        try:
            result = self.mapping(node) if isinstance(node, MappingNode) else self.items(node)
        except InterpolationCycleError:
            raise
        except RecursionError:
            self.errors, result = [too_deep(node)], None
        if len(self.errors) == 1:
            raise self.errors[0]
        if self.errors:
            raise ResolveError(self.errors)
        return result

    def mapping(self, node: MappingNode) -> dict[str, Any]:
        """Return a mapping as a dict."""
        if id(node) in self._active:
            raise InterpolationCycleError(
                "this mapping contains itself through a reference",
                path=format_path(node.__path__),
                origin=origin_at(node.__tree__.root, node.__path__),
            )
        self._active.add(id(node))
        try:
            return {key: self.item(value, node, key) for key, value in node.__raw__.items()}
        finally:
            self._active.discard(id(node))

    def items(self, node: ListNode) -> list[Any]:
        """Return a list as a list."""
        return [self.item(value, node, index) for index, value in enumerate(raw_items(node))]

    def item(self, raw: Any, node: Node, key: Key) -> Any:
        """Return the plain data of one value as written, or the mask where it is or comes from a secret."""
        tree = node.__tree__
        if not tree.secrets or self._reveal:
            return self.value(raw, node, key)
        path = (*node.__path__, key)
        value = MASK if path in tree.secrets else self.value(raw, node, key)
        return MASK if path in tree.secrets else value  # resolving it may have marked it

    def value(self, raw: Any, node: Node, key: Key) -> Any:
        """Return the plain data of one value as written, which ``node`` holds under ``key``."""
        kind = type(raw)
        if self._through:
            self.count(node)
        if kind is str:
            if self._resolve and "${" in raw:
                return self.resolved(node, key)
            return raw
        if isinstance(raw, MappingNode):
            return self.mapping(raw)
        if isinstance(raw, ListNode):
            return self.items(raw)
        if raw is MISSING:
            return raw if self._tables else MARKER
        if kind is Table:
            if self._tables and not has_secrets(node, key):
                return raw
            return self.resolved(node, key) if self._resolve else self.rows(raw, node, key)
        if kind is Overlaid:
            return self.resolved(node, key)  # files have no form for keys on top of a reference
        if kind is Linked:
            return self.resolved(node, key) if self._resolve else written_at(raw)
        if isinstance(raw, Secret):
            return raw.reveal() if self._reveal else MASK
        return raw

    def rows(self, table: Table, node: Node, key: Key) -> list[Any]:
        """Return a table, which ``node`` holds under ``key``, as a list of its rows as written."""
        tree, path = node.__tree__, (*node.__path__, key)
        return self.items(adopt(table.to_list(), tree, path, node.__layer__))

    def resolved(self, node: Node, key: Key) -> Any:
        """Return the plain data of a value, resolved."""
        self._through += 1
        try:
            return self.plain(read_item(node, key))
        except TooMuchError:
            raise
        except ConfError as failure:
            if self._lenient:
                raw = raw_item(node, key)
                if type(raw) is Overlaid:
                    return self.mapping(raw.overrides)
                if type(raw) is Linked:
                    return written_at(raw)
                return self.items(raw) if isinstance(raw, ListNode) else raw
            self.errors.append(failure)
            return None
        finally:
            self._through -= 1

    def plain(self, found: Any) -> Any:
        """Return the plain data of a value that is resolved already, all of a list included."""
        if isinstance(found, MappingNode):
            return self.mapping(found)
        if isinstance(found, ListNode):
            if found.__tree__.secrets and not self._reveal:
                return [self.item(item, found, index) for index, item in enumerate(found)]
            self.count(found, len(found))
            return [self.plain(item) for item in found]
        if self._escape and type(found) is str:
            return found.replace("${", "$${")
        if isinstance(found, Secret):
            return found.reveal() if self._reveal else MASK
        return found

    def count(self, node: Node, more: int = 1) -> None:
        """Count values that come through a reference, and refuse to go on for ever."""
        self._count += more
        if self._count > MAX_VALUES:
            path = format_path(node.__path__)
            raise TooMuchError(f"references lead to more than {MAX_VALUES:,} values", path=path)


def has_secrets(node: Node, key: Key) -> bool:
    """Return whether some cells of the table under a key are secrets: then it is not written as it is."""
    path = (*node.__path__, key)
    return any(secret[: len(path)] == path for secret in node.__tree__.secrets)


def as_written(value: Any) -> Any:
    """Return a value as plain data, references as text; of keys on top of a reference only these keys."""
    if isinstance(value, Overlaid):
        value = value.overrides
    if isinstance(value, (MappingNode, ListNode)):
        return Exporter(resolve=False, lenient=True).run(value)
    return value


def simple(value: Any) -> Any:
    """Return plain data with text in the place of what files have no form for: paths, dates, enums."""
    if isinstance(value, dict):
        return {str(key): simple(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [simple(inner) for inner in value]
    if isinstance(value, (set, frozenset)):
        return [simple(inner) for inner in sorted(value, key=str)]
    if value is None or isinstance(value, (bool, Table)) or value is MISSING:
        return value
    if hasattr(value, "name") and hasattr(type(value), "__members__"):
        return value.value if isinstance(value.value, (str, int, float)) else value.name
    if type(value) in (int, float, str):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "total_seconds"):
        return value.total_seconds()
    if hasattr(value, "__fspath__"):
        return value.__fspath__()
    return value.item() if hasattr(value, "item") and not hasattr(value, "__len__") else value


def to_dict(cfg: MappingNode, resolve: bool = True, *, reveal: bool = False) -> dict[str, Any]:
    """Return a config as plain dicts and lists.

    Args:
        cfg: The config.
        resolve: Whether references are resolved; they stay as text otherwise.
        reveal: Whether secrets are shown.

    Raises:
        InterpolationError: A value cannot be resolved.
        ResolveError: Several values cannot be.
    """
    values: dict[str, Any] = Exporter(resolve=resolve, reveal=reveal).run(cfg)
    return values


def resolve(cfg: MappingNode) -> None:
    """Resolve every value of a config.

    Raises:
        InterpolationError: A value cannot be resolved.
        ResolveError: Several values cannot be.
    """
    Exporter().run(cfg)
