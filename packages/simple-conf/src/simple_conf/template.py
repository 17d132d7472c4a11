"""The text of an interpolation, read once: ``${train.lr}``, ``${.lr}``, ``${name:arg,arg}``, ``$${not}``."""

from __future__ import annotations

from simple_conf.errors import ConfError, KeyPathError, SdnSyntaxError
from simple_conf.keypath import parse_path
from simple_conf.literal import WORDS, read_value
from simple_conf.pattern import Pattern
from simple_conf.written import KINDS, reads_as, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from simple_conf.keypath import KeyPath

REMEMBERED = 10_000
MAX_NESTING = 64
BRACE = Pattern(r"\$\{|\{|\}")
SIMPLE = Pattern(r"(?a:\$\{([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)\})")
BARE_WORD = Pattern(r"[A-Za-z_./%][^\"'\[\]{}#,$:|>]*")
NAME = Pattern(r"(?a:\s*([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)\s*:)")


class ExpressionError(ConfError, ValueError):
    """A ``${…}`` cannot be read; becomes an InterpolationError where its place is known."""


class Reference:
    """``${a.b}``: the value at a path.

    Args:
        up: 0 for a path from the root, 1 for the mapping or list around, 2 for the one around that.
        path: The path, or the parts of its text where it holds interpolations itself.
        text: What was written between the braces.
    """

    __slots__ = ("path", "text", "up")

    def __init__(self, up: int, path: KeyPath | Template, text: str) -> None:
        self.up = up
        self.path = path
        self.text = text


class Call:
    """``${name:arg,arg}``: what a resolver returns.

    Args:
        name: The resolver.
        arguments: SDN values, with interpolations still in their texts.
        text: What was written between the braces.
    """

    __slots__ = ("arguments", "name", "text")

    def __init__(self, name: str, arguments: list[Any], text: str) -> None:
        self.name = name
        self.arguments = arguments
        self.text = text


class Template:
    """A text cut into plain pieces, references and calls.

    Args:
        parts: The pieces in order.
    """

    __slots__ = ("parts", "simple", "whole")

    def __init__(self, parts: list[str | Reference | Call]) -> None:
        self.parts = parts
        self.simple: tuple[str, ...] | None = None
        first = parts[0]
        self.whole = first if len(parts) == 1 and not isinstance(first, str) else None


_known: dict[str, Template] = {}


def known_path(text: str) -> tuple[str, ...] | None:
    """Return the path of a text that was read before and is one whole ``${a.b}``, else None."""
    template = _known.get(text)
    return template.simple if template is not None else None


def read_template(text: str) -> Template:
    """Return ``text`` cut into pieces; remembered, since the same texts are read again and again.

    Raises:
        ExpressionError: A ``${`` is not closed, or what is in it is neither a path nor a call.
    """
    template = _known.get(text)
    if template is None:
        if text.count("${") > MAX_NESTING and nesting_of(text) > MAX_NESTING:
            raise ExpressionError(f"references nest more than {MAX_NESTING} deep in {text[:40]!r}…")
        simple = SIMPLE.fullmatch(text)
        if simple is not None:
            body = simple.group(1)
            template = Template([Reference(0, tuple(body.split(".")), body)])
            template.simple = tuple(body.split("."))
        else:
            template = Template(cut(text))
        if len(_known) >= REMEMBERED:
            _known.clear()
        _known[text] = template
    return template


def nesting_of(text: str) -> int:
    """Return how many references around each other a text has at most."""
    deepest = depth = 0
    opened: list[bool] = []
    for brace in BRACE.finditer(text):
        if brace[0] != "}":
            opened.append(brace[0] == "${")
            depth += opened[-1]
            deepest = max(deepest, depth)
        elif opened:
            depth -= opened.pop()
    return deepest


def cut(text: str) -> list[str | Reference | Call]:
    """Return the pieces of ``text``."""
    parts: list[str | Reference | Call] = []
    plain, at = "", 0
    while True:
        start = text.find("${", at)
        if start < 0:
            plain += text[at:]
            break
        if start > at and text[start - 1] == "$":
            plain += text[at : start - 1] + "${"
            at = start + 2
            continue
        plain += text[at:start]
        if plain:
            parts.append(plain)
            plain = ""
        end = closing(text, start)
        parts.append(read_body(text[start + 2 : end]))
        at = end + 1
    if plain or not parts:
        parts.append(plain)
    return parts


def outside_quotes(text: str, at: int = 0) -> Iterator[tuple[int, str]]:
    """Yield each character from ``at`` on that is not in double quotes, with its offset."""
    quoted = False
    while at < len(text):
        letter = text[at]
        if quoted:
            at += letter == "\\"
            quoted = letter != '"'
        elif letter == '"':
            quoted = True
        else:
            yield at, letter
        at += 1


def closing(text: str, start: int) -> int:
    """Return the offset of the brace that closes the ``${`` at ``start``."""
    depth = 0
    for at, letter in outside_quotes(text, start + 1):
        depth += (letter == "{") - (letter == "}")
        if depth == 0:
            return at
    raise ExpressionError(f"'${{' is not closed in {text[start:]!r}; write $${{ for the text itself")


def read_body(body: str) -> Reference | Call:
    """Return what is between ``${`` and ``}``: a call if it begins with a name and a colon, else a path."""
    text = body.strip()
    if not text:
        raise ExpressionError("'${}' names nothing")
    named = NAME.match(text)
    if named is not None:
        return Call(named.group(1), read_arguments(text[named.end() :]), text)
    up = len(text) - len(text.lstrip("."))
    rest = text[up:]
    if "${" in rest:
        return Reference(up, Template(cut(rest)), text)
    return Reference(up, read_reference(rest, text), text)


def read_reference(rest: str, text: str) -> KeyPath:
    """Return the path of a reference."""
    try:
        return parse_path(rest)
    except KeyPathError as error:
        raise ExpressionError(f"'${{{text}}}' is not a path: {error.message}") from None


def read_arguments(text: str) -> list[Any]:
    """Return the SDN values between the commas of ``text``; no text, no arguments."""
    if not text.strip():
        return []
    return [read_argument(piece.strip()) for piece in split_arguments(text)]


def split_arguments(text: str) -> list[str]:
    """Cut ``text`` at the commas outside quotes and brackets."""
    pieces, depth, begin = [], 0, 0
    for at, letter in outside_quotes(text):
        depth += (letter in "[{(") - (letter in "]})")
        if letter == "," and depth == 0:
            pieces.append(text[begin:at])
            begin = at + 1
    return [*pieces, text[begin:]]


def read_argument(text: str) -> Any:
    """Return one argument as an SDN value; an empty one is the empty string."""
    if not text or (text not in WORDS and BARE_WORD.fullmatch(text)) or text.startswith("${"):
        return text
    try:
        value = read_value(text)
    except SdnSyntaxError as error:
        raise ExpressionError(f"argument {text!r} is not an SDN value: {error.message}") from None
    return written(value, text) if type(value) in KINDS and reads_as(text, value) else value
