"""The LALR parsers, created by lark, which is slow to import: the first parse imports this module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from lark import Lark
from lark.lexer import Lexer as LarkLexer

from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parsing import lark_table
from simple_conf.sdn.parsing.lexer import Lexer
from simple_conf.sdn.parsing.positions_transformer import PositionsTransformer
from simple_conf.sdn.parsing.token import Token
from simple_conf.sdn.parsing.values_transformer import ValuesTransformer


@dataclass(frozen=True)
class ParserInput:
    """A text with the options of its parse.

    Args:
        text: the document; it ends in a newline.
        limits: limits of the parse.
        fast: whether the lexer may use its fast path.
        single_value: whether the text is one value instead of a document.
    """

    text: str
    limits: Limits
    fast: bool = True
    single_value: bool = False


class LexerAdapter(LarkLexer):
    """Lets lark use `Lexer`; it has no state, so that threads can share a parser."""

    __future_interface__ = 1

    def __init__(self, lexer_conf: Any) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Any]:  # noqa: ARG002  # lark's interface
        """Return the tokens of the `ParserInput` that the parser received."""
        source: ParserInput = lexer_state.text
        lexer = Lexer(source.text, source.limits, fast=source.fast)
        tokens: Iterator[Token] = lexer.value() if source.single_value else lexer.document()
        return tokens


@cache
def values_parser() -> Lark:
    """Return the parser that creates plain values."""
    return lark_table.load(LexerAdapter, ValuesTransformer())


@cache
def positions_parser() -> Lark:
    """Return the parser that creates the positions of the values."""
    return lark_table.load(LexerAdapter, PositionsTransformer())


def run(parser: Lark, source: ParserInput) -> Any:
    """Parse one text.

    Raises:
        Fault: the text is not SDN.
        SlowPathRequired: the same, found on the fast path.
        lark.exceptions.UnexpectedToken: no rule of the grammar accepts a token.
    """
    return parser.parse(source, start="value" if source.single_value else "document")


if __name__ == "__main__":  # updates the stored table
    from pathlib import Path

    path = Path(__file__).with_name("grammar_table.py")
    path.write_text(lark_table.generate(LexerAdapter), encoding="utf-8")
