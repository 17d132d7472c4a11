"""Overrides: ``train.lr=5e-4``, ``tags+=x``, ``+new.key=1``, ``~model.dropout``, ``@more.sdn``."""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: PTH110

from __future__ import annotations

import os

from simple_conf.config import access
from simple_conf.errors import ConfError, KeyPathError, LoadError, OverrideError, SdnSyntaxError
from simple_conf.keypath import format_path, parse_path
from simple_conf.merging.arrays import combine
from simple_conf.merging.merge import ConfigPatch, lay_over
from simple_conf.merging.strategy import DEFAULT
from simple_conf.origin.layers import ArgumentLayer, NamedLayer
from simple_conf.suggestion import did_you_mean
from simple_conf.tree.copying import adopt
from simple_conf.tree.editing import store
from simple_conf.tree.node import ListNode, MappingNode, grow
from simple_conf.tree.provenance import record
from simple_conf.values import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.merging.strategy import MergeStrategy
    from simple_conf.origin.layers import Layer

PLAIN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/_-")
WORDS = frozenset({"true", "false", "null", "nil"})


class Override:
    """One argument, read.

    Args:
        argument: The whole argument.
        kind: ``"set"``, ``"add"``, ``"append"`` or ``"delete"``.
        path: What it is about.
        value: The value, plain.
        column: 1-based column of the value in the argument.
        layer: Where it comes from, where that is not the argument itself.
    """

    __slots__ = ("argument", "column", "kind", "layer", "path", "value")

    def __init__(
        self, argument: str, kind: str, path: KeyPath, value: Any, column: int, layer: Layer | None = None
    ) -> None:
        self.argument = argument
        self.kind = kind
        self.path = path
        self.value = value
        self.column = column
        self.layer: Layer = layer or ArgumentLayer(argument, column, key_columns(argument, path))

    def __repr__(self) -> str:
        return f"Override({self.argument!r})"

    def apply(self, root: Any, rules: MergeStrategy, strict_keys: bool) -> None:
        """Carry the override out on ``root``.

        Raises:
            OverrideError: It does not fit what is there.
        """
        try:
            if self.kind == "delete":
                delete(root, self)
            else:
                write(root, self, rules, strict_keys and self.kind != "add")
        except OverrideError:
            raise
        except ConfError as failure:
            message, hint = getattr(failure, "message", str(failure)), getattr(failure, "hint", None)
            place = self.layer.locate(self.path, key=True)
            raise OverrideError(message, origin=place, hint=hint) from failure


def key_columns(argument: str, path: KeyPath) -> list[int]:
    """Return the 1-based columns where the keys of an override's path begin."""
    columns, at = [], 0
    for segment in path:
        text = f"[{segment}]" if isinstance(segment, int) else format_path((segment,))
        at = max(argument.find(text, at), at)
        columns.append(at + 1)
        at += len(text)
    return columns


def read_override(argument: str, following: Sequence[str] = ()) -> Override:
    """Return one argument taken apart; ``following`` are those after it, which a hint may be about.

    Raises:
        OverrideError: It has no ``=``, its left side is no path, or its right side is no SDN value.
    """
    if argument.startswith("-"):
        bare = argument.lstrip("-")
        raise refused(argument, "an override has no dashes before it", 1, f"write {bare}" if bare else None)
    if argument.startswith("~"):
        if (at := equals(argument)) >= 0:
            raise refused(argument, "a deletion takes no value", at + 1, f"write {argument[:at]}")
        path = left_side(argument, argument[1:], 1)
        if not path:
            raise refused(argument, "there is no key after '~'", 2)
        return Override(argument, "delete", path, None, 2)
    at = equals(argument)
    if at < 0:
        hint = without_equals(argument, following)
        raise refused(argument, "an override needs '=': key=value", len(argument) + 1, hint)
    left, right = argument[:at], argument[at + 1 :]
    kind, start = "set", 0
    if left.endswith("+"):
        kind, left = "append", left[:-1]
    if left.startswith("+"):
        start = len(left) - len(left.lstrip("+"))
        kind, left = ("add" if kind == "set" else kind), left[start:]
    path = left_side(argument, left, start)
    if not path:
        raise refused(argument, "there is no key before '='", 1)
    return Override(argument, kind, path, right_side(argument, right, at + 1), at + 2)


