"""The defaults of a schema as the lowest layer of a tree, laid below it key by key where they are looked up.

A key that the tree does not have takes its default whole; a mapping that lies over a default object or a
default dict is completed by the keys of it. So a factory is called once, and only if its value is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simple_conf.config import access
from simple_conf.errors import ConfError, OverrideError
from simple_conf.keypath import format_path
from simple_conf.merging.merge import is_reference
from simple_conf.references.overlay import own_tree
from simple_conf.schemas.defaults.declaration import DefaultLayer
from simple_conf.schemas.defaults.default_value import SameValue, entries_of, planted
from simple_conf.schemas.defaults.field_default import constant, defaults_of
from simple_conf.schemas.defaults.place import Below, Place, kind_inside, lay_reference, lies_below, node_at
from simple_conf.schemas.fields import item_kind, schemas_in
from simple_conf.schemas.schema import is_schema
from simple_conf.schemas.unions import by_tag, member_of
from simple_conf.tree.assignment import AssignmentGroup
from simple_conf.tree.copying import copy_mapping
from simple_conf.tree.editing import store
from simple_conf.tree.location import origin_at
from simple_conf.tree.node import (
    ABSENT,
    PLAIN,
    ListNode,
    MappingNode,
    has_item,
    raw_item,
    raw_items,
    read_item,
)
from simple_conf.tree.provenance import assignments_of
from simple_conf.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable

    from simple_conf.config.config import Config
    from simple_conf.keypath import KeyPath
    from simple_conf.schemas.defaults.field_default import FieldDefault
    from simple_conf.tree.node import Defaults


MAX_CHOICES = 16
"""Maximum number of times that overrides are applied, each time with more choices of schemas known."""


class SchemaDefaults:
    """The lowest layer of one tree.

    Args:
        schema: What the tree, or a mapping in it, must look like.
        base: The path of that mapping.
    """

    __slots__ = ("_base", "_blind", "_chosen", "_made", "_objects", "_schema", "_seen", "_set", "_watched")

    def __init__(self, schema: Any, base: KeyPath = ()) -> None:
        self._schema = schema
        self._base = base
        self._blind: set[tuple[KeyPath, str]] = set()
        self._chosen: dict[KeyPath, type] = {}
        self._made: dict[tuple[KeyPath, type], Any] = {}
        self._objects: dict[KeyPath, Any] = {}
        self._seen: dict[KeyPath, set[type | None]] = {}
        self._set: dict[KeyPath, SameValue] = {}
        self._watched = False

    def choosing(self, chosen: dict[KeyPath, type]) -> SchemaDefaults:
        """Return the same layer for another tree, whose mappings at some paths are of these schemas."""
        fresh = SchemaDefaults(self._schema, self._base)
        fresh._made = self._made
        fresh._chosen = chosen
        return fresh

    def lay_below(self, make: Callable[[Defaults, bool], MappingNode]) -> MappingNode:
        """Return a tree of overrides with this layer below it, made again where they choose a schema late.

        ``opt.betas+=0.5 opt.type=adam`` adds to the default list of the schema that is chosen after it.

        Args:
            make: Applies the overrides over a layer; where the second argument is true, those that do not
                fit what is there are passed over.

        Raises:
            ConfError: An override does not fit what is there.
        """
        layer = self
        for _ in range(MAX_CHOICES):
            failure: ConfError | None = None
            layer._watched = True
            try:
                root = make(layer, False)
            except ConfError as problem:
                if not layer._seen:
                    raise
                failure = problem
                layer = layer.choosing(layer._chosen)
                layer._watched = True
                root = make(layer, True)
            chosen = layer._chosen | layer.chosen_late(root)
            if chosen == layer._chosen:
                if failure is not None:
                    raise failure
                layer.refuse_blind(root)
                explain_unmet(root)
                return root
            layer = layer.choosing(chosen)
        return root

    def chosen_late(self, root: MappingNode) -> dict[KeyPath, type]:
        """Return the schemas that mappings of a tree are of now, where they were of another one before."""
        found: dict[KeyPath, type] = {}
        seen: dict[KeyPath, set[type | None]] = {path: {type(value)} for path, value in self._objects.items()}
        for path, classes in self._seen.items():
            seen[path] = seen.get(path, set()) | classes
        chosen, self._chosen = self._chosen, {}
        try:
            for path, classes in seen.items():
                node = node_at(root, path)
                place = None if node is None else self.place(node)
                cls = None if node is None or place is None else self.schema_at(node, place)
                if cls is not None and classes != {cls}:
                    found[path] = cls
        finally:
            self._chosen = chosen
        return found

    def refuse_blind(self, root: MappingNode) -> None:
        """Refuse what overrides add to a default, where only the types of values tell which schema has it.

        Raises:
            OverrideError: There is such an override.
        """
        for path, key in sorted(self._blind, key=str):
            node = node_at(root, path)
            place = None if node is None else self.place(node)
            if node is None or place is None or key not in node.__raw__:
                continue
            members = schemas_in(place.kind)
            known = [cls for cls in members if (found := defaults_of(cls).get(key)) and not found.required]
            if not known or self.schema_at(node, place) is not None or by_tag(list(members)) is not None:
                continue
            where, names = format_path((*path, key)), " or ".join(cls.__name__ for cls in members)
            raise OverrideError(
                f"the keys of {format_path(path)} fit {names}, so the default of {key!r} is not known",
                path=where,
                origin=origin_at(root, (*path, key)),
                hint=f'give {where} as a whole, or give each schema a field such as `type: Literal["…"]`',
            )

    def fill(self, node: MappingNode, key: str, opened: bool = False) -> bool:
        """Set an absent key of a mapping to its default; return whether that was done.

        Args:
            node: The mapping.
            key: The key.
            opened: Whether a mapping is merged over the default at once: then only a reference is set.
        """
        place = self.place(node)
        return place is not None and self.set_default(node, key, place, opened)

    def names(self, root: MappingNode, path: KeyPath) -> list[str]:
        """Return the keys that the schema has for the mapping at a path, whether there is one or not."""
        node: Any = root
        place = Place(self._schema, None)
        if path[: len(self._base)] != self._base:
            return []
        for depth, segment in enumerate(path):
            inside = depth >= len(self._base)
            if isinstance(node, (MappingNode, ListNode)) and has_item(node, segment):
                place = self.step(node, segment, place) if inside else place
                node = raw_item(node, segment)
            elif inside:
                node, place = None, Place(kind_inside(place.kind, segment), None)
        if isinstance(node, MappingNode) and (known := self.keys(node, place)):
            return known
        return list(dict.fromkeys(key for cls in schemas_in(place.kind) for key in defaults_of(cls)))

    def complete(self, root: MappingNode) -> None:
        """Fill in everything that the schema has a default for."""
        node: Any = root
        for segment in self._base:
            if not has_item(node, segment):
                return
            node = raw_item(node, segment)
        self.complete_value(node, Place(self._schema, None))

    def complete_value(self, value: Any, place: Place) -> None:
        """Fill in what is absent in a value, and in everything in it."""
        if isinstance(value, ListNode):
            inner = item_kind(place.kind)
            for item in raw_items(value):
                self.complete_value(item, Place(inner, None))
        if not isinstance(value, MappingNode):
            return
        for key in self.keys(value, place):
            if key not in value.__raw__:
                self.set_default(value, key, place, False)
        if place.below is not None and isinstance(place.below.value, (dict, tuple)):
            in_order(value, list(entries_of(place.below.value)))
        for key in list(value.__raw__):
            inner_place = self.step(value, key, place)
            self.complete_value(value.__raw__[key], inner_place)

    def keys(self, node: MappingNode, place: Place) -> list[str]:
        """Return the keys that the schema, or the default below, has for a mapping."""
        below = [] if place.below is None else list(entries_of(place.below.value))
        cls = self.schema_at(node, place)
        return list(dict.fromkeys([*(defaults_of(cls) if cls is not None else ()), *below]))

    def object_at(self, node: MappingNode) -> Any:
        """Return the default object that a mapping is, or lies over, or None."""
        place = self.place(node)
        if place is None:
            return None
        if place.below is not None and is_schema(type(place.below.value)):
            return place.below.value
        return self.planted_object(node)

    def planted_object(self, node: MappingNode) -> Any:
        """Return the default object that a mapping was made from, or None."""
        return self._objects.get(node.__path__) if isinstance(node.__layer__, DefaultLayer) else None

    def unchanged(self, node: MappingNode, key: str) -> Any:
        """Return the default itself that a key was set to, or ABSENT where it has another value now."""
        known = self._set.get((*node.__path__, key))
        value = node.__raw__[key]
        return ABSENT if known is None or value is MISSING or not known.holds(value) else known.value

    def place(self, node: MappingNode) -> Place | None:
        """Return what the schema says of a mapping; None where it is not where its path says."""
        path, depth = node.__path__, len(self._base)
        if path[:depth] != self._base:
            return None
        holder: Any = node.__tree__.root
        for segment in self._base:
            if not has_item(holder, segment):
                return None
            holder = raw_item(holder, segment)
        place = Place(self._schema, None)
        for segment in path[depth:]:
            if not has_item(holder, segment):
                return None
            place = self.step(holder, segment, place)
            holder = raw_item(holder, segment)
        return place if holder is node else None

    def step(self, holder: Any, segment: str | int, place: Place) -> Place:
        """Return what the schema says of what a mapping or list holds under a key or an index."""
        if isinstance(holder, ListNode):
            return Place(item_kind(place.kind), None)
        key = str(segment)
        cls = self.schema_at(holder, place)
        default = defaults_of(cls).get(key) if cls is not None else None
        kind = item_kind(place.kind) if cls is None else Any if default is None else default.kind
        inner = holder.__raw__.get(key)
        if not isinstance(inner, MappingNode) or inner.__barrier__:
            return Place(kind, None)
        if inner.__path__ in inner.__tree__.removed:
            return Place(kind, None)
        below = self.default_below(holder, key, place, cls, default)
        if below is not None and is_reference(below.value):
            lay_reference(holder, key, inner, below)
            return Place(kind, None)
        chosen = self._chosen.get(inner.__path__)
        if below is None or (chosen is not None and chosen is not type(below.value)):
            return Place(kind, None)
        return Place(kind, below if lies_below(below.value, inner, kind) else None)

    def default_below(
        self, holder: MappingNode, key: str, place: Place, cls: type | None, default: FieldDefault | None
    ) -> Below | None:
        """Return the default of a key as what may lie below the mapping under it."""
        path = (*holder.__path__, key)
        if place.below is not None:
            value = place.below.inside(key)
            if value is not ABSENT:
                return Below(value, place.below.layer, (*place.below.path, key))
        if cls is None or default is None or default.required:
            return None
        return Below(self.make(path, default), DefaultLayer(cls), (key,))

    def make(self, path: KeyPath, default: FieldDefault) -> Any:
        """Return the default of the field at ``path``; a factory is called once."""
        key = (path, default.owner)
        if key not in self._made:
            self._made[key] = default.make(path)
        return self._made[key]

    def schema_at(self, node: MappingNode, place: Place) -> type | None:
        """Return the schema that a mapping is of, or None where it is of none, or of several."""
        cls: type | None = self._chosen.get(node.__path__) if self._chosen else None
        if cls is None:
            if place.below is not None and is_schema(type(place.below.value)):
                cls = type(place.below.value)
            else:
                known = self.planted_object(node)
                fits = known is not None and lies_below(known, node, place.kind)
                cls = type(known) if fits else member_of(place.kind, node)
        if self._watched and len(schemas_in(place.kind)) > 1:
            self._seen.setdefault(node.__path__, set()).add(cls)
        return cls

    def set_default(self, node: MappingNode, key: str, place: Place, opened: bool) -> bool:
        """Set an absent key of a mapping to its default; return whether that was done."""
        path = (*node.__path__, key)
        cls = self.schema_at(node, place)
        if cls is None and len(schemas_in(place.kind)) > 1:
            self._blind.add((node.__path__, key))
        default = defaults_of(cls).get(key) if cls is not None else None
        if opened and (place.below is not None or default is None or not is_reference(constant(default))):
            return False
        deleted = path in node.__tree__.removed
        found: Below | None = None
        if place.below is not None and not deleted and (value := place.below.inside(key)) is not ABSENT:
            found = Below(value, place.below.layer, (*place.below.path, key))
        elif cls is not None and default is not None and not default.required:
            found = Below(self.make(path, default), DefaultLayer(cls), (key,))
        if found is None:
            return False
        if path in self._chosen and self._chosen[path] is not type(found.value):
            found = found._replace(value={})  # of the chosen schema's defaults, each is set when looked up
        self.lay(node, key, found)
        return True

    def lay(self, node: MappingNode, key: str, default: Below) -> None:
        """Set a key of a mapping to a default."""
        tree, path = node.__tree__, (*node.__path__, key)
        grown = planted(default.value, tree, path, default.layer, default.path, self._objects, self._set)
        group = AssignmentGroup({key: grown}, default.layer, default.path[:-1], None, assignments_of(node))
        object.__setattr__(node, "__provenance__", group)
        store(node, key, grown)


def explain_unmet(root: MappingNode) -> None:
    """Say in the errors of overrides that delete what is not there yet that it is there later."""
    for path, failure in root.__tree__.unmet.items():
        if access.has_path(root, path):
            failure.hint = f"write ~{format_path(path)} last: only the overrides behind it make it be there"


def in_order(node: MappingNode, first: list[str]) -> None:
    """Put the keys of a mapping in the order of a default below it, those of its own behind."""
    raw = node.__raw__
    if list(raw)[: len(first)] != first:
        ordered = {key: raw[key] for key in [*(key for key in first if key in raw), *raw]}
        raw.clear()
        raw.update(ordered)


def default_object(node: Config) -> Any:
    """Return the default object that a mapping is, or lies over, or None."""
    defaults = node.__tree__.defaults
    return defaults.object_at(node) if isinstance(defaults, SchemaDefaults) else None


def default_values(
    node: Config, cls: type, values: dict[str, Any], fits: Callable[[Any, Any], bool]
) -> dict[str, Any]:
    """Return the values that an object of a schema is made of, with what its class defaults.

    Args:
        node: The mapping that it is made of.
        cls: The schema.
        values: The values of the mapping, resolved.
        fits: Whether a value can be read as a type.
    """
    defaults = node.__tree__.defaults
    result = dict(values)
    for key, default in defaults_of(cls).items():
        if default.required:
            continue
        value = ABSENT
        if key not in result:
            value = made_alone(node, key, default, cls)
        elif isinstance(defaults, SchemaDefaults):
            value = defaults.unchanged(node, key)
        if value is None or (value is not ABSENT and default.converted and not fits(value, default.kind)):
            result.pop(key, None)  # the class has it, whatever the type of the field
        elif value is not ABSENT:
            result[key] = value
    return result


def made_alone(node: Config, key: str, default: FieldDefault, cls: type) -> Any:
    """Return the default of a field of a mapping that is read in the place of a reference."""
    value = default.make((*node.__path__, key))
    if value is MISSING or type(value) in PLAIN:
        return value
    kept: dict[KeyPath, SameValue] = {}
    copy = copy_mapping(node, own_tree(node), node.__path__)
    path = (*copy.__path__, key)
    store(copy, key, planted(value, copy.__tree__, path, DefaultLayer(cls), (key,), {}, kept))
    return value if kept[path].holds(copy.__raw__[key]) else read_item(copy, key)
