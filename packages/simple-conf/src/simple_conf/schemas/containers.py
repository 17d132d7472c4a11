"""Reading lists, tuples, sets and dicts, item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, get_args, get_origin

from cattrs import ClassValidationError

from simple_conf.config.config import Config
from simple_conf.errors import ConfError
from simple_conf.schemas.conversion import Unreadable, refuse
from simple_conf.schemas.source_text import takes_text, with_text
from simple_conf.schemas.type_names import describe
from simple_conf.sdn.quoting import inline_text
from simple_conf.tree.node import ListNode, is_lazy
from simple_conf.values import MISSING, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from cattrs import Converter

    Hook = Callable[[Any, Any], Any]


class Mode(NamedTuple):
    """How values are read: converted or only compared, extra keys refused or not, gaps allowed or not.

    Args:
        convert: Whether exact conversions are made.
        strict: Whether extra keys are refused.
        gaps: Whether absent fields become ``MISSING``.
        thorough: Whether all errors are collected, instead of stopping at the first.
        defaults: How the defaults of schemas are taken: ``"class"`` from the class, ``"tree"`` as values of a
            tree that has them as its lowest layer, ``"probe"`` from the class where both are the same.
    """

    convert: bool = True
    strict: bool = True
    gaps: bool = False
    thorough: bool = False
    defaults: str = "class"


class SeveralErrors(ConfError):  # noqa: N818 - it is several
    """Errors of the items of a collection or the fields of an object.

    Args:
        errors: Each with the key or index it belongs to, or None for the object itself.
    """

    def __init__(self, errors: list[tuple[str | int | None, Exception]]) -> None:
        self.errors = errors
        super().__init__(errors)


class NeedsDefaultsError(BaseException):
    """The defaults of a schema must be in the tree; passes through everything that reads a value."""


class NestingError(BaseException):
    """Values nest too deeply through references; passes through everything that tries or collects."""


class TooDeepError(ConfError):
    """Values nest too deeply: what `structure` makes of a NestingError."""


def stem(kind: Any) -> Any:
    """Return the class of a generic type, or the type itself."""
    return get_origin(kind) or kind


def refuse_too_deep(failure: Exception) -> None:
    """Raise NestingError where an error, or one of those that cattrs collected, is Python's limit of depth.

    An `InterpolationCycleError`, which is a RecursionError too, is an ordinary issue of one value.
    """
    found = failure.exceptions if isinstance(failure, ClassValidationError) else (failure,)
    if any(type(one) is RecursionError for one in found):
        raise NestingError from None


def opened(node: Config, mode: Mode) -> dict[str, Any]:
    """Return a mapping's values resolved; one that cannot be is ``Unreadable``, ``???`` is MISSING.

    Raises:
        NeedsDefaultsError: A reference may name a default, and the mode only probes.
    """
    visible: dict[str, Any] = node.__dict__
    if visible is node.__raw__:
        return visible
    if mode.defaults == "probe" and any(map(may_refer, node.__raw__.values())):
        raise NeedsDefaultsError
    values = {}
    for key, raw in node.__raw__.items():
        if key in visible:
            values[key] = visible[key]
        elif raw is MISSING:
            values[key] = MISSING
        else:
            try:
                values[key] = node[key]
            except ConfError as failure:
                values[key] = Unreadable(failure)
    return values


def may_refer(value: Any) -> bool:
    """Return whether a value as written is a reference, or a list that may have one."""
    if type(value) is Table:
        return any(type(cell) is str and "${" in cell for row in value.rows for cell in row)
    return is_lazy(value) and value is not MISSING


def list_hook(kind: Any, conv: Converter, mode: Mode) -> Hook:
    """Return the hook of a list."""
    inner = (get_args(kind) or (Any,))[0]
    item = conv.get_structure_hook(inner)
    texts = takes_text(inner)

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, (list, tuple, Table)):
            return refuse(describe(kind), value, in_list(value))
        if texts and isinstance(value, ListNode):
            value = [with_text(value, index, one) for index, one in enumerate(value)]
        if mode.thorough:
            return collect(enumerate(value), item, inner)
        return [item(one, inner) for one in value]

    return hook


def in_list(value: Any) -> str | None:
    """Return a hint for a single value in the place of a list."""
    if isinstance(value, str) and value.startswith("(") and value.endswith(")"):
        return f"write a list: [{value[1:-1]}]"
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        listed = isinstance(value, str) and "," in value
        return f"write a list: [{value if listed else inline_text(value)}]"
    return None


def collect(pairs: Any, item: Hook, inner: Any) -> list[Any]:
    """Return the items read.

    Raises:
        SeveralErrors: Some cannot be read; it carries every error with its key or index.
    """
    done, errors = [], []
    for key, value in pairs:
        try:
            done.append(item(value, inner))
        except Exception as failure:
            refuse_too_deep(failure)
            errors.append((key, failure))
    if errors:
        raise SeveralErrors(errors)
    return done


def tuple_hook(kind: Any, conv: Converter, mode: Mode) -> Hook:
    """Return the hook of a tuple, of any length or a fixed one."""
    arguments = get_args(kind) or (Any, ...)
    if len(arguments) == 2 and arguments[1] is ...:
        items = list_hook(list[arguments[0]], conv, mode)  # type: ignore[valid-type]
        return lambda value, _: tuple(items(value, kind))
    hooks = [(conv.get_structure_hook(inner), inner) for inner in arguments]
    texts = any(map(takes_text, arguments))

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, (list, tuple)):
            return refuse(describe(kind), value)
        if len(value) != len(hooks):
            return refuse(f"{len(hooks)} items ({describe(kind)})", value)
        if texts and isinstance(value, ListNode):
            value = [with_text(value, index, one) for index, one in enumerate(value)]
        if mode.thorough:
            pairs = enumerate(zip(hooks, value, strict=True))
            return tuple(collect(pairs, lambda pair, _: pair[0][0](pair[1], pair[0][1]), None))
        return tuple(item(one, inner) for (item, inner), one in zip(hooks, value, strict=True))

    return hook


def set_hook(kind: Any, conv: Converter, mode: Mode) -> Hook:
    """Return the hook of a set, which must not have an item twice."""
    inner = (get_args(kind) or (Any,))[0]
    items = list_hook(list[inner], conv, mode)  # type: ignore[valid-type]
    make = frozenset if (get_origin(kind) or kind) is frozenset else set

    def hook(value: Any, _: Any) -> Any:
        if isinstance(value, (set, frozenset)):
            value = list(value)
        done = items(value, kind)
        made = make(done)
        return made if len(made) == len(done) else refuse(f"{describe(kind)} without an item twice", value)

    return hook


def dict_hook(kind: Any, conv: Converter, mode: Mode) -> Hook:
    """Return the hook of a dict."""
    key_kind, inner = get_args(kind) or (str, Any)
    name = conv.get_structure_hook(key_kind) if key_kind is not str else None
    item = conv.get_structure_hook(inner)
    texts = takes_text(inner)

    def hook(value: Any, _: Any) -> Any:
        if isinstance(value, Config):
            known = opened(value, mode)
            value = {k: with_text(value, k, one) for k, one in known.items()} if texts else known
        elif not isinstance(value, dict):
            return refuse(describe(kind), value)
        if mode.thorough:
            keys = list(value) if name is None else collect(((k, k) for k in value), name, key_kind)
            return unique(dict(zip(keys, collect(value.items(), item, inner), strict=True)), value)
        if name is None:
            return {key: item(one, inner) for key, one in value.items()}
        return unique({name(key, key_kind): item(one, inner) for key, one in value.items()}, value)

    def unique(made: dict[Any, Any], value: Any) -> dict[Any, Any]:
        if len(made) < len(value):
            return refuse(f"{describe(kind)} without two keys that read as the same", value)
        return made

    return hook
