"""Scalar literals: bare text, numbers, constants and quoted strings."""

from __future__ import annotations

import math
from contextvars import ContextVar

from simple_conf.pattern import Pattern
from simple_conf.sdn.parsing.fault import Fault, shorten
from simple_conf.sdn.parsing.patterns import STRING
from simple_conf.values import MISSING, Missing

Scalar = str | int | float | bool | Missing | None

CONSTANTS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "nil": None, "???": MISSING}

NUMBER_STARTS = frozenset("+-.0123456789")
"""First characters of numbers, and of texts that look like numbers."""

MAX_DIGITS: ContextVar[int] = ContextVar("MAX_DIGITS", default=20_000)
"""Maximum number of digits of a decimal integer in the parse that is running."""

_NUMBER = Pattern(
    r"-?(?:0x([0-9a-fA-F]+(?:_[0-9a-fA-F]+){0,20000})"
    r"|(?:0|[1-9][0-9]*(?:_[0-9]+){0,20000})((?:\.[0-9]+(?:_[0-9]+){0,20000})?(?:[eE][+-]?[0-9]+)?))"
)
_ALMOST_NUMBER = Pattern(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*|(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?(?:(?:(?<=[0-9_])|(?<=[0-9]\.))[eE][+-]?[0-9_]*)?)"
)
_LEADING_ZERO = Pattern(r"-?0[0-9_]")
_INT_DIGITS = 4300  # `int` refuses longer texts
_SAFE_FLOAT = 300  # a decimal without an exponent that is shorter neither overflows nor underflows

