"""Dotlists: each argument taken apart, and every mistake in one pointed at."""

from __future__ import annotations

import pytest

from simple_conf import Conf, ConfError, LoadError, OverrideError
from simple_conf.merging.merge import ConfigPatch
from simple_conf.origin.layers import NamedLayer
from simple_conf.sources.dotlist import chosen, equals, is_path, load_file, read_override, read_patches
from simple_conf.tree.node import grow


@pytest.mark.parametrize(
    ("argument", "kind", "path", "value", "column"),
    [
        ("a=1", "set", ("a",), 1, 3),
        ("a.b[0]=x", "set", ("a", "b", 0), "x", 8),
        (" a = 1 ", "set", ("a",), 1, 5),
        ("a=", "set", ("a",), None, 3),
        ("a=b=c", "set", ("a",), "b=c", 3),
        ('"x=y".z=1', "set", ("x=y", "z"), 1, 9),
        ("+a=1", "add", ("a",), 1, 4),
        ("++a=1", "add", ("a",), 1, 5),
        ("a+=1", "append", ("a",), 1, 4),
        ("+a+=1", "add_append", ("a",), 1, 5),
        ("~a.b", "delete", ("a", "b"), None, 2),
    ],
)
def test_an_argument_is_taken_apart(argument, kind, path, value, column):
    override = read_override(argument)
    assert (override.kind, override.path, override.value, override.column) == (kind, path, value, column)
    assert override.argument == argument


def test_columns_point_at_the_value_and_at_each_key():
    override = read_override("+train.lr=5e-4")
    assert override.layer.locate(("train", "lr")).excerpt().splitlines()[1].index("^") == 2 + 10
    assert override.layer.locate(("train",), key=True).excerpt().splitlines()[1].index("^") == 2 + 1
    assert override.layer.locate(("train", "lr"), key=True).excerpt().splitlines()[1].index("^") == 2 + 7


@pytest.mark.parametrize(
    ("argument", "following", "message", "column", "hint"),
    [
        ("--a=1", (), "an override has no dashes before it", 1, "write a=1"),
        ("--", (), "an override has no dashes before it", 1, None),
        ("~a=1", (), "a deletion takes no value", 3, "write ~a"),
        ("~", (), "there is no key after '~'", 2, None),
        ("=1", (), "there is no key before '='", 1, None),
        ("+=1", (), "there is no key before '='", 1, None),
        ("a", (), "an override needs '=': key=value", 2, None),
        ("a", ("1",), "an override needs '=': key=value", 2, "write a=1"),
        ("a", ("b=1",), "an override needs '=': key=value", 2, None),
        ("a", ("--b",), "an override needs '=': key=value", 2, None),
        ("a", ("=", "5"), "an override needs '=': key=value", 2, "write a=5"),
        ("a:", ("two words",), "an override needs '=': key=value", 3, "write 'a=two words'"),
        ("a:1", (), "an override needs '=': key=value", 4, "write a=1"),
        ("0", ("1",), "an override needs '=': key=value", 2, None),
        ("x.yaml", (), "an override needs '=': key=value", 7, None),
        ("a.=1", (), "a key is missing", 3, None),
        (" a b=1", (), "expected a dot or [", 3, None),
    ],
)
def test_a_mistake_is_pointed_at_with_what_was_meant(argument, following, message, column, hint):
    with pytest.raises(OverrideError) as caught:
        read_override(argument, following)
    failure = caught.value
    assert failure.message == message
    assert failure.origin.excerpt().splitlines()[1].index("^") - 1 == column
    if argument == "x.yaml":
        assert failure.hint == "a config file comes first; to lay this one over it, write @x.yaml"
    else:
        assert failure.hint == hint


def test_a_word_that_names_a_file_without_its_suffix(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "more.sdn").write_text("a: 1\n")
    with pytest.raises(OverrideError) as caught:
        read_override("more", ("1",))
    assert caught.value.hint == "did you mean the file more.sdn?"


def test_a_value_that_is_not_sdn_is_pointed_at_in_the_argument():
    with pytest.raises(OverrideError) as caught:
        read_override("a=[1")
    assert caught.value.message.startswith("unclosed [")
    assert caught.value.origin.excerpt() == "  a=[1\n    ^"


@pytest.mark.parametrize(("text", "at"), [("a=1", 1), ('"="=1', 3), ("a", -1), ('"a=b"', -1), ("=", 0)])
def test_the_equals_sign_outside_quotes(text, at):
    assert equals(text) == at


