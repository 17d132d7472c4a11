import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.artifacts import trail_state
from simple_track.artifacts.trail import Trail
from simple_track.artifacts.trail_state import TrailState, current_state, number_of

NUMBERS = st.integers(0, 6).map(lambda number: f"v{number}")
EVENTS = st.one_of(
    st.builds(lambda v, d: {"event": "version", "version": v, "digest": d}, NUMBERS, st.sampled_from("abc")),
    st.builds(lambda v: {"event": "removed", "version": v, "why": "old"}, NUMBERS),
    st.builds(
        lambda a, v: {"event": "alias", "alias": a, "to": v}, st.sampled_from("xyz"), st.none() | NUMBERS
    ),
    st.builds(lambda v, r: {"event": "use", "version": v, "registry": r}, NUMBERS, st.sampled_from("MN")),
)


@pytest.fixture(autouse=True)
def _new_process():
    trail_state._states.clear()


def version(number, digest="a"):
    return {"event": "version", "version": f"v{number}", "digest": digest, "type": "model"}


@given(st.lists(EVENTS, max_size=30), st.integers(0, 30))
def test_a_state_that_follows_equals_one_read_at_once(events, cut):
    begun = TrailState().after(events[:cut], 7)
    assert begun.after(events[cut:], 9) == TrailState().after(events, 9)


def test_a_state_is_never_changed(tmp_path):
    trail = Trail(tmp_path / "events.jsonl")
    trail.append([version(0), {"event": "use", "version": "v0", "registry": "M"}])
    before = current_state(trail)
    trail.append([version(1), {"event": "use", "version": "v0", "registry": "N"}])
    assert current_state(trail).holders == {0: ["M", "N"]}
    assert (before.versions, before.holders) == ({0: "a"}, {0: ["M"]})


def test_removed_versions_are_gone_and_keep_their_number():
    state = TrailState().after([version(0), version(1, "b"), {"event": "removed", "version": "v1"}], 0)
    assert (list(state.versions), list(state.removed), state.highest) == ([0], [1], 1)
    assert state.find("b") is None
    assert state.is_complete


def test_a_removed_version_does_not_come_back():
    removed = {"event": "removed", "version": "v0"}
    assert TrailState().after([version(0), removed, version(0)], 0).versions == {}


def test_the_latest_version_of_a_digest_is_found():
    assert TrailState().after([version(0), version(1, "b"), version(2)], 0).find("a") == 2


def test_missing_numbers_are_noticed():
    assert not TrailState().after([version(0), version(2)], 0).is_complete
    assert TrailState().is_complete


def test_another_process_reads_only_what_is_new(tmp_path, monkeypatch):
    monkeypatch.setattr(trail_state, "_UNSAVED", 0)
    trail, cache = Trail(tmp_path / "events.jsonl"), tmp_path / "cache" / "trails" / "data.json"
    trail.append([version(number) for number in range(100)])
    current_state(trail, cache)
    size = trail.path.stat().st_size
    trail_state._states.clear()
    trail.append([version(100)])
    starts = []
    read = Trail.read
    monkeypatch.setattr(Trail, "read", lambda self, start=0: starts.append(start) or read(self, start))
    assert current_state(trail, cache).highest == 100
    assert starts == [size]


@pytest.mark.parametrize("damage", [b"", b"[]", b"{}", b'{"format": 1, "offset": "x"}', b"\xff"])
def test_a_damaged_cache_is_made_anew(tmp_path, damage):
    trail, cache = Trail(tmp_path / "events.jsonl"), tmp_path / "cache.json"
    trail.append([version(0)])
    cache.write_bytes(damage)
    assert current_state(trail, cache).versions == {0: "a"}


def test_a_trail_that_was_restored_from_a_backup_is_read_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(trail_state, "_UNSAVED", 0)
    trail, cache = Trail(tmp_path / "events.jsonl"), tmp_path / "cache.json"
    trail.append([version(0), version(1, "b")])
    current_state(trail, cache)
    lines = trail.path.read_bytes().splitlines()
    trail.path.write_bytes(lines[0] + b"\n" + orjson.dumps(version(7, "c" * 64)) + b"\n" * 99)
    assert current_state(trail, cache).versions == {0: "a", 7: "c" * 64}
    trail_state._states.clear()
    assert current_state(trail, cache).versions == {0: "a", 7: "c" * 64}


@pytest.mark.parametrize("name", ["v01", "v-1", "1", "v", None, 3, "v1\n", "v" + "9" * 19])
def test_what_is_no_version_has_no_number(name):
    assert number_of(name) is None
