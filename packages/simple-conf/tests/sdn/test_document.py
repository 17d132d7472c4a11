# ruff: noqa: E501
"""Edits of documents: all text outside an edit stays as it is."""

import stat
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_conf.errors import ConfError, DocumentError, SdnSyntaxError
from simple_conf.sdn import SdnDocument, parse, write
from simple_conf.values import Table

TEXT = """\
# head
seed = 42        # the answer

train:           # training
    epochs: 10
    # the rate
    lr   :  1e-3     # tuned
    name: "a # b"

    opt = {name: adam, eps: 1e-8}  # flat
    none:
    note: |
        one
        two

stages:
  # first
  - name: warmup   # w
    epochs: 1
  # second
  - name: main
    epochs: 9
  - 3
features:
    auth
    logging   # l
weights: {
  a: 15   # note a
  b: 10,  # note b
}
users |id, name|   # people
    1, Alice  # boss
    # new
    2, , 
empty |x, y|
point |x, y| 10, 20   # one
coords: table{i32, f64} = [(10, 2.5), (30, 4.5)]
matrix: table{i32, i32}
    1, 0
    0, 1
# tail
"""  # noqa: W291


def changed(text, edit):
    """The lines that an edit takes away and those that it brings."""
    document = SdnDocument(text)
    edit(document)
    before, after = text.split("\n"), document.text.split("\n")
    while before and after and before[0] == after[0]:
        before.pop(0)
        after.pop(0)
    while before and after and before[-1] == after[-1]:
        before.pop()
        after.pop()
    return before, after


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        ("seed", 43, ["seed = 42        # the answer"], ["seed = 43        # the answer"]),
        ("seed", "a # b", ["seed = 42        # the answer"], ['seed = "a # b"        # the answer']),
        ("seed", [1, 2], ["seed = 42        # the answer"], ["seed = [1, 2]        # the answer"]),
        ("seed", {"a": {"b": 1}}, ["seed = 42        # the answer"], ["seed =        # the answer", "  a: {b: 1}"]),
        ("seed", None, ["seed = 42        # the answer"], ["seed = null        # the answer"]),
        ("train.lr", 5e-4, ["    lr   :  1e-3     # tuned"], ["    lr   : 0.0005     # tuned"]),
        ("train.name", "vgg", ['    name: "a # b"'], ['    name: "vgg"']),
        ("train.opt.eps", 1, ["    opt = {name: adam, eps: 1e-8}  # flat"], ["    opt = {name: adam, eps: 1}  # flat"]),
        ("train.opt.new", True, ["    opt = {name: adam, eps: 1e-8}  # flat"], ["    opt = {name: adam, eps: 1e-8, new: true}  # flat"]),
        ("train.none", "x", ["    none:"], ["    none: x"]),
        ("train.none.a.b", 1, [], ["      a: {b: 1}"]),
        ("train.note", "short", ["    note: |", "        one", "        two"], ["    note: short"]),
        ("train.note", "a\nb\n", ["        one", "        two"], ["      a", "      b"]),
        ("train.new", 1, [], ["    new: 1"]),
        ("train.deep.er.key", "v", [], ["    deep:", "      er: {key: v}"]),
        ("stages[0].epochs", 2, ["    epochs: 1"], ["    epochs: 2"]),
        ("stages[1].lr", 0.1, [], ["    lr: 0.1"]),
        ("stages[2]", {"a": 1, "b": [1, {"c": 2}]}, ["  - 3"], ["  - a: 1", "    b:", "      - 1", "      - {c: 2}"]),
        ("stages[-1]", 4, ["  - 3"], ["  - 4"]),
        ("stages[0]", "gone", ["  - name: warmup   # w", "    epochs: 1"], ["  - gone"]),
        ("features[0]", "a: b", ["    auth"], ['    "a: b"']),
        ("weights.a", 16, ["  a: 15   # note a"], ["  a: 16   # note a"]),
        ("weights.c", "x y", [], ["  c: x y,"]),
        ("users[0].name", "Bob, Jr.", ["    1, Alice  # boss"], ['    1, "Bob, Jr."  # boss']),
        ("users[1].name", "Eve", ["    2, , "], ["    2, Eve, "]),
        ("users[1]", {"name": "Eve", "id": 3}, ["    2, , "], ["    3, Eve, "]),
        ("point[0].x", 11, ["point |x, y| 10, 20   # one"], ["point |x, y| 11, 20   # one"]),
        ("coords[1][0]", 31, ["coords: table{i32, f64} = [(10, 2.5), (30, 4.5)]"], ["coords: table{i32, f64} = [(10, 2.5), (31, 4.5)]"]),
        ("coords[0]", [1, 2.0], ["coords: table{i32, f64} = [(10, 2.5), (30, 4.5)]"], ["coords: table{i32, f64} = [(1, 2.0), (30, 4.5)]"]),
        ("matrix[1]", [5, 6], ["    0, 1"], ["    5, 6"]),
        ("users", 7, ["users |id, name|   # people", "    1, Alice  # boss", "    # new", "    2, , "], ["users: 7   # people"]),
        ("seed", Table(["a", "b"], [(1, 2)]), ["seed = 42        # the answer"], ["seed |a, b|        # the answer", "  1, 2"]),
        ("matrix", [1], ["matrix: table{i32, i32}", "    1, 0", "    0, 1"], ["matrix: [1]"]),
        ("top", {"a": 1, "b": {"c": 2}}, [], ["top:", "  a: 1", "  b: {c: 2}"]),
        ('"a.b"', 1, [], ["a.b: 1"]),
    ],
)  # fmt: skip
def test_set(path, value, before, after):
    assert changed(TEXT, lambda document: document.set(path, value)) == (before, after)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("seed", ["seed = 42        # the answer"], []),
        ("train.lr", ["    lr   :  1e-3     # tuned"], []),
        ("train.opt.eps", ["    opt = {name: adam, eps: 1e-8}  # flat"], ["    opt = {name: adam}  # flat"]),
        ("train.opt.name", ["    opt = {name: adam, eps: 1e-8}  # flat"], ["    opt = {eps: 1e-8}  # flat"]),
        ("train.note", ["    note: |", "        one", "        two"], []),
        ("stages[0].name", ["  - name: warmup   # w", "    epochs: 1"], ["  - epochs: 1"]),
        ("stages[0]", ["  - name: warmup   # w", "    epochs: 1"], []),
        ("features[1]", ["    logging   # l"], []),
        ("weights.a", ["  a: 15   # note a"], []),
        ("weights.b", ["  b: 10,  # note b"], []),
        ("users[0]", ["    1, Alice  # boss"], []),
        ("users", ["users |id, name|   # people", "    1, Alice  # boss", "    # new", "    2, , "], []),
        ("point[0]", ["point |x, y| 10, 20   # one"], ["point |x, y|   # one"]),
        ("coords[0]", ["coords: table{i32, f64} = [(10, 2.5), (30, 4.5)]"], ["coords: table{i32, f64} = [(30, 4.5)]"]),
        ("coords[1]", ["coords: table{i32, f64} = [(10, 2.5), (30, 4.5)]"], ["coords: table{i32, f64} = [(10, 2.5)]"]),
    ],
)  # fmt: skip
def test_delete(path, before, after):
    assert changed(TEXT, lambda document: document.delete(path)) == (before, after)


