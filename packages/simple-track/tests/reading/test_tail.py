"""Following files as they grow."""

import tracemalloc

from simple_track import Track
from simple_track.reading.tail import FileTail, RunTail, follow_records
from simple_track.storage.layout import Layout
from simple_track.storage.pack import pack
from simple_track.storage.reader import read_chunks, read_events, read_records
from simple_track.storage.record import encode_event, encode_metrics


def test_only_whole_lines_are_taken(tmp_path):
    path = tmp_path / "x.jsonl"
    tail = FileTail(path)
    assert list(tail.read()) == []
    path.write_bytes(b'{"a":1}\n{"a"')
    assert list(tail.read()) == [{"a": 1}]
    assert list(tail.read()) == []
    with path.open("ab") as file:
        file.write(b":2}\n\n{torn}\n")
    assert list(tail.read()) == [{"a": 2}]


def test_following_from_the_end_gives_only_what_comes(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"i": 0})
        looks = []

        def has_ended():
            looks.append(1)
            if len(looks) < 4:
                run.log({"i": len(looks)})
            return len(looks) > 4

        layout = Track.load(run.id).layout
        tail = RunTail(layout)
        tail.skip()
        assert [r["i"] for r in follow_records(tail, has_ended, poll=0.001)] == [1, 2, 3]
        again = follow_records(RunTail(layout), lambda: True, poll=0.001)
        assert [r["i"] for r in again] == [0, 1, 2, 3]


def test_a_last_line_without_newline_is_followed_at_the_end(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"i": 0})
    layout = Track.load(run.id).layout
    with layout.metrics.open("ab") as file:
        file.write(encode_metrics(1, {"i": 1}, 1.0)[:-1])
    assert [record["i"] for record in Track.load(run.id).follow()] == [0, 1]
    assert run.history().rows == 2


def test_a_packed_run_is_followed_from_its_start(root):
    with Track.run(project="demo", system=False) as run:
        for i in range(5):
            run.log({"i": i})
    pack(Track.load(run.id).layout)
    assert [record["i"] for record in Track.load(run.id).follow()] == list(range(5))


def test_pieces_end_where_lines_end(tmp_path):
    path = tmp_path / "x.jsonl"
    lines = [b"x" * (i * 37 % 200) + b"\n" for i in range(500)]
    path.write_bytes(b"".join(lines) + b"unfinished")
    for size in (1, 10, 1000, 10**6):
        pieces = list(read_chunks(path, size=size))
        assert b"".join(pieces) == path.read_bytes()
        assert all(piece.endswith(b"\n") for piece in pieces[:-1])
        assert pieces[-1].endswith(b"unfinished")
    assert b"".join(read_chunks(path, offset=len(lines[0]))) == path.read_bytes()[len(lines[0]) :]


def test_events_of_several_writers_are_merged_by_time(tmp_path):
    run = Layout(tmp_path).run("demo", "one")
    run.dir.mkdir(parents=True)
    run.history.write_bytes(b"".join(encode_event({"event": "a", "timestamp": t}) for t in (1.0, 3.0, 2.0)))
    run.stream("n-1")[1].write_bytes(encode_event({"event": "b", "timestamp": 1.5}))
    assert [(e["event"], e["timestamp"]) for e in read_events(run)] == [
        ("a", 1.0),
        ("b", 1.5),
        ("a", 3.0),
        ("a", 2.0),
    ]
    assert list(read_records(tmp_path / "absent")) == []
    assert encode_metrics(0, {}, 0.0) == b'{"step":0,"timestamp":0.0}\n'


def test_what_comes_is_what_comes_after_the_call(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"i": 0})
        coming = Track.load(run.id).follow(start=False)
        run.log({"i": 1})
    assert [record["i"] for record in coming] == [1]


def test_a_run_that_is_packed_while_it_is_followed_is_followed_to_its_end(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"i": 0})
        following = Track.load(run.id).follow(poll=0.001)
        assert next(following)["i"] == 0
        for i in (1, 2, 3):
            run.log({"i": i})
    pack(Track.load(run.id).layout)
    assert [record["i"] for record in following] == [1, 2, 3]
    waiting = Track.load(run.id).follow(start=False)
    assert list(waiting) == []


def test_the_last_records_are_found_from_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr("simple_track.reading.tail.CHUNK", 50)
    path = tmp_path / "x.jsonl"
    texts = ["x" * (i * 37 % 200) for i in range(100)]
    path.write_bytes(b"".join(encode_metrics(i, {"t": t}, float(i)) for i, t in enumerate(texts)) + b'{"to')
    for count in (0, 1, 7, 100, 1000):
        tail = FileTail(path)
        assert [record["t"] for record in tail.last(count, lambda _: True)] == texts[100 - min(count, 100) :]
        assert tail.offset == path.stat().st_size - 4
        assert list(tail.read()) == []
    found = FileTail(path).last(3, lambda record: record["step"] % 10 == 5)
    assert [record["step"] for record in found] == [75, 85, 95]
    assert FileTail(tmp_path / "absent").last(3, lambda _: True) == []


def test_a_run_is_read_on_from_positions(root):
    with Track.run(project="demo", system=False) as run:
        for i in range(5):
            run.log({"i": i})
        tail = RunTail(Track.load(run.id).layout)
        assert [record["i"] for record in tail.last(2)] == [3, 4]
        run.log({"i": 5})
        for _ in range(2):  # from the same position again
            assert [r["i"] for r in RunTail(tail.layout, tail.positions).read()] == [5]
        assert [record["i"] for record in tail.read()] == [5]
        assert list(RunTail(tail.layout, tail.positions).read()) == []


def test_to_follow_from_the_end_reads_no_log(root):
    with Track.run(project="demo", system=False) as run:
        for i in range(20_000):
            run.log({"i": i})
        layout = Track.load(run.id).layout
        tracemalloc.start()
        try:
            RunTail(layout).skip()
            RunTail(layout).last(10)
            assert tracemalloc.get_traced_memory()[1] < layout.metrics.stat().st_size / 2
        finally:
            tracemalloc.stop()
