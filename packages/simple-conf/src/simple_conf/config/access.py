"""Reading and writing at a path: ``train.layers[0].width``."""

from __future__ import annotations

from simple_conf.errors import KeyPathError, MissingKeyError, PlacedError
from simple_conf.keypath import format_path, parse_path
from simple_conf.merging.merge import is_reference, lay_over
from simple_conf.origin.layers import caller
from simple_conf.references.evaluation import follow
from simple_conf.references.named_path import index_of
from simple_conf.tree.copying import copy_list, copy_mapping
from simple_conf.tree.editing import change, drop, missing_key, put, refuse_frozen, store
from simple_conf.tree.location import origin_at
from simple_conf.tree.node import ABSENT, ListNode, MappingNode, Overlaid, Tree, has_key, node_of, raw_items
from simple_conf.tree.provenance import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from simple_conf.errors import ConfError
    from simple_conf.keypath import KeyPath
    from simple_conf.origin.layers import Layer
    from simple_conf.tree.node import Key, Node

    Unknown = Callable[[MappingNode, str], ConfError]


def path_of(path: str | KeyPath) -> KeyPath:
    """Return a path given as text or as its segments."""
    return parse_path(path) if isinstance(path, str) else tuple(path)


def not_empty(path: KeyPath) -> KeyPath:
    """Return a path that names something inside a config."""
    if not path:
        raise KeyPathError("the path is empty; name a key", text="")
    return path


def get(cfg: MappingNode, path: str | KeyPath, default: Any = None) -> Any:
    """Return the value at ``path``, or ``default`` where there is none.

    Raises:
        MissingValueError: The value is still ``???``.
        InterpolationError: The value cannot be resolved.
    """
    with cfg.__tree__.lock:
        found = follow(cfg, path_of(path))
    return default if found is ABSENT else found


def has_path(cfg: MappingNode, path: str | KeyPath) -> bool:
    """Return whether there is a value at ``path``, whether it can be resolved or not."""
    *parents, last = path_of(path) or ("",)
    holder: Any = cfg
    with cfg.__tree__.lock:
        if parents:
            holder = follow(cfg, tuple(parents))
    if isinstance(holder, MappingNode):
        return has_key(holder, str(last)) or (last == "" and not parents)
    index = index_of(last)
    return isinstance(holder, ListNode) and index is not None and -len(holder) <= index < len(holder)


def set_at(cfg: MappingNode, path: str | KeyPath, value: Any, layer: Layer | None = None) -> None:
    """Set the value at ``path``, making the mappings on the way.

    Raises:
        FrozenConfigError: The config is frozen.
        PlacedError: The path leads through a value that has no keys or items.
    """
    segments = not_empty(path_of(path))
    layer = layer or caller()
    refuse_frozen(cfg.__tree__, (*cfg.__path__, *segments))
    holder, last = reach(cfg, segments, layer)
    put_item(holder, last, value, layer)


def put_item(holder: Node, last: Key, value: Any, layer: Layer) -> None:
    """Set one key of a mapping or one index of a list, an index just past its end included."""
    if isinstance(holder, MappingNode):
        put(holder, str(last), value, layer)
        return
    index = index_in(holder, last)
    if index == len(holder):
        change(holder, lambda items: items.append(value), layer)
    else:
        change(holder, lambda items: items.__setitem__(index, value), layer)


def index_in(items: ListNode, segment: Key) -> int:
    """Return a segment as an index into a list, one just past its end included."""
    index = index_of(segment)
    count = len(items)
    if index is None or not -count <= index <= count:
        where = format_path(items.__path__)
        raise PlacedError(
            f"{where} has {count} item{'s' * (count != 1)}; there is no item {segment}",
            path=format_path((*items.__path__, segment)),
            origin=origin_at(items.__tree__.root, items.__path__),
            hint=f"the next one is {where}[{count}]",
        )
    return index


def reach(
    node: MappingNode, segments: KeyPath, layer: Layer, unknown: Unknown | None = None
) -> tuple[Node, Key]:
    """Return the node that holds the last segment of a path, and that segment; make mappings on the way.

    Args:
        node: Where the path begins.
        segments: The path.
        layer: The source that the new mappings come from.
        unknown: Returns the error for a key that is not there; without it the key is made.
    """
    holder: Node = node
    for depth, segment in enumerate(segments[:-1]):
        if isinstance(holder, ListNode):
            holder = reach_item(holder, segment, layer, isinstance(segments[depth + 1], int))
            continue
        key = str(segment)
        opened = unknown is None and not isinstance(segments[depth + 1], int)
        inner = holder.__raw__[key] if has_key(holder, key, opened) else ABSENT
        if inner is ABSENT and unknown is not None:
            raise unknown(holder, key)
        if isinstance(inner, (MappingNode, ListNode)):
            holder = inner
        elif isinstance(inner, Overlaid):
            holder = inner.overrides
        else:
            holder = open_up(holder, key, inner, isinstance(segments[depth + 1], int), layer)
    return holder, segments[-1]


