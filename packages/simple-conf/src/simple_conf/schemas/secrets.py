"""The secrets of a schema: found in a config, masked in it, kept out of the errors of a command line."""

from __future__ import annotations

import itertools
import types
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

from simple_conf.config.secrets import add
from simple_conf.errors import ConfError, KeyPathError, SdnSyntaxError
from simple_conf.keypath import parse_path
from simple_conf.schemas.defaults.field_default import defaults_of
from simple_conf.schemas.fields import is_secret, schemas_in
from simple_conf.schemas.named_tuple import is_named_tuple
from simple_conf.secret_lines import masked_argument
from simple_conf.secret_names import marking, sounds_secret
from simple_conf.suggestion import closest
from simple_conf.tree.masking import Censor
from simple_conf.tree.node import ListNode, MappingNode, Overlaid, raw_item, raw_items, read_item
from simple_conf.values import Secret, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simple_conf.keypath import KeyPath
    from simple_conf.tree.node import Key

    Keys = tuple[str, ...]

ITEMS = frozenset({"list", "tuple", "set", "frozenset", "Sequence", "MutableSequence", "Iterable", "Set"})
ENTRIES = frozenset({"dict", "Mapping", "MutableMapping"})
BETWEEN = ' \t\n"[]{},:='
"""The characters between the words of a value that cannot be read."""


def hide(cfg: MappingNode, schema: Any) -> set[KeyPath]:
    """Mask what a schema has as `Secret` fields; return the paths that were not masked before."""
    tree = cfg.__tree__
    with tree.lock:
        fresh = set(secret_paths(schema, cfg, cfg.__path__)) - tree.secrets
        add(cfg, fresh)
        if fresh:
            tree.forget_reads()  # what was read before does not know that it comes from a secret
    return fresh


@contextmanager
def hiding(cfg: MappingNode, schema: Any) -> Iterator[None]:
    """Mask what a schema has as secrets, and what comes from them, for the time of a block."""
    tree = cfg.__tree__
    with tree.lock:
        before = tree.secrets
        with suppress(ConfError):  # a schema that cannot be read has no fields
            hide(cfg, schema)
        tree.forget_reads()
        try:
            yield
        finally:
            tree.secrets = before
            tree.forget_reads()


def secret_paths(kind: Any, value: Any, path: KeyPath) -> Iterator[KeyPath]:
    """Yield the paths at which a value of some type holds secrets, absent ones of its own fields included.

    Args:
        kind: The type, such as a schema or ``list[Login]``.
        value: A node, or anything else where there is none.
        path: The path of the value.
    """
    known: dict[int, bool] = {}
    waiting = [(kind, value, path)]
    seen: dict[tuple[int, int], Any] = {}
    while waiting:
        kind, value, path = waiting.pop()
        if is_secret(kind):
            yield path
            continue
        if id(kind) not in known:
            known[id(kind)] = bool(named(kind))
        if not known[id(kind)]:
            continue
        if type(value) is Overlaid:
            value = value.overrides
        if isinstance(value, (MappingNode, ListNode)):
            path = value.__path__  # it may be read through a reference
            if (id(value), id(kind)) in seen:
                continue
            seen[id(value), id(kind)] = value  # held, so that its id stays its own
        inner = list(parts(kind, value, path))
        waiting += inner
        if not inner and not is_empty(value):  # it is in the place of what holds secrets
            yield path


def is_empty(value: Any) -> bool:
    """Return whether there is nothing in a value that could be a secret."""
    if isinstance(value, MappingNode):
        return not value.__raw__
    return value is None or (isinstance(value, (ListNode, Table, tuple)) and not value)


def parts(kind: Any, value: Any, path: KeyPath) -> Iterator[tuple[Any, Any, KeyPath]]:
    """Yield what a value of some type holds: the type, the value and the path of each."""
    if isinstance(value, MappingNode):
        for cls in schemas_in(kind):
            for key, field in defaults_of(cls).items():
                yield field.kind, inside(value, key), (*path, key)
        for key in misspelled(value, kind):
            yield Secret, None, (*path, key)
        for inner in members(kind, ENTRIES):
            for key in value.__raw__:
                yield inner, inside(value, key), (*path, key)
        for fields in tuple_fields(kind):
            for key, inner in fields.items():
                yield inner, inside(value, key), (*path, key)
    elif isinstance(value, (ListNode, Table)):
        for inner in members(kind, ITEMS):
            for index in range(len(value)):
                yield inner, inside(value, index), (*path, index)
        for fields in tuple_fields(kind):
            for index, inner in zip(range(len(value)), fields.values(), strict=False):
                yield inner, inside(value, index), (*path, index)
    elif isinstance(value, tuple):  # a row of a table
        for cls in schemas_in(kind):
            for key, field in defaults_of(cls).items():
                yield field.kind, None, (*path, key)


def misspelled(value: MappingNode, kind: Any) -> list[str]:
    """Return the keys that the schema of a mapping does not have and that may be meant as secrets."""
    schemas = schemas_in(kind)
    known = {key: field for cls in schemas for key, field in defaults_of(cls).items()}
    secret = [key for key, field in known.items() if is_secret(field.kind)]
    unknown = [key for key in value.__raw__ if key not in known] if schemas else []
    return [key for key in unknown if sounds_secret(key) or closest(key, secret) is not None]


