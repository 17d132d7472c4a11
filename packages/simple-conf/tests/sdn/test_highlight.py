"""Colours: Pygments, and the grammar for editors."""

import json
import re
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

import pytest

pytest.importorskip("pygments")

from pygments.token import Comment, Keyword, Name, Number, String, Token

from simple_conf.sdn.highlight import SdnLexer

REAL = sorted((Path(__file__).parent / "corpus").glob("*.sdn"))


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_the_lexer_keeps_every_character_and_knows_every_one(path):
    text = path.read_text("utf-8").strip("\n") + "\n"
    tokens = list(SdnLexer().get_tokens(text))
    assert "".join(value for _, value in tokens) == text
    assert not [value for kind, value in tokens if kind in Token.Error]


def test_the_lexer_tells_keys_values_and_comments_apart():
    text = (
        'lr: 1e-3  # c\nname = "x\\n"\nok: true\nt |id, b|\n  1, words\n'
        "note: |\n  a: b # no comment\nn: ${x}\n"
    )
    tokens = [(value, kind) for kind, value in SdnLexer().get_tokens(text) if value.strip()]
    kinds = dict(tokens)
    assert kinds["lr"] is Name.Tag
    assert kinds["1e-3"] is Number.Float
    assert kinds["# c"] is Comment.Single
    assert kinds["\\n"] is String.Escape
    assert kinds["true"] is Keyword.Constant
    assert kinds["id"] is Name.Attribute
    assert kinds["1"] is Number.Integer
    assert kinds["  a: b # no comment\n"] is String.Doc
    assert kinds["${x}"] is String.Interpol


def test_pygments_finds_the_lexer_by_its_name():
    found = [entry for entry in entry_points(group="pygments.lexers") if entry.name == "sdn"]
    if not found:
        pytest.skip("the installed package is older than its entry point")
    assert found[0].load() is SdnLexer


def test_the_editor_grammar_is_whole():
    folder = files("simple_conf").joinpath("editors/vscode")
    package = json.loads(folder.joinpath("package.json").read_text("utf-8"))
    grammar = json.loads(folder.joinpath(package["contributes"]["grammars"][0]["path"]).read_text("utf-8"))
    configuration = package["contributes"]["languages"][0]["configuration"]
    assert json.loads(folder.joinpath(configuration).read_text("utf-8"))["comments"] == {"lineComment": "#"}
    assert grammar["scopeName"] == package["contributes"]["grammars"][0]["scopeName"]
    patterns, included = [], set()

    def walk(node):
        if isinstance(node, dict):
            patterns.extend(node[name] for name in ("match", "begin", "end") if name in node)
            included.update([node["include"]] if "include" in node else [])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(grammar)
    assert {f"#{name}" for name in grammar["repository"]} >= included
    for pattern in patterns:
        if pattern != "^(?!\\1 +|[ \\t]*$)":  # refers to a group of its beginning
            re.compile(pattern)
    key = re.compile(grammar["repository"]["key"]["match"])
    assert key.match("lr: 1")[1] == "lr"
    assert key.match('"a b":1')[1] == '"a b"'
    assert not key.match("http://x")
