"""The table that lark makes of the grammar, kept in `grammar_table.py`, so that no process makes it anew.

`python -m simple_conf.sdn.parsing.lark_parser` writes it, with the grammar that it is of; where the grammar was
changed since, the table is built anew.
"""

from __future__ import annotations

import pkgutil
from typing import Any

from lark import Lark, Transformer
from lark.grammar import Rule
from lark.lexer import Lexer, TerminalDef

_OPTIONS: dict[str, Any] = {"start": ["document", "value"], "parser": "lalr", "maybe_placeholders": False}
_KEPT = ("start", "parser", "maybe_placeholders", "lexer")
_HEADER = '''"""Parser table, written by `python -m simple_conf.sdn.parsing.lark_parser`; do not edit."""

# fmt: off
# ruff: noqa

from typing import Any

'''


def grammar() -> str:
    """Give the text of the grammar."""
    data = pkgutil.get_data("simple_conf.sdn", "grammar.lark")
    assert data is not None  # noqa: S101  # it ships with the package
    return data.decode()


def build(lexer: type[Lexer], transformer: Transformer[Any, Any] | None = None) -> Lark:
    """Make a parser from the grammar; it takes some 30 ms."""
    return Lark(grammar(), lexer=lexer, transformer=transformer, **_OPTIONS)


def load(lexer: type[Lexer], transformer: Transformer[Any, Any]) -> Lark:
    """Make a parser from the kept table, or from the grammar where the table is not of this grammar.

    Args:
        lexer: the class that gives the tokens.
        transformer: what the rules make.
    """
    from simple_conf.sdn.parsing import grammar_table

    if grammar() != grammar_table.GRAMMAR:
        return build(lexer, transformer)
    data = grammar_table.DATA
    parser = {**data["parser"], "lexer_conf": {**data["parser"]["lexer_conf"], "lexer_type": lexer}}
    try:
        kept: Lark = Lark._load_from_dict(  # type: ignore[no-untyped-call]
            {**data, "parser": parser, "options": {**data["options"], "lexer": lexer}},
            grammar_table.MEMO,
            transformer=transformer,
        )
    except (
        AssertionError,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ):  # a lark that keeps its tables in another way
        return build(lexer, transformer)
    return kept


def make(lexer: type[Lexer]) -> str:
    """Write the table of the grammar as the text of a module."""
    data, memo = build(lexer).memo_serialize([TerminalDef, Rule])
    data["options"] = {
        name: value for name, value in data["options"].items() if name in _KEPT and name != "lexer"
    }
    data["parser"]["lexer_conf"]["lexer_type"] = None
    lines = [
        f"GRAMMAR = {grammar()!r}",
        f"DATA: dict[str, Any] = {data!r}",
        f"MEMO: dict[int, Any] = {memo!r}",
    ]
    return _HEADER + "\n".join(lines) + "\n"
