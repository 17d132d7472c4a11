"""From text to values; positions are found when somebody asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from simple_conf.errors import SdnLimitError, SdnSyntaxError
from simple_conf.keypath import KeyPath
from simple_conf.pattern import Pattern
from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parsing.fault import Again, Fault
from simple_conf.sdn.parsing.literals import DIGITS
from simple_conf.source import Source, Span, normalise

if TYPE_CHECKING:
    from simple_conf.sdn.parsing.position import Place

_CONTROL = bytes([*range(9), *range(11, 32), 127])
_CONTROL_CHARACTER = Pattern(r"[\x00-\x08\x0b-\x1f\x7f]")


class Parsed:
    """A document that was read.

    Args:
        values: its tree: dict, list, `Table` and scalars; keys in the order of the text.
        source: the text that it came from.
        limits: the limits that it was read under.
    """

    def __init__(self, values: Any, source: Source, limits: Limits) -> None:
        self.values = values
        self.source = source
        self.limits = limits

    def locate(self, path: KeyPath) -> Span | None:
        """Find where a value stands in the text.

        Args:
            path: keys and indexes from the top; the cell of a table is its row's index and its column's name.

        Returns:
            The place of the value and of its key, or None where the text has no such value.
        """
        place: Place | None = self.places
        for part in path:
            if place is None:
                return None
            place = place.child(part)
        if place is None:
            return None
        line, column = self.source.position(place.at)
        keyed = bool(path) and isinstance(path[-1], str)
        key_line, key_column = self.source.position(place.key_at if keyed else place.at)
        return Span(line, column, key_line, key_column)

    @cached_property
    def places(self) -> Place:
        """The offsets of every key and value, from a second reading of the text."""
        from simple_conf.sdn.parsing.lark_parser import Reading, places_parser, run

        with _digits(self.limits):
            place: Place = run(places_parser(), Reading(_closed(self.source.text), self.limits, runs=False))
        return place


def parse(text: str | Source, *, name: str = "<text>", limits: Limits | None = None) -> Parsed:
    """Read a document.

    Args:
        text: SDN text, or a `Source` that was read from a file.
        name: what errors call the text.
        limits: how large it may be; `Limits()` by default.

    Returns:
        The values, with their places to ask for.

    Raises:
        SdnSyntaxError: the text is not SDN.
        SdnLimitError: it is too large, or nested too deeply.
    """
    source = text if isinstance(text, Source) else Source(normalise(text), name)
    limits = limits or Limits()
    return Parsed(_read(source, limits, alone=False), source, limits)


def parse_value(text: str, *, name: str = "<value>", limits: Limits | None = None) -> Any:
    """Read one value as it stands on a command line: ``5e-4``, ``[1, 2]``, ``{type: vgg}``, bare text.

    A bare text goes to the end; a ``#`` in it is text. An empty text is None.

    Args:
        text: SDN inline text.
        name: what errors call the text.
        limits: how large it may be; `Limits()` by default.

    Returns:
        A scalar, a list or a dict.

    Raises:
        SdnSyntaxError: the text is not one value; the column points into it.
    """
    return _read(Source(normalise(text), name), limits or Limits(), alone=True)


def _read(source: Source, limits: Limits, *, alone: bool) -> Any:
    if len(source.text) > limits.characters:
        raise SdnLimitError(
            f"the text is longer than the limit of {limits.characters:,} characters",
            path=source.name,
            hint="raise Limits.characters to read it",
        )
    _check_characters(source)
    try:
        with _digits(limits):
            return _parse(source, limits, alone=alone)
    except RecursionError:  # only where the caller has raised the limit on depth
        raise SdnLimitError(
            "the text nests more deeply than Python can follow", path=source.name, hint="lower Limits.depth"
        ) from None


@contextmanager
def _digits(limits: Limits) -> Iterator[None]:
    """Let a parse have its own limit on digits; the function that reads a number sees no limits."""
    token = DIGITS.set(limits.digits)
    try:
        yield
    finally:
        DIGITS.reset(token)


def _parse(source: Source, limits: Limits, *, alone: bool) -> Any:
    from lark.exceptions import UnexpectedInput

    from simple_conf.sdn.parsing.lark_parser import Reading, run, values_parser
    from simple_conf.sdn.parsing.syntax_errors import complain

    text = _closed(source.text)
    if not alone:
        try:
            return run(values_parser(), Reading(text, limits))
        except Fault as fault:
            raise fault.error(source) from None
        except (Again, UnexpectedInput):
            pass  # the long way finds the place
    try:
        return run(values_parser(), Reading(text, limits, runs=False, alone=alone))
    except Fault as fault:
        raise fault.error(source) from None
    except UnexpectedInput as error:
        raise complain(error, text).error(source) from None


def _closed(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _check_characters(source: Source) -> None:
    try:
        data = source.text.encode()
    except UnicodeEncodeError as error:
        raise Fault("half of a surrogate pair", error.start, "write whole characters").error(source) from None
    if len(data.translate(None, _CONTROL)) == len(data):
        return
    match = _CONTROL_CHARACTER.search(source.text)
    assert match is not None  # noqa: S101  # the bytes have one
    code = ord(match[0])
    raise Fault(
        f"control character U+{code:04X}", match.start(), f"write it as \\u{code:04x} in a quoted string"
    ).error(source)


__all__ = ["Parsed", "SdnSyntaxError", "parse", "parse_value"]
