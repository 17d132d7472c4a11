"""Schemas: classes that define what a config must look like."""

from __future__ import annotations

from simple_conf.errors import ConfError, ValidationError, ValidationIssue
from simple_conf.values import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar, dataclass_transform

    import attrs

    T = TypeVar("T")
    C = TypeVar("C", bound=type)
    F = TypeVar("F", bound=Callable[..., Any])
else:

    def dataclass_transform(**_: object) -> object:
        """Replace the one of typing, which only type checkers need."""
        return lambda function: function

    class attrs:  # noqa: N801
        """Replace the names that the transform refers to."""

        field = None


MARK = "__simple_conf_validate__"
OWN = "__simple_conf_schema__"


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(attrs.field,))
def schema(cls: type[T]) -> type[T]:
    """Make a class a schema: ``attrs.define(kw_only=True, frozen=True)`` whose ``@validate`` methods are run.

    Args:
        cls: A class with annotated fields.

    Returns:
        The attrs class. Constructing it runs every ``@validate`` method and reports all that fail at once.
    """
    import attrs as library

    for name, default in list(vars(cls).items()):
        if name in cls.__annotations__ and type(default) in (list, dict, set):
            setattr(cls, name, library.field(factory=OwnCopy(default)))
    if "__attrs_post_init__" not in cls.__dict__:
        cls.__attrs_post_init__ = check_object  # type: ignore[attr-defined]
    made = library.define(cls, kw_only=True, frozen=True)
    setattr(made, OWN, True)
    return made


class OwnCopy:
    """A factory of copies, so that objects never share a default list, dict or set.

    Args:
        default: The list, dict or set.
    """

    __slots__ = ("default",)

    def __init__(self, default: Any) -> None:
        self.default = default

    def __call__(self) -> Any:
        """Return a copy."""
        import copy

        return copy.deepcopy(self.default)


def validate(method: F) -> F:
    """Mark a method of a schema as a check: it raises, asserts or returns False where the object is wrong.

    Args:
        method: Takes only ``self``.

    Returns:
        The method, marked.
    """
    setattr(method, MARK, True)
    return method


def checks_of(cls: type) -> list[Callable[[Any], object]]:
    """Return the ``@validate`` methods of a class, base classes first."""
    found: dict[str, Callable[[Any], object]] = {}
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            if getattr(value, MARK, False):
                found[name] = value
    return list(found.values())


def check_object(self: Any) -> None:
    """Run every ``@validate`` method of an object.

    Raises:
        ValidationError: Some of them failed; it carries an issue for each.
    """
    issues = []
    attributes = attributes_of(type(self))
    gaps = {name for name in attributes.values() if getattr(self, name, None) is MISSING}
    for check in checks_of(type(self)):
        if gaps.intersection(getattr(getattr(check, "__code__", None), "co_names", ())):
            continue
        try:
            if check(self) is False:
                raise AssertionError(f"{check.__name__} returned False")
        except ConfError:
            raise
        except (AssertionError, ValueError, TypeError) as failure:
            field = field_checked(check, type(self))
            message = str(failure) or f"{check.__name__} failed"
            issues.append(
                ValidationIssue(
                    path=field, message=message, got=getattr(self, attributes[field]) if field else None
                )
            )
    if issues:
        raise ValidationError(issues)


def field_checked(check: Callable[..., object], cls: type) -> str:
    """Return the key of the one field that a check looks at, or ``""`` where it looks at several."""
    names = getattr(getattr(check, "__code__", None), "co_names", ())
    fields = [key for key, attribute in attributes_of(cls).items() if attribute in names]
    return fields[0] if len(fields) == 1 else ""


def attributes_of(cls: type) -> dict[str, str]:
    """Return the attributes that hold a schema's fields, by the keys that a config has for them.

    The key is what the class itself is called with: for attrs the alias, which for ``_x`` is ``x``.
    """
    known = getattr(cls, "__attrs_attrs__", None)
    if known is not None:
        return {field.alias: field.name for field in known if field.init}
    return {name: name for name, field in getattr(cls, "__dataclass_fields__", {}).items() if field.init}


def field_names(cls: type) -> list[str]:
    """Return the keys that a config has for a schema's fields."""
    return list(attributes_of(cls))


def is_schema(cls: object) -> bool:
    """Return whether ``cls`` is an attrs class or a dataclass."""
    return isinstance(cls, type) and (hasattr(cls, "__attrs_attrs__") or hasattr(cls, "__dataclass_fields__"))
