"""Whole lines are read, plain or packed, from any position, while they are being written."""

import pytest
import zstandard

from simple_track.errors import FormatError
from simple_track.storage.layout import Layout, packed_file
from simple_track.storage.reader import read_chunks, read_events, read_records

LINES = [b'{"step":%d,"x":"%s"}\n' % (n, b"y" * n) for n in range(20)]
TEXT = b"".join(LINES)


def plain(path, text):
    path.write_bytes(text)


def packed(path, text):
    half = len(text) // 2
    frames = [zstandard.ZstdCompressor().compress(part) for part in (text[:half], text[half:])]
    path.with_name(path.name + ".zst").write_bytes(b"".join(frames))


@pytest.fixture(params=[plain, packed], ids=["plain", "packed"])
def store(request, tmp_path):
    path = tmp_path / "metrics.jsonl"

    def write(text):
        request.param(path, text)
        return path

    return write


@pytest.mark.parametrize("size", [1, 7, 30, 1000])
def test_chunks_end_at_the_end_of_a_line(store, size):
    chunks = list(read_chunks(store(TEXT), size=size))
    assert b"".join(chunks) == TEXT
    assert all(chunk.endswith(b"\n") for chunk in chunks)
    assert len(chunks) > 1 or size == 1000


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_an_unfinished_line_comes_last_and_alone_or_behind_whole_lines(store, size):
    chunks = list(read_chunks(store(TEXT + b'{"step"'), size=size))
    assert b"".join(chunks) == TEXT + b'{"step"'
    assert chunks[-1] == b'{"step"'
    assert all(chunk.endswith(b"\n") for chunk in chunks[:-1])


@pytest.mark.parametrize("count", [0, 1, 10, 20])
def test_reading_starts_at_a_position_of_the_plain_text(store, count):
    offset = sum(map(len, LINES[:count]))
    assert b"".join(read_chunks(store(TEXT), offset)) == TEXT[offset:]


def test_a_position_beyond_the_end_has_nothing(store):
    assert list(read_chunks(store(TEXT), len(TEXT) + 1)) == []


def test_a_long_position_is_skipped_in_steps(tmp_path, monkeypatch):
    monkeypatch.setattr("simple_track.storage.reader.CHUNK", 5)
    path = tmp_path / "metrics.jsonl"
    packed(path, TEXT)
    assert b"".join(read_chunks(path, len(LINES[0] + LINES[1]), size=50)) == b"".join(LINES[2:])


def test_the_plain_file_counts_where_both_are(tmp_path):
    path = tmp_path / "metrics.jsonl"
    packed(path, b"old\n")
    plain(path, b"new\n")
    assert list(read_chunks(path)) == [b"new\n"]


def test_a_file_that_does_not_exist_has_no_records_but_is_an_error_to_read(tmp_path):
    assert list(read_records(tmp_path / "none.jsonl")) == []
    with pytest.raises(FileNotFoundError):
        list(read_chunks(tmp_path / "none.jsonl"))


def test_torn_and_foreign_lines_are_skipped(store):
    path = store(b'{"a":1}\n{"a":\n[2]\n\n{"a":3,"~nonfinite":{"b":"inf"}}\n{"a":4}')
    assert list(read_records(path)) == [{"a": 1}, {"a": 3, "b": float("inf")}, {"a": 4}]


def test_events_of_all_writers_come_by_time(tmp_path):
    run = Layout(tmp_path).run("demo", "one")
    run.dir.mkdir(parents=True)
    run.history.write_bytes(b'{"event":"a","timestamp":1.5}\n{"event":"c","timestamp":3}\n')
    run.stream("node-7")[1].write_bytes(
        b'{"event":"first"}\n{"event":"b","timestamp":2}\n{"event":"d","timestamp":4}\n'
    )
    assert [event["event"] for event in read_events(run)] == ["first", "a", "b", "c", "d"]


def test_a_line_of_many_pieces_is_joined_once(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"a" * 10_000 + b"\n" + b"b" * 5_000 + b"\nc")
    pieces = list(read_chunks(path, size=100))
    assert b"".join(pieces) == path.read_bytes()
    assert [piece[:1] for piece in pieces] == [b"a", b"b", b"c"]
    assert list(read_chunks(path, size=1)) == [b"a" * 10_000 + b"\n", b"b" * 5_000 + b"\n", b"c"]


@pytest.mark.parametrize("packed", [True, False])
def test_a_line_longer_than_any_is_an_error(tmp_path, monkeypatch, packed):
    monkeypatch.setattr("simple_track.storage.reader.LONGEST_LINE", 1 << 20)
    path = tmp_path / "x.jsonl"
    text = b"a" * (3 << 20)
    if packed:
        packed_file(path).write_bytes(zstandard.compress(text))
    else:
        path.write_bytes(text)
    with pytest.raises(FormatError, match=r"x\.jsonl: has a line of more than 1 MiB"):
        list(read_chunks(path))


def test_a_packed_log_that_expands_without_end_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr("simple_track.storage.reader.EXPANDED", 2 << 20)
    path = tmp_path / "x.jsonl"
    packed_file(path).write_bytes(zstandard.compress(b"\n" * (16 << 20)))
    with pytest.raises(FormatError, match=r"x\.jsonl\.zst: expands to more than \d+ MiB, as no log does"):
        for _ in read_chunks(path):
            pass
    path.write_bytes(b"\n" * (3 << 20))  # plain, it has taken that much of the disk
    assert sum(map(len, read_chunks(path))) == 3 << 20
