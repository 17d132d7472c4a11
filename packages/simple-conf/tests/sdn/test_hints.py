"""Each hint is followed: what it says to write is read, as what was meant."""

import pytest

from simple_conf import ConfError
from simple_conf.sdn import parse, parse_value

FOLLOWED = [
    # text, part of the hint, text that follows it, its values
    ("size: 32,", 'write 32, or "32," for the text', "size: 32", {"size": 32}),
    ("size: 32,", 'write 32, or "32," for the text', 'size: "32,"', {"size": "32,"}),
    ("on: true,", 'write true, or "true,"', "on: true", {"on": True}),
    ("name: one.v1,", 'write one.v1, or "one.v1,"', "name: one.v1", {"name": "one.v1"}),
    ("ratio: 0.5 ,  # half", "write 0.5, or", "ratio: 0.5  # half", {"ratio": 0.5}),
    ("size: 32,,", 'write 32, or "32,"', "size: 32", {"size": 32}),
    ("a: 64, 32,", "write [64, 32] for a list", "a: [64, 32]", {"a": [64, 32]}),
    ("a: 64, 32,", 'or "64, 32," for the text', 'a: "64, 32,"', {"a": "64, 32,"}),
    ("a: ,", 'remove it, or write "," for the text', "a:", {"a": None}),
    ("a: +5,", 'remove it, or write "+5," for the text', 'a: "+5,"', {"a": "+5,"}),
    ('a: say "hi",', 'or "say \\"hi\\"," for the text', 'a: "say \\"hi\\","', {"a": 'say "hi",'}),
    ("a: C:\\x,", 'or "C:\\\\x," for the text', 'a: "C:\\\\x,"', {"a": "C:\\x,"}),
    ("- 1,\n- 2", "write 1, or", "a:\n  - 1\n  - 2", {"a": [1, 2]}),
    ('a: "x",', "remove it", 'a: "x"', {"a": "x"}),
    ("a: [1],", "remove it", "a: [1]", {"a": [1]}),
    ("a: [1], 3", "put the values in [ ] for a list", "a: [[1], 3]", {"a": [[1], 3]}),
    ('a: "x", "y"', "put the values in [ ] for a list", 'a: ["x", "y"]', {"a": ["x", "y"]}),
    ('{\n"size": 32\n}', "take the outer braces out", '"size": 32', {"size": 32}),
    ("power\n  on: 1", "write power:", "power:\n  on: 1", {"power": {"on": 1}}),
    ("action x\n  on: 1", 'write "action x":', '"action x":\n  on: 1', {"action x": {"on": 1}}),
    ("[train]\nlr: 1", "write train: and indent", "train:\n  lr: 1", {"train": {"lr": 1}}),
    ("[a.b]\nlr: 1", "write a:, indented below it b: and", "a:\n  b:\n    lr: 1", {"a": {"b": {"lr": 1}}}),
    ("[my part]\nlr: 1", 'write "my part": and', '"my part":\n  lr: 1', {"my part": {"lr": 1}}),
    ("[[rows]]\nx = 1", "write rows: and below it one list", "rows:\n  - x = 1", {"rows": [{"x": 1}]}),
    ("k@y: 1", '"k@y":', '"k@y": 1', {"k@y": 1}),
    ("a\\b: 1", '"a\\\\b":', '"a\\\\b": 1', {"a\\b": 1}),
    ("my key: 1", '"my key":', '"my key": 1', {"my key": 1}),
    ("a:1", "write a: 1", "a: 1", {"a": 1}),
    ("export A=1", "write A = …", "A = 1", {"A": 1}),
    ("a: 1e", 'write 1 for the number, or "1e"', 'a: "1e"', {"a": "1e"}),
    ("a: .5", 'write 0.5 for the number, or ".5"', "a: 0.5", {"a": 0.5}),
    ("a: +5_", 'write 5 for the number, or "+5_"', "a: 5", {"a": 5}),
    ("a: 0x", 'or write "0x" for the text', 'a: "0x"', {"a": "0x"}),
    ("a: 1e999", "quote it to keep it as text", 'a: "1e999"', {"a": "1e999"}),
    ("a: 'x'", "use double quotes", 'a: "x"', {"a": "x"}),
    ('a: "x', 'close it with "', 'a: "x"', {"a": "x"}),
    ("a: [1", "close it with ]", "a: [1]", {"a": [1]}),
    ("a: #fff", 'quote the text, as in "#fff"', 'a: "#fff"', {"a": "#fff"}),
    ("a: ${x", "close it with }", "a: ${x}", {"a": "${x}"}),
    ("a: ${x", "write $${ for the characters", "a: $${x", {"a": "$${x"}),
    ("a:\n- 1", "indent the dashes", "a:\n  - 1", {"a": [1]}),
    ("a: [1,, 2]", "write null", "a: [1, null, 2]", {"a": [1, None, 2]}),
    ("a: [x(, 1]", "or put the text in double quotes", 'a: ["x(", 1]', {"a": ["x(", 1]}),
    ("a: {b}", "write `key: value`", "a: {b: 1}", {"a": {"b": 1}}),
    ("a: {b: }", "write null for no value", "a: {b: null}", {"a": {"b": None}}),
    ("a: {b: 1 c: 2}", "separate entries with a comma", "a: {b: 1, c: 2}", {"a": {"b": 1, "c": 2}}),
    ("t |a, b|\n  1", "leave an empty cell for null", "t |a, b|\n  1,", {"t": [{"a": 1, "b": None}]}),
    ("t |a|\n  x, y", "a text that has a comma in double quotes", 't |a|\n  "x, y"', {"t": [{"a": "x, y"}]}),
    ("t: |a, b|\n  1, 2", "write its key without a colon", "t |a, b|\n  1, 2", {"t": [{"a": 1, "b": 2}]}),
    ("---\na: 1", "remove the ---", "a: 1", {"a": 1}),
    ("// x\na: 1", "start a comment with #", "# x\na: 1", {"a": 1}),
    ('a: "\\q"', "a backslash itself is \\\\", 'a: "\\\\q"', {"a": "\\q"}),
    ("a: >x", "quote the text", 'a: ">x"', {"a": ">x"}),
    ("a: table{i32} = [1]", "write a row of 1 cell in parentheses", "a: table{i32} = [(1)]", {"a": [(1,)]}),
]


def plain(value):
    """Values without the classes of tables."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if hasattr(value, "rows"):
        names = value.columns
        return [dict(zip(names, row, strict=True)) if names else tuple(row) for row in value.rows]
    return [plain(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("text", "hint", "followed", "values"), FOLLOWED)
def test_what_a_hint_says_to_write_is_read_as_what_was_meant(text, hint, followed, values):
    with pytest.raises(ConfError) as caught:
        parse(text)
    assert hint in str(caught.value)
    assert plain(parse(followed).values) == values


@pytest.mark.parametrize("line", ["size: 32,", "- 1,", "a:\n  on: true,", "a = x y ,", "a:\n  metrics,\n  b"])
def test_a_comma_at_the_end_of_a_bare_value_is_an_error_where_it_stands(line):
    with pytest.raises(ConfError, match="a comma at the end of a value") as caught:
        parse(f"{line}\n")
    shown = str(caught.value).splitlines()
    assert shown[1][shown[2].index("^")] == ","


def test_a_comma_at_the_end_of_a_value_of_the_command_line_is_an_error():
    with pytest.raises(ConfError, match="a comma at the end of a value"):
        parse_value("0.1,")
    assert parse_value('"0.1,"') == "0.1,"
