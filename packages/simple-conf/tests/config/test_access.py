"""Reading and writing at a path: what is made on the way, and where a path leads nowhere."""

from __future__ import annotations

import pytest

from simple_conf import Conf, FrozenConfigError, KeyPathError, MissingKeyError, PlacedError
from simple_conf.config import access
from simple_conf.errors import MergeError
from simple_conf.origin.layers import CodeLayer
from simple_conf.tree.export import as_written
from simple_conf.tree.node import ABSENT, Overlaid

LINE = CodeLayer("run.py", 7)


@pytest.fixture
def cfg():
    return Conf.from_dict({"a": {"b": [1, {"c": 2}, None]}, "r": "${a}", "n": 5, "0": "zero"})


def test_paths_are_given_as_text_or_as_segments():
    assert access.path_of("a.b[0]") == access.path_of(["a", "b", 0]) == ("a", "b", 0)
    assert access.not_empty(("a",)) == ("a",)
    with pytest.raises(KeyPathError, match="the path is empty"):
        access.not_empty(())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("", {"a": {"b": [1, {"c": 2}, None]}, "r": {"b": [1, {"c": 2}, None]}, "n": 5, "0": "zero"}),
        ("a.b[1].c", 2),
        ("a.b.1.c", 2),
        ("a.b[-1]", None),
        ("r.b[0]", 1),
        ("[0]", "zero"),
        ("a.b[3]", "default"),
        ("a.b[-4]", "default"),
        ("a.x.y", "default"),
        ("n.x", "default"),
    ],
)
def test_the_value_at_a_path_or_the_default(cfg, path, value):
    assert access.get(cfg, path, "default") == value


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("", True),
        ("a", True),
        ("x", False),
        ("a.b[2]", True),
        ("a.b[3]", False),
        ("a.b[-3]", True),
        ("a.b[-4]", False),
        ("a.b.2", True),
        ("a.b.x", False),
        ("r.b[1].c", True),
        ("n.x", False),
        ("a.b[0].x", False),
    ],
)
def test_whether_there_is_a_value(cfg, path, there):
    assert access.has_path(cfg, path) is there


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.x", {"a": {"b": [1, {"c": 2}, None], "x": 9}}),
        ("a.b[0]", {"a": {"b": [9, {"c": 2}, None]}}),
        ("a.b[-1]", {"a": {"b": [1, {"c": 2}, 9]}}),
        ("a.b[3]", {"a": {"b": [1, {"c": 2}, None, 9]}}),
        ("a.b[3].x", {"a": {"b": [1, {"c": 2}, None, {"x": 9}]}}),
        ("a.b[0].x", {"a": {"b": [{"x": 9}, {"c": 2}, None]}}),
        ("a.b[1].c.d", {"a": {"b": [1, {"c": {"d": 9}}, None]}}),
        ("new.deep[0].x", {"new": {"deep": [{"x": 9}]}}),
        ("n.x", {"n": {"x": 9}}),
        ("n[0]", {"n": [9]}),
    ],
)
def test_mappings_and_lists_are_made_on_the_way(cfg, path, expected):
    before = as_written(cfg)
    access.set_at(cfg, path, 9, LINE)
    assert as_written(cfg) == {**before, **expected}
    assert str(Conf.origin(cfg, path)) == "code: run.py:7"


def test_a_key_below_a_reference_is_set_on_top_of_it(cfg):
    access.set_at(cfg, "r.x", 9, LINE)
    raw = cfg.__raw__["r"]
    assert isinstance(raw, Overlaid)
    assert (raw.reference, as_written(raw.overrides)) == ("${a}", {"x": 9})
    assert cfg.a == {"b": [1, {"c": 2}, None]}
    access.set_at(cfg, "r.y", 8, LINE)
    assert as_written(cfg.__raw__["r"].overrides) == {"x": 9, "y": 8}


