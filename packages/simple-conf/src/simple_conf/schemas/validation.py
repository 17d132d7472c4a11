"""Validation: a config as an object of its schema, or every issue that it has with it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from simple_conf.errors import ConfError, PlacedError, ValidationError, ValidationIssue
from simple_conf.keypath import format_path
from simple_conf.origin.layers import caller
from simple_conf.references.overlay import escaped
from simple_conf.schemas.containers import Mode, NeedsDefaultsError, TooDeepError
from simple_conf.schemas.defaults.layered_tree import layered
from simple_conf.schemas.fields import keys_of
from simple_conf.schemas.issues import advise, gather
from simple_conf.schemas.secrets import hiding, holds_near, is_near, named
from simple_conf.schemas.structure import structure
from simple_conf.tree.copying import planted
from simple_conf.tree.export import Exporter, as_written
from simple_conf.tree.location import origin_at
from simple_conf.tree.masking import censor_of
from simple_conf.tree.nesting import node_in_itself
from simple_conf.tree.node import ListNode, MappingNode
from simple_conf.values import MASK

if TYPE_CHECKING:
    T = TypeVar("T")


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
    if isinstance(cfg, type) and not isinstance(schema, type):
        raise TypeError(f"the schema comes first: Conf.validate({cfg.__name__}, cfg)")
    mode = Mode(convert, strict, allow_missing, defaults="probe")
    cfg = as_tree(cfg)
    if not isinstance(cfg, MappingNode) or (cfg.__tree__.defaults is None and cfg.__tree__.patches is None):
        with suppress(Exception, NeedsDefaultsError):
            return structure(cfg, schema, mode)  # type: ignore[no-any-return]
    ready, mode = with_defaults(cfg, schema, mode)
    try:
        made: T = structure(ready, schema, mode)
        if not unmet(ready):
            return made
    except TooDeepError:
        found = [too_deep(ready)]
    except Exception:
        found = unmet(ready) + issues(ready, schema, mode)
        if not found:
            raise
    else:
        found = unmet(ready)
    finally:
        if isinstance(cfg, MappingNode) and cfg.__tree__.instant is None:
            cfg.__tree__.instant = ready.__tree__.instant
    raise ValidationError(found)


def check_schema(
    cfg: Any, schema: type, *, convert: bool = True, strict: bool = True
) -> list[ValidationIssue]:
    """Return everything in ``cfg`` that does not fit ``schema``; never raises for what the config holds.

    Args:
        cfg: A config or plain data.
        schema: An attrs class, a dataclass, or another type.
        convert: Whether exact conversions are made, such as ``"100"`` to 100.
        strict: Whether keys that the schema does not have are issues.
    """
    try:
        ready, mode = with_defaults(as_tree(cfg), schema, Mode(convert, strict))
    except ValidationError as failure:
        return failure.issues
    return unmet(ready) + issues(ready, schema, mode)


def as_tree(values: Any) -> Any:
    """Return plain mappings as a config, so that references in them work; anything else as it is."""
    if isinstance(values, MappingNode) or not isinstance(values, Mapping):
        return values
    return planted(values, caller())


def with_defaults(cfg: Any, schema: Any, mode: Mode) -> tuple[Any, Mode]:
    """Return values with the defaults of a schema below them, and the mode that reads them so.

    Where the defaults cannot be laid below them they come from the class, and so does the error.

    Raises:
        ValidationError: A default cannot be made.
    """
    values = cfg
    if isinstance(cfg, (list, tuple)) and not isinstance(cfg, ListNode):
        try:
            values = planted({"values": escaped(cfg)}, caller()).__raw__["values"]
        except RecursionError:
            raise ValidationError([too_deep(cfg)]) from None
    if not isinstance(values, (MappingNode, ListNode)):
        return cfg, mode._replace(defaults="class")
    try:
        return layered(values, schema), mode._replace(defaults="tree")
    except PlacedError as failure:
        issue = ValidationIssue(failure.path or "", failure.message, origin=failure.origin, hint=failure.hint)
        raise ValidationError([issue]) from failure
    except ConfError:
        return cfg, mode._replace(defaults="class")


def issues(cfg: Any, schema: Any, mode: Mode) -> list[ValidationIssue]:
    """Return every issue of ``cfg`` with ``schema``."""
    thorough = mode._replace(thorough=True)
    if not isinstance(cfg, MappingNode):
        try:
            structure(cfg, schema, thorough)
        except TooDeepError:
            return [too_deep(cfg)]
        except Exception as failure:
            return gather(failure, (), cfg)
        return []
    with hiding(cfg, schema):
        try:
            structure(cfg, schema, thorough)
        except TooDeepError:
            return [too_deep(cfg)]
        except Exception as failure:
            return masked_issues(failure, cfg, schema)
    return []


def too_deep(cfg: Any) -> ValidationIssue:
    """Return the issue of values that nest too deeply, at a mapping that contains itself if there is one."""
    node = node_in_itself(cfg) if isinstance(cfg, (MappingNode, ListNode)) else None
    if node is not None:
        message, path = "this mapping contains itself through a reference", node.__path__
    else:
        message, path = "values nest too deeply, by themselves or through references", ()
    origin = origin_at(cfg.__tree__.root, path) if isinstance(cfg, (MappingNode, ListNode)) else None
    return ValidationIssue(format_path(path), message, origin=origin)


def unmet(cfg: Any) -> list[ValidationIssue]:
    """Return the issues of overrides that delete what no config below them has."""
    if not isinstance(cfg, MappingNode) or cfg.__path__:
        return []
    return [
        ValidationIssue("", failure.message, origin=failure.origin, hint=failure.hint)
        for failure in cfg.__tree__.unmet.values()
    ]


def masked_issues(failure: Exception, cfg: MappingNode, schema: Any) -> list[ValidationIssue]:
    """Return the issues of an error, none of which shows what the schema has as a secret."""
    keys: list[str] = []
    paths: list[tuple[str, ...]] = []
    try:
        keys, paths = [key for key, _ in keys_of(schema)], named(schema)
        Exporter(lenient=True).run(cfg)  # reads everything, so that what comes from a secret is known as one
    except ConfError:  # a schema that cannot be read is an issue itself
        pass
    found = gather(failure, (), cfg)
    censor = censor_of(cfg.__tree__.root)
    for issue in found:
        advise(issue, keys)
        censor.mask(issue)
        if issue.message.startswith("unknown key") and (
            is_near(issue.path, paths) or holds_near(issue.got, paths)
        ):
            issue.origin, issue.got = issue.origin and issue.origin.masked(), MASK
        if issue.origin is not None:
            issue.origin = issue.origin.fixed()
        if cfg.__tree__.secrets and isinstance(issue.got, (MappingNode, ListNode)):
            issue.got = as_written(issue.got)
    return found
