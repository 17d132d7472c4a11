"""Resolving ``${…}`` when a value is read: late, once, and never without bounds."""

from __future__ import annotations

from simple_conf import migration
from simple_conf.errors import (
    InterpolationCycleError,
    InterpolationError,
    InterpolationLimitError,
    UnknownReferenceError,
)
from simple_conf.keypath import format_path, parse_path
from simple_conf.references import resolvers
from simple_conf.references.builtins import Scope
from simple_conf.references.failures import bounded, call_error, cycle, enclosing_cycle, error, missing_value
from simple_conf.references.known_value import read_simple, remember
from simple_conf.references.named_path import encloses, index_of, path_in, spread_secret
from simple_conf.references.number_text import NumberTexts
from simple_conf.references.overlay import overlay, resolver_result
from simple_conf.references.trace import current_trace
from simple_conf.suggestion import closest, did_you_mean
from simple_conf.template import Call, ExpressionError, Reference, Template, read_template
from simple_conf.tree.editing import store
from simple_conf.tree.location import deletion_at
from simple_conf.tree.node import (
    ABSENT,
    Linked,
    ListNode,
    MappingNode,
    Overlaid,
    has_key,
    is_lazy,
    raw_item,
    raw_items,
)
from simple_conf.tree.table_rows import rows_of
from simple_conf.values import Secret, Table, digits_of, integer_text, repr_of
from simple_conf.written import WRITTEN, bare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.references.failures import Trace
    from simple_conf.tree.node import Key, Node

MAX_DEPTH = 64
MAX_NESTING = 200


def read(node: Node, key: Key) -> Any:
    """Return the value of ``key`` of ``node``, which needs resolving, and remember it."""
    raw = node.__raw__[key]  # type: ignore[index]  # what needs resolving is written there
    if type(raw) is str:
        value = read_simple(node.__tree__, raw)
        if value is not ABSENT:
            if isinstance(node, MappingNode):
                remember(node, key, value)
            return value
    with node.__tree__.lock:
        try:
            return resolve(node, key, current_trace())
        except InterpolationCycleError:
            raise
        except RecursionError:
            pass
    raise error(InterpolationLimitError, node, key, "references nest too deeply")


def resolve(node: Node, key: Key, trace: Trace) -> Any:
    """Return one value, resolved.

    Args:
        node: The mapping or list that holds the value.
        key: Its key or index there.
        trace: The values that are being resolved, each because of the one before.

    Returns:
        The value: whole references keep the type of what they name.
    """
    raw = raw_item(node, key)
    if not is_lazy(raw):
        return raw
    for known, inner in trace:
        if known is node and inner == key:
            raise cycle(trace, node, key)
    if len(trace) >= MAX_DEPTH:
        message = f"references lead through more than {MAX_DEPTH} others"
        raise error(InterpolationLimitError, node, key, message)
    trace.append((node, key))
    try:
        value = resolve_lazy(raw, node, key, trace)
    finally:
        trace.pop()
    if isinstance(node, MappingNode):
        remember(node, key, value)
    return value


def resolve_lazy(raw: Any, node: Node, key: Key, trace: Trace) -> Any:
    """Return the lazy value ``raw``, resolved by its kind."""
    if isinstance(raw, str):
        value = evaluate(template_of(raw, node, key), node, key, trace)
        return (
            resolve_items(resolver_result(value, node, key), [])
            if type(value) in (dict, list, tuple)
            else value
        )
    if isinstance(raw, ListNode):
        return fill(raw, trace)
    if type(raw) is Table:
        return unfold(raw, node, key, trace)
    if type(raw) is Overlaid:
        return overlaid(raw, node, key, trace)
    if type(raw) is Linked:
        value = resolve(raw.node, raw.key, trace)
        if raw.node.__tree__.hides((*raw.node.__path__, raw.key)):
            node.__tree__.secrets = node.__tree__.secrets | {(*node.__path__, key)}
        return value
    raise missing_value(node, key)


def overlaid(raw: Overlaid, node: Node, key: Key, trace: Trace) -> Any:
    """Return what a reference gives with the keys on top of it, the same mapping until something changes."""
    if "value" in raw.known:
        return raw.known["value"]
    reference, below = raw.reference, None
    if isinstance(reference, Linked):
        below = resolve(reference.node, reference.key, trace)
    else:
        below = evaluate(template_of(reference, node, key), node, key, trace)
    if type(below) in (dict, list, tuple):
        below = resolver_result(below, node, key)
    value = raw.known["value"] = overlay(below, node, key, raw)
    node.__tree__.memo.append((raw.known, "value"))
    return value


def fill(items: ListNode, trace: Trace) -> ListNode:
    """Resolve everything in a list, in place, and return the list."""
    if items.__raw__ is not None:
        values = [resolve(items, index, trace) for index in range(len(items.__raw__))]
        list.__setitem__(items, slice(None), values)
    return items


