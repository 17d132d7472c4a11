"""Overrides: one value set, added, appended or deleted at a path, wherever the override is merged."""

from __future__ import annotations

from simple_conf.config import access
from simple_conf.errors import ConfError, OverrideError, UnknownReferenceError
from simple_conf.keypath import format_path
from simple_conf.merging.arrays import combine
from simple_conf.merging.merge import LenientPatch, lay_over, merge, refuse_unmet
from simple_conf.merging.strategy import DEFAULT
from simple_conf.origin.layers import ArgumentLayer, NamedLayer
from simple_conf.origin.origin import Origin
from simple_conf.references.named_path import index_of
from simple_conf.suggestion import did_you_mean
from simple_conf.tree.copying import adopt
from simple_conf.tree.editing import change, store
from simple_conf.tree.node import ListNode, MappingNode, grow, has_item, has_key, raw_item, read_item
from simple_conf.tree.provenance import record
from simple_conf.values import MISSING, repr_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.merging.merge import Patch
    from simple_conf.merging.strategy import MergeStrategy
    from simple_conf.origin.layers import Layer
    from simple_conf.tree.node import Defaults, Key

ADDS = frozenset({"add", "add_append"})
APPENDS = frozenset({"append", "add_append"})
MAX_HOLES = 10_000
"""Maximum number of items that an override of an item sets before it where there is no list."""


class Override:
    """One override, such as ``train.lr=5e-4``.

    Args:
        argument: The whole text of it.
        kind: ``"set"``, ``"append"`` or ``"delete"``; ``"add"`` or ``"add_append"`` with a ``+`` before the
            key, which may make a new key even under ``strict_keys``.
        path: The path that it changes.
        value: The value, plain.
        column: 1-based column of the value in the text.
        layer: Where it comes from, where that is not the text itself.
    """

    __slots__ = ("argument", "column", "kind", "layer", "path", "value")

    def __init__(
        self, argument: str, kind: str, path: KeyPath, value: Any, column: int, layer: Layer | None = None
    ) -> None:
        self.argument = argument
        self.kind = kind
        self.path = path
        self.value = value
        self.column = column
        self.layer: Layer = layer or ArgumentLayer(argument, column, key_columns(argument, path))

    def __repr__(self) -> str:
        return f"Override({self.argument!r})"

    def apply(self, root: MappingNode, rules: MergeStrategy, strict_keys: bool) -> None:
        """Change ``root`` as the override says.

        Args:
            root: The root of a tree.
            rules: How a mapping that is set is merged over one that is there.
            strict_keys: Whether a key that is not there is an error, unless the override adds it.

        Raises:
            OverrideError: It does not fit what is there.
        """
        try:
            if self.kind == "delete":
                delete(root, self, strict_keys)
            else:
                write(root, self, rules, strict_keys and self.kind not in ADDS)
        except OverrideError:
            raise
        except ConfError as failure:
            message, hint = getattr(failure, "message", str(failure)), getattr(failure, "hint", None)
            origin = self.layer.locate(self.path, key=True)
            raise OverrideError(message, origin=origin, hint=hint) from failure


def key_columns(argument: str, path: KeyPath) -> list[int]:
    """Return the 1-based columns where the keys of an override's path begin."""
    columns, at = [], 0
    for segment in path:
        text = f"[{segment}]" if isinstance(segment, int) else format_path((segment,))
        at = max(argument.find(text, at), at)
        columns.append(at + 1)
        at += len(text)
    return columns


def refused(argument: str, message: str, column: int, hint: str | None = None) -> OverrideError:
    """Return the error that points at a 1-based column of an override's text; a secret in it is masked."""
    from simple_conf.secret_lines import masked_argument

    origin = ArgumentLayer(argument, column).locate(())
    shown = masked_argument(argument)
    if shown != argument:
        origin = Origin("command line", shown)
    return OverrideError(message, origin=origin, hint=hint)


