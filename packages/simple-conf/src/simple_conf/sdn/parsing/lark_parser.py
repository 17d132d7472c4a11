"""The grammar's parser: lark with our lexer; imported with the first text, for lark is not light."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from lark import Lark
from lark.lexer import Lexer

from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parsing.lark_table import load
from simple_conf.sdn.parsing.lexer import Lines
from simple_conf.sdn.parsing.positions_transformer import Places
from simple_conf.sdn.parsing.values_transformer import Values


@dataclass(frozen=True)
class Reading:
    """One text on its way through the parser.

    Args:
        text: the document; it ends in a newline.
        limits: how large it may be.
        runs: whether plain lines are read in runs.
        alone: whether the text is one value and not a document.
    """

    text: str
    limits: Limits
    runs: bool = True
    alone: bool = False


class SdnLexer(Lexer):
    """Lets lark ask for tokens; it keeps nothing, so that threads can share it."""

    __future_interface__ = 1

    def __init__(self, lexer_conf: Any) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Any]:  # noqa: ARG002  # lark's interface
        """Give the tokens of the `Reading` that the parser was handed."""
        reading: Reading = lexer_state.text
        lines = Lines(reading.text, reading.limits, runs=reading.runs)
        return lines.value() if reading.alone else lines.document()


@cache
def values_parser() -> Lark:
    """Give the parser that makes plain values."""
    return load(SdnLexer, Values())


@cache
def places_parser() -> Lark:
    """Give the parser that makes the places of the values."""
    return load(SdnLexer, Places())


def run(parser: Lark, reading: Reading) -> Any:
    """Parse one text."""
    return parser.parse(reading, start="value" if reading.alone else "document")


if __name__ == "__main__":  # writes the table that is kept
    from pathlib import Path

    from simple_conf.sdn.parsing.lark_table import make

    Path(__file__).with_name("grammar_table.py").write_text(make(SdnLexer), encoding="utf-8")
