"""Reading mappings as objects of schemas: attrs classes and dataclasses."""

from __future__ import annotations

import collections.abc
import dataclasses
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
from cattrs import AttributeValidationNote, ClassValidationError, Converter
from cattrs.gen import make_dict_structure_fn, override

from simple_conf.config.config import Config
from simple_conf.errors import ConfError
from simple_conf.schemas.containers import (
    Mode,
    NeedsDefaultsError,
    SeveralErrors,
    opened,
    refuse_too_deep,
    stem,
)
from simple_conf.schemas.conversion import refuse
from simple_conf.schemas.defaults.default_layer import default_object, default_values
from simple_conf.schemas.defaults.default_plan import plan_of
from simple_conf.schemas.defaults.field_default import defaults_of, required_fields
from simple_conf.schemas.schema import attributes_of, check_object, checks_of, field_names
from simple_conf.schemas.source_text import takes_text, with_text
from simple_conf.values import MISSING
from simple_conf.written import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from simple_conf.schemas.defaults.default_plan import Plan

    Hook = Callable[[Any, Any], Any]


class ExtraKeysError(ConfError):
    """Keys that a schema does not have.

    Args:
        keys: The keys.
        known: The schema's fields.
        owner: The schema's name.
    """

    def __init__(self, keys: list[str], known: list[str], owner: str) -> None:
        self.keys = keys
        self.known = known
        self.owner = owner
        super().__init__(keys)


def class_hook(kind: Any, conv: Converter, mode: Mode) -> Hook:
    """Return the hook of an attrs class or a dataclass."""
    cls = stem(kind)
    try:
        build = make_dict_structure_fn(
            kind,
            conv,
            _cattrs_forbid_extra_keys=False,
            _cattrs_detailed_validation=mode.thorough,
            _cattrs_use_alias=True,
            **named_types(cls, conv),
        )
    except NameError as failure:
        raise ConfError(f"{cls.__name__}: {failure}; define it at the top of the module") from failure
    names = field_names(cls)
    keys = {attribute: key for key, attribute in attributes_of(cls).items()}
    known = frozenset(names)
    required = required_fields(cls)
    check = bool(checks_of(cls)) and getattr(cls, "__attrs_post_init__", None) is not check_object

    read = class_reader(cls, conv, mode)

    def hook(value: Any, _: Any) -> Any:
        values = read(value)
        if type(values) is not dict:
            return values
        if mode.gaps:
            values = {**dict.fromkeys(required, MISSING), **values}
        if not mode.thorough:
            if mode.strict and not known.issuperset(values):
                raise ExtraKeysError([], names, cls.__name__)
            try:
                made = build(values, kind)
            except RecursionError as failure:
                refuse_too_deep(failure)
                raise
            if check:
                check_object(made)
            return made
        errors: list[tuple[str | int | None, Exception]] = []
        extra = [key for key in values if key not in known] if mode.strict else []
        if extra:
            errors.append((None, ExtraKeysError(extra, names, cls.__name__)))
        try:
            made = build(values, kind)
            if check and not errors:
                check_object(made)
        except Exception as failure:
            refuse_too_deep(failure)
            errors.append((None, by_key(failure, keys)))
        if errors:
            raise SeveralErrors(errors)
        return made

    return hook


def named_types(cls: Any, conv: Converter) -> dict[str, Any]:
    """Return how to read the fields whose types name classes inside brackets, as ``List["Node"]`` does.

    A name means what it means in the module of the class that declares the field, which may be a base class.
    """
    found: dict[str, Any] = {}
    for default in defaults_of(cls).values():
        written = next(
            (known[default.attribute] for known in annotations_of(cls) if default.attribute in known), None
        )
        if "ForwardRef(" in repr(written) and not is_generic(default.kind):
            found[default.attribute] = override(struct_hook=later(default.kind, conv))
    return found


def annotations_of(cls: Any) -> list[dict[str, Any]]:
    """Return the annotations of a class and of its bases, as written."""
    return [vars(base).get("__annotations__", {}) for base in cls.__mro__]


