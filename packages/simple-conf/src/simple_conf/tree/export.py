"""Plain data and text out of a tree."""

from __future__ import annotations

from simple_conf.errors import ConfError, InterpolationCycleError, InterpolationLimitError, ResolveError
from simple_conf.keypath import format_path
from simple_conf.tree.location import place
from simple_conf.tree.node import MARKER, ListNode, MappingNode, Overlaid
from simple_conf.values import MASK, MISSING, Secret, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


MAX_VALUES = 1_000_000


class TooMuchError(InterpolationLimitError):
    """References lead to more values than any config has."""


class Exporter:
    """One pass over a tree.

    Args:
        resolve: Whether references are worked out; they stay as text otherwise.
        reveal: Whether secrets are shown.
        tables: Whether tables stay tables, and MISSING stays MISSING.
        escape: Whether worked-out text is written so that it reads back as itself.
        lenient: Whether what cannot be worked out stays as written instead of being an error.
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

    def run(self, node: Any) -> Any:
        """Return the plain data of a node.

        Raises:
            ResolveError: Several values cannot be worked out; the error itself where it is one.
        """
        if (
            isinstance(node, (MappingNode, ListNode))
            and not self._reveal
            and node.__tree__.hides(node.__path__)
        ):
            return dict.fromkeys(node.__raw__, MASK) if isinstance(node, MappingNode) else [MASK] * len(node)
        result = self.mapping(node) if isinstance(node, MappingNode) else self.value(node, None, 0)
        if len(self.errors) == 1:
            raise self.errors[0]
        if self.errors:
            raise ResolveError(self.errors)
        return result

    def mapping(self, node: Any) -> dict[str, Any]:
        """Return a mapping node as a dict."""
        if id(node) in self._active:
            raise InterpolationCycleError(
                "this mapping contains itself through a reference",
                path=format_path(node.__path__),
                origin=place(node.__tree__.root, node.__path__),
            )
        self._active.add(id(node))
        result = {key: self.mapping_value(node, key) for key in node.__raw__}
        self._active.discard(id(node))
        return result

    def mapping_value(self, node: Any, key: str) -> Any:
        """Return the plain data of one key of a mapping node."""
        return self.unless_secret(node.__raw__[key], node, key)

    def unless_secret(self, raw: Any, node: Any, key: Any) -> Any:
        """Return the plain data of one value, or the mask where it is a secret or comes from one."""
        tree = node.__tree__
        if not tree.secrets or self._reveal:
            return self.value(raw, node, key)
        path = (*node.__path__, key)
        value = MASK if path in tree.secrets else self.value(raw, node, key)
        return MASK if path in tree.secrets else value

    def value(self, raw: Any, node: Any, key: Any) -> Any:
        """Return the plain data of one value as written, which ``node`` holds under ``key``."""
        kind = type(raw)
        if self._through:
            self.count(node)
        if kind is str:
            if self._resolve and "${" in raw:
                return self.worked_out(node, key)
            return raw
        if isinstance(raw, MappingNode):
            return self.mapping(raw)
        if isinstance(raw, ListNode):
            values = raw if raw.__raw__ is None else raw.__raw__
            return [self.unless_secret(item, raw, index) for index, item in enumerate(values)]
        if raw is MISSING:
            return raw if self._tables else MARKER
        if kind is Table:
            return raw if self._tables and not has_secrets(node, key) else self.worked_out(node, key)
        if kind is Overlaid:
            return self.worked_out(node, key)  # there is no way to write keys on top of a reference
        if isinstance(raw, Secret):
            return raw.reveal() if self._reveal else MASK
        return raw

    def worked_out(self, node: Any, key: Any) -> Any:
        """Return the plain data of what a value reads as."""
        self._through += 1
        try:
            found = read_item(node, key)
            return self.finished(found)
        except TooMuchError:
            raise
        except ConfError as failure:
            if self._lenient:
                raw = node.__raw__[key]
                return (
                    self.mapping(raw.overrides)
                    if type(raw) is Overlaid
                    else raw
                    if isinstance(raw, str)
                    else None
                )
            self.errors.append(failure)
            return None
        finally:
            self._through -= 1

    def finished(self, found: Any) -> Any:
        """Return the plain data of something that is worked out already, all of a list included."""
        if isinstance(found, MappingNode):
            return self.mapping(found)
        if isinstance(found, ListNode):
            if found.__tree__.secrets and not self._reveal:
                return [self.unless_secret(item, found, index) for index, item in enumerate(found)]
            self.count(found, len(found))
            return [self.finished(item) for item in found]
        if self._escape and type(found) is str:
            return found.replace("${", "$${")
        if isinstance(found, Secret):
            return found.reveal() if self._reveal else MASK
        return found

    def count(self, node: Any, more: int = 1) -> None:
        """Count values that come through a reference, and refuse to go on for ever."""
        self._count += more
        if self._count > MAX_VALUES:
            path = format_path(node.__path__) if node is not None else ""
            raise TooMuchError(f"references lead to more than {MAX_VALUES:,} values", path=path)


def has_secrets(node: Any, key: Any) -> bool:
    """Return whether some cells of the table under a key are secrets: then it is not written as it is."""
    path = (*node.__path__, key)
    return any(secret[: len(path)] == path for secret in node.__tree__.secrets)


def read_item(node: Any, key: Any) -> Any:
    """Return what one key of a mapping or one index of a list reads as."""
    if isinstance(node, MappingNode):
        return node[key]  # type: ignore[index]
    from simple_conf.references.evaluation import read

    return read(node, key)


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


def to_dict(cfg: Any, resolve: bool = True, *, reveal: bool = False) -> dict[str, Any]:
    """Return a config as plain dicts and lists.

    Args:
        cfg: The config.
        resolve: Whether references are worked out; they stay as text otherwise.
        reveal: Whether secrets are shown.

    Raises:
        InterpolationError: A value cannot be worked out.
        ResolveError: Several values cannot be.
    """
    return Exporter(resolve=resolve, reveal=reveal).run(cfg)  # type: ignore[no-any-return]


def to_sdn(cfg: Any, resolve: bool = True, *, reveal: bool = False) -> str:
    """Return a config as SDN text."""
    from simple_conf.sdn import write

    return write(simple(Exporter(resolve=resolve, reveal=reveal, tables=True, escape=True).run(cfg)))


def to_json(cfg: Any, resolve: bool = True, *, reveal: bool = False) -> str:
    """Return a config as JSON text."""
    import json

    values = simple(Exporter(resolve=resolve, reveal=reveal, escape=True).run(cfg))
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def to_yaml(cfg: Any, resolve: bool = True, *, reveal: bool = False) -> str:
    """Return a config as YAML text.

    Raises:
        MissingExtraError: PyYAML is not installed.
    """
    from simple_conf.formats.yaml_text import write

    return write(simple(Exporter(resolve=resolve, reveal=reveal, escape=True).run(cfg)))


def resolve(cfg: Any) -> None:
    """Work out every value of a config.

    Raises:
        InterpolationError: A value cannot be worked out.
        ResolveError: Several values cannot be.
    """
    Exporter().run(cfg)
