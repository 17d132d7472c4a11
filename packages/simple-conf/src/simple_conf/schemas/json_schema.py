"""JSON Schema (draft 2020-12) of a schema class, for editors and other tools."""

from __future__ import annotations

import datetime
import types
import typing
from enum import Enum
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Literal, NewType, Union, get_args, get_origin, is_typeddict

from simple_conf.errors import ConfError
from simple_conf.schemas.fields import doc_of, fields_of, is_secret, to_plain
from simple_conf.schemas.schema import is_schema
from simple_conf.schemas.shown_default import masked
from simple_conf.schemas.structure import DICTS, LISTS, SETS, is_registered
from simple_conf.tree.export import simple
from simple_conf.values import MISSING

if TYPE_CHECKING:
    from simple_conf.schemas.fields import Field

    Part = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE = {"type": "string", "pattern": r"\$\{", "description": "A reference, such as ${train.lr}."}
WHOLE = r"^\s*[+-]?(0x[0-9a-fA-F]+|[0-9]+(_[0-9]+)*)\s*$"
REAL = (
    r"^\s*([+-]?([0-9]+(_[0-9]+)*(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
    r"|[nN][aA][nN]|[+-]?[iI][nN][fF])\s*$"
)
TRUTH = r"^\s*([tT][rR][uU][eE]|[yY][eE][sS]|[oO][nN]|1|[fF][aA][lL][sS][eE]|[nN][oO]|[oO][fF][fF]|0)\s*$"
SPAN = r"^\s*([0-9]+:[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?|(\s*[0-9]+(\.[0-9]+)?\s*(ms|d|h|m|s))+)\s*$"


def text(pattern: str) -> Part:
    """Return the schema of texts that match a regular expression."""
    return {"type": "string", "pattern": pattern}


SCALARS: dict[Any, Part] = {
    int: {"anyOf": [{"type": "integer"}, text(WHOLE)]},
    float: {"anyOf": [{"type": "number"}, text(REAL)]},
    bool: {"anyOf": [{"type": "boolean"}, text(TRUTH)]},
    str: {"type": ["string", "number"]},
    type(None): {"type": "null"},
    Path: {"type": "string", "minLength": 1},
    PurePath: {"type": "string", "minLength": 1},
    datetime.datetime: text(r"^\s*[0-9]{4}"),
    datetime.date: text(r"^\s*[0-9]{4}"),
    datetime.time: text(r"^\s*T?[0-9]{2}"),
    datetime.timedelta: {"anyOf": [{"type": "number"}, text(SPAN)]},
}
"""What each single type takes, its exact conversions included."""


def json_schema(schema: type, *, strict: bool = True) -> dict[str, Any]:
    """Return the JSON Schema of a schema class.

    It takes what `Conf.validate` takes, as far as JSON Schema can say it: the exact conversions, and a
    reference in the place of any value. It cannot say what a ``@validate`` method or a registered type
    checks.

    Args:
        schema: An attrs class, a dataclass or a class made by ``@schema``.
        strict: Whether keys that the schema does not have are refused.

    Returns:
        The schema as plain data, for ``json.dump``; nested classes are in its ``$defs``.

    Raises:
        TypeError: ``schema`` is not a schema.
        ConfError: A type that an annotation names cannot be found.
    """
    if not is_schema(get_origin(schema) or schema):
        raise TypeError(f"json_schema takes a schema: an attrs class or a dataclass, not {schema!r}")
    writer = SchemaWriter(strict)
    top = writer.mapping(get_origin(schema) or schema)
    own = "extends" in top["properties"]
    if not own:
        files = {"type": "array", "items": {"type": "string"}}
        top["properties"]["extends"] = {
            "description": "A file, or several, that this one is merged over.",
            "anyOf": [{"type": "string"}, files],
        }
    return {"$schema": DIALECT, **top, "$defs": {"reference": REFERENCE, **writer.definitions}}


