"""Parses text into values; positions are computed on demand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from simple_conf.errors import SdnLimitError, SdnSyntaxError
from simple_conf.keypath import KeyPath
from simple_conf.pattern import Pattern
from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parsing.fault import Fault, SlowPathRequired
from simple_conf.sdn.parsing.layout import with_final_newline
from simple_conf.sdn.parsing.literals import MAX_DIGITS
from simple_conf.sdn.parsing.position import Position
from simple_conf.source import Source, Span, normalise

_CONTROL_BYTES = bytes([*range(9), *range(11, 32), 127])
_CONTROL_CHARACTER = Pattern(r"[\x00-\x08\x0b-\x1f\x7f]")


class Parsed:
    """A parsed document.

    Args:
        values: its tree: dict, list, `Table` and scalars, with keys in the order of the text.
        source: the text.
        limits: limits of the parse.
    """

    def __init__(self, values: Any, source: Source, limits: Limits) -> None:
        self.values = values
        self.source = source
        self.limits = limits

    def locate(self, path: KeyPath) -> Span | None:
        """Return where a value stands in the text.

        Args:
            path: keys and indexes from the top; for a cell of a table, the index of its row and the name of
                its column.

        Returns:
            Line and column of the value and of its key, or None if the text has no such value.
        """
        position: Position | None = self.positions
        for part in path:
            if position is None:
                return None
            position = position.child(part)
        if position is None:
            return None
        line, column = self.source.position(position.start)
        has_key = bool(path) and isinstance(path[-1], str)
        key_line, key_column = self.source.position(position.key_start if has_key else position.start)
        return Span(line, column, key_line, key_column)

    @cached_property
    def positions(self) -> Position:
        """Positions of all keys and values, from a second parse."""
        from simple_conf.sdn.parsing import lark_parser

        text = with_final_newline(self.source.text)
        source = lark_parser.ParserInput(text, self.limits, fast=False)
        with _max_digits(self.limits):
            position: Position = lark_parser.run(lark_parser.positions_parser(), source)
        return position

    @property
    def places(self) -> Position:
        """`positions`, by its name in version 0.3."""
        return self.positions


def parse(text: str | Source, *, name: str = "<text>", limits: Limits | None = None) -> Parsed:
    """Parse a document.

    Args:
        text: SDN text, or a `Source` that was read from a file.
        name: name of the text in errors.
        limits: limits on its size; `Limits()` by default.

    Returns:
        The values; their positions are available on demand.

    Raises:
        SdnSyntaxError: the text is not SDN.
        SdnLimitError: it exceeds a limit.
    """
    source = text if isinstance(text, Source) else Source(normalise(text), name)
    limits = limits or Limits()
    return Parsed(_parse(source, limits, single_value=False), source, limits)


def parse_value(text: str, *, name: str = "<value>", limits: Limits | None = None) -> Any:
    """Parse one value as on a command line: ``5e-4``, ``[1, 2]``, ``{type: vgg}``, bare text.

    A bare text extends to the end, and a ``#`` is part of it. An empty text is None.

    Args:
        text: SDN inline text.
        name: name of the text in errors.
        limits: limits on its size; `Limits()` by default.

    Returns:
        A scalar, a list or a dict.

    Raises:
        SdnSyntaxError: the text is not one value.
    """
    return _parse(Source(normalise(text), name), limits or Limits(), single_value=True)


def _parse(source: Source, limits: Limits, *, single_value: bool) -> Any:
    if len(source.text) > limits.characters:
        raise SdnLimitError(
            f"the text is longer than the limit of {limits.characters:,} characters",
            path=source.name,
            hint="raise Limits.characters to read it",
        )
    try:
        _check_characters(source.text)
        with _max_digits(limits):
            return _values(with_final_newline(source.text), limits, single_value=single_value)
    except Fault as fault:
        problem = fault.to_error(source)
    except RecursionError:  # possible only if the caller has raised the depth limit
        message = "the text nests more deeply than Python can follow"
        problem = SdnLimitError(message, path=source.name, hint="lower Limits.depth")
    raise problem  # here, so that what the parser quotes of a secret is not its context


def _values(text: str, limits: Limits, *, single_value: bool) -> Any:
    """Parse on the fast path, and again on the slow path if that is needed to locate an error."""
    from lark.exceptions import UnexpectedToken

    from simple_conf.sdn.parsing import lark_parser

    parser = lark_parser.values_parser()
    if not single_value:
        try:
            return lark_parser.run(parser, lark_parser.ParserInput(text, limits))
        except (SlowPathRequired, UnexpectedToken):
            pass
    try:
        source = lark_parser.ParserInput(text, limits, fast=False, single_value=single_value)
        return lark_parser.run(parser, source)
    except UnexpectedToken as error:
        from simple_conf.sdn.parsing.syntax_errors import explain

        raise explain(error, text) from None


@contextmanager
def _max_digits(limits: Limits) -> Iterator[None]:
    """Apply the limit on digits to the current parse: the function that parses numbers sees no limits."""
    token = MAX_DIGITS.set(limits.digits)
    try:
        yield
    finally:
        MAX_DIGITS.reset(token)


def _check_characters(text: str) -> None:
    """Reject control characters and unpaired surrogates.

    Raises:
        Fault: there is one.
    """
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise Fault("unpaired surrogate", error.start, "write whole characters") from None
    if len(data.translate(None, _CONTROL_BYTES)) == len(data):
        return
    match = _CONTROL_CHARACTER.search(text)
    assert match is not None  # noqa: S101  # the bytes have one
    code = ord(match[0])
    raise Fault(
        f"control character U+{code:04X}",
        match.start(),
        f"write it as \\u{code:04x} in a quoted string",
        plain="control character",
    )


__all__ = ["Parsed", "SdnSyntaxError", "parse", "parse_value"]