def test_deleting_the_last_entry_leaves_an_empty_collection():
    assert changed("a:  # c\n  b: 1\n", lambda d: d.delete("a.b")) == (["a:  # c", "  b: 1"], ["a: {}  # c"])
    assert changed("a:\n  - 1\n", lambda d: d.delete("a[0]")) == (["a:", "  - 1"], ["a: []"])
    assert changed("a: [1,]\n", lambda d: d.delete("a[0]")) == (["a: [1,]"], ["a: []"])
    assert changed("- a: 1\n", lambda d: d.delete("[0].a")) == (["- a: 1"], ["- {}"])
    assert changed("# c\na: 1\n", lambda d: d.delete("a")) == (["a: 1"], [])


def test_deleting_behind_a_dash_keeps_the_comment_below():
    document = SdnDocument("- a: 1\n  # about b\n  b: 2\n")
    document.delete("[0].a")
    assert document.text == "-\n  # about b\n  b: 2\n"


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        ("stages[0]", "zero", [], ["  - zero"]),
        ("stages[1]", {"a": 1, "b": 2}, [], ["  - {a: 1, b: 2}"]),
        ("features[1]", "db", [], ["    db"]),
        ("users[1]", {"id": 9, "name": None}, [], ["    9, null"]),
        ("empty[0]", {"x": 1, "y": 2}, [], ["  1, 2"]),
        ("point[1]", {"x": 1, "y": 2}, ["point |x, y| 10, 20   # one"], ["point |x, y|", "  10, 20", "  1, 2   # one"]),
        ("coords[1]", [0, 0.0], ["coords: table{i32, f64} = [(10, 2.5), (30, 4.5)]"], ["coords: table{i32, f64} = [(10, 2.5), (0, 0.0), (30, 4.5)]"]),
        ("matrix[0]", [7, 7], [], ["    7, 7"]),
        ("train.first", 1, [], ["    first: 1"]),
    ],
)  # fmt: skip
def test_insert(path, value, before, after):
    assert changed(TEXT, lambda document: document.insert(path, value)) == (before, after)


