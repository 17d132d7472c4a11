"""Plain values as objects of a schema, by cattrs with exact conversions."""

from __future__ import annotations

import collections.abc
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from cattrs import Converter
from cattrs.gen import override
from cattrs.gen.typeddicts import make_dict_structure_fn as make_typed_dict_structure_fn

from simple_conf.config.config import Config
from simple_conf.errors import ConfError, InterpolationCycleError
from simple_conf.schemas import unions
from simple_conf.schemas.containers import (
    Mode,
    NestingError,
    TooDeepError,
    collect,
    dict_hook,
    list_hook,
    opened,
    set_hook,
    stem,
    tuple_hook,
)
from simple_conf.schemas.conversion import SIMPLE, MismatchError, Unreadable, refuse, to_enum, to_literal
from simple_conf.schemas.named_tuple import is_named_tuple, named_tuple_hook
from simple_conf.schemas.objects import class_hook, later
from simple_conf.schemas.schema import is_schema
from simple_conf.schemas.source_text import with_text
from simple_conf.schemas.type_names import describe
from simple_conf.values import MISSING, Missing, Secret, Table
from simple_conf.written import bare

if TYPE_CHECKING:
    Hook = Callable[[Any, Any], Any]

LISTS = (list, collections.abc.Sequence, collections.abc.MutableSequence, collections.abc.Iterable)
SETS = (set, frozenset, collections.abc.Set, collections.abc.MutableSet)
DICTS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
UNIONS = (Union, UnionType)
FUNCTIONS = (Callable, collections.abc.Callable)
DATA = (str, int, float, NoneType, list, tuple, dict, Config, Table, Unreadable, Missing)

_registered: list[tuple[Any, Callable[[Any], Any]]] = []


def register_type(kind: Any, convert: Callable[[Any], Any]) -> None:
    """Let fields of type ``kind`` be read by ``convert``.

    Args:
        kind: The type, such as ``torch.dtype``.
        convert: Takes the plain value; it must raise ValueError if the value is not valid.
    """
    _registered.append((kind, convert))
    converter.cache_clear()


def is_registered(kind: Any) -> bool:
    """Return whether a type is read by a function of the user's own."""
    return any(kind is wanted for wanted, _ in _registered)


def plain(value: Any, mode: Mode) -> Any:
    """Return plain data: what a field of type ``Any`` gets.

    Raises:
        MismatchError: A value must still be filled in, and the mode allows no gaps.
        SeveralErrors: The same of values in a mapping or list, with their keys or indices.
    """
    if isinstance(value, Config):
        inner = opened(value, mode)
        return dict(zip(inner, collect(inner.items(), plain, mode), strict=True))
    if isinstance(value, list):
        return collect(enumerate(value), plain, mode)
    if isinstance(value, Table):
        return value.to_list()
    if type(value) is Unreadable or (value is MISSING and not mode.gaps):
        return refuse("", value)
    return bare(value)


@lru_cache(maxsize=32)
def converter(mode: Mode) -> Converter:
    """Return the converter of a mode; remembered, since making one is slow."""
    made = Converter(
        detailed_validation=mode.thorough,
        forbid_extra_keys=mode.strict,
        structure_fallback_factory=lambda kind: unknown(kind, mode),
    )
    hooks: list[tuple[Callable[[Any], bool], Callable[[Any, Converter], Hook]]] = [
        (is_plain_class, lambda kind, _: lambda value, _t: as_is(value, kind)),
        (is_simple, lambda kind, _: leaf(NoneType if kind is None else kind, mode)),
        (lambda kind: kind is Any or kind is object, lambda _k, _: lambda value, _t: plain(value, mode)),
        (is_enum, lambda kind, _: lambda value, _t: to_enum(kind, value, mode.convert)),
        (lambda kind: get_origin(kind) is Literal, lambda kind, _: literal(get_args(kind), mode)),
        (lambda kind: stem(kind) in LISTS, lambda kind, conv: list_hook(kind, conv, mode)),
        (lambda kind: stem(kind) is tuple, lambda kind, conv: tuple_hook(kind, conv, mode)),
        (is_named_tuple, lambda kind, conv: named_tuple_hook(kind, conv, mode)),
        (lambda kind: stem(kind) in SETS, lambda kind, conv: set_hook(kind, conv, mode)),
        (lambda kind: stem(kind) in DICTS, lambda kind, conv: dict_hook(kind, conv, mode)),
        (lambda kind: is_schema(stem(kind)), lambda kind, conv: class_hook(kind, conv, mode)),
        (is_typeddict, lambda kind, conv: typed_dict_hook(kind, conv, mode)),
        (lambda kind: stem(kind) is Secret, secret_hook),
        (lambda kind: get_origin(kind) in UNIONS, lambda kind, conv: union(kind, conv, mode)),
    ]
    hooks += [(same_as(wanted), custom(wanted, convert, mode)) for wanted, convert in _registered]
    for fits, make in hooks:
        made.register_structure_hook_factory(fits, guarded(make) if mode.gaps else plain_factory(make))
    for cls in (str, int, float, bool, Path, bytes):
        made.register_structure_hook(cls, let_through(leaf(cls, mode)) if mode.gaps else leaf(cls, mode))
    return made


def same_as(wanted: Any) -> Callable[[Any], bool]:
    """Return a test for one type."""
    return lambda kind: kind is wanted


def plain_factory(make: Callable[[Any, Converter], Hook]) -> Callable[[Any, Converter], Hook]:
    """Return a factory with exactly the two parameters that cattrs looks for."""

    def factory(kind: Any, converter: Converter) -> Hook:
        return make(kind, converter)

    return factory


