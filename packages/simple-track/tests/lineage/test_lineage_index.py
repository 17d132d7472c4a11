import orjson
import pytest

from simple_track.artifacts.trail import Trail
from simple_track.errors import FormatError
from simple_track.lineage import lineage_index
from simple_track.storage.layout import Layout


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path / "store")


def trail(layout, name="data", file="events.jsonl"):
    return Trail(layout.artifact("p", name) / file)


def version(number, run):
    return {"event": "version", "version": f"v{number}", "digest": "a" * 64, "run": run, "type": "dataset"}


def use(number, run):
    return {"event": "use", "version": f"v{number}", "run": run}


def test_makers_and_users_are_gathered(layout):
    trail(layout).append(
        [version(0, "r1"), use(0, "r2"), use(0, "r2"), {"event": "again", "version": "v0", "run": "r3"}]
    )
    index = lineage_index(layout)
    assert (index.makers, index.users) == ({"p/data:v0": ["r1", "r3"]}, {"p/data:v0": ["r2"]})
    assert (index.made["r3"], index.used["r2"]) == (["p/data:v0"], ["p/data:v0"])
    assert (index.types, index.digests) == ({"p/data:v0": "dataset"}, {"p/data:v0": "a" * 64})
    assert [index.has_run(run) for run in ("r1", "r2", "r9")] == [True, True, False]


def test_lines_that_are_no_such_events_are_passed_over(layout):
    trail(layout).append(
        [{"event": "version"}, use("x", "r1"), {**use(0, None), "registry": "M/N:v0"}, version(0, 7)]
    )
    index = lineage_index(layout)
    assert (index.makers, index.users) == ({}, {})


def test_only_what_is_new_is_read(layout, monkeypatch):
    trail(layout).append([version(0, "r1")])
    trail(layout, "other").append([version(0, "r1")])
    lineage_index(layout)
    size = trail(layout).path.stat().st_size
    trail(layout).append([use(0, "r2")])
    reads = []
    read = Trail.read
    monkeypatch.setattr(
        Trail, "read", lambda self, start=0: reads.append((self.path, start)) or read(self, start)
    )
    assert lineage_index(layout).users == {"p/data:v0": ["r2"]}
    assert reads == [(trail(layout).path, size)]
    reads.clear()
    lineage_index(layout)
    assert reads == []


def test_trails_of_other_stores_count_too(layout):
    trail(layout).append([version(0, "r1")])
    lineage_index(layout)
    trail(layout, file="events.laptop.jsonl").append([use(0, "r2")])
    assert lineage_index(layout).users == {"p/data:v0": ["r2"]}


def test_an_artifact_that_is_deleted_is_gone(layout):
    trail(layout).append([version(0, "r1")])
    lineage_index(layout)
    trail(layout).path.unlink()
    assert lineage_index(layout).makers == {}


@pytest.mark.parametrize(
    "damage", [b"", b"[]", b'{"format": 1}', b'{"format": 9, "folders": {}, "artifacts": {}}']
)
def test_a_damaged_cache_is_gathered_anew(layout, damage):
    trail(layout).append([version(0, "r1")])
    lineage_index(layout)
    layout.lineage_cache.write_bytes(damage)
    assert lineage_index(layout).makers == {"p/data:v0": ["r1"]}
    assert orjson.loads(layout.lineage_cache.read_bytes())["format"] == 1


def test_a_folder_in_the_place_of_a_trail_is_named(layout):
    trail(layout).path.mkdir(parents=True)
    with pytest.raises(FormatError, match=r"events\.jsonl: cannot be read"):
        lineage_index(layout)
