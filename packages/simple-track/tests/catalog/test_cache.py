"""Each run is parsed once: its entry is valid while its files are unchanged."""

import json
import os
import shutil

import pytest

from simple_track.catalog import cache as module
from simple_track.catalog.cache import VERSION, load_catalog
from simple_track.errors import FormatError
from simple_track.reading.rebuild import write_summary
from simple_track.reading.summary import Summary
from simple_track.storage.layout import Layout
from simple_track.storage.metadata import Metadata, write_metadata


@pytest.fixture
def layout(tmp_path):
    layout = Layout(tmp_path)
    for project, run_id, state in (("p", "1", "finished"), ("p", "2", "running"), ("q", "3", "failed")):
        make(layout, project, run_id, state)
    return layout


def make(layout, project, run_id, state="finished", config=None, **values):
    run = layout.run(project, run_id)
    run.dir.mkdir(parents=True, exist_ok=True)
    write_metadata(run, Metadata(id=run_id, project=project, name="a", state=state, config=config or {}))
    if state != "running":
        summary = Summary()
        summary.observe(values or {"x": float("nan")})
        write_summary(run, summary, 7)
    return run


def listed(layout, project=None):
    return [
        (run.project, run.run_id, facts.state, None if summary is None else repr(summary))
        for run, facts, summary in load_catalog(layout, project)
    ]


ALL = [("p", "1", "finished", "{'x': nan}"), ("p", "2", "running", None), ("q", "3", "failed", "{'x': nan}")]


@pytest.fixture
def parsed(monkeypatch):
    """The ids of the runs that were parsed."""
    ids, read = [], module.edited_metadata

    def record(run):
        ids.append(run.run_id)
        return read(run)

    monkeypatch.setattr(module, "edited_metadata", record)
    return ids


def entries(layout):
    return json.loads(layout.catalog_cache.read_bytes().partition(b"\n")[2])


def test_each_run_is_parsed_once(layout, parsed):
    assert listed(layout) == ALL
    assert parsed == ["1", "2", "3"]
    assert listed(layout) == ALL
    assert parsed == ["1", "2", "3"]


def test_the_metadata_are_those_of_the_file(layout):
    make(layout, "p", "4", config={"lr": 0.1, "none": None}, y=2)
    config = {"lr": 0.1, "none": None}
    facts = Metadata(id="4", project="p", name="a", state="finished", config=config)
    for _ in range(2):
        assert [entry[1:] for entry in load_catalog(layout) if entry[0].run_id == "4"] == [(facts, {"y": 2})]


@pytest.mark.parametrize("name", ["metadata", "summary"])
@pytest.mark.parametrize("change", ["time", "size", "file", "gone"])
def test_a_file_that_changed_is_parsed_again(layout, parsed, name, change):
    listed(layout)
    parsed.clear()
    path = getattr(layout.run("p", "1"), name)
    facts, data = path.stat(), path.read_bytes()
    if change == "time":
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))
    elif change == "size":
        path.write_bytes(data + b"\n")
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    elif change == "file":
        path.rename(path.with_name("other"))
        path.write_bytes(data)
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    else:
        path.unlink()
    found = listed(layout)
    assert parsed == ["1"]
    assert len(found) == (2 if (name, change) == ("metadata", "gone") else 3)


def test_runs_that_are_gone_leave_the_cache(layout):
    listed(layout)
    shutil.rmtree(layout.run("p", "1").dir)
    assert listed(layout) == ALL[1:]
    assert sorted(entries(layout)["runs"]) == ["p/2", "q/3"]


def test_the_runs_of_one_project_leave_the_entries_of_others(layout, parsed):
    listed(layout)
    make(layout, "p", "4")
    assert [run_id for _, run_id, *_ in listed(layout, "p")] == ["1", "2", "4"]
    assert sorted(entries(layout)["runs"]) == ["p/1", "p/2", "p/4", "q/3"]
    assert parsed == ["1", "2", "3", "4"]


def test_an_unchanged_cache_is_not_written_again(layout):
    listed(layout)
    before = layout.catalog_cache.stat().st_ino
    listed(layout)
    listed(layout, "p")
    assert layout.catalog_cache.stat().st_ino == before


@pytest.mark.parametrize("data", [b"", b"nonsense", b"00000000\n{}", b"zz\n{}"])
def test_a_damaged_cache_is_rebuilt(layout, parsed, data):
    listed(layout)
    layout.catalog_cache.write_bytes(data)
    parsed.clear()
    assert listed(layout) == ALL
    assert parsed == ["1", "2", "3"]


def test_a_flipped_bit_is_seen(layout, parsed):
    listed(layout)
    data = bytearray(layout.catalog_cache.read_bytes())
    data[data.index(b"finished")] ^= 1
    layout.catalog_cache.write_bytes(data)
    assert listed(layout) == ALL


def test_a_cache_of_another_version_is_rebuilt(layout, parsed, monkeypatch):
    listed(layout)
    monkeypatch.setattr(module, "VERSION", VERSION + 1)
    assert listed(layout) == ALL
    assert parsed == ["1", "2", "3"] * 2
    assert entries(layout)["version"] == VERSION + 1


def test_runs_that_cannot_be_read_are_skipped_and_tried_again(layout, parsed):
    broken = layout.run("p", "0")
    broken.dir.mkdir()
    broken.metadata.write_text("a: [1")
    layout.run("p", "empty").dir.mkdir()
    for _ in range(2):
        assert listed(layout) == ALL
    assert parsed.count("0") == 2


@pytest.mark.parametrize("error", [FileNotFoundError, FormatError])
def test_a_summary_that_cannot_be_read_is_left_to_the_log(layout, error):
    run = make(layout, "p", "4")
    if error is FormatError:
        run.summary.write_text("a: [1")
    else:
        run.summary.unlink()
    assert ("p", "4", "finished", None) in listed(layout)


def test_a_run_with_integers_that_the_cache_cannot_hold_is_parsed_each_time(layout, parsed):
    make(layout, "p", "4", config={"n": 10**30})
    for _ in range(2):
        (config,) = [facts.config for run, facts, _ in load_catalog(layout) if run.run_id == "4"]
        assert config == {"n": 10**30}
    assert parsed == ["1", "2", "4", "3", "4"]


def test_a_cache_that_cannot_be_written_does_no_harm(layout):
    layout.cache.write_text("in the way")
    assert listed(layout) == ALL


def test_writing_the_cache_does_not_wait_for_the_disk(layout, disk):
    disk.calls.clear()
    listed(layout)
    assert disk.calls == [("name", str(layout.catalog_cache))]


@pytest.mark.parametrize("collecting", [True, False])
def test_garbage_collection_is_left_as_it_was(layout, collecting):
    import gc

    listed(layout)
    was = gc.isenabled()
    try:
        gc.enable() if collecting else gc.disable()
        listed(layout)
        assert gc.isenabled() is collecting
    finally:
        gc.enable() if was else gc.disable()
