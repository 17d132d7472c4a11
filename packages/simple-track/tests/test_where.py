"""The language that picks runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.errors import WhereError
from simple_track.where import compile_order, compile_where

FIELDS = ("state", "name", "tags", "config", "summary")
FACTS = {
    "state": "finished",
    "name": "calm-otter-1",
    "tags": ["a", "b"],
    "config": {"lr": 0.01, "model": {"width": 64, "type": "vit"}, "seed": None, "a.b": 1, "flag": True},
    "summary": {"val/acc": 0.9, "top 5": 0.99, "loss": float("nan"), "note": "it's fine"},
}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("state == 'finished'", True),
        ('state != "finished"', False),
        ("config.lr < 0.02 and state == 'finished'", True),
        ("config.lr < 1e-3 or summary.val/acc >= 0.9", True),
        ("config.model.width == 64 and config.model.type in ['vit', 'cnn']", True),
        ("config.model.type not in ['cnn']", True),
        ("'a' in tags and not 'c' in tags", True),
        ("'otter' in name", True),
        ('summary["top 5"] > 0.98', True),
        ("summary['top 5'] > 0.98", True),
        ("config.a.b == 1", True),
        ("config.absent < 1", False),
        ("config.absent == 1", False),
        ("config.absent != 1", False),
        ("config.absent == null", True),
        ("config.absent != null", False),
        ("config.seed == null", True),
        ("config.lr != null", True),
        ("summary.loss < 1", False),
        ("summary.loss == summary.loss", False),
        ("config.lr == 'text'", False),
        ("config.lr < 'text'", False),
        ("config.flag", True),
        ("not config.flag", False),
        ("config.flag == true", True),
        ("not config.absent", True),
        ("(state == 'crashed' or state == 'finished') and config.lr < 1", True),
        ("state == 'crashed' or state == 'finished' and config.lr > 1", False),
        ("summary.note == 'it\\'s fine'", True),
        ("config.lr >= -1", True),
        ("config.model.width == 6_4", True),
        ("config.lr >= .01", True),
    ],
)
def test_conditions(text, fits):
    assert (compile_where(text, FIELDS)(FACTS) is True) is fits


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config.lr <", "expected a field or a value, found 'the end'\n  config.lr <\n             ^"),
        (
            "confg.lr < 1",
            "no field 'confg'; there are state, name, tags, config, summary\n  confg.lr < 1\n  ^",
        ),
        ("state = 'x'", "cannot read '='\n  state = 'x'\n        ^"),
        (
            "state == 'x' state",
            "expected 'and', 'or' or the end, found 'state'\n  state == 'x' state\n               ^",
        ),
        ("(state == 'x'", "expected ')', found 'the end'\n  (state == 'x'\n               ^"),
        (
            "__import__('os')",
            "no field '__import__'; there are state, name, tags, config, summary\n  __import__('os')\n  ^",
        ),
        ("state == 'open", "cannot read \"'\"\n  state == 'open\n           ^"),
        ("", "expected a field or a value, found 'the end'\n  \n  ^"),
    ],
)
def test_mistakes_are_shown_where_they_are(text, message):
    with pytest.raises(WhereError) as caught:
        compile_where(text, FIELDS)
    assert str(caught.value) == message


@given(st.text(max_size=40))
def test_any_text_is_a_condition_or_a_clear_error(text):
    try:
        test = compile_where(text, FIELDS)
    except WhereError as error:
        place = error.column
    else:
        place = 1
        assert test(FACTS) in (True, False)
    assert 1 <= place <= len(text) + 1


@pytest.mark.parametrize("text", ["(" * 5000, "not " * 5000, "[" * 5000, "config.lr < " + "9" * 5000])
def test_endless_conditions_are_refused(text):
    with pytest.raises(WhereError, match=r"nested deeper than 64|a number of 5000 digits"):
        compile_where(text, FIELDS)


def test_orders():
    (look, down), (second, up) = compile_order("-summary.val/acc, name", FIELDS)
    assert (look(FACTS), down) == (0.9, True)
    assert (second(FACTS), up) == ("calm-otter-1", False)
    with pytest.raises(WhereError) as caught:
        compile_order("name, -sumary.x", FIELDS)
    assert caught.value.column == 8
