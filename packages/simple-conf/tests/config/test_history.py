"""History: every value set at a path, the newest first, secrets masked."""

from __future__ import annotations

import pytest

from simple_conf import Conf, MissingKeyError
from simple_conf.config.history import Entry, holder, masked_at
from simple_conf.origin.origin import Origin
from simple_conf.values import MASK


@pytest.fixture
def cfg():
    base = Conf.parse_sdn("a: {b: 1, c: hunter2}\nitems: [1, {x: 2}]\nr: ${a}\n", "base.sdn")
    return Conf.merge(base, Conf.parse_dotlist(["a.b=2"]))


def test_entries_show_value_and_origin(cfg):
    found = Conf.history(cfg, "a.b")
    assert list(map(repr, found)) == ["2 (command line: a.b=2)", "1 (base.sdn:1:8)"]
    assert (found[0].value, str(found[0].origin)) == (2, "command line: a.b=2")
    assert repr(Entry("x", Origin("file", "f"))) == "'x' (f)"


def test_nodes_are_shown_as_they_are_written(cfg):
    assert [entry.value for entry in Conf.history(cfg, "items")] == [[1, {"x": 2}]]
    assert [entry.value for entry in Conf.history(cfg, "r")] == ["${a}"]


def test_a_path_through_a_reference_is_that_of_what_it_names(cfg):
    assert [entry.value for entry in Conf.history(cfg, "r.b")] == [2, 1]
    assert holder(cfg, ("r", "b")) is cfg.a
    assert holder(cfg, ("items", 1, "x")) is cfg["items"][1]
    assert str(Conf.origin(cfg, "")) == "base.sdn"


@pytest.mark.parametrize("path", ["", "x", "a.x", "items[2]", "items[-3]", "a.b.c"])
def test_what_is_not_there_has_no_history(cfg, path):
    with pytest.raises(MissingKeyError):
        Conf.history(cfg, path)


def test_the_history_of_a_secret_shows_neither_value_nor_line(cfg):
    cfg.a.c = "other"
    Conf.mark_secret(cfg, "a.c")
    entries = Conf.history(cfg, "a.c")
    assert [entry.value for entry in entries] == [MASK, MASK]
    assert [entry.origin.excerpt() for entry in entries] == ["", ""]
    around = Conf.history(cfg, "a")[-1]
    assert around.value["c"] == MASK
    assert around.origin.excerpt() == ""
    assert Conf.history(cfg, "items")[0].origin.excerpt() != ""


@pytest.mark.parametrize(
    ("value", "path", "masked"),
    [
        (5, (), MASK),
        ({"a": 1, "b": 2}, ("a",), {"a": MASK, "b": 2}),
        ({"a": [1, {"b": 2}]}, ("a", 1, "b"), {"a": [1, {"b": MASK}]}),
        ([1, 2, 3], (1,), [1, MASK, 3]),
        ([1], (1,), [1]),
        ({"a": 1}, ("x",), {"a": 1}),
        (5, ("x",), 5),
    ],
)
def test_the_mask_is_put_at_a_path(value, path, masked):
    assert masked_at(value, path) == masked
