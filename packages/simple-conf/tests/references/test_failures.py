"""Errors of reading a value: the path, the origin, the chain, and no secret."""

from __future__ import annotations

import pytest

from simple_conf import Conf, InterpolationCycleError, InterpolationError, MissingValueError
from simple_conf.references.failures import cycle, enclosing_cycle, error, line, missing_value


@pytest.fixture
def cfg():
    return Conf.parse_sdn("a: ${b}\nb: ${c}\nc: ${b}\nm: {x: ${m}}\nitems: [${a}]\n", "c.sdn")


def test_an_error_names_path_and_origin(cfg):
    failure = error(InterpolationError, cfg.__raw__["m"], "x", "wrong", "do that")
    assert type(failure) is InterpolationError
    assert (failure.path, str(failure.origin), failure.hint) == ("m.x", "c.sdn:4:8", "do that")
    assert failure.message == "wrong"


def test_an_error_shows_no_secret(cfg):
    cfg.token = "hunter2"
    Conf.mark_secret(cfg, "token")
    failure = error(InterpolationError, cfg, "a", "bad hunter2", "not hunter2")
    assert (failure.message, failure.hint) == ("bad ••••", "not ••••")
    assert error(InterpolationError, cfg, "a", "bad").hint is None


def test_a_gap_says_how_to_fill_it(cfg):
    failure = missing_value(cfg.__raw__["m"], "x")
    assert isinstance(failure, MissingValueError)
    assert failure.hint == "set it: m.x=…"


def test_a_cycle_begins_where_it_is_entered_and_ends_there(cfg):
    failure = cycle([(cfg, "a"), (cfg, "b"), (cfg, "c")], cfg, "b")
    assert isinstance(failure, InterpolationCycleError)
    assert failure.path == "b"
    assert failure.message.splitlines() == [
        "this reference leads back to itself:",
        "    b = ${c}  (c.sdn:2:4)",
        "    c = ${b}  (c.sdn:3:4)",
        "    b = ${c}  (c.sdn:2:4)",
    ]


def test_a_reference_to_what_holds_it_shows_the_holder(cfg):
    holder = cfg.__raw__["m"]
    failure = enclosing_cycle([(holder, "x")], holder)
    assert failure.message.splitlines()[1:] == [
        "    m.x = ${m}  (c.sdn:4:8)",
        "    m, which holds it",
    ]
    assert "(the root), which holds it" in enclosing_cycle([(holder, "x")], cfg).message


def test_the_line_of_a_list_shows_no_content(cfg):
    assert line((cfg, "items")) == "    items = […]  (c.sdn:5:8)"
    assert line((cfg.__raw__["items"], 0)) == "    items[0] = ${a}  (c.sdn:5:9)"
