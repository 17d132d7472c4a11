"""Unions: the member that a value fits, by a Literal tag where schemas have one."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from simple_conf.config.config import Config
from simple_conf.errors import ConfError
from simple_conf.schemas.containers import refuse_too_deep
from simple_conf.schemas.conversion import MismatchError, one_of, refuse
from simple_conf.schemas.defaults.field_default import defaults_of
from simple_conf.schemas.fields import schemas_in
from simple_conf.schemas.schema import attributes_of, field_names, is_schema
from simple_conf.schemas.type_names import describe
from simple_conf.suggestion import closest
from simple_conf.tree.node import read_item
from simple_conf.values import MISSING
from simple_conf.written import bare

if TYPE_CHECKING:
    from collections.abc import Callable

    from cattrs import Converter

    from simple_conf.tree.node import MappingNode

    Hook = Callable[[Any, Any], Any]


def union_hook(kind: Any, exact: Converter, converting: Converter | None) -> Hook:
    """Return the hook of a union.

    Args:
        kind: The union.
        exact: Reads values that match a member's type as they are.
        converting: Reads values that can be converted exactly; None where no conversion is wanted.

    Returns:
        A function of a value and the type.
    """
    members = [m for m in get_args(kind) if m is not type(None)]
    nullable = len(members) < len(get_args(kind))
    schemas = [m for m in members if is_schema(get_origin(m) or m)]
    others = [m for m in members if m not in schemas]
    converters = [exact] if converting is None else [exact, converting]
    last = converters[-1]
    if len(members) == 1:
        only = members[0]
        inner = last.get_structure_hook(only)
        return lambda value, _: None if value is None and nullable else inner(value, only)
    choose = by_tag(schemas)

    def structure(value: Any, _: Any) -> Any:
        if value is None and nullable:
            return None
        if schemas and (isinstance(value, (Config, dict))):
            if choose is not None:
                return last.structure(value, choose(value))
            return fitting(value, schemas, others, last)
        plain = bare(value)
        if type(plain) in (int, float, str, bool) and type(plain) in others:
            return plain  # 1 stays an int where a float is listed before
        if plain is not value and str in others and getattr(value, "text", None) is not None:
            return value.text  # 1.0 is no int: it is kept as it was written
        for trial in converters:
            for member in others or schemas:
                try:
                    return trial.structure(value, member)
                except Exception as failure:  # the next member may fit
                    refuse_too_deep(failure)
        return refuse(describe(kind), value)

    return structure


def fitting(value: Any, schemas: list[Any], others: list[Any], converter: Converter) -> Any:
    """Return the object of the one schema that a mapping fits, or report the schema that it nearly fits."""
    made, failures = [], []
    for member in schemas:
        try:
            made.append(converter.structure(value, member))
        except Exception as failure:
            refuse_too_deep(failure)
            failures.append((common(value, member), failure))
    if len(made) == 1:
        return made[0]
    if made:
        names = " and ".join(type(one).__name__ for one in made)
        raise MismatchError(
            f"a mapping that fits one schema only; this one fits {names}",
            value,
            'give each schema a field such as `type: Literal["…"]`',
        )
    for member in others:
        try:
            return converter.structure(value, member)
        except Exception:  # noqa: S112 - the next member may fit
            continue
    raise max(failures, key=lambda pair: pair[0])[1]


def member_of(kind: Any, node: MappingNode) -> type | None:
    """Return the schema of a type that a mapping is an object of: by tag, or as the only one that it fits.

    Args:
        kind: The type.
        node: The mapping, as written.

    Returns:
        The schema; None where the type has none, or where the mapping does not choose one.
    """
    schemas = schemas_in(kind)
    if len(schemas) < 2:
        return schemas[0] if schemas else None
    raw = node.__raw__
    if (choose := by_tag(list(schemas))) is not None:
        try:
            chosen = choose({key: tag_of(node, key) for key in raw})
        except TagError:
            return None
        cls: type = get_origin(chosen) or chosen
        return cls
    found = [
        cls
        for cls in schemas
        if raw.keys() <= (known := defaults_of(cls)).keys()
        and all(key in raw for key, default in known.items() if default.required)
    ]
    return found[0] if len(found) == 1 else None


def tag_of(node: MappingNode, key: str) -> Any:
    """Return the value under a key of a mapping that may choose a schema, resolved where that is possible."""
    value = node.__raw__[key]
    if isinstance(value, str) and "${" in value:
        with suppress(ConfError):
            return read_item(node, key)
    return value


def common(value: Any, member: Any) -> int:
    """Return how many of a mapping's keys a schema has, less those it has not."""
    names = set(field_names(get_origin(member) or member))
    keys = set(value)
    return 2 * len(keys & names) - len(keys - names)


def by_tag(schemas: list[Any]) -> Callable[[Any], Any] | None:
    """Return what chooses among schemas by the field whose Literal values differ in each, if there is one."""
    if len(schemas) < 2:
        return None
    tables = [literals(member) for member in schemas]
    for name in tables[0]:
        if not all(name in table for table in tables):
            continue
        values = [value for table in tables for value in table[name]]
        if len(set(values)) == len(values):
            return chooser(
                name, {v: m for m, table in zip(schemas, tables, strict=True) for v in table[name]}
            )
    return None


def chooser(name: str, members: dict[Any, Any]) -> Callable[[Any], Any]:
    """Return what looks up the schema for the tag ``name`` of a mapping."""

    def choose(value: Any) -> Any:
        tag = value.get(name, MISSING)
        if tag is MISSING:
            raise TagError(name, one_of(members), MISSING, None)
        for known, member in members.items():
            if known == tag and type(known) is type(tag):
                return member
        texts = [known for known in members if isinstance(known, str)]
        close = closest(str(tag), texts)
        raise TagError(name, one_of(members), tag, f"did you mean {close!r}?" if close else None)

    return choose


class TagError(ConfError):
    """The field that decides which schema is meant is absent, or there is no such schema."""

    def __init__(self, name: str, expected: str, got: Any, hint: str | None) -> None:
        self.name = name
        self.expected = expected
        self.got = got
        self.hint = hint
        super().__init__(name, expected, got, hint)


def literals(member: Any) -> dict[str, tuple[Any, ...]]:
    """Return the fields of a schema that are Literals, with their values."""
    cls = get_origin(member) or member
    hints = get_type_hints(cls)
    return {
        key: get_args(hints[name])
        for key, name in attributes_of(cls).items()
        if get_origin(hints.get(name)) is Literal
    }