class SchemaWriter:
    """Writes the JSON Schemas of types.

    Args:
        strict: Whether keys that a schema does not have are refused.

    Attributes:
        definitions: The schemas of the classes met so far, by name.
    """

    def __init__(self, strict: bool) -> None:
        self._strict = strict
        self._names: dict[tuple[type, bool], str] = {}
        self.definitions: dict[str, Part] = {}

    def mapping(self, cls: type, partial: bool = False) -> Part:
        """Return the schema of the mappings that a class is read from.

        Args:
            cls: The class.
            partial: Whether a default object gives the keys that are absent.
        """
        known = fields_of(cls)
        part: Part = {"title": cls.__name__}
        if about := doc_of(cls):
            part["description"] = about
        part["type"] = "object"
        part["properties"] = {field.path[-1]: self.field(field, partial) for field in known}
        required = [] if partial else [field.path[-1] for field in known if is_required(field)]
        if required:
            part["required"] = required
        if self._strict:
            part["additionalProperties"] = False
        return part

    def field(self, field: Field, partial: bool) -> Part:
        """Return the schema of one key, with its help and its default."""
        part = self.value(field.kind, field.schemas if partial else default_schemas(field))
        extra: Part = {}
        if field.help:
            extra["description"] = field.help
        if is_secret(field.kind):
            extra["writeOnly"] = True
        elif (default := default_of(field)) is not MISSING:
            extra["default"] = default
        return {**extra, **part}

    def value(self, kind: Any, given: tuple[type, ...] = ()) -> Part:
        """Return the schema of a value of a type, or of a reference in its place.

        Args:
            kind: The type.
            given: The schemas of which a default object gives the keys that are absent.
        """
        part = self.kind(kind, given)
        if not part or part == SCALARS[str]:
            return part
        branches = part["anyOf"] if list(part) == ["anyOf"] else [part]
        return {"anyOf": [*branches, {"$ref": "#/$defs/reference"}]}

    def kind(self, kind: Any, given: tuple[type, ...] = ()) -> Part:
        """Return the schema of the values that a type takes; ``{}`` where JSON Schema cannot say it."""
        stem, arguments = get_origin(kind) or kind, get_args(kind)
        if is_registered(kind) or kind is Any or isinstance(kind, typing.TypeVar):
            return {}
        if isinstance(kind, NewType):
            return self.kind(kind.__supertype__)
        if kind in SCALARS or kind is None:
            return SCALARS[type(None) if kind is None else kind]
        if stem in (Union, types.UnionType):
            parts = [self.kind(member, given) for member in arguments]
            return {"anyOf": [branch for part in parts for branch in branches_of(part)]}
        if is_secret(kind):
            return self.kind(arguments[0]) if arguments else {}
        if stem is Literal:
            return {"anyOf": [form for choice in arguments for form in forms_of(choice)]}
        if isinstance(kind, type) and issubclass(kind, Enum):
            values = [member.value for member in kind if isinstance(member.value, (str, int, float))]
            return {"enum": list(dict.fromkeys([*values, *kind.__members__]))}
        if is_schema(stem):
            return {"$ref": f"#/$defs/{self.name_of(stem, stem in given)}"}
        return self.collection(stem, arguments)

    def collection(self, stem: Any, arguments: tuple[Any, ...]) -> Part:
        """Return the schema of a list, tuple, set or dict."""
        if stem is tuple and arguments and arguments[-1] is not ...:
            items = [self.value(argument) for argument in arguments]
            return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}
        if stem in LISTS or stem in SETS or stem is tuple:
            return {"type": "array", **({"items": self.value(arguments[0])} if arguments else {})}
        if stem in DICTS and not is_typeddict(stem):
            part: Part = {"type": "object"}
            if arguments:
                part["additionalProperties"] = self.value(arguments[1])
                if arguments[0] is int:
                    part["propertyNames"] = {"pattern": WHOLE}
            return part
        return {}

    def name_of(self, cls: type, partial: bool) -> str:
        """Return the name of a class in the definitions, where its schema is put."""
        if (cls, partial) not in self._names:
            first = f"{cls.__name__}Keys" if partial else cls.__name__
            name, number = first, 2
            while name in self._names.values() or name == "reference":
                name, number = f"{first}{number}", number + 1
            self._names[cls, partial] = name
            self.definitions[name] = {}
            self.definitions[name] = self.mapping(cls, partial)
        return self._names[cls, partial]


def branches_of(part: Part) -> list[Part]:
    """Return the alternatives of a schema."""
    return part["anyOf"] if list(part) == ["anyOf"] else [part]


def forms_of(choice: Any) -> list[Part]:
    """Return the forms in which one choice of a Literal may be written."""
    if isinstance(choice, Enum):
        return [{"const": form} for form in dict.fromkeys([choice.value, choice.name])]
    if choice is None:
        return [{"type": "null"}]
    if isinstance(choice, bool):
        words = ["true", "yes", "on", "1"] if choice else ["false", "no", "off", "0"]
        return [{"const": choice}, {"enum": words}]
    if isinstance(choice, (int, float)):
        return [{"type": "number", "const": choice}, {"const": str(choice)}]
    return [{"const": choice}]


def default_schemas(field: Field) -> tuple[type, ...]:
    """Return the schemas of a key that its default object is one of."""
    try:
        return tuple(cls for cls in field.schemas if isinstance(field.default, cls))
    except ConfError:
        return ()


def is_required(field: Field) -> bool:
    """Return whether a key has no default."""
    try:
        return field.default is MISSING
    except ConfError:
        return True


def default_of(field: Field) -> Any:
    """Return a key's default as plain data; MISSING where JSON has no form for it, or it has a secret."""
    try:
        default = simple(to_plain(field.default))
        if default != simple(to_plain(masked(field.default, field.kind))):
            return MISSING
    except ConfError:
        return MISSING
    return MISSING if default is MISSING or not is_json(default) else default


def is_json(value: Any) -> bool:
    """Return whether JSON has a form for plain data."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_json(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(map(is_json, value))
    if isinstance(value, float):
        return value == value and abs(value) != float("inf")
    return value is None or isinstance(value, (bool, int, str))
