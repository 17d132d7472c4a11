"""The parse table that lark computes from the grammar, stored in `grammar_table.py` to save time.

`python -m simple_conf.sdn.parsing.lark_parser` writes it, together with the grammar that it belongs to. If
the grammar has changed since, the table is computed again.
"""

from __future__ import annotations

import pkgutil
from typing import Any

from lark import Lark, Transformer
from lark.grammar import Rule
from lark.lexer import Lexer, TerminalDef

_OPTIONS: dict[str, Any] = {"start": ["document", "value"], "parser": "lalr", "maybe_placeholders": False}
_STORED_OPTIONS = ("start", "parser", "maybe_placeholders")
_HEADER = '''"""Parse table, written by `python -m simple_conf.sdn.parsing.lark_parser`; do not edit."""

# fmt: off
# ruff: noqa

from typing import Any

'''


def grammar() -> str:
    """Return the text of the grammar."""
    data = pkgutil.get_data("simple_conf.sdn", "grammar.lark")
    assert data is not None  # noqa: S101  # it is part of the package
    return data.decode()


def build(lexer: type[Lexer], transformer: Transformer[Any, Any] | None = None) -> Lark:
    """Create a parser from the grammar; this takes about 30 ms."""
    return Lark(grammar(), lexer=lexer, transformer=transformer, **_OPTIONS)


def load(lexer: type[Lexer], transformer: Transformer[Any, Any]) -> Lark:
    """Create a parser from the stored table, or from the grammar if the table does not fit.

    Args:
        lexer: class of the lexer.
        transformer: creates the result from the rules of the grammar.
    """
    from simple_conf.sdn.parsing import grammar_table

    if grammar() != grammar_table.GRAMMAR:
        return build(lexer, transformer)
    data = grammar_table.DATA
    parser = {**data["parser"], "lexer_conf": {**data["parser"]["lexer_conf"], "lexer_type": lexer}}
    try:
        stored: Lark = Lark._load_from_dict(  # type: ignore[no-untyped-call]
            {**data, "parser": parser, "options": {**data["options"], "lexer": lexer}},
            grammar_table.MEMO,
            transformer=transformer,
        )
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError):  # another version of lark
        return build(lexer, transformer)
    return stored


def generate(lexer: type[Lexer]) -> str:
    """Return the source text of a module with the table of the grammar."""
    data, memo = build(lexer).memo_serialize([TerminalDef, Rule])
    data["options"] = {name: data["options"][name] for name in _STORED_OPTIONS}
    data["parser"]["lexer_conf"]["lexer_type"] = None
    lines = [
        f"GRAMMAR = {grammar()!r}",
        f"DATA: dict[str, Any] = {data!r}",
        f"MEMO: dict[int, Any] = {memo!r}",
    ]
    return _HEADER + "\n".join(lines) + "\n"
