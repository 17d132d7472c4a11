"""The language that picks runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.catalog.where import compile_order, compile_where, fields_of
from simple_track.errors import WhereError

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
            "no field 'confg.lr'; did you mean config.lr?\n  confg.lr < 1\n  ^",
        ),
        ("state = 'x'", "cannot read '='; compare with ==\n  state = 'x'\n        ^"),
        ("name & tags", "cannot read '&'; write 'and'\n  name & tags\n       ^"),
        (
            "summary.acc@1 > 0",
            "cannot read '@'; a name with such a character is written in quotes, as in summary[\"top 5\"]\n"
            "  summary.acc@1 > 0\n             ^",
        ),
        (
            "state == finished",
            "no field 'finished'; a text is written in quotes: 'finished'\n  state == finished\n           ^",
        ),
        (
            "state == 'x' state",
            "expected 'and', 'or' or the end, found 'state'\n  state == 'x' state\n               ^",
        ),
        ("(state == 'x'", "expected ')', found 'the end'\n  (state == 'x'\n               ^"),
        (
            "__import__('os')",
            "no field '__import__'; there are state, name, tags, config, summary\n  __import__('os')\n  ^",
        ),
        ("state == 'open", "a text that begins with ' and does not end\n  state == 'open\n           ^"),
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


NAMES = [("summary", "val/acc"), ("summary", "top 5"), ("config", "train.lr")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("val/acc > 0.5", "no field 'val/acc'; did you mean summary.val/acc?\n  val/acc > 0.5\n  ^"),
        ("state == 'x' and lr < 1", "no field 'lr'; did you mean config.train.lr?"),
        ("top 5 > 0", "no field 'top'; did you mean summary[\"top 5\"]?"),
        ("summary.top 5 > 0", "expected 'and', 'or' or the end, found '5'; did you mean summary[\"top 5\"]?"),
    ],
)
def test_what_the_runs_have_is_suggested(text, message):
    with pytest.raises(WhereError) as caught:
        compile_where(text, FIELDS, lambda: NAMES)
    assert str(caught.value).startswith(message)


def test_what_was_meant_is_suggested_for_an_order_at_its_place():
    with pytest.raises(WhereError) as caught:
        compile_order("name, -val/acc", FIELDS, lambda: NAMES)
    assert str(caught.value) == (
        "no field 'val/acc'; did you mean summary.val/acc?\n  name, -val/acc\n         ^"
    )


def test_what_there_is_is_asked_for_only_when_something_is_wrong():
    def fail() -> list[tuple[str, str]]:
        raise AssertionError

    assert compile_where("state == 'finished'", FIELDS, fail)(FACTS)


def test_a_comma_in_a_quoted_name_does_not_end_it():
    orders = compile_order('-summary["a, b"], name', FIELDS)
    assert [(look({"summary": {"a, b": 3}, "name": "x"}), down) for look, down in orders] == [
        (3, True),
        ("x", False),
    ]


def test_fields_of_conditions_and_orders():
    assert fields_of("state == 'x' and config.lr in [1, 2]", FIELDS) == ["state", "config.lr"]
    assert fields_of('-summary["a, b"], name', FIELDS, order=True) == ["summary.a, b", "name"]


def test_orders():
    (look, down), (second, up) = compile_order("-summary.val/acc, name", FIELDS)
    assert (look(FACTS), down) == (0.9, True)
    assert (second(FACTS), up) == ("calm-otter-1", False)
    with pytest.raises(WhereError) as caught:
        compile_order("name, -sumary.x", FIELDS)
    assert caught.value.column == 8
