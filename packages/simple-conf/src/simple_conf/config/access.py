"""Reading and writing at a path: ``train.layers[0].width``."""

from __future__ import annotations

from simple_conf.config.config import Config, ConfigList, change, drop, missing_key, put, refuse_frozen, store
from simple_conf.errors import KeyPathError, MissingKeyError, PlacedError
from simple_conf.keypath import format_path, parse_path
from simple_conf.merging.merge import is_reference, lay_over
from simple_conf.origin.layers import caller
from simple_conf.references.evaluation import ABSENT, follow, index_of
from simple_conf.tree.copying import copy_list, copy_mapping
from simple_conf.tree.location import place, raw_of
from simple_conf.tree.node import ListNode, MappingNode, Overlaid, Tree, node_of
from simple_conf.tree.provenance import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.errors import ConfError
    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer

REQUIRED: Any = object()


def path_of(path: str | KeyPath) -> KeyPath:
    """Return a path given as text or as its segments."""
    return parse_path(path) if isinstance(path, str) else tuple(path)


def not_empty(path: KeyPath) -> KeyPath:
    """Return a path that names something inside a config."""
    if not path:
        raise KeyPathError("the path is empty; name a key", text="")
    return path


def get(cfg: Any, path: str | KeyPath, default: Any = None) -> Any:
    """Return the value at ``path``, or ``default`` where there is none.

    Raises:
        MissingValueError: The value is still ``???``.
        InterpolationError: The value cannot be worked out.
    """
    with cfg.__tree__.lock:
        found = follow(cfg, path_of(path), [])
    return default if found is ABSENT else found


def has_path(cfg: Any, path: str | KeyPath) -> bool:
    """Return whether there is a value at ``path``, worked out or not."""
    *parents, last = path_of(path) or ("",)
    holder = cfg
    with cfg.__tree__.lock:
        if parents:
            holder = follow(cfg, tuple(parents), [])
    if isinstance(holder, Config):
        return last in holder or (last == "" and not parents)
    index = index_of(last)
    return isinstance(holder, ConfigList) and index is not None and -len(holder) <= index < len(holder)


def set_at(cfg: Any, path: str | KeyPath, value: Any, layer: Layer | None = None) -> None:
    """Set the value at ``path``, making the mappings on the way.

    Raises:
        FrozenConfigError: The config is frozen.
        PlacedError: The path leads through a value that has no keys or items.
    """
    segments = not_empty(path_of(path))
    layer = layer or caller()
    refuse_frozen(cfg.__tree__, (*cfg.__path__, *segments))
    holder, last = reach(cfg, segments, layer, strict=None)
    put_item(holder, last, value, layer)


def put_item(holder: Any, last: Any, value: Any, layer: Layer) -> None:
    """Set one key or index of a node."""
    if isinstance(holder, MappingNode):
        put(holder, last if isinstance(last, str) else str(last), value, layer)
        return
    index = index_in(holder, last)
    if index == len(holder):
        change(holder, lambda items: items.append(value), layer)
    else:
        change(holder, lambda items: items.__setitem__(index, value), layer)


def index_in(items: Any, segment: Any) -> int:
    """Return a segment as an index into a list, one past its end included."""
    index = index_of(segment)
    count = len(raw_of(items))
    if index is None or not -count <= index <= count:
        where = format_path(items.__path__)
        raise PlacedError(
            f"{where} has {count} item{'s' * (count != 1)}; there is no item {segment}",
            path=format_path((*items.__path__, segment)),
            origin=place(items.__tree__.root, items.__path__),
            hint=f"the next one is {where}[{count}]",
        )
    return index


def reach(node: Any, segments: KeyPath, layer: Layer, strict: Any) -> tuple[Any, Any]:
    """Return the node that holds the last segment of a path, making mappings on the way.

    Args:
        node: Where the path begins.
        segments: The path.
        layer: Who makes them.
        strict: Returns the error for a key that is not there, or None where it may be made.
    """
    holder = node
    for depth, segment in enumerate(segments[:-1]):
        if isinstance(holder, ListNode):
            index = index_in(holder, segment)
            values = raw_of(holder)
            item = values[index] if index < len(values) else None
            if isinstance(item, (MappingNode, ListNode)):
                holder = item
                continue
            if isinstance(item, Overlaid):
                holder = item.overrides
                continue
            if is_reference(item):
                fresh = node_of(holder.__tree__, (*holder.__path__, index), layer, {})
                put_item(holder, index, Overlaid(item, fresh), layer)
                holder = fresh
                continue
            put_item(holder, index, {}, layer)
            holder = raw_of(holder)[index]
            continue
        key = segment if isinstance(segment, str) else str(segment)
        inner = holder.__raw__.get(key, ABSENT)
        if inner is ABSENT and strict is not None:
            raise strict(holder, key)
        if isinstance(inner, (MappingNode, ListNode)):
            holder = inner
        elif isinstance(inner, Overlaid):
            holder = inner.overrides
        else:
            holder = open_up(holder, key, inner, isinstance(segments[depth + 1], int), layer)
    return holder, segments[-1]


def open_up(holder: Any, key: str, inner: Any, as_list: bool, layer: Layer) -> Any:
    """Put an empty mapping or list under ``key``: on top of a reference, or in the place of a value."""
    tree: Tree = holder.__tree__
    path = (*holder.__path__, key)
    fresh: Any
    if as_list:  # the list may come through a reference that this is laid over
        below = follow(tree.root, path, []) if inner is ABSENT else None
        items = below if isinstance(below, ListNode) else ListNode(tree, path, layer, [])
        fresh = copy_list(items, tree, path)
    else:
        fresh = node_of(tree, path, layer, {})
    value = fresh
    if is_reference(inner) and not as_list:
        value = Overlaid(inner, fresh)
    elif inner is not ABSENT and not as_list:
        object.__setattr__(fresh, "__barrier__", True)
    note(holder, key, value, layer)
    store(holder, key, value)
    tree.forget(path)
    return fresh


def update(cfg: Any, values: Any) -> None:
    """Lay the tree ``values`` over a mapping, in place.

    Raises:
        FrozenConfigError: The config is frozen.
    """
    refuse_frozen(cfg.__tree__, cfg.__path__)
    lay_over(cfg, copy_mapping(values, Tree(), cfg.__path__, written=True))
    cfg.__tree__.forget(cfg.__path__)


def delete_at(cfg: Any, path: str | KeyPath) -> None:
    """Remove the key or item at ``path``.

    Raises:
        FrozenConfigError: The config is frozen.
        MissingKeyError: There is nothing at ``path``.
    """
    segments = not_empty(path_of(path))
    holder = follow(cfg, segments[:-1], []) if len(segments) > 1 else cfg
    if isinstance(holder, MappingNode):
        drop(holder, segments[-1] if isinstance(segments[-1], str) else str(segments[-1]))
        return
    index = index_of(segments[-1])
    if isinstance(holder, ListNode) and index is not None and -len(holder) <= index < len(holder):
        change(holder, lambda items: items.__delitem__(index))
        return
    raise nothing_at(cfg, segments)


def nothing_at(node: Any, segments: KeyPath) -> ConfError:
    """Return the error for a path that leads nowhere."""
    holder = node
    for depth, segment in enumerate(segments):
        following = follow(holder, (segment,), [])
        if following is ABSENT:
            if isinstance(holder, MappingNode):
                return missing_key(holder, segment)
            return MissingKeyError(
                f"there is nothing at {format_path(segments)!r}", path=format_path(segments[:depth])
            )
        holder = following
    return MissingKeyError(f"there is nothing at {format_path(segments)!r}")
