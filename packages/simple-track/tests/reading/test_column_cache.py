"""The columnar cache follows the log, and whatever happens to it, readers see what the log says."""

import json
import os
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from simple_track.reading import column_cache
from simple_track.reading.column_cache import load_columns
from simple_track.reading.columns import dense, iterate_rows
from simple_track.storage.layout import Layout
from simple_track.storage.pack import pack
from simple_track.storage.record import encode_metrics


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Cache after every new line, so that small logs show what large ones do."""
    monkeypatch.setattr(column_cache, "SMALLEST_UPDATE", 1)


@pytest.fixture
def run(tmp_path):
    layout = Layout(tmp_path).run("demo", "one")
    layout.dir.mkdir(parents=True)
    return layout


def write(run, first, count, mode="ab"):
    with run.metrics.open(mode) as file:
        for i in range(first, first + count):
            values = {"i": i, "x": i / 3, "flag": i % 2 == 0, "text": f"t{i}"}
            if i % 5 == 0:
                values["gap"] = float("nan") if i % 2 else 1.0
            if i % 3 == 0:
                values["large"] = [2**63 + i, -(2**70) - i, i][i % 9 // 3]
            if i % 7 == 0:
                values["mixed"] = i if i % 2 else "word"
            file.write(encode_metrics(i, values, float(i)))


def rows(run, **options):
    return list(iterate_rows(load_columns(run, system=False, **options)))


def facts_of(index):
    """What an index says, after the line with its checksum."""
    return json.loads(index.read_bytes().partition(b"\n")[2])


def index_of(run):
    return run.root.column_cache(run) / "metrics.jsonl" / "index.json"


def from_log(run):
    """The rows as the log alone gives them."""
    shutil.rmtree(run.root.cache, ignore_errors=True)
    fresh = rows(run)
    shutil.rmtree(run.root.cache, ignore_errors=True)
    return fresh


def repr_all(records):
    return [sorted((key, repr(value)) for key, value in record.items()) for record in records]


def test_the_cache_gives_what_the_log_gives_and_follows_it(run):
    for first in (0, 1, 50, 51, 300):
        count = {0: 1, 1: 49, 50: 1, 51: 249, 300: 1}[first]
        write(run, first, count)
        assert [row["i"] for row in rows(run)] == list(range(first + count))
        assert facts_of(index_of(run))["rows"] == first + count
    cached = repr_all(rows(run))
    assert cached == repr_all(from_log(run))


def test_an_unfinished_line_is_read_when_it_is_whole(run):
    write(run, 0, 3)
    line = encode_metrics(3, {"i": 3}, 3.0)
    with run.metrics.open("ab") as file:
        file.write(line[:10])
        file.flush()
        assert len(rows(run)) == 3
        file.write(line[10:-1])
        file.flush()
        assert len(rows(run)) == 4  # only its newline is missing
        file.write(line[-1:])
    assert [row["i"] for row in rows(run)] == [0, 1, 2, 3]
    write(run, 4, 2)
    assert [row["i"] for row in rows(run)] == [0, 1, 2, 3, 4, 5]


def test_only_wanted_metrics_are_read(run):
    write(run, 0, 100)
    rows(run)
    columns = load_columns(run, system=False, keys=frozenset(["x"]))
    assert dense(columns.parts["x"], 100)[-1] == 33.0
    assert set(columns.parts) == {"i", "x", "flag", "text", "gap", "mixed", "large"}
    assert len(columns.parts["text"]["s"].values) == 0


@pytest.mark.parametrize(
    "harm",
    [
        "index",
        "number",
        "cut index",
        "column",
        "zeroed",
        "flipped",
        "gaps",
        "text",
        "short rows",
        "folder",
        "all",
    ],
)
def test_a_damaged_cache_is_made_anew(run, harm):
    write(run, 0, 100)
    wanted = repr_all(rows(run))
    index = index_of(run)
    columns = index.parent / facts_of(index)["folder"]
    match harm:
        case "index":
            index.write_bytes(b"nonsense")
        case "number":
            index.write_bytes(b"5")
        case "zeroed":
            (columns / "1.f").write_bytes(bytes((columns / "1.f").stat().st_size))
        case "flipped":
            flip(columns / "0.i")
        case "gaps":
            flip(next(columns.glob("*.rows")))
        case "text":
            flip(columns / "3.s")
        case "cut index":
            index.write_bytes(index.read_bytes()[:50])
        case "column":
            os.truncate(columns / "0.i", 8)
        case "short rows":
            os.truncate(columns / "rows", 16)
        case "folder":
            shutil.rmtree(columns)
        case "all":
            shutil.rmtree(run.root.cache)
    assert repr_all(rows(run)) == wanted
    assert repr_all(rows(run)) == wanted


def flip(path):
    """Change one bit in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_a_torn_log_is_cached_up_to_its_last_whole_line(run):
    write(run, 0, 100)
    with run.metrics.open("ab") as file:
        file.write(b'{"step":100,"i":1')
    wanted = repr_all(rows(run))
    assert facts_of(index_of(run))["rows"] == 100
    assert repr_all(rows(run)) == wanted


