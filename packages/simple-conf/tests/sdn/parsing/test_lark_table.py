# ruff: noqa: E501
"""The stored parse table: it is that of the grammar, and a table that does not fit is not used."""

import subprocess
import sys

import pytest

from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parsing import grammar_table, lark_table
from simple_conf.sdn.parsing.lark_parser import LexerAdapter, ParserInput, run
from simple_conf.sdn.parsing.values_transformer import ValuesTransformer

TEXT = "a: 1\nb:\n  - x: [1, {y: 2}]\n    z: 3\nt |p, q|\n  1, 2\n"
VALUES = {"a": 1, "b": [{"x": [1, {"y": 2}], "z": 3}], "t": [{"p": 1, "q": 2}]}


@pytest.fixture
def builds(monkeypatch):
    """How often a parser is built from the grammar."""
    calls = []
    build = lark_table.build

    def counted(*arguments):
        calls.append(arguments)
        return build(*arguments)

    monkeypatch.setattr(lark_table, "build", counted)
    return calls


def loaded():
    parser = lark_table.load(LexerAdapter, ValuesTransformer())
    assert run(parser, ParserInput(TEXT, Limits())) == VALUES
    assert run(parser, ParserInput(TEXT, Limits(), fast=False)) == VALUES
    assert run(parser, ParserInput("[1]\n", Limits(), fast=False, single_value=True)) == [1]


def test_the_stored_table_is_that_of_the_grammar():
    assert lark_table.grammar() == grammar_table.GRAMMAR, "run python -m simple_conf.sdn.parsing.lark_parser"


def test_the_stored_table_is_used(builds):
    loaded()
    assert builds == []


def test_a_table_of_another_grammar_is_not_used(builds, monkeypatch):
    monkeypatch.setattr(grammar_table, "GRAMMAR", "another")
    loaded()
    assert len(builds) == 1


def test_a_table_of_another_lark_is_not_used(builds, monkeypatch):
    monkeypatch.setattr(grammar_table, "MEMO", {})
    loaded()
    assert len(builds) == 1


def test_the_grammar_makes_the_same_parser():
    parser = lark_table.build(LexerAdapter, ValuesTransformer())
    assert run(parser, ParserInput(TEXT, Limits())) == VALUES


def test_a_generated_module_holds_the_grammar_and_a_table_that_loads(builds, monkeypatch):
    namespace = {}
    exec(lark_table.generate(LexerAdapter), namespace)
    assert namespace["GRAMMAR"] == lark_table.grammar()
    assert set(namespace["DATA"]["options"]) == {"start", "parser", "maybe_placeholders"}
    builds.clear()
    for name in ("DATA", "MEMO"):
        monkeypatch.setattr(grammar_table, name, namespace[name])
    loaded()
    assert builds == []


def test_the_module_writes_the_table():
    code = (
        "import pathlib, runpy, sys\n"
        'pathlib.Path.write_text = lambda path, text, encoding: print(path.name, text.startswith(\'"""Parse table\'))\n'
        "runpy.run_module('simple_conf.sdn.parsing.lark_parser', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "grammar_table.py True\n"), done.stderr
