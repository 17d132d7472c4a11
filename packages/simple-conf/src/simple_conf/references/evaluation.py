"""Working out ``${…}`` when a value is read: late, once, and never without bounds."""

from __future__ import annotations

from simple_conf import migration
from simple_conf.config.config import Config, ConfigList, store
from simple_conf.errors import (
    ConfError,
    InterpolationError,
    InterpolationLimitError,
    KeyPathError,
    ResolverError,
    UnknownReferenceError,
)
from simple_conf.keypath import format_path, parse_path
from simple_conf.references import resolvers
from simple_conf.references.failures import cycle, error, missing_value
from simple_conf.references.overlay import overlay, planted
from simple_conf.suggestion import closest, did_you_mean
from simple_conf.template import Call, ExpressionError, Reference, Template, known_path, read_template
from simple_conf.tree.location import removal
from simple_conf.tree.node import Overlaid, Reading, Tree, is_lazy, wrap_list
from simple_conf.values import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.keypath import KeyPath

    Trace = list[tuple[Any, Any]]

MAX_DEPTH = 64
MAX_TEXT = 16 * 1024 * 1024
ABSENT: Any = object()


def read(node: Any, key: Any) -> Any:
    """Return the value of ``key`` of ``node``, which needs working out, and remember it."""
    raw = node.__raw__[key]
    if type(raw) is str:
        value = quick(node.__tree__, raw)
        if value is not ABSENT:
            if isinstance(node, Config):
                remember(node, key, value)
            return value
    with node.__tree__.lock:
        return work_out(node, key, [])


def quick(tree: Tree, text: str) -> Any:
    """Return what ``${a.b}`` reads as where everything on the way is plain, else ABSENT."""
    simple = known_path(text)
    if simple is None or tree.secrets:
        return ABSENT
    value = tree.root
    for segment in simple:
        if type(value) is not Config:
            return ABSENT
        value = value.__dict__.get(segment, ABSENT)
    return ABSENT if type(value) in (Config, ConfigList) else value


def remember(node: Any, key: str, value: Any) -> None:
    """Let a mapping read ``value`` natively until something changes."""
    visible = node.__dict__
    visible[key] = value
    node.__tree__.memo.append((visible, key))


def work_out(node: Any, key: Any, trace: Trace) -> Any:
    """Return what one value reads as.

    Args:
        node: The mapping or list that holds the value.
        key: Its key or index there.
        trace: The values whose working out led here.

    Returns:
        The value: whole references keep the type of what they name.
    """
    raw = node.__raw__[key]
    if not is_lazy(raw):
        return raw
    for known, inner in trace:
        if known is node and inner == key:
            raise cycle(trace, node, key)
    if len(trace) >= MAX_DEPTH:
        raise error(
            InterpolationLimitError, node, key, f"references lead through more than {MAX_DEPTH} others"
        )
    trace.append((node, key))
    try:
        value = value_of(node, key, raw, trace)
    finally:
        trace.pop()
    if isinstance(node, Config):
        remember(node, key, value)
    return value


def value_of(node: Any, key: Any, raw: Any, trace: Trace) -> Any:
    """Return what the lazy value ``raw`` reads as, by its kind."""
    if isinstance(raw, str):
        value = evaluate(parts_of(raw, node, key), node, key, trace)
        return fill_in(planted(value, node, key), []) if type(value) in (dict, list, tuple) else value
    if isinstance(raw, ConfigList):
        return fill(raw, trace)
    if type(raw) is Table:
        return unfold(node, key, raw, trace)
    if type(raw) is Overlaid:
        below = evaluate(parts_of(raw.reference, node, key), node, key, trace)
        return overlay(below, node, key, raw)
    raise missing_value(node, key)


def fill(items: Any, trace: Trace) -> Any:
    """Work out everything in a list, in place, and return the list."""
    if items.__raw__ is not None:
        values = [work_out(items, index, trace) for index in range(len(items.__raw__))]
        list.__setitem__(items, slice(None), values)
    return items


def parts_of(text: str, node: Any, key: Any) -> Template:
    """Return the pieces of a text, with its place in the error where it cannot be read."""
    try:
        return read_template(text)
    except ExpressionError as failure:
        raise error(InterpolationError, node, key, str(failure)) from None