def is_generic(kind: Any) -> bool:
    """Return whether a type has a type variable in it, which the converter knows."""
    return isinstance(kind, TypeVar) or bool(getattr(kind, "__parameters__", ()))


def later(kind: Any, conv: Converter) -> Hook:
    """Return a hook that looks up how to read a type when it reads one, since the type may hold itself."""
    return lambda value, _: conv.structure(value, kind)


def class_reader(cls: Any, conv: Converter, mode: Mode) -> Callable[[Any], Any]:
    """Return what gives the values that an object of a class is made of, or the object where it is made.

    Args:
        cls: The class.
        conv: The converter.
        mode: How values are read.
    """
    by_tree, probes = mode.defaults == "tree", mode.defaults == "probe"
    plans: list[Plan | None] = []
    texts = [key for key, default in defaults_of(cls).items() if takes_text(default.kind)]

    def fits(value: Any, kind: Any) -> bool:
        try:
            conv.structure(value, kind)
        except Exception:
            return False
        return True

    def read(value: Any) -> Any:
        if type(value) is Config:
            values = value.__dict__
            if values is not value.__raw__:
                values = opened(value, mode)
            if by_tree:
                default = default_object(value)
                if type(default) is not cls and isinstance(default, cls):
                    return conv.structure(value, type(default))
                values = default_values(value, cls, values, fits)
            for key in texts:
                kind = type(values.get(key))
                if kind is not str and kind in KINDS:
                    values = {**values, key: with_text(value, key, values[key])}
        elif isinstance(value, collections.abc.Mapping):
            values = dict(value)
        elif isinstance(value, cls):
            return read_again(value, conv)
        else:
            return refuse(f"a mapping ({cls.__name__})", value)
        if probes:
            if not plans:
                plans.append(plan_of(cls, conv))
            plan = plans[0]
            if plan is not None and not plan.fits(values):
                raise NeedsDefaultsError
        return values

    return read


def read_again(made: Any, conv: Converter) -> Any:
    """Return an object with every field as its type reads it; the same object where they all are.

    Args:
        made: The object, such as a default that code made without the conversions of a config.
        conv: The converter.

    Raises:
        SeveralErrors: Values do not fit the types of their fields.
    """
    changes: dict[str, Any] = {}
    errors: list[tuple[str | int | None, Exception]] = []
    kind: Any = type(made)
    for key, default in defaults_of(kind).items():
        given = getattr(made, default.attribute, None)
        if given is None or given is MISSING or default.converted:
            continue
        try:
            fitting = conv.structure(given, default.kind)
        except Exception as failure:
            refuse_too_deep(failure)
            errors.append((key, failure))
            continue
        if fitting is not given and not is_same(fitting, given):
            changes[key] = fitting
    if errors:
        raise SeveralErrors(errors)
    if not changes:
        return made
    return attrs.evolve(made, **changes) if attrs.has(type(made)) else dataclasses.replace(made, **changes)


def is_same(fitting: Any, given: Any) -> bool:
    """Return whether a value that was read as a type is the value that was given; 1 is 1.0."""
    try:
        return bool(fitting == given)
    except Exception:  # an object whose comparison has no truth value, as that of arrays
        return False


def by_key(failure: Exception, keys: dict[str, str]) -> Exception:
    """Return an error of cattrs whose parts name the keys of fields, not their attributes.

    Args:
        failure: The error.
        keys: The keys by the attributes.
    """
    for inner in failure.exceptions if isinstance(failure, ClassValidationError) else ():
        notes = getattr(inner, "__notes__", [])
        for index, note in enumerate(notes):
            if isinstance(note, AttributeValidationNote):
                notes[index] = AttributeValidationNote(str(note), keys.get(note.name, note.name), note.type)
        text = inner.args[0] if inner.args and isinstance(inner.args[0], str) else ""
        name = text[1:].partition("'")[0] if text.startswith("'") else ""
        if name in keys and not notes:  # a validator of attrs
            inner.args = (f"'{keys[name]}'{text[len(name) + 2 :]}", *inner.args[1:])
            inner.add_note(AttributeValidationNote("", keys[name], Any))
    return failure
