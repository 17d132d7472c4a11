"""The parser behind the grammar: the kept table, the fallback, and what is imported when."""

import subprocess
import sys

from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parsing import grammar_table, lark_table
from simple_conf.sdn.parsing.lark_parser import LexerAdapter, ParserInput, run, values_parser
from simple_conf.sdn.parsing.values_transformer import ValuesTransformer

TEXT = "a: 1\nb:\n  - x: [1, {y: 2}]\n    z: 3\nt |p, q|\n  1, 2\n"
VALUES = {"a": 1, "b": [{"x": [1, {"y": 2}], "z": 3}], "t": [{"p": 1, "q": 2}]}


def test_the_kept_table_is_of_this_grammar():
    assert lark_table.grammar() == grammar_table.GRAMMAR, "run python -m simple_conf.sdn.parsing.lark_parser"


def test_the_table_and_the_grammar_make_the_same_parser():
    for parser in (values_parser(), lark_table.build(LexerAdapter, ValuesTransformer())):
        assert run(parser, ParserInput(TEXT, Limits())) == VALUES
        assert run(parser, ParserInput(TEXT, Limits(), fast=False)) == VALUES


def test_a_table_of_another_grammar_or_another_lark_is_not_used(monkeypatch):
    monkeypatch.setattr(grammar_table, "GRAMMAR", "another")
    assert run(lark_table.load(LexerAdapter, ValuesTransformer()), ParserInput(TEXT, Limits())) == VALUES
    monkeypatch.undo()
    monkeypatch.setattr(grammar_table, "MEMO", {})
    assert run(lark_table.load(LexerAdapter, ValuesTransformer()), ParserInput(TEXT, Limits())) == VALUES


def test_lark_is_imported_with_the_first_text():
    code = (
        "import sys\n"
        "from simple_conf.sdn import parse\n"
        "assert not any(name.split('.')[0] in ('lark', 'attr', 'cattrs') for name in sys.modules)\n"
        "parse('a: 1')\n"
        "assert 'lark' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
