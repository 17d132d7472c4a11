"""Following files as they grow."""

from simple_track import Track
from simple_track.reading.tail import FileTail, follow_records
from simple_track.storage.layout import Layout
from simple_track.storage.pack import pack
from simple_track.storage.reader import read_chunks, read_events, read_records
from simple_track.storage.record import encode_event, encode_metrics


def test_only_whole_lines_are_taken(tmp_path):
    path = tmp_path / "x.jsonl"
    tail = FileTail(path)
    assert tail.read() == []
    path.write_bytes(b'{"a":1}\n{"a"')
    assert tail.read() == [{"a": 1}]
    assert tail.read() == []
    with path.open("ab") as file:
        file.write(b":2}\n\n{torn}\n")
    assert tail.read() == [{"a": 2}]


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
        assert [r["i"] for r in follow_records(layout, has_ended, poll=0.001, start=False)] == [2, 3]
        assert [r["i"] for r in follow_records(layout, lambda: True, poll=0.001, start=True)] == [0, 1, 2, 3]


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