def test_what_a_killed_cache_writer_left_is_written_over(run):
    write(run, 0, 100)
    rows(run)
    index = index_of(run)
    for path in (index.parent / facts_of(index)["folder"]).iterdir():
        with path.open("ab") as file:
            file.write(b"garbage that no index counts")
    write(run, 100, 100)
    assert repr_all(rows(run)) == repr_all(from_log(run))


def test_a_log_that_was_replaced_is_read_anew(run):
    write(run, 0, 100)
    rows(run)
    write(run, 1000, 150, mode="wb")
    assert [row["i"] for row in rows(run)] == list(range(1000, 1150))
    write(run, 5, 2, mode="wb")
    assert [row["i"] for row in rows(run)] == [5, 6]


def test_a_packed_log_reads_alike_with_and_without_cache(run):
    write(run, 0, 200)
    wanted = repr_all(rows(run))
    pack(run)
    assert not run.metrics.exists()
    assert repr_all(rows(run)) == wanted
    assert repr_all(rows(run)) == wanted
    assert repr_all(from_log(run)) == wanted


def test_a_cache_that_cannot_be_written_is_no_reason_not_to_read(run):
    write(run, 0, 50)
    run.root.cache.write_text("a file where the folder should be")
    assert len(rows(run)) == 50


def test_many_readers_of_a_live_writer_see_whole_prefixes(tmp_path):
    """Six processes read, and renew the cache, while one writes; each must see 0, 1, 2, … without a gap."""
    writer = """
        import sys, time
        from simple_track import Track
        with Track.run(project="demo", dir=sys.argv[1], system=False) as run:
            print(run.id, flush=True)
            for i in range(30_000):
                run.log({"i": i, "x": i / 3, "text": "t"})
                if i % 500 == 0:
                    time.sleep(0.01)
    """
    reader = """
        import sys
        from simple_track import Track
        from simple_track.reading import column_cache
        column_cache.SMALLEST_UPDATE = 1
        run = Track.load(sys.argv[2], dir=sys.argv[1])
        last = looks = 0
        while True:
            ended = run.state != "running"
            history = run.history(["i", "x"]) if looks % 2 else run.history()
            numbers = history["i"]
            assert numbers.tolist() == list(range(len(numbers))), "a gap"
            assert (history["x"] == numbers / 3).all()
            assert len(numbers) >= last
            last, looks = len(numbers), looks + 1
            if ended:
                break
        print(last, looks)
    """
    source = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(writer), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    run_id = source.stdout.readline().strip()
    while not (tmp_path / "runs" / "demo" / run_id / "metrics.jsonl").stat().st_size:
        pass
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(reader), str(tmp_path), run_id],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    source.communicate(timeout=60)
    for process in readers:
        out, error = process.communicate(timeout=60)
        assert process.returncode == 0, error
        assert int(out.split()[0]) == 30_000
    columns = load_columns(Layout(tmp_path).run("demo", run_id), system=False)
    assert np.array_equal(columns.parts["i"]["i"].values, np.arange(30_000))
