"""The functions of ``Conf`` that take a schema; they import its sub-package when they are called."""

from __future__ import annotations

from simple_conf.config.config import Config, from_dict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from simple_conf.errors import ValidationIssue

    T = TypeVar("T")


def from_object(obj: Any) -> Config:
    """Return a config with the fields of an attrs object or a dataclass, nested ones too.

    Raises:
        TypeError: ``obj`` is neither.
    """
    from simple_conf.schemas.fields import to_plain
    from simple_conf.schemas.schema import is_schema

    if not is_schema(type(obj)):
        raise TypeError(f"from_object takes an attrs object or a dataclass, not {type(obj).__name__}")
    return from_dict(to_plain(obj))


def validate(
    schema: type[T], cfg: Any, convert: bool = True, strict: bool = True, allow_missing: bool = False
) -> T:
    """Return ``cfg`` as an object of ``schema``.

    Args:
        schema: An attrs class, a dataclass, or another type.
        cfg: A config or plain data.
        convert: Whether exact conversions are made, such as ``"100"`` to 100.
        strict: Whether keys that the schema does not have are errors.
        allow_missing: Whether absent fields become ``MISSING``.

    Raises:
        ValidationError: The config does not fit; it carries every issue.
        TypeError: The schema and the config are the other way round.
    """
    from simple_conf.schemas.validation import validate

    return validate(schema, cfg, convert, strict, allow_missing)


def check_schema(
    cfg: Any, schema: type, *, convert: bool = True, strict: bool = True
) -> list[ValidationIssue]:
    """Return everything in ``cfg`` that does not fit ``schema``; never raises for what the config holds.

    The arguments are those of `Conf.validate`.
    """
    from simple_conf.schemas.validation import check_schema

    return check_schema(cfg, schema, convert=convert, strict=strict)


def describe(schema: type, form: str = "markdown") -> str:
    """Return the documentation of a schema.

    Args:
        schema: An attrs class, a dataclass or a class made by ``@schema``.
        form: ``"markdown"`` for a table, ``"sdn"`` for a config file with defaults, help as comments.

    Raises:
        ConfError: There is no such form.
        TypeError: ``schema`` is not a schema.
    """
    from simple_conf.schemas.documentation import describe

    return describe(schema, form)


def json_schema(schema: type, *, strict: bool = True) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a schema, which editors use to check and complete files.

    It takes what `Conf.validate` takes, as far as JSON Schema can say it: the exact conversions, and a
    reference in the place of any value. It cannot say what a ``@validate`` method or a registered type
    checks.

    Args:
        schema: An attrs class, a dataclass or a class made by ``@schema``.
        strict: Whether keys that the schema does not have are refused.

    Returns:
        Plain data, for ``json.dump``.

    Raises:
        TypeError: ``schema`` is not a schema.
    """
    from simple_conf.schemas.json_schema import json_schema

    return json_schema(schema, strict=strict)


def schema_of(cfg: Config, name: str = "AppCfg") -> str:
    """Return the source text of schema classes that ``cfg`` fits.

    Args:
        cfg: The config.
        name: The name of the outermost class.

    Raises:
        InterpolationError: A value cannot be resolved.
        ConfError: The name cannot name a class.
    """
    from simple_conf.schemas.inference import schema_of

    return schema_of(cfg, name)


def register_type(kind: Any, convert: Callable[[Any], Any]) -> None:
    """Let fields of type ``kind`` be read by ``convert``.

    Args:
        kind: The type, such as ``torch.dtype``.
        convert: Takes the plain value; it must raise ValueError if the value is not valid.
    """
    from simple_conf.schemas.structure import register_type

    register_type(kind, convert)
