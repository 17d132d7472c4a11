"""The default of one field of a schema, made only where it is needed."""

from __future__ import annotations

import dataclasses
import typing
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import attrs

from simple_conf.errors import ConfError, PlacedError
from simple_conf.keypath import format_path
from simple_conf.schemas.defaults.declaration import DefaultLayer
from simple_conf.schemas.schema import OwnCopy
from simple_conf.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable

    from simple_conf.keypath import KeyPath


class FieldDefault:
    """The default of one field.

    Args:
        owner: The schema.
        key: The key that a config has for the field.
        attribute: The attribute of the object that holds it; not the key where attrs has an alias.
        kind: The type of the field.
        value: The default; MISSING where there is none, or where ``factory`` makes it.
        factory: Makes the default, or None.
        known: Whether an object of the schema has a default there, which is not known without the object
            where a factory of attrs takes it.
        converted: Whether attrs converts the value when the object is made.
    """

    __slots__ = ("attribute", "converted", "factory", "key", "kind", "known", "owner", "value")

    def __init__(
        self,
        owner: type,
        key: str,
        attribute: str,
        kind: Any,
        value: Any = MISSING,
        factory: Callable[[], Any] | None = None,
        known: bool = True,
        converted: bool = False,
    ) -> None:
        self.owner = owner
        self.key = key
        self.attribute = attribute
        self.kind = kind
        self.value = value
        self.factory = factory
        self.known = known
        self.converted = converted

    @property
    def required(self) -> bool:
        """Whether there is no default that is known."""
        return not self.known

    def make(self, path: KeyPath) -> Any:
        """Return the default, a new one where there is a factory; MISSING where there is none.

        Args:
            path: The path of the field, for the error.

        Raises:
            PlacedError: The factory fails.
        """
        if self.factory is None:
            return self.value
        try:
            return self.factory()
        except Exception as failure:
            message = f"the default cannot be made: {type(failure).__name__}: {failure}"
            origin = DefaultLayer(self.owner).locate((self.key,))
            raise PlacedError(message, path=format_path(path), origin=origin) from failure


@lru_cache(maxsize=1024)
def defaults_of(cls: type) -> dict[str, FieldDefault]:
    """Return the defaults of the fields of an attrs class or a dataclass, by key, in order.

    Raises:
        ConfError: A type that an annotation names cannot be found.
    """
    try:
        hints = typing.get_type_hints(cls, include_extras=False)
    except NameError as failure:
        raise ConfError(f"{cls.__name__}: {failure}; define it at the top of the module") from failure
    known = getattr(cls, "__attrs_attrs__", None)
    if known is not None:
        found = [of_attrs(cls, field, hints.get(field.name, Any)) for field in known if field.init]
    else:
        found = [
            of_dataclass(cls, field, hints.get(field.name, Any))
            for field in dataclasses.fields(cls)
            if field.init
        ]
    return {default.key: default for default in found}


def of_attrs(cls: type, field: Any, kind: Any) -> FieldDefault:
    """Return the default of a field of an attrs class."""
    value, converted = field.default, field.converter is not None
    if value is attrs.NOTHING:
        return FieldDefault(cls, field.alias, field.name, kind, known=False)
    if isinstance(value, attrs.Factory):  # type: ignore[arg-type]
        if value.takes_self:
            return FieldDefault(cls, field.alias, field.name, kind, known=False)
        return FieldDefault(cls, field.alias, field.name, kind, factory=value.factory, converted=converted)
    return FieldDefault(cls, field.alias, field.name, kind, value, converted=converted)


def of_dataclass(cls: type, field: Any, kind: Any) -> FieldDefault:
    """Return the default of a field of a dataclass."""
    if field.default is not dataclasses.MISSING:
        return FieldDefault(cls, field.name, field.name, kind, field.default)
    if field.default_factory is not dataclasses.MISSING:
        return FieldDefault(cls, field.name, field.name, kind, factory=field.default_factory)
    return FieldDefault(cls, field.name, field.name, kind, known=False)


def constant(default: FieldDefault) -> Any:
    """Return the default where it is always the same, without calling a factory of the user; else MISSING."""
    return default.factory.default if isinstance(default.factory, OwnCopy) else default.value


def required_fields(cls: Any) -> list[str]:
    """Return the keys of a schema's fields that have no default."""
    known = getattr(cls, "__attrs_attrs__", None)
    if known is not None:
        return [field.alias for field in known if field.init and field.default is attrs.NOTHING]
    fields = cls.__dataclass_fields__.values()
    return [
        field.name
        for field in fields
        if field.init
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