def template_of(text: str, node: Node, key: Key) -> Template:
    """Return a text taken apart, or raise an error with its place where it cannot be read."""
    try:
        return read_template(text)
    except ExpressionError as failure:
        raise error(InterpolationError, node, key, str(failure)) from None


def evaluate(template: Template, node: Node, key: Key, trace: Trace, path: bool = False) -> Any:
    """Return the value of a template: what it names where it is one whole ``${…}``, else text.

    Args:
        template: The template.
        node: The mapping or list that holds it.
        key: Its key or index there.
        trace: The values that are being resolved.
        path: Whether the text is a path, in which ``0x1`` is the index 1.
    """
    read_part = evaluate_part if path else with_number_text
    if template.whole is not None:
        return evaluate_part(template.whole, node, key, trace)
    pieces: list[str] = []
    size = 0
    for part in template.parts:
        piece = part if isinstance(part, str) else text_of(read_part(part, node, key, trace), trace)
        size = bounded(size + len(piece), node, key)
        pieces.append(piece)
    return "".join(pieces)


def with_number_text(part: Reference | Call, node: Node, key: Key, trace: Trace) -> Any:
    """Return the value of one ``${…}``; a number with the text that it was written as."""
    return NUMBERS.of_part(part, node, key, trace, evaluate_part(part, node, key, trace))


def evaluate_part(part: Reference | Call, node: Node, key: Key, trace: Trace) -> Any:
    """Return the value of one ``${…}``."""
    if isinstance(part, Call):
        return call(part.name, part.arguments, part.text, node, key, trace)
    path = path_of(part, node, key, trace)
    found = follow(node.__tree__.root, path, trace)
    if found is ABSENT:
        if not part.up and resolvers.known(part.text):
            return call(part.text, [], part.text, node, key, trace)
        raise unknown(part, path, node, key)
    if node.__tree__.secrets:
        spread_secret(path, node, key)
    if isinstance(found, (MappingNode, ListNode)) and encloses(found, node, key):
        raise enclosing_cycle(trace, found)
    return found


def path_of(part: Reference, node: Node, key: Key, trace: Trace) -> KeyPath:
    """Return the path, from the root, that a reference names."""
    path = part.path
    if isinstance(path, Template):
        path = path_in(text_of(evaluate(path, node, key, trace, True), trace), node, key)
    if not part.up:
        return path
    keep = len(node.__path__) - part.up + 1
    if keep < 0:
        raise error(InterpolationError, node, key, f"'${{{part.text}}}' leads above the root")
    return (*node.__path__[:keep], *path)


def follow(start: Any, path: KeyPath, trace: Trace | None = None) -> Any:
    """Return the value at ``path``, resolving what is on the way, or ABSENT."""
    trace = current_trace() if trace is None else trace
    value = start
    for segment in path:
        value = step(value, segment, trace)
        if value is ABSENT:
            return ABSENT
    return resolve_items(value, trace)


def resolve_items(value: Any, trace: Trace) -> Any:
    """Return ``value``; where it is a list, with all its items resolved."""
    if isinstance(value, ListNode) and value.__raw__ is not None:
        for node, key in trace:
            if node is value:
                raise cycle(trace, node, key)
        return fill(value, trace)
    return value


