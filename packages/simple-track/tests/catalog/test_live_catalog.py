"""A catalog in memory follows the store, and looks at little."""

import os
import shutil
import time

import pytest

from simple_track import Track
from simple_track.catalog.live_catalog import ROUNDS, LiveCatalog
from simple_track.storage.layout import Layout


@pytest.fixture
def ended(root):
    for number in range(3):
        with Track.run("demo", name=f"run-{number}", system=False) as run:
            run.log({"x": number})
    return [view.id for view in Track.runs()]


@pytest.fixture
def catalog(root, ended):
    catalog = LiveCatalog(Layout(root))
    catalog.refresh()
    return catalog


def rounds(catalog):
    """All that is reported until every run was looked at."""
    found = [catalog.refresh() for _ in range(ROUNDS)]
    return [run for changes in found for run in changes.changed], [r for c in found for r in c.gone]


def wait_until_quiet(catalog):
    """Look until nothing is reported: a run creates some of its files after it has started."""
    deadline = time.monotonic() + 30
    while catalog.refresh().changed:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_it_has_all_runs_newest_first_and_nothing_to_report(catalog, ended):
    assert [view.id for view in catalog.runs] == ended
    assert rounds(catalog) == ([], [])
    assert catalog.get(ended[0]).name == "run-2"
    assert catalog.get("absent") is None


def test_new_running_and_ended_runs_are_reported_at_once(catalog, ended):
    with Track.run("new", system=False) as run:
        assert catalog.refresh().changed == [run.id]
        wait_until_quiet(catalog)
        assert catalog.get(run.id).state == "running"
        run.name = "renamed"
        assert catalog.refresh().changed == [run.id]
        assert catalog.get(run.id).name == "renamed"
        run.log({"x": 1})
    assert catalog.refresh().changed == [run.id]
    assert (catalog.get(run.id).state, catalog.get(run.id).summary["x"]) == ("finished", 1)


def test_edits_of_ended_runs_are_found_within_some_rounds_or_when_asked(catalog, ended):
    Track.edit(ended[1], name="one")
    assert rounds(catalog) == ([ended[1]], [])
    Track.edit(ended[1], name="two")
    assert catalog.refresh(ended[1]).changed == [ended[1]]
    assert catalog.get(ended[1]).name == "two"


def test_deleted_runs_are_gone(catalog, ended):
    shutil.rmtree(catalog.get(ended[0]).layout.dir)
    assert catalog.refresh().gone == [ended[0]]
    assert catalog.get(ended[0]) is None
    shutil.rmtree(Layout(catalog.layout.root).project("demo"))
    assert sorted(catalog.refresh().gone) == sorted(ended[1:])
    assert catalog.runs == []


def test_a_run_that_cannot_be_read_yet_is_tried_again(catalog, root):
    folder = Layout(root).run("demo", "late").dir
    folder.mkdir()
    assert catalog.refresh().changed == []
    source = catalog.runs[0].layout.metadata
    text = source.read_text().replace(catalog.runs[0].id, "late")
    (folder / "metadata.sdn").write_text(text)
    assert "late" in catalog.refresh().changed


def test_little_is_looked_at(catalog, monkeypatch):
    looked = []
    stat = os.stat
    monkeypatch.setattr(os, "stat", lambda path, **options: looked.append(path) or stat(path, **options))
    for _ in range(ROUNDS):
        catalog.refresh()
    runs = [path for path in looked if "run" in str(path) and str(path).endswith("metadata.sdn")]
    assert len(runs) == 3
