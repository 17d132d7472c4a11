"""One follower reads the new records of many runs, each from where it was told to begin."""

import pytest

from simple_track import Track
from simple_track.reading.follower import Follower


@pytest.fixture
def runs(root):
    return [Track.run("demo", system=False, reinit="stack") for _ in range(3)]


def layout(run):
    return Track.load(run.id).layout


def test_new_records_come_by_run(runs):
    follower = Follower()
    for number, run in enumerate(runs):
        run.log({"i": number})
        follower.add(layout(run))
    assert follower.read() == {}
    runs[0].log({"i": 10})
    runs[2].log({"i": 12})
    runs[2].log({"i": 13})
    found = follower.read()
    assert {run_id: [r["i"] for r in records] for run_id, records in found.items()} == {
        runs[0].id: [10],
        runs[2].id: [12, 13],
    }
    assert follower.read() == {}


def test_a_run_is_followed_from_any_position(runs):
    follower = Follower()
    follower.add(layout(runs[0]))
    runs[0].log({"i": 1})
    before = follower.positions(runs[0].id)
    follower.read()
    follower.add(layout(runs[0]), {})  # it is followed already
    assert follower.read() == {}
    again = Follower()
    again.add(layout(runs[0]), before)
    assert [record["i"] for record in again.read()[runs[0].id]] == [1]


def test_only_the_newest_are_kept_and_a_removed_run_is_not_read(runs):
    follower = Follower()
    for run in runs[:2]:
        follower.add(layout(run))
        for number in range(5):
            run.log({"i": number})
    follower.remove(runs[1].id)
    assert (runs[0].id in follower, len(follower)) == (True, 1)
    assert {k: [r["i"] for r in v] for k, v in follower.read(2).items()} == {runs[0].id: [3, 4]}
