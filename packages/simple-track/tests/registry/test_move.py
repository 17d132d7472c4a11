import pytest

from simple_track.registry.move import Move, moment

EVENT = {
    "event": "alias",
    "time": 1e9,
    "user": "anna",
    "host": "node3",
    "alias": "prod",
    "from": None,
    "to": "v1",
}


def test_an_event_is_read():
    move = Move.from_event({**EVENT, "why": "better", "run": "r1", "forced": True})
    assert (move.event, move.user, move.host, move.alias) == ("move", "anna", "node3", "prod")
    assert (move.source, move.target, move.why, move.run, move.forced) == (None, "v1", "better", "r1", True)
    assert move.time.timestamp() == 1e9
    assert move.time.tzinfo is not None


@pytest.mark.parametrize(
    "event", [{}, {"event": "use"}, {"event": "alias"}, {"event": "publish", "alias": "x"}]
)
def test_other_lines_are_none(event):
    assert Move.from_event(event) is None


def test_fields_of_other_types_are_left_out():
    move = Move.from_event({**EVENT, "to": 3, "why": 7, "forced": "yes", "user": None, "by": "anna"})
    assert (move.target, move.why, move.forced, move.user, move.by) == (None, "", False, "", ())


@pytest.mark.parametrize("seconds", [None, "x", float("nan"), 1e300, [], -1e18])
def test_a_time_that_no_calendar_has_is_1970(seconds):
    assert moment(seconds).timestamp() == 0
