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

from simple_conf.keypath import format_path
from simple_conf.schemas.defaults.field_default import FieldDefault, defaults_of
from simple_conf.schemas.schema import attributes_of, is_schema
from simple_conf.schemas.type_names import describe
from simple_conf.suggestion import closest
from simple_conf.values import MISSING, Secret

if TYPE_CHECKING:
    from collections.abc import Iterator


class Field(NamedTuple):
    """One field of a schema.

    Args:
        path: Its path from the top schema, such as ``("train", "lr")``: the keys that a config has.
        kind: Its type.
        help: Its description, in one line: the string under it in the source.
        schemas: The schemas that its value may be, empty for a plain value.
        declared: Its default as the class declares it.
        holder: The object that holds the default in the place of the class: the default of the field around.
    """

    path: tuple[str, ...]
    kind: Any
    help: str
    schemas: tuple[type, ...]
    declared: FieldDefault
    holder: Any = None

    @property
    def default(self) -> Any:
        """Its default, made now; MISSING where it must be given."""
        if self.holder is not None:
            return getattr(self.holder, self.declared.attribute, MISSING)
        return self.declared.make(self.path)

    @property
    def words(self) -> str:
        """The type in words."""
        return describe(self.kind)


def fields_of(cls: type, path: tuple[str, ...] = (), holder: Any = None) -> list[Field]:
    """Return the fields of a schema, in order, without those of nested schemas.

    Args:
        cls: The schema.
        path: Its path.
        holder: The object of it that is the default at this path, or None.

    Raises:
        ConfError: A type that an annotation names cannot be found.
    """
    texts, metadata = help_of(cls), metadata_of(cls)
    found = []
    for key, declared in defaults_of(cls).items():
        name = declared.attribute
        text = str(metadata[name].get("help") or texts.get(name, ""))
        found.append(Field((*path, key), declared.kind, text, schemas_in(declared.kind), declared, holder))
    return found


def metadata_of(cls: type) -> dict[str, Any]:
    """Return the metadata of each field, by attribute."""
    known = getattr(cls, "__attrs_attrs__", None)
    return {field.name: field.metadata for field in (dataclasses.fields(cls) if known is None else known)}


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


def schemas_in(kind: Any) -> tuple[type, ...]:
    """Return the schemas that a field's value itself may be."""
    kind = getattr(kind, "__supertype__", kind)
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
    kind = getattr(kind, "__supertype__", kind)
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


def to_plain(value: Any, names: bool = False) -> Any:
    """Return an object of a schema as plain dicts and lists; leaves stay what they are.

    Args:
        value: The object, or a dict or list with objects in it.
        names: Whether a named tuple becomes a dict of its fields, as the default of a field does.
    """
    kind = type(value)
    if is_schema(kind):
        return {key: to_plain(getattr(value, name), names) for key, name in attributes_of(kind).items()}
    if names and isinstance(value, tuple) and hasattr(value, "_fields"):
        return {key: to_plain(inner, names) for key, inner in zip(value._fields, value, strict=True)}
    if isinstance(value, dict):
        return {key: to_plain(inner, names) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(inner, names) for inner in value]
    return value
