"""The cached metrics of ended runs: SQL gives the same with and without them."""

import shutil

import pytest

from simple_track import Track
from simple_track.catalog import metrics_table as module
from simple_track.catalog.metrics_cache import FEWEST
from simple_track.storage.layout import Layout

SQL = "select run, project, step, timestamp, key, value, whole, text from metrics order by all"


@pytest.fixture
def store(root):
    for number in range(FEWEST + 2):
        with Track.run(f"p{number % 2}", system=False) as run:
            for step in range(3):
                run.log({"x": number + step / 4, "n": number, "b": True, "t": "text", "nan": float("nan")})
    return root


def rows():
    return [repr(row) for row in Track.query(SQL)]


@pytest.fixture
def parsed(monkeypatch):
    """The ids of the runs whose logs were read."""
    ids, load = [], module.load_columns

    def record(layout, **options):
        ids.append(layout.run_id)
        return load(layout, **options)

    monkeypatch.setattr(module, "load_columns", record)
    return ids


def test_the_second_query_reads_no_log_and_gives_the_same(store, parsed):
    first = rows()
    assert len(parsed) == FEWEST + 2
    assert len(first) == (FEWEST + 2) * 3 * 5
    parsed.clear()
    assert rows() == first
    assert parsed == []


def test_runs_that_run_or_have_changed_are_read_again(store, parsed):
    first = rows()
    parsed.clear()
    run_id = Track.runs()[-1].id
    with Track.run("p0", resume=run_id, system=False) as run:
        run.log({"x": 77.0})
        assert len(rows()) == len(first) + 1
        assert set(parsed) == {run_id}
    parsed.clear()
    assert len(rows()) == len(first) + 1
    assert parsed == [run_id]  # one run is not worth a new file
    shutil.rmtree(Track.load(run_id).dir)
    assert len(rows()) == len(first) - 15


def test_new_runs_are_added(store, parsed):
    rows()
    for _ in range(FEWEST):
        with Track.run("late", system=False) as run:
            run.log({"y": 2.5})
    rows()
    parsed.clear()
    assert len(rows()) == (FEWEST + 2) * 15 + FEWEST
    assert parsed == []


@pytest.mark.parametrize("harm", [b"", b"nonsense", b"00000000" + b" " * 56 + b"x"])
def test_a_damaged_file_is_made_again(store, parsed, harm):
    first = rows()
    Layout(store).metrics_cache.write_bytes(harm)
    parsed.clear()
    assert rows() == first
    assert len(parsed) == FEWEST + 2
    parsed.clear()
    assert rows() == first
    assert parsed == []


def test_a_flipped_bit_changes_nothing(store):
    first = rows()
    data = Layout(store).metrics_cache.read_bytes()
    for place in range(0, len(data), len(data) // 7):
        Layout(store).metrics_cache.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert rows() == first


@pytest.mark.parametrize("value", [2**53 + 1, 2**63 + 5, 2**70, -(2**70)])
def test_integers_that_need_more_are_exact_beside_cached_runs(store, value):
    rows()
    with Track.run("wide", system=False) as run:
        run.log({"w": value})
    for _ in range(2):
        found = [row["whole"] for row in Track.query("select whole from metrics where key = 'w'")]
        assert [int(cell) for cell in found] == [value]
        assert {row["whole"] for row in Track.query("select whole from metrics where key = 'n'")} == set(
            range(FEWEST + 2)
        )


def test_without_fractions_the_values_are_integers(root):
    for number in range(FEWEST):
        with Track.run("p", system=False) as run:
            run.log({"n": number, "b": number % 2 == 0})
    with Track.run("p", system=False) as run:
        run.log({"n": 2**53 + 1})
    for _ in range(2):
        (row,) = Track.query("select max(value) as top, sum(value) as total from metrics where key = 'n'")
        assert (row["top"], row["total"]) == (2**53 + 1, 2**53 + 1 + sum(range(FEWEST)))


def test_a_cache_that_cannot_be_written_is_no_error(store):
    shutil.rmtree(Layout(store).cache, ignore_errors=True)
    Layout(store).cache.write_text("a file where the folder should be")
    assert len(rows()) == (FEWEST + 2) * 15