def write(root: MappingNode, override: Override, rules: MergeStrategy, strict: bool) -> None:
    """Set or append the value of an override."""

    def unknown(holder: MappingNode, key: str) -> OverrideError:
        path = (*holder.__path__, key)
        hint = did_you_mean(key, holder.__raw__)
        if isinstance(override.layer, ArgumentLayer):
            more = f"write +{override.argument} to add it"
            hint = f"{hint}; {more}" if hint else more
        origin = override.layer.locate(path, key=True)
        return OverrideError(f"unknown key {key!r}", path=format_path(path), origin=origin, hint=hint)

    holder, last = access.reach(root, override.path, override.layer, unknown if strict else None)
    tree = root.__tree__
    if isinstance(holder, ListNode):
        if override.kind in APPENDS:
            append_to_item(root, holder, last, override)
        else:
            access.put_item(holder, last, override.value, override.layer)
        return
    key = str(last)
    path = (*holder.__path__, key)
    value = adopt(override.value, tree, path, override.layer)
    there = has_key(holder, key) if strict or override.kind in APPENDS else key in holder.__raw__
    if strict and not there:
        raise unknown(holder, key)
    if override.kind in APPENDS:
        value = appended(holder, key, path, override, value)
    mine = holder.__raw__.get(key)
    if isinstance(value, MappingNode) and isinstance(mine, MappingNode):
        lay_over(mine, value, rules, strict)
    else:
        if isinstance(value, MappingNode) and there and mine is not MISSING:
            object.__setattr__(value, "__barrier__", True)
        record(holder, key, value, override.layer)
        store(holder, key, value)
    tree.forget(path)


def appended(holder: MappingNode, key: str, path: KeyPath, override: Override, value: Any) -> ListNode:
    """Return the list under ``key`` with the value at its end; a list as value adds all its items.

    Raises:
        OverrideError: There is something else under the key.
    """
    tree = holder.__tree__
    items: ListNode = value
    if not isinstance(value, ListNode):
        items = adopt([override.value], tree, path, override.layer)
    mine = holder.__raw__.get(key)
    if key not in holder.__raw__:  # it may come through a reference that this is merged over
        below = access.get(tree.root, override.path)
        mine = adopt(below, tree, path, holder.__layer__) if isinstance(below, list) else None
    if mine is None or mine is MISSING:
        return items
    if isinstance(mine, str) and "${" in mine:
        mine = adopt(read_item(holder, key), tree, path, holder.__layer__)
    if not isinstance(mine, ListNode):
        raise not_a_list(mine, path, override)
    return combine(mine, items, "append", lay_over)


def append_to_item(root: MappingNode, holder: ListNode, segment: Key, override: Override) -> None:
    """Add the value of an override to the list that is an item of a list; a list as value adds all its items.

    Raises:
        OverrideError: The item is something else.
    """
    added = override.value if isinstance(override.value, list) else [override.value]
    index = index_of(segment)
    mine = None
    if index is not None and -len(holder) <= index < len(holder):
        mine = read_item(holder, index)
    if index is None or mine is None or mine is MISSING:
        access.put_item(holder, segment, added, override.layer)
        return
    if not isinstance(mine, list):
        raise not_a_list(mine, override.path, override)
    if not isinstance(raw_item(holder, index), ListNode):  # a reference: what it names stays as it is
        access.put_item(holder, segment, [*mine, *added], override.layer)
        return
    for at, value in enumerate(added, len(mine)):
        items, last = access.reach(root, (*override.path, at), override.layer, None)
        access.put_item(items, last, value, override.layer)  # one by one: the items before keep their texts


def not_a_list(value: Any, path: KeyPath, override: Override) -> OverrideError:
    """Return the error for a ``+=`` where there is something else than a list."""
    kind = "a mapping" if isinstance(value, MappingNode) else repr_of(value)
    from simple_conf.secret_names import may_name_secret

    if may_name_secret(format_path(path)):
        kind = "a value"
    message, hint = (
        f"{format_path(path)} is {kind}, not a list",
        "'+=' adds to a list; write = to set a value",
    )
    return refused(override.argument, message, 1, hint)


def delete(root: MappingNode, override: Override, strict: bool) -> None:
    """Remove what an override names; where there is nothing, a config below may still have it.

    Raises:
        OverrideError: There is nothing, and keys are strict.
    """
    if not access.has_path(root, override.path):
        if strict:
            raise nothing_to_delete(root, override)
        root.__tree__.unmet[override.path] = nothing_to_delete(root, override)
        return
    for depth in range(1, len(override.path)):
        holder, last = (
            access.get(root, override.path[: depth - 1]) if depth > 1 else root,
            override.path[depth - 1],
        )
        raw = raw_item(holder, last) if has_item(holder, last) else None
        if isinstance(raw, str) and "${" in raw:  # what it names would lose the key, too
            message = f"{format_path(override.path[:depth])} is a reference; nothing can be deleted from it"
            raise refused(override.argument, message, 2, "delete it where the reference leads")
    access.delete_at(root, override.path)
    root.__tree__.removed[override.path] = override.layer