def test_insert_a_key_before_another():
    assert changed(TEXT, lambda d: d.insert("train.x", 1, before="lr")) == ([], ["    x: 1"])
    document = SdnDocument(TEXT)
    document.insert("train.x", 1, before="lr")
    assert list(document.values["train"]) == ["epochs", "x", "lr", "name", "opt", "none", "note"]
    document.insert("train.opt.x", 1, before="name")
    assert "opt = {x: 1, name: adam, eps: 1e-8}  # flat" in document.text


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        ("stages", "end", [], ["  - end"]),
        ("features", "db", [], ["    db"]),
        ("users", {"id": 9, "name": "x"}, [], ["    9, x"]),
        ("coords", [1, 1.5], ["coords: table{i32, f64} = [(10, 2.5), (30, 4.5)]"], ["coords: table{i32, f64} = [(10, 2.5), (30, 4.5), (1, 1.5)]"]),
        ("train.none", "x", ["    none:"], ["    none: [x]"]),
    ],
)  # fmt: skip
def test_append(path, value, before, after):
    assert changed(TEXT, lambda document: document.append(path, value)) == (before, after)


def test_append_to_lists_over_several_lines():
    document = SdnDocument("a: [\n  1,  # one\n  2  # two\n]\nb: []\nc: [1, 2,]\n")
    document.append("a", 3)
    document.append("b", 1)
    document.append("b", 2)
    document.append("c", 3)
    assert document.text == "a: [\n  1,  # one\n  2  # two\n  3\n]\nb: [1, 2]\nc: [1, 2, 3,]\n"


def test_line_ends_and_the_byte_order_mark_stay():
    document = SdnDocument("\ufeffa: 1\r\nb:\r\n  c: 2\n  d: 3\r\n# end")
    document.set("b.c", 5)
    document.set("b.e", 6)
    document.set("z", 7)
    document.delete("a")
    assert document.text == "\ufeffb:\r\n  c: 5\n  d: 3\r\n  e: 6\r\nz: 7\r\n# end"


def test_crlf_without_a_final_newline_stays():
    for text, path, after in (
        ("a: 1\r\nb: 2", "b", "a: 1"),
        ("a: 1\r\nb:\r\n  c: 2", "b.c", "a: 1\r\nb: {}"),
        ("\ufeffa: 1\r\nb: 2", "b", "\ufeffa: 1"),
    ):
        document = SdnDocument(text)
        document.delete(path)
        assert document.text == after
    document = SdnDocument("# c\r\n# d")
    document.set("a", 1)
    assert document.text == "# c\r\n# d\r\na: 1"


def test_a_comment_below_does_not_become_part_of_a_text():
    document = SdnDocument("a: 1\n # a comment below\nb: 2\n")
    document.set("a", "two\nlines")
    assert document.text == 'a: "two\\nlines"\n # a comment below\nb: 2\n'


def test_an_empty_document_can_grow():
    document = SdnDocument("")
    document.set("a.b", 1)
    document.set("c", 2)
    assert document.text == "a: {b: 1}\nc: 2\n"
    commented = SdnDocument("# only this")
    commented.set("a", 1)
    assert commented.text == "# only this\na: 1"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda d: d.set("", 1), "(top): set a key of the document, or create a new document"),
        (lambda d: d.set("seed.x", 1), "seed.x: seed is not a mapping"),
        (lambda d: d.set("stages[9]", 1), "stages[9]: stages has 3 items"),
        (lambda d: d.set("seed[0]", 1), "seed[0]: seed is not a list"),
        (lambda d: d.set("seed", {1, 2}), "seed: a value of type set cannot be written as SDN: convert it first"),
        (lambda d: d.set("seed", float("inf")), "seed: the text would not read back as this value"),
        (lambda d: d.set("users[0].age", 1), "users[0].age: a row has one cell per column: no cell can be added"),
        (lambda d: d.set("users[0]", {"id": 1}), "users[0]: a row of this table is a dict with the columns id, name"),
        (lambda d: d.set("matrix[0][0]", "x"), "matrix[0][0]: this value is not valid here: expected i32, found the text 'x'"),
        (lambda d: d.set("features[0]", {"a": {"b": list(range(99))}}), "features[0]: an item of a list without dashes must fit on one line"),
        (lambda d: d.delete("nothing"), "nothing: there is nothing at this path"),
        (lambda d: d.delete("nothing.here"), "nothing.here: there is no nothing"),
        (lambda d: d.delete("users[0].id"), "users[0].id: a row has one cell per column: set this one to null instead"),
        (lambda d: d.delete(""), "(top): delete a key of the document"),
        (lambda d: d.insert("seed", 1), "seed: the key exists already: set it instead"),
        (lambda d: d.insert("train.x", 1, before="y"), "train.x: there is no key y to insert before"),
        (lambda d: d.insert("stages[7]", 1), "stages[7]: stages has 3 items"),
        (lambda d: d.append("seed", 1), "seed: there is no list at this path"),
        (lambda d: d.append("nothing", 1), "nothing: there is no list at this path"),
        (lambda d: d.set("a..b", 1), "a key is missing in path 'a..b', at column 3\n  a..b\n    ^"),
    ],
)  # fmt: skip
def test_an_edit_that_cannot_be_made_leaves_the_document_alone(edit, message):
    document = SdnDocument(TEXT)
    with pytest.raises(ConfError) as caught:
        edit(document)
    assert str(caught.value) == message
    assert isinstance(caught.value, ValueError)
    assert document.text == TEXT