def test_a_key_below_a_reference_in_a_list_is_set_on_top_of_it():
    cfg = Conf.from_dict({"d": {"x": 1}, "items": ["${d}", 5]})
    access.set_at(cfg, "items[0].y", 9, LINE)
    assert cfg["items"] == [{"x": 1, "y": 9}, 5]
    access.set_at(cfg, "items[0].z", 8, LINE)
    assert cfg["items"] == [{"x": 1, "y": 9, "z": 8}, 5]
    assert cfg.d == {"x": 1}


@pytest.mark.parametrize(
    ("path", "segment", "hint"),
    [("a.b[4]", "4", "a.b[3]"), ("a.b[-4]", "-4", "a.b[3]"), ("a.b.x.y", "x", "a.b[3]")],
)
def test_an_index_that_a_list_does_not_have_is_refused(cfg, path, segment, hint):
    with pytest.raises(PlacedError) as caught:
        access.set_at(cfg, path, 9)
    assert caught.value.message == f"a.b has 3 items; there is no item {segment}"
    assert caught.value.hint == "the next one is a.b[3]"
    with pytest.raises(PlacedError, match="has 1 item; there is no item 5"):
        access.set_at(Conf.from_dict({"a": [1]}), "a[5]", 1)


def test_keys_that_are_not_there_are_refused_where_asked(cfg):
    def unknown(holder, key):
        return MergeError(f"{key} in {holder.__path__}")

    assert access.reach(cfg, ("a", "x"), LINE, unknown) == (cfg.a, "x")
    with pytest.raises(MergeError, match=r"x in \('a',\)"):
        access.reach(cfg, ("a", "x", "y"), LINE, unknown)
    assert access.reach(cfg, ("a", "b", 1, "c"), LINE, unknown)[0] is cfg.a.b[1]


def test_frozen_configs_are_refused_before_anything_is_made(cfg):
    frozen = Conf.freeze(cfg)
    for attempt in (
        lambda: access.set_at(frozen, "x.y.z", 1),
        lambda: access.update(frozen, Conf.from_dict({"x": 1})),
        lambda: access.delete_at(frozen, "a"),
    ):
        with pytest.raises(FrozenConfigError):
            attempt()
    assert "x" not in frozen


def test_an_update_merges_and_keeps_references(cfg):
    access.update(cfg.a, Conf.from_dict({"x": "${n}", "b": [0]}))
    assert as_written(cfg.a) == {"b": [0], "x": "${n}"}
    assert cfg.a.x == 5


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("a.b[1].c", [1, {}, None]),
        ("a.b[0]", [{"c": 2}, None]),
        ("a.b[-1]", [1, {"c": 2}]),
        ("r.b[0]", [{"c": 2}, None]),
    ],
)
def test_keys_and_items_are_deleted(cfg, path, left):
    access.delete_at(cfg, path)
    assert cfg.a.b == left


@pytest.mark.parametrize(
    ("path", "message", "at"),
    [
        ("x", "there is no key 'x' here", "x"),
        ("a.x.y", "there is no key 'x' here", "a.x"),
        ("a.b[3]", "there is nothing at 'a.b[3]'", "a.b"),
        ("a.b[-4]", "there is nothing at 'a.b[-4]'", "a.b"),
        ("n.x", "there is nothing at 'n.x'", "n"),
    ],
)
def test_what_is_not_there_cannot_be_deleted(cfg, path, message, at):
    with pytest.raises(MissingKeyError) as caught:
        access.delete_at(cfg, path)
    assert (caught.value.message, caught.value.path) == (message, at)


def test_a_list_in_the_place_of_nothing_starts_from_what_a_reference_gives():
    cfg = Conf.from_dict({"d": {"items": [1, 2]}, "r": "${d}"})
    Conf.set(cfg, "r.x", 0)
    access.set_at(cfg, "r.items[0]", 9, LINE)
    assert cfg.r["items"] == [9, 2]
    assert cfg.d["items"] == [1, 2]
    holder = cfg.__raw__["r"].overrides
    assert holder.__raw__.get("items", ABSENT) is not ABSENT