def without_equals(argument: str, following: Sequence[str]) -> str | None:
    """Return how an argument that has no ``=`` was probably meant, or None."""
    from simple_conf.formats.reading import READERS

    if argument.lower().endswith(tuple(READERS)):
        return f"a config file comes first; to lay this one over it, write @{argument}"
    file = next((argument + suffix for suffix in READERS if os.path.exists(argument + suffix)), None)
    if file is not None:
        return f"did you mean the file {file}?"
    first, second = (*following, "", "")[:2]
    key, colon, value = argument.partition(":")
    value = value.strip() or first
    if not colon:
        value = first if equals(first) < 0 and first[:1] not in ("-", "~", "@") else ""
    if first == "=" and second:
        value = second
    if not value or not key or not is_path(key) or not key[:1].isidentifier():
        return None
    written = f"{key}={value}"
    return f"write {written}" if " " not in written else f"write '{written}'"


def is_path(text: str) -> bool:
    """Return whether a text is a path."""
    try:
        return bool(parse_path(text))
    except KeyPathError:
        return False


def equals(argument: str) -> int:
    """Return where the ``=`` outside quotes stands, or -1."""
    quoted = False
    for at, letter in enumerate(argument):
        if letter == '"':
            quoted = not quoted
        elif letter == "=" and not quoted:
            return at
    return -1


def left_side(argument: str, text: str, start: int) -> KeyPath:
    """Return the path that an override is about."""
    begin = start + len(text) - len(text.lstrip())
    try:
        path: KeyPath = parse_path(text.strip())
    except KeyPathError as failure:
        raise refused(argument, failure.message, begin + failure.column) from None
    return path


def right_side(argument: str, text: str, start: int) -> Any:
    """Return the value of an override; an empty one is null, as it is in a file."""
    try:
        return read_value(text)
    except SdnSyntaxError as failure:
        raise refused(argument, failure.message, start + failure.column, failure.hint) from None


def read_value(text: str) -> Any:
    """Return the SDN value of one line of text.

    Raises:
        SdnSyntaxError: It is none.
    """
    stripped = text.strip()
    if not stripped:
        return None
    if stripped not in WORDS and PLAIN_LETTERS.issuperset(stripped) and not stripped.startswith("-"):
        return stripped
    from simple_conf.sdn import parse_value

    return parse_value(text, name="argument")


def refused(argument: str, message: str, column: int, hint: str | None = None) -> OverrideError:
    """Return the error that points into an argument."""
    return OverrideError(message, origin=ArgumentLayer(argument, column).locate(()), hint=hint)


def write(root: Any, override: Override, rules: MergeStrategy, strict: bool) -> None:
    """Set or append the value of an override."""

    def unknown(holder: Any, key: str) -> OverrideError:
        path = format_path((*holder.__path__, key))
        hint = did_you_mean(key, holder.__raw__)
        if isinstance(override.layer, ArgumentLayer):
            more = f"write +{override.argument} to add it"
            hint = f"{hint}; {more}" if hint else more
        return OverrideError(
            f"unknown key {key!r}",
            path=path,
            origin=override.layer.locate((*holder.__path__, key), key=True),
            hint=hint,
        )

    holder, last = access.reach(root, override.path, override.layer, unknown if strict else None)
    tree = root.__tree__
    if isinstance(holder, ListNode):
        access.put_item(holder, last, override.value, override.layer)
        return
    key = last if isinstance(last, str) else str(last)
    path = (*holder.__path__, key)
    there = key in holder.__raw__
    if strict and not there:
        raise unknown(holder, key)
    value = adopt(override.value, tree, path, override.layer)
    if override.kind == "append":
        value = appended(holder, key, path, override, value)
    mine = holder.__raw__.get(key)
    if isinstance(value, MappingNode) and isinstance(mine, MappingNode):
        lay_over(mine, value, rules, strict)
    else:
        if isinstance(value, MappingNode) and there:
            object.__setattr__(value, "__barrier__", True)
        record(holder, key, value, override.layer)
        store(holder, key, value)
    tree.forget(path)


