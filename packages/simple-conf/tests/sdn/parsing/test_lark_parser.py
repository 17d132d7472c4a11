"""The LALR parsers: what they receive, and when lark is imported."""

import subprocess
import sys

import pytest
from lark.exceptions import UnexpectedToken

from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parsing.fault import Fault
from simple_conf.sdn.parsing.lark_parser import ParserInput, positions_parser, run, values_parser


def test_each_parser_is_created_once():
    assert values_parser() is values_parser()
    assert positions_parser() is positions_parser()
    assert values_parser() is not positions_parser()


def test_a_document_and_a_single_value():
    document = ParserInput("a: [1]\n", Limits())
    assert run(values_parser(), document) == {"a": [1]}
    assert run(positions_parser(), ParserInput("a: [1]\n", Limits(), fast=False)).child("a").start == 3
    assert run(values_parser(), ParserInput("a: 1\n", Limits(), fast=False, single_value=True)) == "a: 1"


def test_an_input_has_its_own_limits():
    with pytest.raises(Fault, match="more than 1 values"):
        run(values_parser(), ParserInput("a: 1\nb: 2\n", Limits(values=1)))
    assert run(values_parser(), ParserInput("a: 1\nb: 2\n", Limits(values=2))) == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    "text", ["a\n", "a: 1\n- 2\n", "- 1\na: 2\n", "a:\n  b\n  - c\n", "a:\n  b: 1\n  c\n"]
)
def test_what_no_rule_accepts(text):
    for fast in (True, False):
        with pytest.raises(UnexpectedToken):
            run(values_parser(), ParserInput(text, Limits(), fast=fast))


def test_lark_is_imported_with_the_first_text():
    code = (
        "import sys\n"
        "from simple_conf.sdn import parse\n"
        "assert not any(name.split('.')[0] in ('lark', 'attr', 'cattrs') for name in sys.modules)\n"
        "parse('a: 1')\n"
        "assert 'lark' in sys.modules\n"
        "assert 'simple_conf.sdn.parsing.syntax_errors' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
