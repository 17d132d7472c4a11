"""The default of a field as text and as plain data, its secrets masked."""

from __future__ import annotations

import types
import typing
from typing import Any, get_args, get_origin

from simple_conf.errors import UnwritableError
from simple_conf.schemas.defaults.field_default import defaults_of
from simple_conf.schemas.fields import is_secret, item_kind, schemas_in, to_plain
from simple_conf.schemas.schema import attributes_of, is_schema
from simple_conf.sdn import write
from simple_conf.tree.export import simple
from simple_conf.values import MASK, Secret


def default_text(value: Any, kind: Any = None) -> str:
    """Return a default as a config file would have it, on one line; ``…`` where it cannot be.

    Args:
        value: The default.
        kind: The type of the field.
    """
    try:
        text = write({"x": plain_default(value, kind)}).strip()
    except UnwritableError:
        return "…"
    return text.removeprefix("x:").removeprefix(" ").strip() if "\n" not in text else "…"


def plain_default(value: Any, kind: Any = None) -> Any:
    """Return a default as plain data, with the mask in the place of every secret in it.

    Args:
        value: The default.
        kind: The type of the field.
    """
    return simple(to_plain(masked(value, kind), names=True))


def masked(value: Any, kind: Any) -> Any:
    """Return a value with the mask where it, or the type of its place, says that there is a secret."""
    if isinstance(value, Secret) or (value is not None and is_secret(kind)):
        return MASK
    cls: Any = type(value)
    if is_schema(cls):
        fields = defaults_of(cls)
        return {
            key: masked(getattr(value, name), fields[key].kind) for key, name in attributes_of(cls).items()
        }
    if isinstance(value, dict):
        return {key: masked(inner, kind_at(kind, key)) for key, inner in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(
            *(masked(inner, kind_at(type(value), value._fields[at])) for at, inner in enumerate(value))
        )
    if isinstance(value, (list, tuple)):
        return [masked(inner, kind_at(kind, at)) for at, inner in enumerate(value)]
    if isinstance(value, (set, frozenset)):
        return [masked(inner, item_kind(kind)) for inner in sorted(value, key=str)]
    return value


def kind_at(kind: Any, key: Any) -> Any:
    """Return the type of what a value has under a key or an index; of a union, first that of a secret."""
    if get_origin(kind) in (typing.Union, types.UnionType):
        kinds = [kind_at(member, key) for member in get_args(kind)]
        return next((one for one in kinds if is_secret(one)), next(filter(None, kinds), None))
    if schemas := schemas_in(kind):
        field = defaults_of(schemas[0]).get(key)
        return None if field is None else field.kind
    if hasattr(kind, "_fields"):
        return typing.get_type_hints(kind).get(key)
    arguments = get_args(kind)
    if get_origin(kind) is tuple and ... not in arguments:
        return arguments[key] if isinstance(key, int) and key < len(arguments) else None
    return item_kind(kind)
