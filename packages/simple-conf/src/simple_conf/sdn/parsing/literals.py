"""One scalar: what a bare text means, and what is inside quotes."""

from __future__ import annotations

import math
from contextvars import ContextVar

from simple_conf.pattern import Pattern
from simple_conf.sdn.parsing.fault import Fault, brief
from simple_conf.sdn.parsing.patterns import STRING
from simple_conf.values import MISSING, Missing

Scalar = str | int | float | bool | Missing | None

NUMBER = Pattern(
    r"-?(?:0x([0-9a-fA-F]+(?:_[0-9a-fA-F]+){0,20000})"
    r"|(?:0|[1-9][0-9]*(?:_[0-9]+){0,20000})((?:\.[0-9]+(?:_[0-9]+){0,20000})?(?:[eE][+-]?[0-9]+)?))"
)
WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "nil": None, "???": MISSING}
QUOTED = Pattern(STRING)

NUMBER_STARTS = frozenset("+-.0123456789")
"""What a number, or what is almost one, begins with."""

_SLIP = Pattern(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*|(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?(?:(?:(?<=[0-9_])|(?<=[0-9]\.))[eE][+-]?[0-9_]*)?)"
)
_LEADING_ZERO = Pattern(r"-?0[0-9_]")
_ESCAPE = Pattern(r"\\(u[0-9a-fA-F]{4}|[^u]|u)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"'}
_DIGITS = 4300  # as many as `int` takes
_EXACT = 300  # a plain decimal of fewer characters is neither too large nor too small for a float
DIGITS: ContextVar[int] = ContextVar("DIGITS", default=20_000)
"""How many digits a whole number in decimal may have, in the parse that is going on."""


def scalar(text: str, at: int = 0) -> Scalar:
    """Give what a bare text means: a number, a word such as `true`, or the text itself.

    Args:
        text: the text, trimmed and not empty.
        at: its offset in the document, for a mistake.

    Raises:
        Fault: it is almost a number, or a number that a float cannot hold.
    """
    if text[0] in NUMBER_STARTS:
        return number(text, at)
    return WORDS.get(text, text)


def number(text: str, at: int) -> str | int | float:
    """Give the number that a text is, or the text when it is none; `scalar` tells the rest."""
    whole, dot, part = text.partition(".")
    if dot and part.isdecimal() and whole.isdecimal() and text.isascii():
        if (whole[0] != "0" or whole == "0") and len(text) < _EXACT:
            return float(text)
    elif text == "0":
        return 0
    match = NUMBER.fullmatch(text)
    if match is None:
        _check_slip(text, at)
        return text
    digits, tail = match.groups()
    if digits is not None:
        return int(text.replace("_", ""), 16)
    if not tail:
        return int(text) if len(text) <= _DIGITS else _long_number(text, at)
    value = float(text)
    if math.isinf(value):
        raise Fault(
            f"{brief(text)} is too large for a float",
            at,
            "write a smaller number, or quote it to keep it as text",
        )
    if value == 0.0 and _mantissa_has_value(text):
        raise Fault(
            f"{brief(text)} is too small for a float", at, "write 0.0, or quote it to keep it as text"
        )
    return value


def _long_number(text: str, at: int) -> int:
    """Convert a number that `int` refuses for its length: the time grows with the square of it."""
    if len(text) > DIGITS.get():
        raise Fault(
            f"a whole number of more than {DIGITS.get():,} digits",
            at,
            "write it as 0x…, quote it to keep it as text, or raise Limits.digits",
            limit=True,
        )
    from decimal import Decimal

    return int(Decimal(text))


def _mantissa_has_value(text: str) -> bool:
    return any(digit in "123456789" for digit in text.lower().partition("e")[0])


def _check_slip(text: str, at: int) -> None:
    """Refuse what is meant as a number but is not written as one."""
    if _SLIP.fullmatch(text) is None or not any(c.isdigit() for c in text) or _LEADING_ZERO.match(text):
        return
    suggestion, shown = _suggest(text), brief(text)
    good = suggestion is not None and NUMBER.fullmatch(suggestion) is not None
    raise Fault(
        f"{shown} is not a number, but looks like one",
        at,
        f'write {brief(suggestion or "")} for the number, or "{shown}" for the text'
        if good
        else f'finish the number, or write "{shown}" for the text',
    )


def _suggest(text: str) -> str | None:
    sign = "-" if text.startswith("-") else ""
    body = text.lstrip("+-")
    if body[:2] in ("0x", "0X"):
        return f"{sign}0x{'_'.join(part for part in body[2:].split('_') if part)}"
    mantissa, _, exponent = body.lower().partition("e")
    exponent = exponent.replace("_", "") if exponent.strip("+-_") else ""  # 1e has none
    whole, dot, fraction = mantissa.partition(".")
    whole, fraction = ("_".join(part for part in digits.split("_") if part) for digits in (whole, fraction))
    mantissa = f"{whole or '0'}.{fraction or '0'}" if dot else whole
    return f"{sign}{mantissa}" + (f"e{exponent}" if exponent else "")


def read_quoted(text: str, at: int) -> tuple[str, int]:
    """Read the string whose opening quote is at an offset.

    Args:
        text: the whole document.
        at: offset of the quote.

    Returns:
        The string, and the offset after its closing quote.

    Raises:
        Fault: it is not closed on its line, or has an unknown escape.
    """
    match = QUOTED.match(text, at)
    end = match.end() if match is not None else _closing_quote(text, at) + 1
    body = text[at + 1 : end - 1]
    return (unescape(body, at + 1) if "\\" in body else body), end


def _closing_quote(text: str, at: int) -> int:
    """Find the quote that closes a string, escape by escape."""
    here = at + 1
    while match := _QUOTE_STOP.search(text, here):
        if match[0] == '"':
            return match.start()
        if match[0] == "\n":
            break
        here = match.end()
    raise Fault("unclosed string", at, 'close it with " or write the text without quotes')


_QUOTE_STOP = Pattern(r'"|\n|\\[^\n]')


def unescape(body: str, at: int) -> str:
    """Replace the escapes in the inside of a quoted string.

    Raises:
        Fault: an escape is unknown, or half of a surrogate pair stands alone.
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
            raise Fault("\\u needs four hexadecimal digits", at + match.start(), "for instance \\u00e9")
        else:
            raise Fault(
                f"unknown escape \\{code}",
                at + match.start(),
                'use \\n \\t \\r \\\\ \\" or \\uXXXX; a backslash itself is \\\\',
            )
        done = match.end()
    text = "".join([*parts, body[done:]])
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16") if _has_surrogate(text) else text
    except UnicodeDecodeError:
        where = next(
            m.start()
            for m in _ESCAPE.finditer(body)
            if m[1][:2].lower() == "ud" and m[1][2:3] in "89abcdefABCDEF"
        )
        raise Fault(
            "half of a surrogate pair", at + where, "write the character itself, or both halves"
        ) from None


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def bare_end(text: str, at: int, end: int) -> int:
    """Find where the bare text of a whole line ends: before a comment, or at the end of the line.

    Raises:
        Fault: a ``${`` is not closed, or a ``#`` may be a comment or not.
    """
    quote = -1
    here = at
    while match := _LINE_STOP.search(text, here, end):
        found, here = match[0], match.end()
        if found == "${":
            here = interpolation_end(text, match.start(), end)
        elif found == '"':
            quote = match.start() if quote < 0 else -1
        elif found != "$$":
            check_comment(text, match.start() + 1, quote, end)
            return match.start()
    return end


_LINE_STOP = Pattern(r'[ \t]#|\$\$|\$\{|"')


def check_comment(text: str, at: int, quote: int, end: int) -> None:
    """Refuse a ``#`` that stands between quotes in a bare text: it may be meant as text."""
    if quote >= 0 and text.find('"', at, end) >= 0:
        raise Fault(
            "is this # a comment or text?", at, 'quote the whole value and write \\" for the quotes inside it'
        )


def interpolation_end(text: str, at: int, end: int) -> int:
    """Find the offset after the ``}`` that closes the ``${`` at an offset.

    Raises:
        Fault: it is not closed before `end`.
    """
    depth, here, quotes = 1, at + 2, True
    while match := _BRACES.search(text, here, end):
        here = match.end()
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if not depth:
                return here
        elif quotes:
            string = QUOTED.match(text, match.start(), end)
            here, quotes = (string.end(), True) if string else (here, False)
    raise Fault("unclosed ${", at, "close it with }, or write $${ for the characters themselves")


_BRACES = Pattern(r'[{}"]')