def evaluate(template: Template, node: Any, key: Any, trace: Trace) -> Any:
    """Return what a template reads as: the thing itself where it is one whole ``${…}``, else text."""
    if template.whole is not None:
        return answer(template.whole, node, key, trace)
    pieces, size = [], 0
    for part in template.parts:
        piece = part if isinstance(part, str) else text_of(answer(part, node, key, trace), trace)
        size += len(piece)
        if size > MAX_TEXT:
            raise error(InterpolationLimitError, node, key, f"the text grows beyond {MAX_TEXT:,} characters")
        pieces.append(piece)
    return "".join(pieces)


def answer(part: Reference | Call | str, node: Any, key: Any, trace: Trace) -> Any:
    """Return what one ``${…}`` reads as."""
    if isinstance(part, Call):
        return call(part.name, part.arguments, part.text, node, key, trace)
    assert isinstance(part, Reference)  # noqa: S101 - plain text is no answer
    start = node.__tree__.root
    path: Any = part.path
    if isinstance(path, Template):
        path = path_of(text_of(evaluate(path, node, key, trace), trace), node, key)
    if part.up:
        keep = len(node.__path__) - part.up + 1
        if keep < 0:
            raise error(InterpolationError, node, key, f"'${{{part.text}}}' leads above the root")
        path = (*node.__path__[:keep], *path)
    found = follow(start, path, trace)
    if found is ABSENT:
        if not part.up and resolvers.known(part.text):
            return call(part.text, [], part.text, node, key, trace)
        raise unknown(part, path, node, key)
    if node.__tree__.secrets:
        hide_what_comes_from(path, node, key)
    if isinstance(found, (Config, ConfigList)) and encloses(found, node, key):
        raise cycle([*trace], found.__tree__.root, found.__path__)
    return found


def path_of(text: str, node: Any, key: Any) -> KeyPath:
    """Return a path that was put together from references."""
    try:
        return parse_path(text)
    except KeyPathError as failure:
        raise error(InterpolationError, node, key, f"{text!r} is not a path: {failure.message}") from None


def hide_what_comes_from(path: KeyPath, node: Any, key: Any) -> None:
    """Make a value a secret where it refers to one."""
    tree = node.__tree__
    if tree.hides(path):
        tree.secrets = tree.secrets | {(*node.__path__, key)}  # a new set: others may go through the old one


def follow(start: Any, path: KeyPath, trace: Trace) -> Any:
    """Return the value at ``path``, working out what stands in the way, or ABSENT."""
    value = start
    for segment in path:
        value = step(value, segment, trace)
        if value is ABSENT:
            return ABSENT
    return fill_in(value, trace)


def fill_in(value: Any, trace: Trace) -> Any:
    """Return ``value`` ready to be handed out."""
    if isinstance(value, ConfigList) and value.__raw__ is not None:
        for node, key in trace:
            if node is value:
                raise cycle(trace, node, key)
        return fill(value, trace)
    return value