_STRING = Pattern(STRING)
_STRING_STOP = Pattern(r'"|\n|\\[^\n]')
_ESCAPE = Pattern(r"\\(u[0-9a-fA-F]{4}|[^u]|u)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"'}
_LINE_STOP = Pattern(r'[ \t]#|\$\$|\$\{|"')
_BRACE_OR_QUOTE = Pattern(r'[{}"]')


def parse_scalar(text: str, offset: int = 0) -> Scalar:
    """Return the value of a bare text: a number, a constant such as `true`, or the text itself.

    Args:
        text: the text, stripped and not empty.
        offset: its offset in the document, for faults.

    Raises:
        Fault: it looks like a number but is none, or a float cannot hold it.
    """
    if text[0] in NUMBER_STARTS:
        return parse_number(text, offset)
    return CONSTANTS.get(text, text)


def is_scalar(text: str) -> bool:
    """Return whether `parse_scalar` accepts a text."""
    try:
        parse_scalar(text)
    except Fault:
        return False
    return True


def parse_number(text: str, offset: int) -> str | int | float:
    """Return the number that a text is, or the text if it is not a number.

    Args:
        text: a bare text that starts with one of `NUMBER_STARTS`.
        offset: its offset in the document, for faults.

    Raises:
        Fault: it looks like a number but is none, or a float cannot hold it.
    """
    whole, dot, fraction = text.partition(".")
    if dot and fraction.isdecimal() and whole.isdecimal() and text.isascii():
        if (whole[0] != "0" or whole == "0") and len(text) < _SAFE_FLOAT:
            return float(text)
    elif text == "0":
        return 0
    match = _NUMBER.fullmatch(text)
    if match is None:
        _check_almost_number(text, offset)
        return text
    hexadecimal, float_part = match.groups()
    if hexadecimal is not None:
        return int(text.replace("_", ""), 16)
    if not float_part:
        return int(text) if len(text) <= _INT_DIGITS else _long_integer(text, offset)
    value = float(text)
    if math.isinf(value):
        raise Fault(
            f"{shorten(text)} is too large for a float",
            offset,
            "write a smaller number, or quote it to keep it as text",
            plain="this number is too large for a float",
        )
    if value == 0.0 and _is_nonzero(text):
        raise Fault(
            f"{shorten(text)} is too small for a float",
            offset,
            "write 0.0, or quote it to keep it as text",
            plain="this number is too small for a float",
        )
    return value


def _long_integer(text: str, offset: int) -> int:
    """Convert an integer that is too long for `int`: the time grows with the square of its length."""
    limit = MAX_DIGITS.get()
    if len(text) > limit:
        raise Fault(
            f"an integer of more than {limit:,} digits",
            offset,
            "write it as 0x…, quote it to keep it as text, or raise Limits.digits",
            limit=True,
        )
    from decimal import Decimal

    return int(Decimal(text))


def _is_nonzero(text: str) -> bool:
    return any(digit in "123456789" for digit in text.lower().partition("e")[0])


def _check_almost_number(text: str, offset: int) -> None:
    """Reject a text that is meant as a number but is not written as one, such as 1e or +5."""
    if (
        _ALMOST_NUMBER.fullmatch(text) is None
        or not any(character.isdigit() for character in text)
        or _LEADING_ZERO.match(text)
    ):
        return
    correction, shown = _corrected(text), shorten(text)
    raise Fault(
        f"{shown} is not a number, but looks like one",
        offset,
        f'write {shorten(correction)} for the number, or "{shown}" for the text'
        if _NUMBER.fullmatch(correction) is not None
        else f'finish the number, or write "{shown}" for the text',
        plain="this is not a number, but looks like one",
    )


def _corrected(text: str) -> str:
    """Return the number that an almost-number probably means; it may still be incomplete."""
    sign = "-" if text.startswith("-") else ""
    body = text.lstrip("+-")
    if body[:2] in ("0x", "0X"):
        return f"{sign}0x{_join_digits(body[2:])}"
    mantissa, _, exponent = body.lower().partition("e")
    exponent = exponent.replace("_", "") if exponent.strip("+-_") else ""  # 1e has none
    whole, dot, fraction = mantissa.partition(".")
    whole, fraction = _join_digits(whole), _join_digits(fraction)
    mantissa = f"{whole or '0'}.{fraction or '0'}" if dot else whole
    return f"{sign}{mantissa}" + (f"e{exponent}" if exponent else "")


def _join_digits(digits: str) -> str:
    """Leave single underscores between digits only."""
    return "_".join(part for part in digits.split("_") if part)


def read_string(text: str, start: int) -> tuple[str, int]:
    """Read a quoted string.

    Args:
        text: the document.
        start: offset of the opening quote.

    Returns:
        The string, and the offset after its closing quote.

    Raises:
        Fault: it is not closed on its line, or has an unknown escape.
    """
    match = _STRING.match(text, start)
    end = match.end() if match is not None else _closing_quote(text, start) + 1
    body = text[start + 1 : end - 1]
    return (unescape(body, start + 1) if "\\" in body else body), end


def _closing_quote(text: str, start: int) -> int:
    """Find the closing quote of a string with more escapes than the pattern allows."""
    offset = start + 1
    while match := _STRING_STOP.search(text, offset):
        if match[0] == '"':
            return match.start()
        if match[0] == "\n":
            break
        offset = match.end()
    raise Fault("unclosed string", start, 'close it with " or write the text without quotes')


def unescape(body: str, offset: int) -> str:
    """Replace the escapes inside a quoted string.

    Args:
        body: the text between the quotes.
        offset: its offset in the document, for faults.

    Raises:
        Fault: an escape is unknown, or a surrogate has no partner.
    """
    parts: list[str] = []
    done = 0
    for match in _ESCAPE.finditer(body):
        parts.append(body[done : match.start()])
        code = match[1]
        if len(code) == 5:
            parts.append(chr(int(code[1:], 16)))
        elif code in _ESCAPES:
            parts.append(_ESCAPES[code])
        elif code == "u":
            raise Fault("\\u needs four hexadecimal digits", offset + match.start(), "for instance \\u00e9")
        else:
            raise Fault(
                f"unknown escape \\{code}",
                offset + match.start(),
                'use \\n \\t \\r \\\\ \\" or \\uXXXX; a backslash itself is \\\\',
                plain="unknown escape",
            )
        done = match.end()
    text = "".join([*parts, body[done:]])
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16") if _has_surrogate(text) else text
    except UnicodeDecodeError:
        first = next(
            match.start()
            for match in _ESCAPE.finditer(body)
            if match[1][:2].lower() == "ud" and match[1][2:3] in "89abcdefABCDEF"
        )
        raise Fault(
            "unpaired surrogate", offset + first, "write the character itself, or both halves of the pair"
        ) from None


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def bare_text_end(text: str, start: int, line_end: int) -> int:
    """Find the end of a bare text that extends to a comment or to the end of its line.

    Raises:
        Fault: a ``${`` is not closed, or a ``#`` between quotes is ambiguous.
    """
    quote = -1
    offset = start
    while match := _LINE_STOP.search(text, offset, line_end):
        found, offset = match[0], match.end()
        if found == "${":
            offset = interpolation_end(text, match.start(), line_end)
        elif found == '"':
            quote = match.start() if quote < 0 else -1
        elif found != "$$":
            check_comment(text, match.start() + 1, quote, line_end)
            return match.start()
    return line_end


def check_comment(text: str, offset: int, quote: int, line_end: int) -> None:
    """Reject a ``#`` between quotes inside a bare text: it could be meant as text.

    Args:
        text: the document.
        offset: offset of the ``#``.
        quote: offset of the quote that is open there, or -1.
        line_end: offset of the end of the line.

    Raises:
        Fault: a quote is open, and another one follows on the line.
    """
    if quote >= 0 and text.find('"', offset, line_end) >= 0:
        raise Fault(
            "this # could be a comment or text",
            offset,
            'quote the whole value and write \\" for the quotes inside it',
        )


def interpolation_end(text: str, start: int, line_end: int) -> int:
    """Find the offset after the ``}`` that closes a ``${``.

    Args:
        text: the document.
        start: offset of the ``${``.
        line_end: offset at which it must be closed.

    Raises:
        Fault: it is not closed.
    """
    depth, offset, skip_strings = 1, start + 2, True
    while match := _BRACE_OR_QUOTE.search(text, offset, line_end):
        offset = match.end()
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if not depth:
                return offset
        elif skip_strings:
            string = _STRING.match(text, match.start(), line_end)
            offset, skip_strings = (string.end(), True) if string else (offset, False)
    raise Fault("unclosed ${", start, "close it with }, or write $${ for the characters themselves")
