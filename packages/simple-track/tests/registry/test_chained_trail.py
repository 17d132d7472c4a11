import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_track.registry.chained_trail import FIRST, ChainedTrail


@pytest.fixture
def trail(tmp_path):
    trail = ChainedTrail(tmp_path / "events.jsonl")
    trail.append([{"event": "a"}, {"event": "b"}])
    for name in "cde":
        trail.append([{"event": name}])
    return trail


def lines(trail):
    return trail.path.read_bytes().splitlines()


def write(trail, changed):
    trail.path.write_bytes(b"".join(line + b"\n" for line in changed))


def broken(trail):
    return [found.line for found in trail.breaks()]


def test_each_line_holds_the_hash_of_the_one_before(trail):
    previous = FIRST
    for line, event in zip(lines(trail), trail.read(), strict=True):
        assert event["prev"] == previous
        previous = hashlib.sha256(line).hexdigest()
    assert all(event["time"] > 1e9 and event["host"] for event in trail.read())
    assert broken(trail) == []


@pytest.mark.parametrize("line", range(5))
def test_a_removed_line_shows(trail, line):
    all_lines = lines(trail)
    write(trail, all_lines[:line] + all_lines[line + 1 :])
    assert broken(trail)[0] == min(line + 1, 4)


@pytest.mark.parametrize("line", range(5))
def test_a_changed_line_shows(trail, line):
    all_lines = lines(trail)
    all_lines[line] = all_lines[line].replace(b'"event":"', b'"event":"x')
    write(trail, all_lines)
    assert broken(trail)[0] == min(line + 2, 5)


@pytest.mark.parametrize("line", range(6))
@pytest.mark.parametrize("copy", [True, False])
def test_an_inserted_line_shows(trail, line, copy):
    all_lines = lines(trail)
    new = all_lines[2] if copy else b'{"event":"alias"}'
    write(trail, [*all_lines[:line], new, *all_lines[line:]])
    assert broken(trail)


def test_two_lines_that_changed_places_show(trail):
    all_lines = lines(trail)
    all_lines[1:3] = reversed(all_lines[1:3])
    write(trail, all_lines)
    assert broken(trail)[0] == 2


@given(st.integers(0, 4), st.integers(0, 7), st.floats(0, 1, exclude_max=True))
@settings(max_examples=50, deadline=None)
def test_any_flipped_bit_shows(tmp_path_factory, line, bit, where):
    trail = ChainedTrail(tmp_path_factory.mktemp("t") / "events.jsonl")
    for name in "abcde":
        trail.append([{"event": name}])
    all_lines = lines(trail)
    changed = bytearray(all_lines[line])
    changed[int(where * len(changed))] ^= 1 << bit
    if b"\n" in changed or b"\r" in changed:
        return
    all_lines[line] = bytes(changed)
    write(trail, all_lines)
    assert broken(trail)


def test_a_line_that_a_crash_tore_is_no_break(trail):
    with trail.path.open("ab") as file:
        file.write(b'{"prev": "12')
    assert broken(trail) == []
    trail.append([{"event": "f"}])
    assert broken(trail) == []
    assert [event["event"] for event in trail.read()] == list("abcdef")


def test_a_writer_that_died_before_it_noted_the_end_is_no_break(trail):
    head = trail.head.read_bytes()
    trail.append([{"event": "f"}])
    trail.head.write_bytes(head)
    assert broken(trail) == []


def test_a_damaged_note_of_the_end_is_named(trail):
    trail.head.write_bytes(b"{}")
    assert [found.what for found in trail.breaks()] == [
        ".events.jsonl.head is damaged, so a cut at the end would not show"
    ]