def text_of(value: Any, trace: Trace) -> str:
    """Return a value as it reads inside a text."""
    if isinstance(value, str):
        return str(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    if isinstance(value, Config):
        inner = [f"{name}: {text_of(follow(value, (name,), trace), trace)}" for name in value.__raw__]
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(text_of(item, trace) for item in value) + "]"
    return str(value)


def step(holder: Any, segment: Any, trace: Trace) -> Any:
    """Return what ``holder`` has under ``segment``; lists are left as they are, for single items of them."""
    if isinstance(holder, Config):
        key = segment if isinstance(segment, str) else str(segment)
        value = holder.__dict__.get(key, ABSENT)
        if value is not ABSENT:
            return value
        raw = holder.__raw__.get(key, ABSENT)
        if raw is ABSENT or isinstance(raw, ConfigList):
            return raw
        return work_out(holder, key, trace)
    if isinstance(holder, ConfigList):
        index = index_of(segment)
        values = holder if holder.__raw__ is None else holder.__raw__
        if index is None or not -len(values) <= index < len(values):
            return ABSENT
        value = values[index]
        if holder.__raw__ is None or isinstance(value, ConfigList):
            return value
        return work_out(holder, index % len(values), trace)
    return ABSENT


def index_of(segment: Any) -> int | None:
    """Return a path segment as a list index: ``[0]`` and ``.0`` mean the same."""
    if isinstance(segment, int):
        return segment
    return int(segment) if segment.isascii() and segment.isdigit() else None


def call(name: str, arguments: list[Any], text: str, node: Any, key: Any, trace: Trace) -> Any:
    """Return what a resolver returns, run once for this place and these arguments."""
    resolver = resolvers.find(name)
    if resolver is None:
        hint = migration.RESOLVERS.get(name) or did_you_mean(name, resolvers.names())
        raise error(UnknownReferenceError, node, key, f"there is no resolver {name!r}", hint)
    values = [settle(argument, node, key, trace) for argument in arguments]
    tree = node.__tree__
    place_key = () if resolver.shared else ((*node.__path__, key), text)
    known = ((), name, repr(values)) if resolver.shared else (*place_key, repr(values))
    if not resolver.live and known in tree.calls:
        return tree.calls[known]
    scope = resolvers.Scope(tree, lambda path: look_up(path, node, key, trace))
    failure: Exception | None = None
    try:
        result = resolver.run(values, scope)
    except InterpolationError:
        raise
    except Exception as caught:
        failure = caught
    if failure is not None:  # raised here, so that a cause which may show a secret is nowhere
        hidden = tree.hides((*node.__path__, key))
        raise failed(failure, text, node, key, hidden) from (None if hidden else failure)
    if isinstance(result, str) and len(result) > MAX_TEXT:
        raise error(InterpolationLimitError, node, key, f"the text grows beyond {MAX_TEXT:,} characters")
    if not resolver.live:
        tree.calls[known] = result
    return result


def failed(failure: Exception, text: str, node: Any, key: Any, hidden: bool) -> Any:
    """Return the error for a resolver that raised; what it says is left out where it was given a secret.

    That a built-in one is used wrongly, such as for a variable that is not set, shows only what is written.
    """
    written = isinstance(failure, resolvers.ResolverUsageError) and "${" not in text
    if hidden and not written:
        why = "what it says is not shown, it was given a secret"
        message = f"${{{text}}} failed: {type(failure).__name__}; {why}"
    elif isinstance(failure, ConfError):
        message = f"${{{text}}}: {getattr(failure, 'message', str(failure))}"
    else:
        message = f"${{{text}}} failed: {type(failure).__name__}: {failure}"
    return error(ResolverError, node, key, message)


def settle(argument: Any, node: Any, key: Any, trace: Trace) -> Any:
    """Work out the interpolations in a resolver's argument."""
    if isinstance(argument, str):
        return evaluate(parts_of(argument, node, key), node, key, trace) if "${" in argument else argument
    if isinstance(argument, list):
        return [settle(item, node, key, trace) for item in argument]
    if isinstance(argument, dict):
        return {name: settle(item, node, key, trace) for name, item in argument.items()}
    return argument


def look_up(text: str, node: Any, key: Any, trace: Trace) -> Any:
    """Return the value at a path from the root, or ABSENT."""
    path = parse_path(text)
    found = follow(node.__tree__.root, path, trace)
    if node.__tree__.secrets:
        hide_what_comes_from(path, node, key)
    return found


def unfold(node: Any, key: Any, table: Any, trace: Trace) -> Any:
    """Turn a table into a list of mappings, once, when it is first read."""
    rows = wrap_list(table.to_list(), node.__tree__, (*node.__path__, key), node.__layer__)
    if isinstance(node, Config):
        store(node, key, rows)
    else:
        node.__raw__[key] = rows
    return fill(rows, trace)


def encloses(found: Any, node: Any, key: Any) -> bool:
    """Return whether a reference in ``node`` names something that it is itself part of."""
    if found.__tree__ is not node.__tree__:
        return False
    path = (*node.__path__, key)
    return bool(path[: len(found.__path__)] == found.__path__)


def unknown(part: Reference, path: KeyPath, node: Any, key: Any) -> Any:
    """Return the error for a reference to a key that is not there."""
    holder: Any = node.__tree__.root
    names: Any = ()
    for segment in path:
        names = holder.__raw__ if isinstance(holder, Config) else ()
        following = step(holder, segment, [])
        if following is ABSENT:
            break
        holder = following
    deleted = removal(node.__tree__.root, path)
    hint = f"it was deleted: {deleted}" if deleted else did_you_mean(str(segment), names)
    if not (hint or "").startswith(("it was", "did")) and (close := closest(part.text, resolvers.names())):
        hint = f"did you mean ${{{close}}}?"
    return error(
        UnknownReferenceError, node, key, f"${{{part.text}}}: there is no {format_path(path)!r}", hint
    )


Reading.read = staticmethod(read)