def test_reading_and_saving_keeps_the_mode_and_the_link(tmp_path):
    path = tmp_path / "a.sdn"
    path.write_bytes(b"a: 1\r\nb: 2\r\n")
    path.chmod(0o640)
    link = tmp_path / "link.sdn"
    link.symlink_to(path)
    document = SdnDocument.read(link)
    document.set("a", "é")
    document.save(link)
    assert path.read_bytes() == "a: é\r\nb: 2\r\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.sdn", "link.sdn"]
    (tmp_path / "bad.sdn").write_bytes(b"a: \xff")
    with pytest.raises(SdnSyntaxError, match="byte offset 3"):
        SdnDocument.read(tmp_path / "bad.sdn")


def test_get():
    document = SdnDocument(TEXT)
    assert document.get("stages[1].name") == "main"
    assert document.get(("users", 0, "name")) == "Alice"
    assert document.get("nothing.here") is None
    assert document.get("nothing", 3) == 3
    assert document.get("") == document.values


# --- laws ---------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["a", "b", "c d", "42", "true", "x: y", "- z", "# no", "two\nlines", "two\nlines\n", ""]
)
SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | WORDS
KEYS = st.sampled_from(["a", "b", "c", "k.x", "sp ace", "0"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.lists(st.tuples(SCALARS, inner), max_size=3).map(lambda rows: Table(["p", "q"], rows))
    ),
    max_leaves=12,
)
TREES = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4)


def paths(value, path=()):
    """Every path of a tree, the top too."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list | Table):
        for number, inner in enumerate(value):
            yield from paths(inner, (*path, number))


def commented(text, tree, data):
    """The text with comments wherever they do not change its meaning, and the comments."""
    lines = text.split("\n")[:-1]
    count = 0
    for at in data.draw(
        st.lists(st.integers(0, len(lines)), max_size=6, unique=True).map(lambda x: sorted(x, reverse=True))
    ):
        if at < len(lines) and data.draw(st.booleans()):
            trial = [*lines[:at], f"{lines[at]}  # mark{count}", *lines[at + 1 :]]
        else:
            trial = [*lines[:at], f"{' ' * (at % 5)}# mark{count}", *lines[at:]]
        with suppress(SdnSyntaxError):
            if parse("\n".join(trial)).values == tree:
                lines, count = trial, count + 1
    return "\n".join([*lines, ""])


@given(TREES, VALUES, st.data())
@settings(deadline=None, max_examples=300)
def test_an_edit_changes_its_path_and_keeps_every_comment_outside(tree, value, data):
    text = commented(write(tree), tree, data)
    document = SdnDocument(text)
    path = data.draw(st.sampled_from([path for path in paths(tree) if path]))
    verb = data.draw(st.sampled_from(["set", "delete", "append", "insert", "new"]))
    touched = document._planner().locate(path)[0]
    outside = (
        text[: touched.key_start]
        + text[text.find("\n", touched.end) if "\n" in text[touched.end :] else len(text) :]
    )
    marks = [word for word in outside.split() if word.startswith("mark")]
    before = document.values
    try:
        if verb == "set":
            document.set(path, value)
        elif verb == "delete":
            document.delete(path)
        elif verb == "append":
            document.append(path, value)
        elif verb == "insert":
            document.insert(path if isinstance(path[-1], int) else (*path, 0), value)
        else:
            document.set((*path, "new"), value)
    except DocumentError as error:
        reason = str(error)
    else:
        reason = None
    if reason is not None:
        assert document.text == text
        fine = (
            "is not a",
            "no list",
            "not valid here",
            "no nothing",
            "items",
            "one cell",
            "one line",
            "a row of this",
        )
        assert any(part in reason for part in fine), reason
        return
    for mark in marks:
        assert mark in document.text, (verb, path, text, document.text)
    assert parse(document.text).values == document.values
    if verb == "delete":
        assert document.values != before
    elif verb in ("set",):
        assert document.get(path) == value