@pytest.mark.parametrize(("text", "path"), [("a.b[0]", True), ("", False), ("a b", False), ("[x]", False)])
def test_whether_a_text_is_a_path(text, path):
    assert is_path(text) is path


def test_files_are_loaded_where_there_is_something_that_loads():
    asked = []

    def load(name):
        asked.append(name)
        return grow({"a": 1}, NamedLayer("file", name))

    patches = read_patches(["a=1", "@more.sdn"], load)
    assert [type(patch).__name__ for patch in patches] == ["Override", "ConfigPatch"]
    assert isinstance(patches[1], ConfigPatch)
    assert asked == ["more.sdn"]
    with pytest.raises(OverrideError):
        read_patches(["@more.sdn"], None)
    with pytest.raises(OverrideError, match="'@' needs the name of a file"):
        load_file("@", load)


def test_a_file_that_cannot_be_loaded_is_pointed_at_unless_the_error_has_a_place():
    def fails(_):
        raise LoadError("bad", hint="do")

    with pytest.raises(LoadError) as caught:
        load_file("@x.sdn", fails)
    assert (caught.value.message, caught.value.hint) == ("bad", "do")
    assert caught.value.origin.excerpt() == "  @x.sdn\n   ^"
    placed = LoadError("bad", origin=NamedLayer("file", "x.sdn").locate(()))

    def fails_there(_):
        raise placed

    with pytest.raises(LoadError) as caught:
        load_file("@x.sdn", fails_there)
    assert caught.value is placed


@pytest.mark.parametrize("arguments", ["a=1", {"a": 1}, [1], [None]])
def test_arguments_that_are_not_texts_are_refused(arguments):
    with pytest.raises(TypeError, match="overrides are a list of texts"):
        read_patches(arguments, None)


def test_the_words_that_are_overrides(monkeypatch):
    words = ["a=1", "--b=2", "~c", "@d.sdn", "word", "=x", "+e=1"]
    assert chosen(words, False) == words
    assert chosen(words, True) == ["a=1", "~c", "@d.sdn", "+e=1"]
    monkeypatch.setattr("sys.argv", ["script.py", "a=1"])
    assert chosen(None, False) == ["a=1"]


@pytest.mark.parametrize(
    ("argument", "grid"),
    [
        ("grid[0]+=5", [[3, 5], [2], ["a"]]),
        ("grid[1]+=[6, 7]", [[3], [2, 6, 7], ["a"]]),
        ("grid[-1]+=b", [[3], [2], ["a", "b"]]),
        ("grid[3]+=x", [[3], [2], ["a"], ["x"]]),
    ],
)
def test_appending_to_an_item_of_a_list_keeps_what_it_has(argument, grid):
    base = Conf.parse_sdn("tags: [a]\ngrid: [[3], [2], ${tags}]\n")
    merged = Conf.merge(base, Conf.parse_dotlist([argument]))
    assert Conf.to_dict(merged) == {"tags": ["a"], "grid": grid}


def test_appending_to_an_item_that_is_no_list_is_an_error():
    base = Conf.parse_sdn("widths: [128, 64]\n")
    with pytest.raises(OverrideError, match=r"widths\[0\] is 128, not a list"):
        Conf.merge(base, Conf.parse_dotlist(["widths[0]+=3"]))


@pytest.mark.parametrize(("change", "tags"), [("tags+=x", [1, 2, "x"]), ("tags[0]=9", [9, 2])])
def test_an_override_changes_what_a_reference_to_the_config_below_gives(change, tags):
    base = Conf.parse_sdn("widths: [1, 2]\ntags: [a]\n")
    merged = Conf.merge(base, Conf.parse_dotlist(["tags=${widths}", change]))
    assert Conf.to_dict(merged) == {"widths": [1, 2], "tags": tags}
    with pytest.raises(ConfError, match="there is no 'widths'"):
        Conf.to_dict(
            Conf.merge(Conf.parse_sdn("tags: [a]\n"), Conf.parse_dotlist(["tags=${widths}", change]))
        )


@pytest.mark.parametrize("argument", ["~copy.a", "~tags[0]", "~copy.inner.b"])
def test_a_deletion_never_changes_what_a_reference_names(argument):
    base = Conf.parse_sdn("one: {a: 1, inner: {b: 2}}\nwidths: [1, 2]\ncopy: ${one}\ntags: ${widths}\n")
    with pytest.raises(OverrideError, match="is a reference; nothing can be deleted from it"):
        Conf.merge(base, Conf.parse_dotlist([argument]))
    assert Conf.to_dict(Conf.merge(base, Conf.parse_dotlist(["~one.a"])))["copy"] == {"inner": {"b": 2}}