def nothing_to_delete(root: MappingNode, override: Override) -> OverrideError:
    """Return the error for a deletion of what is not there."""
    holder: Any = root
    names: Any = ()
    for segment in override.path:
        names = holder.__raw__ if isinstance(holder, MappingNode) else ()
        if segment not in names:
            break
        holder = holder.__raw__[segment]
    hint = did_you_mean(str(segment), names)
    return refused(override.argument, f"there is no {format_path(override.path)} to delete", 2, hint)


def from_overrides(patches: Sequence[Patch]) -> MappingNode:
    """Return a tree of what overrides set; it applies them again wherever it is merged over another."""
    root = grow({}, NamedLayer("command line", "(no arguments)"))
    for patch in patches:
        try:
            apply_alone(root, patch)
        except UnknownReferenceError:
            continue  # it changes what a reference gives, which only the config below may have
        except OverrideError as failure:
            if not isinstance(failure.__cause__, UnknownReferenceError):
                raise
    root.__tree__.patches = list(patches)
    return root


def apply_alone(root: MappingNode, patch: Patch) -> None:
    """Apply one override to a tree that has only what overrides set."""
    if isinstance(patch, Override) and patch.kind == "delete":
        if access.has_path(root, patch.path):
            access.delete_at(root, patch.path)
    elif isinstance(patch, Override) and any(isinstance(segment, int) for segment in patch.path):
        show_alone(root, patch)
    else:
        patch.apply(root, DEFAULT, False)


def merge_overrides(base: MappingNode, patches: Sequence[Patch], strict_keys: bool = False) -> MappingNode:
    """Return a new tree with overrides merged over a config and the lowest layer of its tree.

    Args:
        base: The root of the config's tree.
        patches: The overrides, and the files among them.
        strict_keys: Whether an override of a key that is not there is an error.

    Raises:
        OverrideError: An override does not fit, or deletes what is not there.
        MergeError: A file has a key that is not there, and keys are strict.
    """
    over = from_overrides(patches)
    defaults = base.__tree__.defaults

    def merged(layer: Defaults, lenient: bool) -> MappingNode:
        base.__tree__.defaults = layer
        over.__tree__.patches = [LenientPatch(patch) for patch in patches] if lenient else list(patches)
        return merge([base, over], strict_keys=strict_keys)

    root = merge([base, over], strict_keys=strict_keys) if defaults is None else defaults.lay_below(merged)
    refuse_unmet(root)
    return root


def show_alone(root: MappingNode, override: Override) -> None:
    """Set an item of a list that is not there: the items before it are still to be filled in."""
    path = override.path
    if any(isinstance(segment, int) and segment < 0 for segment in path):
        return  # counted from an end that is not known yet
    for depth, segment in enumerate(path):
        if isinstance(segment, int):
            fill_up_to(root, path[:depth], segment, override)
    value = override.value
    if override.kind in APPENDS and not isinstance(value, list):
        value = [value]
    access.set_at(root, path, value, override.layer)


def written_at(root: MappingNode, path: KeyPath) -> object:
    """Return what is at a path, in lists with items still to be filled in too; None if there is nothing."""
    node: object = root
    for segment in path:
        if isinstance(node, str) and "${" in node:
            return access.get(root, path)
        if not isinstance(node, (MappingNode, ListNode)) or not has_item(node, segment):
            return None
        node = raw_item(node, segment)
    return node


def fill_up_to(root: MappingNode, path: KeyPath, index: int, override: Override) -> None:
    """Make the list at ``path`` so long that an item can be set at ``index``: by ``???`` for those before it.

    Raises:
        OverrideError: There would be too many of them.
    """
    holder = written_at(root, path)
    holes = index - (len(holder) if isinstance(holder, ListNode) else 0)
    if holes > MAX_HOLES:
        where = format_path(path)
        raise refused(
            override.argument,
            f"{where}[{index}] would make a list of {index + 1:,} items",
            2,
            f"give the list as a whole: {where}=[…]",
        )
    if isinstance(holder, ListNode):
        if holes > 0:
            change(holder, lambda items: items.extend([MISSING] * holes), override.layer)
    elif holes > 0:
        access.set_at(root, path, [MISSING] * holes, override.layer)
