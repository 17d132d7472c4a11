"""The layers: what each source says about the place of its values, and the line of code that sets one."""

from __future__ import annotations

import sys
from pathlib import Path

import attrs
import pytest

from simple_conf import Conf, MergeStrategy, ValidationError
from simple_conf.origin.layers import (
    ArgumentLayer,
    CodeLayer,
    NamedLayer,
    TextLayer,
    VariableLayer,
    caller,
    is_own,
    shorten,
    underline,
)
from simple_conf.source import Source, Span


def line():
    """The line that calls this."""
    return sys._getframe(1).f_lineno


def test_a_named_layer_and_a_variable_say_their_name_for_every_path():
    assert str(NamedLayer("file", "c.json").locate(("a", 1))) == "c.json"
    assert str(VariableLayer("APP_A").locate(("a",), key=True)) == "environment: APP_A"


def test_lines_of_code_are_equal_where_file_and_line_are():
    assert CodeLayer("a.py", 1) == CodeLayer("a.py", 1)
    assert hash(CodeLayer("a.py", 1)) == hash(CodeLayer("a.py", 1))
    assert CodeLayer("a.py", 1) != CodeLayer("a.py", 2)
    assert CodeLayer("a.py", 1) != CodeLayer("b.py", 1)
    assert CodeLayer("a.py", 1) != ("a.py", 1)


def test_an_argument_points_at_its_value_or_at_a_key_of_its_path():
    layer = ArgumentLayer("train.lr=5e-4", 10, [1, 7])

    def column(path, key):
        return layer.locate(path, key).excerpt().splitlines()[1].index("^") - 1

    assert column(("train", "lr"), False) == 10
    assert column(("train",), True) == 1
    assert column(("train", "lr"), True) == 7
    assert column(("train", "lr", "deeper"), True) == 7
    assert column((), True) == 1
    assert underline("a=1", 3) == "  a=1\n    ^"


def test_an_argument_without_key_columns_points_at_its_value():
    assert ArgumentLayer("a=1", 3).locate(("a",), key=True).excerpt() == underline("a=1", 3)


def test_a_text_is_searched_once_and_only_when_asked():
    searched = []

    def search(source):
        searched.append(source)
        places = {("a",): Span(1, 4, 1, 1), ("b",): Span(3, 5, 2, 1), ("b", "c"): Span(3, 8, 3, 5)}
        return places.get

    source = Source("a: 1\nb:\n    c: 2", "c.sdn")
    layer = TextLayer(source, search)
    assert searched == []
    assert str(layer.locate(("a",))) == "c.sdn:1:4"
    assert str(layer.locate(("a",), key=True)) == "c.sdn:1:1"
    assert str(layer.locate(("b",))) == "c.sdn:2:1"  # its value begins below its key
    assert str(layer.locate(("b", "c"))) == "c.sdn:3:8"
    assert str(layer.locate(("b", "c", 0, "x"))) == "c.sdn:3:8"  # the nearest value around it
    assert str(layer.locate(("x",))) == str(layer.locate(())) == "c.sdn"
    assert layer.locate(("b", "c")).excerpt() == source.excerpt(3, 8)
    assert searched == [source]


@pytest.mark.parametrize(
    ("package", "own"),
    [
        ("simple_conf", True),
        ("simple_conf.tree", True),
        ("simple_confusion", False),
        ("other.simple_conf", False),
        ("", False),
        (None, False),
    ],
)
def test_frames_of_this_package_and_its_sub_packages_are_passed_over(package, own):
    assert is_own(package) is own


def test_the_caller_is_the_nearest_line_of_other_code(monkeypatch):
    assert caller() == CodeLayer(__file__, line())
    scope = {"__package__": "simple_conf.deep.inside", "caller": caller}
    exec("def inner():\n    return caller()\ndef outer():\n    return inner()", scope)
    assert scope["outer"]() == CodeLayer(__file__, line())


def test_a_path_is_shown_relative_to_the_working_directory_where_that_is_shorter(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert shorten(str(tmp_path / "a" / "b.py")) == str(Path("a", "b.py"))
    assert shorten(str(tmp_path.parent / "b.py")) == str(tmp_path.parent / "b.py")
    assert shorten("/x") == "/x"


@attrs.frozen
class Login:
    user: str
    port: int = 80


def base():
    return Conf.parse_sdn("user: a\nitems: [2, 1]\ninner: {}\n", "c.sdn")


def attribute(cfg):
    cfg.new = 1
    return line() - 1, "new"


def item(cfg):
    cfg["new"] = 1
    return line() - 1, "new"


def set_at(cfg):
    Conf.set(cfg, "inner.new", 1)
    return line() - 1, "inner.new"


def update(cfg):
    Conf.update(cfg, {"new": 1})
    return line() - 1, "new"


def append(cfg):
    cfg["items"].append(3)
    return line() - 1, "items[2]"


def extend(cfg):
    cfg["items"].extend([3, 4])
    return line() - 1, "items[3]"


def insert(cfg):
    cfg["items"].insert(0, 9)
    return line() - 1, "items[0]"


def assign(cfg):
    cfg["items"][1] = 9
    return line() - 1, "items[1]"


def put_slice(cfg):
    cfg["items"][:] = [7, 8]
    return line() - 1, "items[0]"


def add(cfg):
    items = cfg["items"]
    items += [3]
    return line() - 1, "items[2]"


@pytest.mark.parametrize(
    "change", [attribute, item, set_at, update, append, extend, insert, assign, put_slice, add]
)
def test_a_value_set_in_place_comes_from_the_line_of_the_user(change):
    cfg = base()
    at, path = change(cfg)
    assert str(Conf.origin(cfg, path)) == f"code: {shorten(__file__)}:{at}"
    assert str(Conf.history(cfg, path)[0].origin) == f"code: {shorten(__file__)}:{at}"


def test_a_config_made_from_objects_comes_from_the_line_of_the_user():
    made, at = [], []
    made.append(Conf.from_dict({"user": "b"}))
    at.append(line() - 1)
    made.append(Conf.from_object(Login("b")))
    at.append(line() - 1)
    made.append(Conf.merge(base(), {"user": "b"}))
    at.append(line() - 1)
    made.append(Conf.merge({"user": "b"}))
    at.append(line() - 1)
    made.append(Conf.merge_with(base(), {"user": "b"}, MergeStrategy()))
    at.append(line() - 1)
    origins = [str(Conf.origin(cfg, "user")) for cfg in made]
    assert origins == [f"code: {shorten(__file__)}:{number}" for number in at]


def test_issues_with_plain_data_name_the_line_of_the_user():
    issues = Conf.check_schema({"user": "a", "port": "x"}, Login)
    assert str(issues[0].origin) == f"code: {shorten(__file__)}:{line() - 1}"
    with pytest.raises(ValidationError) as caught:
        Conf.validate(Login, {"user": "a", "port": "x"})
    assert str(caught.value.issues[0].origin) == f"code: {shorten(__file__)}:{line() - 1}"
