"""Origins of the values of a tree, of its keys, of deleted keys, and next to secrets."""

from __future__ import annotations

import pytest

from simple_conf import Conf
from simple_conf.tree.location import deletion_at, origin_at, origin_in, shielded

TEXT = """\
a: 1
b:
    c: [1, {d: 2}]
r: ${b}
"""


@pytest.fixture
def cfg():
    return Conf.parse_sdn(TEXT, "c.sdn")


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), "c.sdn", "c.sdn"),
        (("a",), "c.sdn:1:4", "c.sdn:1:1"),
        (("b",), "c.sdn:2:1", "c.sdn:2:1"),
        (("b", "c", 0), "c.sdn:3:9", "c.sdn:3:9"),
        (("b", "c", 1, "d"), "c.sdn:3:16", "c.sdn:3:13"),
        (("b", "c", 7), "c.sdn:3:8", "c.sdn:3:5"),
        (("r", "c"), "c.sdn:4:4", "c.sdn:4:1"),
        (("nope", "deeper"), "c.sdn", "c.sdn"),
        (("a", "deeper"), "c.sdn:1:4", "c.sdn:1:1"),
    ],
)
def test_the_origin_at_a_path_is_that_of_the_nearest_value_on_the_way(cfg, path, value, key):
    assert str(origin_at(cfg, path)) == value
    assert str(origin_at(cfg, path, key=True)) == key


def test_the_origin_of_a_key_set_on_top_of_a_reference_is_its_own(cfg):
    Conf.set(cfg, "r.x", 1)
    assert str(origin_at(cfg, ("r", "x"))).startswith("code: ")
    assert str(origin_at(cfg, ("r",))).startswith("code: ")


def test_the_origin_in_a_node_follows_what_was_merged(cfg):
    merged = Conf.merge(cfg, Conf.parse_dotlist(["b.c=5"]))
    assert str(origin_in(merged, "a")) == "c.sdn:1:4"
    assert str(origin_in(merged.b, "c")) == "command line: b.c=5"


def test_a_deleted_key_has_the_origin_of_the_override(cfg):
    merged = Conf.merge(cfg, Conf.parse_dotlist(["~b.c"]))
    assert str(deletion_at(merged, ("b", "c"))) == "command line: ~b.c"
    assert deletion_at(merged, ("b", "c")).excerpt() == "  ~b.c\n     ^"
    assert deletion_at(merged, ("b",)) is None
    assert deletion_at(cfg, ("b", "c")) is None


def test_an_origin_whose_line_shows_a_secret_is_masked():
    cfg = Conf.parse_sdn("login: {user: ada, password: hunter2}\nport: 80\n", "c.sdn")
    assert "hunter2" in origin_at(cfg, ("login", "user")).excerpt()
    Conf.mark_secret(cfg, "login.password")
    for origin in (
        origin_at(cfg, ("login", "user")),
        origin_in(cfg.login, "user"),
        origin_in(cfg.login, "password"),
    ):
        assert (str(origin)[:8], origin.excerpt()) == ("c.sdn:1:", "")
    assert "80" in origin_at(cfg, ("port",)).excerpt()
    assert shielded(origin_at(cfg, ("port",)), cfg).excerpt() != ""