def text_of(value: Any, trace: Trace, around: tuple[int, ...] = ()) -> str:
    """Return a value as it reads inside a text.

    Args:
        value: The value.
        trace: The values that are being resolved; the last one is the text.
        around: The ids of the mappings and lists whose text it becomes part of.
    """
    if isinstance(value, str):
        return str(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    node, key = trace[-1]
    if isinstance(value, Secret):
        node.__tree__.secrets = node.__tree__.secrets | {(*node.__path__, key)}
        return text_of(value.reveal(), trace, around)
    if type(value) is int and "x" in integer_text(value):
        message = f"a number of {digits_of(value)} is too long for a text"
        raise error(InterpolationLimitError, node, key, message)
    if isinstance(value, WRITTEN):
        if value.text is None:
            message = f"the text that {value} was written as is not found any more"
            raise error(InterpolationError, node, key, message, "put it in double quotes where it is written")
        return value.text
    if not isinstance(value, (MappingNode, list)):
        return str(value)
    if id(value) in around:
        message = "this text contains itself: a reference in what it names leads back to that"
        raise error(InterpolationCycleError, node, key, message)
    if len(around) >= MAX_NESTING:
        raise error(InterpolationLimitError, node, key, f"the text nests more than {MAX_NESTING} deep")
    around = (*around, id(value))
    pieces: list[str] = []
    size = 0
    for index, item in enumerate(value.__raw__ if isinstance(value, MappingNode) else value):
        if isinstance(value, MappingNode):
            inner = NUMBERS.with_text(value, item, follow(value, (item,), trace))
            piece = f"{item}: {text_of(inner, trace, around)}"
        else:
            inner = NUMBERS.with_text(value, index, item) if isinstance(value, ListNode) else item
            piece = text_of(inner, trace, around)
        size = bounded(size + len(piece), node, key)
        pieces.append(piece)
    text = ", ".join(pieces)
    return f"{{{text}}}" if isinstance(value, MappingNode) else f"[{text}]"


def step(holder: Any, segment: Key, trace: Trace) -> Any:
    """Return what ``holder`` has under ``segment``; lists are left as they are, for single items of them."""
    if isinstance(holder, MappingNode):
        key = segment if isinstance(segment, str) else str(segment)
        value = holder.__dict__.get(key, ABSENT)
        if value is not ABSENT:
            return value
        if not has_key(holder, key):
            return ABSENT
        raw = holder.__raw__[key]
        if isinstance(raw, ListNode):
            return raw
        return resolve(holder, key, trace)
    if isinstance(holder, ListNode):
        index = index_of(segment)
        values = raw_items(holder)
        if index is None or not -len(values) <= index < len(values):
            return ABSENT
        value = values[index]
        if holder.__raw__ is None or isinstance(value, ListNode):
            return value
        return resolve(holder, index % len(values), trace)
    return ABSENT


def call(name: str, arguments: list[Any], text: str, node: Node, key: Key, trace: Trace) -> Any:
    """Return what a resolver returns, called once for this place and these arguments."""
    resolver = resolvers.find(name)
    if resolver is None:
        hint = migration.RESOLVERS.get(name) or did_you_mean(name, resolvers.names())
        raise error(UnknownReferenceError, node, key, f"there is no resolver {name!r}", hint)
    values = [top_argument(argument, node, key, trace) for argument in arguments]
    tree = node.__tree__
    said = repr_of([value.text if isinstance(value, WRITTEN) else value for value in values])
    place = () if resolver.shared else ((*node.__path__, key), text)
    known = ((), name, said) if resolver.shared else (*place, said)
    if not resolver.live and known in tree.calls:
        return tree.calls[known]
    scope = Scope(tree, lambda path: look_up(path, node, key, trace))
    failure: Exception | None = None
    try:
        result = resolver.run(values, scope)
    except InterpolationError:
        raise
    except Exception as caught:
        failure = caught
    if failure is not None:  # raised here, so that no cause shows a secret
        hidden = tree.hides((*node.__path__, key))
        raise call_error(failure, text, node, key, hidden) from (None if hidden else failure)
    if isinstance(result, str):
        bounded(len(result), node, key)
    if not resolver.live:
        tree.calls[known] = result
    return result


def top_argument(argument: Any, node: Node, key: Key, trace: Trace) -> Any:
    """Return a resolver's argument with its interpolations evaluated, a number with its text."""
    if isinstance(argument, str) and "${" in argument:
        part = template_of(argument, node, key).whole
        if part is not None:
            return with_number_text(part, node, key, trace)
    return argument if isinstance(argument, WRITTEN) else evaluate_argument(argument, node, key, trace)


def evaluate_argument(argument: Any, node: Node, key: Key, trace: Trace) -> Any:
    """Return a resolver's argument with its interpolations evaluated."""
    if isinstance(argument, str):
        return evaluate(template_of(argument, node, key), node, key, trace) if "${" in argument else argument
    if isinstance(argument, list):
        return [evaluate_argument(item, node, key, trace) for item in argument]
    if isinstance(argument, dict):
        return {name: evaluate_argument(item, node, key, trace) for name, item in argument.items()}
    return bare(argument)


NUMBERS = NumberTexts(path_of, evaluate_argument)


def look_up(text: str, node: Node, key: Key, trace: Trace) -> Any:
    """Return the value at a path from the root, or ABSENT."""
    path = parse_path(text)
    found = follow(node.__tree__.root, path, trace)
    if node.__tree__.secrets:
        spread_secret(path, node, key)
    return found


def unfold(table: Table, node: Node, key: Key, trace: Trace) -> ListNode:
    """Turn a table into a list of mappings, once, when it is first read."""
    rows = rows_of(table, node, key)
    if isinstance(node, MappingNode):
        store(node, str(key), rows)
    else:
        raw_items(node)[int(key)] = rows
    return fill(rows, trace)


def unknown(part: Reference, path: KeyPath, node: Node, key: Key) -> UnknownReferenceError:
    """Return the error for a reference to a key that is not there."""
    holder: Any = node.__tree__.root
    names: Any = ()
    for segment in path:
        names = holder.__raw__ if isinstance(holder, MappingNode) else ()
        following = step(holder, segment, [])
        if following is ABSENT:
            break
        holder = following
    deleted = deletion_at(node.__tree__.root, path)
    hint = f"it was deleted: {deleted}" if deleted else did_you_mean(str(segment), names)
    if not (hint or "").startswith(("it was", "did")) and (close := closest(part.text, resolvers.names())):
        hint = f"did you mean ${{{close}}}?"
    return error(
        UnknownReferenceError, node, key, f"${{{part.text}}}: there is no {format_path(path)!r}", hint
    )
