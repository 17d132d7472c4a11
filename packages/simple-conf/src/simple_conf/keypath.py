"""Paths into a tree: ``train.layers[0].width``, and ``"a.b".c`` for a key with a dot in it."""

from __future__ import annotations

from simple_conf.errors import KeyPathError
from simple_conf.pattern import Pattern

TYPE_CHECKING = False  # as in typing, without importing it
if TYPE_CHECKING:
    from collections.abc import Iterable

KeyPath = tuple[str | int, ...]
"""The parts of a path: a str for a key, an int for an index of a list."""

_BARE = Pattern(r"""[^\s.\[\]"'=,:{}()#$]+""")
_QUOTED = Pattern(r'(?s:"[^"\\]*(?:\\.[^"\\]*)*")')
_INDEX = Pattern(r"\[(-?[0-9]{1,18})\]")


def parse_path(text: str) -> KeyPath:
    """Parse a path.

    Args:
        text: for instance ``train.layers[0].width`` or ``"a.b".c``; empty for the whole tree.

    Returns:
        A str for each key and an int for each index.

    Raises:
        KeyPathError: the text is not a path; the message shows the column.
    """
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        if index := _INDEX.match(text, at):
            parts.append(int(index[1]))
            at = index.end()
        elif text[at] == "[":
            raise KeyPathError("expected a whole number in [ ]", text=text, column=at + 1)
        else:
            if parts:
                if text[at] != ".":
                    raise KeyPathError("expected a dot or [", text=text, column=at + 1)
                at += 1
            key, at = _key(text, at)
            parts.append(key)
    return tuple(parts)


def _key(text: str, at: int) -> tuple[str, int]:
    if bare := _BARE.match(text, at):
        return bare[0], bare.end()
    if quoted := _QUOTED.match(text, at):
        import json  # rarely needed, and not light

        try:
            return json.loads(quoted[0], strict=False), quoted.end()
        except ValueError:
            raise KeyPathError("the quoted key has an unknown escape", text=text, column=at + 1) from None
    if text.startswith('"', at):
        raise KeyPathError("the quoted key is not closed", text=text, column=at + 1)
    if at >= len(text) or text[at] in ".[":
        raise KeyPathError("a key is missing", text=text, column=at + 1)
    raise KeyPathError(
        f"{text[at]!r} cannot be part of a key: put the key in double quotes", text=text, column=at + 1
    )


def format_path(path: Iterable[str | int]) -> str:
    """Write a path as text that `parse_path` reads back.

    Args:
        path: a str for each key and an int for each index.

    Returns:
        For instance ``train.layers[0].width``.
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = part if _BARE.fullmatch(part) else _quote(part)
            text += f".{key}" if text else key
    return text


def _quote(key: str) -> str:
    import json  # rarely needed, and not light

    return json.dumps(key, ensure_ascii=False)
