"""Which defaults of a schema its class can give by itself, found out once for each schema."""

from __future__ import annotations

import os
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, get_origin

from simple_conf.schemas.containers import NestingError
from simple_conf.schemas.defaults.default_value import NOT_ENTRIES, entries_of, leaf
from simple_conf.schemas.defaults.field_default import constant, defaults_of
from simple_conf.schemas.fields import schemas_in
from simple_conf.schemas.schema import is_schema
from simple_conf.tree.node import MappingNode
from simple_conf.values import MISSING

if TYPE_CHECKING:
    from cattrs import Converter

    from simple_conf.schemas.defaults.field_default import FieldDefault

EMPTY = (list, dict, set, frozenset, tuple)
"""The factories whose results are the same in a tree: nothing."""


class Plan(NamedTuple):
    """The keys for which the default must be in the tree.

    Args:
        absent: Where a config does not have the key.
        mappings: Where a config has a mapping under the key, which is merged over the default.
    """

    absent: frozenset[str]
    mappings: tuple[str, ...]

    def fits(self, values: dict[str, Any]) -> bool:
        """Return whether the class itself gives all that these values leave out."""
        absent, mappings = self
        if absent and not absent.issubset(values):
            return False
        return not mappings or not any(isinstance(values.get(key), (dict, MappingNode)) for key in mappings)


def plan_of(cls: type, converter: Converter) -> Plan | None:
    """Return the keys of a schema for which the default must be in the tree, or None where there are none."""
    known = {key: default for key, default in defaults_of(cls).items() if not default.required}
    plan = Plan(
        frozenset(key for key, default in known.items() if not is_simple(default, converter)),
        tuple(key for key, default in known.items() if lies_below(default)),
    )
    return plan if any(plan) else None


def is_simple(default: FieldDefault, converter: Converter) -> bool:
    """Return whether a default that its class gives is what a tree with the default in it would give."""
    if default.factory in EMPTY:
        return True
    if is_schema(default.factory):
        plan = plan_of(default.factory, converter)  # type: ignore[arg-type]
        return plan is None or not plan.absent
    value = constant(default)
    if value is MISSING or has_reference(value):
        return False
    if value is None:  # says that there is no value, whatever the type
        return True
    try:
        made = converter.structure(value, default.kind)
    except (Exception, NestingError):
        return default.converted
    return default.converted or is_equal(made, value)


def has_reference(value: Any) -> bool:
    """Return whether there is a reference, or a value to be filled in, in plain data."""
    if isinstance(value, (str, os.PathLike, Enum)):
        text = leaf(value)
        return text is MISSING or (isinstance(text, str) and "${" in text)
    if isinstance(value, dict):
        return any(map(has_reference, value.values()))
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(map(has_reference, value))
    return is_schema(type(value))  # its fields may have one


def is_equal(made: Any, value: Any) -> bool:
    """Return whether a value is another one, of the same types."""
    if made is value:
        return True
    if type(made) is not type(value):
        return False
    if isinstance(value, dict):
        return made.keys() == value.keys() and all(is_equal(made[key], value[key]) for key in value)
    if isinstance(value, (list, tuple)):
        return len(made) == len(value) and all(map(is_equal, made, value))
    return isinstance(value, (str, int, float, bytes, set, frozenset)) and bool(made == value)


def lies_below(default: FieldDefault) -> bool:
    """Return whether a mapping of a config may be merged over a default with other keys than its class."""
    if default.factory in EMPTY:
        return False
    if is_schema(default.factory) and schemas_in(default.kind) == (default.factory,):
        return False
    value = constant(default)
    if value is not MISSING:
        return entries_of(value) is not NOT_ENTRIES or has_reference(value)
    return default.factory is not None and get_origin(default.kind) not in (list, tuple, set, frozenset)
