"""Plans of edits: which kind of edit a path needs."""

import pytest

from simple_conf.sdn import parse
from simple_conf.sdn.editing.buffer import apply_splices
from simple_conf.sdn.editing.planner import Planner

TEXT = """\
a: 1
d:
  - 1
  - k: 2
l:
  x
i: [1, {m: 2}]
e: []
t |x, y|
  1, 2
s: table{i8} = [(1)]
"""


def planner(text=TEXT):
    return Planner(text, parse(text).positions)


def changed(splices, text=TEXT):
    """The lines that are taken away and those that come."""
    before, after = text.split("\n"), apply_splices(text, splices).split("\n")
    return [line for line in before if line not in after], [line for line in after if line not in before]


def test_the_deepest_position_of_a_path():
    plan = planner()
    position, depth = plan.locate(("d", 1, "k"))
    assert (position.kind, depth) == ("bare", 3)
    position, depth = plan.locate(("d", 1, "z", "y"))
    assert (position.kind, depth) == ("mapping", 2)
    assert plan.locate(())[1] == plan.locate(("z",))[1] == 0
    assert plan.locate(("a", "z"))[1] == 1


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (("a",), ["a: 1"], ["a: 7"]),
        (("d", 0), ["  - 1"], ["  - 7"]),
        (("d", -1), ["  - k: 2"], ["  - 7"]),
        (("l", 0), ["  x"], ["  7"]),
        (("i", 0), ["i: [1, {m: 2}]"], ["i: [7, {m: 2}]"]),
        (("i", 1, "m"), ["i: [1, {m: 2}]"], ["i: [1, {m: 7}]"]),
        (("t", 0, "y"), ["  1, 2"], ["  1, 7"]),
        (("s", 0, 0), ["s: table{i8} = [(1)]"], ["s: table{i8} = [(7)]"]),
    ],
)
def test_replace(path, before, after):
    assert changed(planner().replace(path, 7)) == (before, after)


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        (("b",), 7, [], ["b: 7"]),
        (("d", 0), 7, [], ["  - 7"]),
        (("d", 1, "z"), 7, [], ["    z: 7"]),
        (("l", 1), 7, [], ["  7"]),
        (("i", 2), 7, ["i: [1, {m: 2}]"], ["i: [1, {m: 2}, 7]"]),
        (("i", 1, "z"), 7, ["i: [1, {m: 2}]"], ["i: [1, {m: 2, z: 7}]"]),
        (("e", 0), 7, ["e: []"], ["e: [7]"]),
        (("t", 0), {"x": 7, "y": 8}, [], ["  7, 8"]),
        (("s", 1), [7], ["s: table{i8} = [(1)]"], ["s: table{i8} = [(1), (7)]"]),
    ],
)
def test_insert(path, value, before, after):
    assert changed(planner().insert(path, value)) == (before, after)


def test_insert_before_a_key():
    text = apply_splices(TEXT, planner().insert(("z",), 7, before="d"))
    assert text.startswith("a: 1\nz: 7\nd:\n")
    assert changed(planner().insert(("i", 1, "z"), 7, before="m"))[1] == ["i: [1, {z: 7, m: 2}]"]


def test_insert_into_an_empty_document():
    for text in ("", "# c\n"):
        assert (
            apply_splices(text, planner(text).insert(("a",), {"b": [[1]]})) == f"{text}a:\n  b:\n    - [1]\n"
        )


def test_a_row_has_no_further_cells():
    for path in (("t", 0, "z"), ("s", 0, 1)):
        with pytest.raises(ValueError, match="no cell can be added"):
            planner().insert(path, 7)
        with pytest.raises(ValueError, match="no cell can be added"):
            planner().insert(path, 7, before="x")


def test_insert_or_expand_an_empty_collection():
    text = "a: []  # c\nb: {}\nc: [[], {}]\ne: table{i8} = []\n"
    plan = planner(text)
    value = {"x": 1, "y": [2]}
    assert changed(plan.insert_or_expand(("a", 0), value), text)[1] == ["a:  # c", "  - x: 1", "    y: [2]"]
    assert changed(plan.insert_or_expand(("b", "k"), value), text)[1] == [
        "b:",
        "  k:",
        "    x: 1",
        "    y: [2]",
    ]
    assert changed(plan.insert_or_expand(("c", 0, 0), value), text)[1] == ["c: [[{x: 1, y: [2]}], {}]"]
    assert changed(plan.insert_or_expand(("c", 0), 1), text)[1] == ["c: [1, [], {}]"]
    assert changed(plan.insert_or_expand(("e", 0), [1]), text)[1] == ["e: table{i8} = [(1)]"]
    assert changed(plan.insert(("a", 0), value), text)[1] == ["a: [{x: 1, y: [2]}]  # c"]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (("a",), ["a: 1"], []),
        (("d", 1), ["  - k: 2"], []),
        (("d", -2), ["  - 1"], []),
        (("d", 1, "k"), ["  - k: 2"], ["  - {}"]),
        (("l", 0), ["l:", "  x"], ["l: []"]),
        (("i", 0), ["i: [1, {m: 2}]"], ["i: [{m: 2}]"]),
        (("t", 0), ["  1, 2"], []),
        (("s", 0), ["s: table{i8} = [(1)]"], ["s: table{i8} = []"]),
    ],
)
def test_delete(path, before, after):
    assert changed(planner().delete(path)) == (before, after)


def test_delete_the_only_item_after_a_dash():
    assert apply_splices("- - 1\n", planner("- - 1\n").delete((0, 0))) == "- []\n"
    assert apply_splices("-\n  a: 1\n", planner("-\n  a: 1\n").delete((0, "a"))) == "- {}\n"


def test_delete_the_only_entry_of_a_document():
    text = "# c\na:\n  b: 1\n# d\n"
    assert apply_splices(text, planner(text).delete(("a",))) == "# c\n# d\n"


def test_what_cannot_be_deleted():
    with pytest.raises(ValueError, match="set this one to null instead"):
        planner().delete(("t", 0, "x"))
    with pytest.raises(ValueError, match="a list that is not empty"):
        planner("- 1\n").delete((0,))
