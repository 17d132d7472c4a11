"""Any bytes give a tree or a syntax error; `fuzz` holds what fuzzing found, and a sample of what it tried."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_conf.errors import DocumentError, SdnSyntaxError
from simple_conf.sdn import Limits, SdnDocument, parse, write
from simple_conf.sdn.editing.tree import equal_trees as same
from simple_conf.sdn.editing.tree import plain
from simple_conf.sdn.format import format_text
from simple_conf.sdn.parsing.lark_parser import ParserInput, run, values_parser
from simple_conf.source import source_from_bytes

HERE = Path(__file__).parent / "fuzz"
FOUND = sorted(HERE.glob("found_*"))
TRIED = [base64.b64decode(text) for text in json.loads((HERE / "tried.json").read_text())]


def check(data):
    """All laws at once on one input."""
    try:
        source = source_from_bytes(data, "f")
        values = plain(parse(source).values)
    except SdnSyntaxError as error:
        return str(error)
    closed = source.text if source.text.endswith("\n") else source.text + "\n"
    assert same(values, plain(run(values_parser(), ParserInput(closed, Limits(), fast=False))))
    assert same(values, plain(parse(write(values)).values))
    neat = format_text(source.text)
    assert same(values, plain(parse(neat).values))
    assert format_text(neat) == neat
    document = SdnDocument(data.decode())
    try:
        document.set("zz.y", 1)
    except DocumentError:
        assert document.text == data.decode()
    else:
        assert document.get("zz.y") == 1
    return None


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_fuzzing_found(path):
    shown = check(path.read_bytes())
    assert shown is None or shown.startswith("f:")


def test_what_fuzzing_tried():
    results = [check(data) for data in TRIED]
    assert all(shown is None or shown.startswith("f:") for shown in results)
    assert any(shown is None for shown in results)
    assert any(shown is not None for shown in results)


@given(st.binary(max_size=80))
@settings(deadline=None, max_examples=200)
def test_any_bytes(data):
    shown = check(data)
    assert shown is None or shown.startswith("f:")
