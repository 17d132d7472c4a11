"""What a schema says of a place in a tree: the type of its value, and the default that lies below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Union, get_origin

from simple_conf.schemas.defaults.default_value import NOT_ENTRIES, entries_of
from simple_conf.schemas.defaults.field_default import defaults_of
from simple_conf.schemas.fields import item_kind, schemas_in
from simple_conf.schemas.schema import is_schema
from simple_conf.schemas.unions import tag_of
from simple_conf.tree.assignment import AssignmentGroup
from simple_conf.tree.editing import store
from simple_conf.tree.node import ABSENT, MappingNode, Overlaid, has_item, raw_item
from simple_conf.tree.provenance import assignments_of

if TYPE_CHECKING:
    from simple_conf.keypath import KeyPath
    from simple_conf.schemas.defaults.declaration import DefaultLayer


class Below(NamedTuple):
    """A default that lies below a mapping: a schema's object, or a dict.

    Args:
        value: The object or dict.
        layer: The defaults that it is of.
        path: Its path there.
    """

    value: Any
    layer: DefaultLayer
    path: KeyPath

    def inside(self, key: str) -> Any:
        """Return what it has under a key, or ABSENT."""
        return entries_of(self.value).get(key, ABSENT)


class Place(NamedTuple):
    """What the schema says of a place in the tree.

    Args:
        kind: The type of its value.
        below: The default that lies below the mapping there, or None.
    """

    kind: Any
    below: Below | None


def lies_below(default: Any, node: MappingNode, kind: Any) -> bool:
    """Return whether a mapping is merged over a default, and does not choose another schema of a union."""
    if not is_schema(type(default)):
        return entries_of(default) is not NOT_ENTRIES
    if len(schemas_in(kind)) < 2:
        return True
    known, chosen = entries_of(default), tags(default)
    return all(
        key in known
        and (not isinstance(known[key], str) or key not in chosen or known[key] == tag_of(node, key))
        for key in node.__raw__
    )


def tags(default: Any) -> set[str]:
    """Return the keys of an object's schema that only take certain values."""
    cls: type = type(default)
    return {key for key, field in defaults_of(cls).items() if get_origin(field.kind) is Literal}


def node_at(root: MappingNode, path: KeyPath) -> MappingNode | None:
    """Return the mapping at a path as it is written, or None."""
    node: Any = root
    for segment in path:
        node = raw_item(node, segment) if has_item(node, segment) else None
    return node if isinstance(node, MappingNode) else None


def lay_reference(holder: MappingNode, key: str, inner: MappingNode, below: Below) -> None:
    """Lay a mapping over a default that is a reference."""
    value = Overlaid(below.value, inner)
    group = AssignmentGroup({key: value}, below.layer, below.path[:-1], None, assignments_of(holder))
    object.__setattr__(holder, "__provenance__", group)
    store(holder, key, value)


def kind_inside(kind: Any, segment: str | int) -> Any:
    """Return the type of what a value of a type has under a key or an index, where the type says so."""
    members = schemas_in(kind)
    kinds = [known.kind for cls in members if (known := defaults_of(cls).get(str(segment))) is not None]
    if not members:
        return item_kind(kind)
    return Union[tuple(kinds)] if kinds else Any  # noqa: UP007 - of kinds that are not known here