def inside(value: MappingNode | ListNode | Table, key: Key) -> Any:
    """Return what a node or a table has under a key: as written, or what a reference of a mapping names."""
    if isinstance(value, Table):
        return value.rows[int(key)]
    if isinstance(value, ListNode):
        return raw_item(value, key)
    found = value.__raw__.get(str(key))
    if isinstance(found, str) and "${" in found:
        try:
            return read_item(value, key)
        except ConfError:
            return None
    return found


def members(kind: Any, names: frozenset[str]) -> list[Any]:
    """Return the types of the items or entries of a collection type, those in a union included."""
    found: list[Any] = []
    for one in (kind, *get_args(kind)) if is_union(kind) else (kind,):
        arguments = [argument for argument in get_args(one) if argument is not ...]
        if getattr(get_origin(one), "__name__", "") in names and arguments:
            found += arguments[-1:] if names is ENTRIES else arguments
    return found


def tuple_fields(kind: Any) -> list[dict[str, Any]]:
    """Return the types of the fields of named tuples that a value of a type may be, by name and in order."""
    kinds = get_args(kind) if is_union(kind) else (kind,)
    return [get_type_hints(one) for one in kinds if is_named_tuple(one)]


def is_union(kind: Any) -> bool:
    """Return whether a type is a union."""
    return get_origin(kind) in (Union, types.UnionType)


def named(schema: Any) -> list[Keys]:
    """Return the paths of the keys of a schema that are or hold secrets, without the indices of lists."""
    return list(dict.fromkeys(walked(schema, (), ())))


def walked(kind: Any, path: Keys, around: tuple[Any, ...]) -> Iterator[Keys]:
    """Yield the paths of the secrets of a type; a schema inside itself is not entered again."""
    if is_secret(kind):
        yield path
    for cls in schemas_in(kind):
        if cls not in around:
            for key, field in defaults_of(cls).items():
                yield from walked(field.kind, (*path, key), (*around, cls))
    for inner in members(kind, ENTRIES) + members(kind, ITEMS):
        yield from walked(inner, path, around)
    for fields in tuple_fields(kind):
        for key, inner in fields.items():
            yield from walked(inner, (*path, key), around)


@contextmanager
def marking_secrets(schema: Any) -> Iterator[None]:
    """Let no error that comes up in a block quote a line with a key that a schema has as a secret."""
    paths: list[Keys] = []
    with suppress(ConfError):  # a schema that cannot be read has no fields
        paths = named(schema)
    with marking(path[-1] if path else "" for path in paths):
        yield


def masked_error(failure: ConfError, schema: Any, words: Sequence[str]) -> ConfError:
    """Return the error of a command line without the values that it gives for secrets.

    Args:
        failure: The error.
        schema: What the config must look like.
        words: The words of the command line.
    """
    try:
        paths = named(schema)
    except ConfError:  # the schema cannot be read, which is the error then
        paths = []
    texts = [text for word in words for text in hidden_in(word, paths)]
    for word, following in itertools.pairwise(words):
        if "=" not in word and is_near(word.lstrip("-").rstrip(":"), paths):
            texts.append(following)
    if isinstance(failure, SdnSyntaxError):
        for line in failure.excerpt.splitlines():
            texts += hidden_in(line.partition(" | ")[2], paths)
    failure = Censor(texts).error(failure)
    forget_hidden(failure)
    return failure


def forget_hidden(failure: BaseException) -> None:
    """Drop what an error, and each of its causes, has as its context and does not show."""
    one: BaseException | None = failure
    while one is not None:
        if one.__suppress_context__:
            one.__context__ = None
        one = one.__cause__


def hidden_in(text: str, paths: list[Keys]) -> list[str]:
    """Return the value of an override or of a line, and its words, where its key may be that of a secret."""
    at = min((at for at in (text.find("="), text.find(":")) if at >= 0), default=-1)
    if at < 0:
        return []
    left, right = text[:at].strip().lstrip("-+~").rstrip("+").rstrip(), text[at + 1 :].strip()
    if not is_near(left, paths):
        return []
    words = right
    for letter in BETWEEN:
        words = words.replace(letter, " ")
    return [right, *words.split()]


def holds_near(value: Any, paths: list[Keys]) -> bool:
    """Return whether a mapping, or one in it, has a key named like that of a secret."""
    if isinstance(value, MappingNode):
        names = {path[-1] for path in paths if path}
        return any(key in names or holds_near(inner, paths) for key, inner in value.__raw__.items())
    return isinstance(value, ListNode) and any(holds_near(inner, paths) for inner in raw_items(value))


def is_near(text: str, paths: list[Keys]) -> bool:
    """Return whether a key is, holds or may be meant as the key of a secret."""
    try:
        keys = tuple(key for key in parse_path(text.strip('"')) if isinstance(key, str))
    except KeyPathError:
        return any(path[-1] in text for path in paths if path) or masked_argument(f"{text}=x") != f"{text}=x"
    if not keys:
        return False
    if sounds_secret(keys[-1]):
        return True
    for path in paths:
        short = min(len(keys), len(path))
        if keys[:short] == path[:short] or (path and keys[-1] == path[-1]):
            return True
    return closest(keys[-1], [path[-1] for path in paths if path]) is not None
