"""Dotlists: overrides as text, such as ``train.lr=5e-4``, ``tags+=x``, ``~model.dropout``, ``@more.sdn``."""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: PTH110

from __future__ import annotations

import os

from simple_conf.errors import KeyPathError, LoadError, SdnSyntaxError
from simple_conf.formats.reading import READERS
from simple_conf.keypath import parse_path
from simple_conf.literal import read_value
from simple_conf.merging.merge import ConfigPatch
from simple_conf.origin.layers import ArgumentLayer
from simple_conf.sources.override import Override, from_overrides, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from simple_conf.keypath import KeyPath
    from simple_conf.merging.merge import Patch
    from simple_conf.tree.node import MappingNode

    Load = Callable[[str], MappingNode]


def parse_dotlist(arguments: Sequence[str], load: Load | None = None) -> MappingNode:
    """Return the tree that a list of overrides makes.

    Args:
        arguments: Such as ``["train.lr=5e-4", "tags+=x"]``.
        load: Reads the file of an ``@file`` argument.

    Returns:
        A tree to merge over another.

    Raises:
        OverrideError: An argument cannot be read.
    """
    return from_overrides(read_patches(arguments, load))


def read_patches(arguments: Sequence[str], load: Load | None) -> list[Patch]:
    """Return each argument read.

    Raises:
        OverrideError: An argument cannot be read.
        TypeError: The arguments are not a list of texts.
    """
    if isinstance(arguments, (str, dict)) or not all(isinstance(argument, str) for argument in arguments):
        raise TypeError(f"overrides are a list of texts such as ['train.lr=0.1'], not {arguments!r}")
    patches: list[Patch] = []
    arguments = list(arguments)
    for index, argument in enumerate(arguments):
        if argument.startswith("@") and load is not None:
            patches.append(ConfigPatch(load_file(argument, load)))
        else:
            patches.append(read_override(argument, arguments[index + 1 : index + 3]))
    return patches


def load_file(argument: str, load: Load) -> MappingNode:
    """Return the config of an ``@file`` argument."""
    if len(argument) == 1:
        raise refused(argument, "'@' needs the name of a file: @overrides.sdn", 2)
    try:
        return load(argument[1:])
    except LoadError as failure:
        if failure.origin is not None:
            raise
        origin = ArgumentLayer(argument, 2).locate(())
        raise type(failure)(failure.message, path=failure.path, origin=origin, hint=failure.hint) from None


def read_override(argument: str, following: Sequence[str] = ()) -> Override:
    """Return one argument taken apart.

    Args:
        argument: The argument.
        following: The arguments after it, which a hint may be about.

    Raises:
        OverrideError: It has no ``=``, its left side is not a path, or its right side is not an SDN value.
    """
    if argument.startswith("-"):
        bare = argument.lstrip("-")
        from simple_conf.secret_lines import masked_argument

        hint: str | None = f"write {masked_argument(bare)}"
        if equals(bare) < 0:
            hint = without_equals(bare, following) or f"write {bare}=…"
        raise refused(argument, "an override has no dashes before it", 1, hint if bare else None)
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
        kind, left = ("add" if kind == "set" else "add_append"), left[start:]
    path = left_side(argument, left, start)
    if not path:
        raise refused(argument, "there is no key before '='", 1)
    return Override(argument, kind, path, right_side(argument, right, at + 1), at + 2)


def without_equals(argument: str, following: Sequence[str]) -> str | None:
    """Return how an argument that has no ``=`` was probably meant, or None."""
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
    from simple_conf.secret_names import may_name_secret

    if may_name_secret(key):
        return f"write {key}=…"
    written = f"{key}={value}"
    return f"write {written}" if " " not in written else f"write '{written}'"


def is_path(text: str) -> bool:
    """Return whether a text is a path."""
    try:
        return bool(parse_path(text))
    except KeyPathError:
        return False


def equals(argument: str) -> int:
    """Return the offset of the first ``=`` outside quotes, or -1."""
    quoted = False
    for at, letter in enumerate(argument):
        if letter == '"':
            quoted = not quoted
        elif letter == "=" and not quoted:
            return at
    return -1


def left_side(argument: str, text: str, start: int) -> KeyPath:
    """Return the path of an override, whose text begins at offset ``start`` of the argument."""
    begin = start + len(text) - len(text.lstrip())
    try:
        return parse_path(text.strip())
    except KeyPathError as failure:
        raise refused(argument, failure.message, begin + failure.column) from None


def right_side(argument: str, text: str, start: int) -> Any:
    """Return the value of an override, whose text begins at offset ``start`` of the argument."""
    try:
        return read_value(text, argument[: start - 1].rstrip("+"))
    except SdnSyntaxError as failure:
        raise refused(argument, failure.message, start + failure.column, failure.hint) from None


def chosen(arguments: Sequence[str] | None, ignore_unknown: bool) -> list[str]:
    """Return the words of a command line that are overrides.

    Args:
        arguments: By default those of this process.
        ignore_unknown: Whether other words are left out; all are returned otherwise.
    """
    import sys

    words = list(sys.argv[1:] if arguments is None else arguments)
    if not ignore_unknown:
        return words
    return [
        word for word in words if (equals(word) > 0 and not word.startswith("-")) or word[:1] in ("~", "@")
    ]