def guarded(make: Callable[[Any, Converter], Hook]) -> Callable[[Any, Converter], Hook]:
    """Return a factory of hooks that let MISSING through."""

    def factory(kind: Any, converter: Converter) -> Hook:
        return let_through(make(kind, converter))

    return factory


def let_through(hook: Hook) -> Hook:
    """Return a hook that leaves MISSING as it is."""
    return lambda value, kind: MISSING if value is MISSING else hook(value, kind)


def is_simple(kind: Any) -> bool:
    """Return whether single values are converted to a type."""
    try:
        return kind is None or kind in SIMPLE
    except TypeError:
        return False


def is_enum(kind: Any) -> bool:
    """Return whether a type is an enumeration."""
    return isinstance(kind, type) and issubclass(kind, Enum)


def is_plain_class(kind: Any) -> bool:
    """Return whether values of a type can only be taken as they are."""
    return isinstance(kind, type) and not hasattr(kind, "_fields") and not hasattr(kind, "__total__")


def as_is(value: Any, kind: Any) -> Any:
    """Return ``value`` if it is an object of ``kind``, a class that nothing is converted to."""
    if isinstance(value, kind):
        return bare(value)
    hint = f"Conf.register_type({kind.__name__}, …) says how to read one"
    if isinstance(value, collections.abc.Mapping):
        hint = f"make {kind.__name__} a schema by @schema, @dataclass or attrs; {hint}"
    return refuse(describe(kind), value, hint)


def unknown(kind: Any, mode: Mode) -> Hook:
    """Return the hook of an unknown type: objects are accepted as they are, data of files is refused."""
    if isinstance(kind, TypeVar):
        return lambda value, _: plain(value, mode)

    def hook(value: Any, _: Any) -> Any:
        if (stem(kind) in FUNCTIONS and callable(value)) or not isinstance(value, DATA):
            return value  # an object that code has put there
        return refuse(describe(kind), value, "Conf.register_type says how to read one")

    return hook


def typed_dict_hook(kind: Any, conv: Converter, mode: Mode) -> Hook:
    """Return the hook of a TypedDict."""
    named: dict[str, Any] = {
        key: override(struct_hook=later(inner, conv))
        for key, inner in hints_of(kind).items()
        if "ForwardRef(" in repr(kind.__annotations__[key])
    }
    build = make_typed_dict_structure_fn(
        kind, conv, _cattrs_forbid_extra_keys=mode.strict, _cattrs_detailed_validation=mode.thorough, **named
    )

    def hook(value: Any, _: Any) -> Any:
        if isinstance(value, Config):
            value = {key: with_text(value, key, inner) for key, inner in opened(value, mode).items()}
        return (
            build(value, kind) if isinstance(value, dict) else refuse(f"a mapping ({describe(kind)})", value)
        )

    return hook


def hints_of(kind: Any) -> dict[str, Any]:
    """Return the types of a TypedDict's keys, names in them as the module that declares the key has them."""
    try:
        hints = get_type_hints(kind)
    except NameError as failure:
        raise ConfError(f"{kind.__name__}: {failure}; define it at the top of the module") from failure
    for base in getattr(kind, "__orig_bases__", ()):
        if is_typeddict(base):
            known = base.__annotations__
            hints |= {
                key: inner for key, inner in hints_of(base).items() if kind.__annotations__[key] == known[key]
            }
    return hints


def leaf(cls: Any, mode: Mode) -> Hook:
    """Return the hook of a single value; cattrs calls it for classes derived from ``cls`` too."""
    change = SIMPLE.get(cls)
    convert = mode.convert

    def hook(value: Any, kind: Any) -> Any:
        if type(value) is cls and (kind is cls or kind is None):
            return value
        if kind is not cls and kind is not None:
            return to_enum(kind, value, convert) if issubclass(kind, Enum) else as_is(value, kind)
        return change(value, convert) if change is not None else as_is(value, kind)

    return hook


def literal(choices: tuple[Any, ...], mode: Mode) -> Hook:
    """Return the hook of a Literal."""
    return lambda value, _: to_literal(choices, value, mode.convert)


def custom(kind: Any, convert: Callable[[Any], Any], mode: Mode) -> Callable[[Any, Converter], Hook]:
    """Return the hook factory of a registered type."""

    def hook(value: Any, _: Any) -> Any:
        if isinstance(kind, type) and isinstance(value, kind):
            return value
        try:
            return convert(plain(value, mode))
        except (ValueError, TypeError, LookupError, AttributeError) as failure:
            return refuse(describe(kind), value, str(failure) or None)

    return lambda _kind, _converter: hook


def secret_hook(kind: Any, conv: Converter) -> Hook:
    """Return the hook of a secret."""
    inner = (get_args(kind) or (Any,))[0]
    item = conv.get_structure_hook(inner)

    def hook(value: Any, _: Any) -> Any:
        shown = value.reveal() if isinstance(value, Secret) else value
        try:
            return Secret(item(shown, inner))
        except MismatchError as failure:
            raise MismatchError(failure.expected, Secret(failure.got)) from None

    return hook


def union(kind: Any, conv: Converter, mode: Mode) -> Hook:
    """Return the hook of a union: an exact match goes before a member that needs a conversion."""
    exact = converter(mode._replace(convert=False)) if mode.convert else conv
    return unions.union_hook(kind, exact, conv if mode.convert else None)


def structure(value: Any, kind: Any, mode: Mode) -> Any:
    """Return ``value`` read as ``kind``; raises the first error, or all where the mode is thorough.

    Raises:
        TooDeepError: It nests too deeply.
    """
    try:
        return converter(mode).structure(value, kind)
    except InterpolationCycleError:
        raise
    except (NestingError, RecursionError):
        raise TooDeepError("the value nests too deeply, by itself or through references") from None