def appended(holder: Any, key: str, path: KeyPath, override: Override, value: Any) -> Any:
    """Return the list under ``key`` with the value at its end; a list as value adds all its items."""
    tree = holder.__tree__
    if not isinstance(value, ListNode):
        value = adopt([override.value], tree, path, override.layer)
    mine = holder.__raw__.get(key)
    if key not in holder.__raw__:  # it may come through a reference that this is laid over
        below = access.get(tree.root, override.path)
        mine = adopt(below, tree, path, holder.__layer__) if isinstance(below, list) else None
    if mine is None or mine is MISSING:
        return value
    if isinstance(mine, str) and "${" in mine:
        mine = adopt(holder[key], tree, path, holder.__layer__)
    if not isinstance(mine, ListNode):
        kind = "a mapping" if isinstance(mine, MappingNode) else repr(mine)
        raise refused(override.argument, f"{format_path(path)} is {kind}, not a list; '+=' adds to a list", 1)
    return combine(mine, value, "append", lay_over)


def delete(root: Any, override: Override) -> None:
    """Remove what an override names."""
    if not access.has_path(root, override.path):
        holder: Any = root
        names: Any = ()
        for segment in override.path:
            names = holder.__raw__ if isinstance(holder, MappingNode) else ()
            if not isinstance(holder, MappingNode) or segment not in holder.__raw__:
                break
            holder = holder.__raw__[segment]
        hint = did_you_mean(str(segment), names)
        raise refused(override.argument, f"there is no {format_path(override.path)} to delete", 2, hint)
    access.delete_at(root, override.path)
    root.__tree__.removed[override.path] = override.layer


def from_overrides(steps: Sequence[Any]) -> MappingNode:
    """Return a tree of what overrides set, which carries them out where it is merged over another."""
    root = grow({}, NamedLayer("command line", "(no arguments)"))
    for step in steps:
        if isinstance(step, Override) and step.kind == "delete":
            if access.has_path(root, step.path):
                access.delete_at(root, step.path)
            continue
        if isinstance(step, Override) and any(isinstance(segment, int) for segment in step.path):
            show_alone(root, step)
            continue
        step.apply(root, DEFAULT, False)
    root.__tree__.patches = list(steps)
    return root


def show_alone(root: Any, step: Override) -> None:
    """Set an item of a list that is not there: the items before it are still to be filled in."""
    if any(isinstance(segment, int) and segment < 0 for segment in step.path):
        return  # counted from an end that is not known yet
    for depth, segment in enumerate(step.path):
        if not isinstance(segment, int):
            continue
        holder = access.get(root, step.path[:depth])
        count = len(holder) if isinstance(holder, ListNode) else 0
        for index in range(count, segment):
            access.set_at(root, (*step.path[:depth], index), MISSING, step.layer)
    access.set_at(root, step.path, step.value, step.layer)


def parse_dotlist(arguments: Sequence[str], load: Callable[[str], MappingNode] | None = None) -> MappingNode:
    """Return the tree that a list of overrides makes.

    Args:
        arguments: Such as ``["train.lr=5e-4", "tags+=x"]``.
        load: Reads the file of an ``@file`` argument.

    Returns:
        A tree to merge over another.

    Raises:
        OverrideError: An argument cannot be read.
    """
    return from_overrides(read_steps(arguments, load))


def read_steps(arguments: Sequence[str], load: Callable[[str], MappingNode] | None) -> list[Any]:
    """Return what each override says to do."""
    steps: list[Any] = []
    if isinstance(arguments, (str, dict)) or not all(isinstance(argument, str) for argument in arguments):
        raise TypeError(f"overrides are a list of texts such as ['train.lr=0.1'], not {arguments!r}")
    arguments = list(arguments)
    for index, argument in enumerate(arguments):
        if argument.startswith("@") and load is not None:
            steps.append(ConfigPatch(load_file(argument, load)))
        else:
            steps.append(read_override(argument, arguments[index + 1 : index + 3]))
    return steps


def load_file(argument: str, load: Callable[[str], MappingNode]) -> MappingNode:
    """Return the config of an ``@file`` argument."""
    if len(argument) == 1:
        raise refused(argument, "'@' needs the name of a file: @overrides.sdn", 2)
    try:
        return load(argument[1:])
    except LoadError as failure:
        if failure.origin is not None:
            raise
        place = ArgumentLayer(argument, 2).locate(())
        raise type(failure)(failure.message, path=failure.path, origin=place, hint=failure.hint) from None


def chosen(arguments: Sequence[str] | None, ignore_unknown: bool) -> list[str]:
    """Return the words of a command line that are overrides; by default of this process."""
    import sys

    words = list(sys.argv[1:] if arguments is None else arguments)
    if not ignore_unknown:
        return words
    return [
        word for word in words if (equals(word) > 0 and not word.startswith("-")) or word[:1] in ("~", "@")
    ]