def reach_item(items: ListNode, segment: Key, layer: Layer, as_list: bool = False) -> Node:
    """Return the node at an index of a list; one is made on top of a reference or in the place of a value.

    Args:
        items: The list.
        segment: The index.
        layer: The source that what is made comes from.
        as_list: Whether the item is used as a list; one that is made starts from what a reference gives.
    """
    index = index_in(items, segment)
    values = raw_items(items)
    item = values[index] if index < len(values) else None
    if isinstance(item, (MappingNode, ListNode)):
        return item
    if isinstance(item, Overlaid):
        return item.overrides
    if as_list:
        path = (*items.__path__, index)
        below = follow(items.__tree__.root, path) if is_reference(item) else None
        listed = below if isinstance(below, ListNode) else ListNode(items.__tree__, path, layer, [])
        put_item(items, index, copy_list(listed, items.__tree__, path), layer)
        made_list: ListNode = raw_items(items)[index]
        return made_list
    if is_reference(item):
        fresh = node_of(items.__tree__, (*items.__path__, index), layer, {})
        put_item(items, index, Overlaid(item, fresh), layer)
        return fresh
    put_item(items, index, {}, layer)
    made: MappingNode = raw_items(items)[index]
    return made


def open_up(holder: MappingNode, key: str, inner: Any, as_list: bool, layer: Layer) -> Node:
    """Put an empty mapping or list under ``key``: on top of a reference, or in the place of a value.

    Args:
        holder: The mapping that has the key.
        key: The key.
        inner: What is under it as written, or ABSENT.
        as_list: Whether it is a list; it starts from what a reference around it gives.
        layer: The source that it comes from.
    """
    tree = holder.__tree__
    path = (*holder.__path__, key)
    fresh: Node
    if as_list:  # the list may come through a reference that this is merged over
        below = follow(tree.root, path) if inner is ABSENT or is_reference(inner) else None
        items = below if isinstance(below, ListNode) else ListNode(tree, path, layer, [])
        fresh = copy_list(items, tree, path)
    else:
        fresh = node_of(tree, path, layer, {})
    value: Any = fresh
    if isinstance(fresh, MappingNode):
        if is_reference(inner):
            value = Overlaid(inner, fresh)
        elif inner is not ABSENT:
            object.__setattr__(fresh, "__barrier__", True)
    record(holder, key, value, layer)
    store(holder, key, value)
    tree.forget(path)
    return fresh


def update(cfg: MappingNode, values: MappingNode) -> None:
    """Lay the tree ``values`` over a mapping, in place.

    Raises:
        FrozenConfigError: The config is frozen.
    """
    refuse_frozen(cfg.__tree__, cfg.__path__)
    lay_over(cfg, copy_mapping(values, Tree(), cfg.__path__, written=True))
    for path in leaves_of(values, cfg.__path__):
        cfg.__tree__.forget(path)


def leaves_of(node: MappingNode, path: KeyPath) -> Iterator[KeyPath]:
    """Yield the path of everything in a mapping that is not a mapping with keys itself."""
    for key, value in node.__raw__.items():
        if isinstance(value, MappingNode) and value.__raw__:
            yield from leaves_of(value, (*path, key))
        else:
            yield (*path, key)


def delete_at(cfg: MappingNode, path: str | KeyPath) -> None:
    """Remove the key or item at ``path``.

    Raises:
        FrozenConfigError: The config is frozen.
        MissingKeyError: There is nothing at ``path``.
    """
    segments = not_empty(path_of(path))
    holder = follow(cfg, segments[:-1]) if len(segments) > 1 else cfg
    if isinstance(holder, MappingNode):
        drop(holder, str(segments[-1]))
        return
    index = index_of(segments[-1])
    if isinstance(holder, ListNode) and index is not None and -len(holder) <= index < len(holder):
        change(holder, lambda items: items.__delitem__(index))
        return
    raise nothing_at(cfg, segments)


def nothing_at(node: MappingNode, segments: KeyPath) -> ConfError:
    """Return the error for a path that leads nowhere."""
    holder: Any = node
    for depth, segment in enumerate(segments):
        following = follow(holder, (segment,))
        if following is ABSENT:
            if isinstance(holder, MappingNode):
                return missing_key(holder, segment)
            return MissingKeyError(
                f"there is nothing at {format_path(segments)!r}", path=format_path(segments[:depth])
            )
        holder = following
    return MissingKeyError(f"there is nothing at {format_path(segments)!r}")
