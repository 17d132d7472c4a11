"""The fields of a schema with their types, defaults and help, for everything that documents one."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import itertools
import textwrap
import types
import typing
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args, get_origin

import attrs

from simple_conf.errors import ConfError
from simple_conf.keypath import format_path
from simple_conf.schemas.schema import attributes_of, is_schema
from simple_conf.schemas.type_names import describe
from simple_conf.sdn import write
from simple_conf.suggestion import closest
from simple_conf.tree.export import simple
from simple_conf.values import MASK, MISSING, Secret

if TYPE_CHECKING:
    from collections.abc import Iterator


class Field(NamedTuple):
    """One field of a schema.

    Args:
        path: Its path from the top schema, such as ``("train", "lr")``: the keys that a config has.
        kind: Its type.
        default: Its default, or MISSING where it must be given.
        help: Its description, in one line: the string under it in the source.
        schemas: The schemas that its value may be, empty for a plain value.
        attribute: The attribute of the object that holds it; not its key where attrs has an alias.
    """

    path: tuple[str, ...]
    kind: Any
    default: Any
    help: str
    schemas: tuple[type, ...]
    attribute: str

    @property
    def words(self) -> str:
        """The type in words."""
        return describe(self.kind)


def fields_of(cls: type, path: tuple[str, ...] = ()) -> list[Field]:
    """Return the fields of a schema, in order, without those of nested schemas.

    Raises:
        ConfError: A type that an annotation names cannot be found.
    """
    try:
        hints = typing.get_type_hints(cls, include_extras=False)
    except NameError as failure:
        raise ConfError(f"{cls.__name__}: {failure}; define it at the top of the module") from failure
    texts = help_of(cls)
    found = []
    for key, name, default, metadata in raw_fields(cls):
        kind = hints.get(name, Any)
        text = str(metadata.get("help") or texts.get(name, ""))
        found.append(Field((*path, key), kind, default, text, schemas_in(kind), name))
    return found


def walk(
    cls: type, path: tuple[str, ...] = (), around: tuple[type, ...] = (), *, unions: bool = False
) -> Iterator[Field]:
    """Yield the fields of a schema, each nested schema's after the field that holds it.

    A schema inside itself is not entered again.

    Args:
        cls: The schema.
        path: Its path.
        around: The schemas that it is in.
        unions: Whether the fields of each schema of a union are yielded too; a path may come several times.
    """
    for field in fields_of(cls, path):
        yield field
        if len(field.schemas) > 1 and not unions:
            continue
        for inner in field.schemas:
            if inner not in (cls, *around):
                yield from walk(inner, field.path, (*around, cls), unions=unions)


def keys_of(schema: Any) -> list[tuple[str, Any]]:
    """Return the paths of a schema's fields as text, each with its type; nothing where it has no fields."""
    found: dict[str, Any] = {}
    for cls in schemas_in(schema):
        for field in walk(cls, unions=True):
            found.setdefault(format_path(field.path), field.kind)
    return list(found.items())


def keys_like(name: str, keys: list[str]) -> list[str]:
    """Return the keys that a mistyped or shortened one may mean: ``lr`` for ``train.lr``.

    Args:
        name: What was written.
        keys: Paths as text.
    """
    if name in keys:
        return [name]
    ends = {key: key.rpartition(".")[2] for key in keys}
    last = name.rpartition(".")[2]
    same = [key for key, end in ends.items() if end == last]
    if same:
        return same
    close = closest(name, keys) or closest(last, ends.values())
    return [key for key, end in ends.items() if close in (key, end)]


def raw_fields(cls: type) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield each field's key in a config, its attribute, its default (MISSING for none) and its metadata."""
    attributes = getattr(cls, "__attrs_attrs__", None)
    if attributes is not None:
        for field in attributes:
            if field.init:
                yield field.alias, field.name, made(field.default, attrs.NOTHING), field.metadata
        return
    for item in dataclasses.fields(cls):
        if item.init:
            default = item.default
            if default is dataclasses.MISSING and item.default_factory is not dataclasses.MISSING:
                default = item.default_factory()
            yield item.name, item.name, made(default, dataclasses.MISSING), item.metadata


def made(default: Any, nothing: Any) -> Any:
    """Return a default, made where attrs has a factory for it, or MISSING."""
    if default is nothing:
        return MISSING
    if type(default).__name__ == "Factory" and hasattr(default, "takes_self"):
        return MISSING if default.takes_self else default.factory()
    return default


def schemas_in(kind: Any) -> tuple[type, ...]:
    """Return the schemas that a field's value itself may be."""
    if is_schema(get_origin(kind) or kind):
        return (get_origin(kind) or kind,)
    if get_origin(kind) in (typing.Union, types.UnionType):
        return tuple(found for member in get_args(kind) for found in schemas_in(member))
    return ()


def is_nested(kind: Any) -> bool:
    """Return whether a type is a schema itself, and no union that has one."""
    return is_schema(get_origin(kind) or kind)


def item_kind(kind: Any) -> Any:
    """Return the type of the values of a dict, or of the items of a list; None for other types."""
    if schemas_in(kind):
        return None
    if get_origin(kind) in (typing.Union, types.UnionType):
        return next((found for member in get_args(kind) if (found := item_kind(member)) is not None), None)
    arguments = [argument for argument in get_args(kind) if argument is not ...]
    return arguments[-1] if arguments and get_origin(kind) is not Literal else None


def is_secret(kind: Any) -> bool:
    """Return whether a field holds a secret, or may hold one: ``Secret[str] | None`` does."""
    if get_origin(kind) in (typing.Union, types.UnionType):
        return any(is_secret(member) for member in get_args(kind))
    return kind is Secret or get_origin(kind) is Secret


def help_of(cls: type) -> dict[str, str]:
    """Return the string under each field in the source of a class, base classes included."""
    texts: dict[str, str] = {}
    for base in reversed(cls.__mro__[:-1]):
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        except (OSError, TypeError, SyntaxError, IndentationError):
            continue
        body = tree.body[0].body if tree.body and isinstance(tree.body[0], ast.ClassDef) else []
        for field, text in itertools.pairwise(body):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
                and isinstance(text.value.value, str)
            ):
                texts[field.target.id] = " ".join(text.value.value.split())
    return texts


def doc_of(cls: type) -> str:
    """Return the first line of a schema's own docstring, or an empty text."""
    text = (cls.__doc__ or "").strip()
    own = text and not text.startswith((f"{cls.__name__}(", "Method generated by attrs"))
    return text.splitlines()[0] if own else ""


def default_text(value: Any) -> str:
    """Return a default as a config file would have it, on one line."""
    if isinstance(value, Secret):
        return MASK
    if is_schema(type(value)):
        value = to_plain(value)
    text = write({"x": simple(value)}).strip()
    return text.removeprefix("x:").removeprefix(" ").strip() if "\n" not in text else "…"


def to_plain(value: Any) -> Any:
    """Return an object of a schema as plain dicts and lists; leaves stay what they are."""
    if is_schema(type(value)):
        return {key: to_plain(getattr(value, name)) for key, name in attributes_of(type(value)).items()}
    if isinstance(value, dict):
        return {key: to_plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(inner) for inner in value]
    return value
