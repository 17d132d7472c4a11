import json
import os
from types import SimpleNamespace

import numpy as np
import pytest

from simple_track.artifacts.artifact import Artifact, log_artifact
from simple_track.artifacts.objects import ObjectStore
from simple_track.maintenance.doctor import examine
from simple_track.storage.layout import Layout
from simple_track.storage.pack import pack
from simple_track.track import Track
from simple_track.values import Image


@pytest.fixture
def layout(tmp_path):
    layout = Layout(tmp_path / "store")
    with Track.run("demo", dir=layout.root, system=False) as run:
        for step in range(5):
            run.log({"loss": 1 / (step + 1)})
        run.log({"image": Image(np.zeros((2, 2)))})
        artifact = Artifact("model", "model")
        artifact.add_bytes(b"weights", "weights.bin")
        log_artifact(layout, "demo", run.id, artifact, ["best"])
    return layout


@pytest.fixture
def run(layout):
    return next(layout.run_layouts())


def told(layout, *, deep=False):
    return [(f.level, f.where.name, f.what, f.mend) for f in examine(layout, deep=deep)]


def test_a_sound_store_is_well(layout, run):
    assert told(layout, deep=True) == []
    pack(run)
    assert told(layout, deep=True) == []


def test_no_store_is_only_a_note(tmp_path):
    assert told(Layout(tmp_path / "no")) == [
        ("note", "no", "there is no store here", "log a run, or name the store with --dir")
    ]


def test_damaged_metadata_are_an_error(layout, run):
    run.metadata.write_text("format: [1\n")
    ((level, where, what, mend),) = told(layout)
    assert (level, where) == ("error", "metadata.sdn")
    assert "not readable as SDN" in what
    assert mend == "mend the text by hand, or restore it from a backup"


def test_missing_metadata_are_a_warning(layout, run):
    run.metadata.unlink()
    ((level, where, what, _),) = told(layout)
    assert (level, where, what) == ("warning", run.run_id, "there is no metadata.sdn")


def test_a_damaged_summary_can_be_made_again(layout, run):
    run.summary.write_text("a: [")
    ((level, where, _, mend),) = told(layout)
    assert (level, where, mend) == (
        "warning",
        "summary.sdn",
        "remove it: the summary is made again from the log",
    )
    run.summary.unlink()
    assert told(layout) == []
    assert Track.load(run.run_id, dir=layout.root).summary["loss"] == 0.2


def test_a_torn_last_line_is_a_note(layout, run):
    os.truncate(run.metrics, run.metrics.stat().st_size - 4)
    assert told(layout) == [
        ("note", "metrics.jsonl", "a line was torn by a crash", "nothing to do: readers pass over it")
    ]


def test_damaged_lines_are_named_by_number(layout, run):
    lines = run.metrics.read_bytes().splitlines(keepends=True)
    lines[1] = lines[3] = b"garbage\n"
    run.metrics.write_bytes(b"".join(lines))
    ((level, _, what, _),) = told(layout)
    assert (level, what) == ("warning", "2 lines cannot be read: 2, 4")


def test_missing_and_damaged_media_are_errors(layout, run):
    (path,) = run.media("images").iterdir()
    data = path.read_bytes()
    path.write_bytes(data[:-1] + b"?")
    assert told(layout) == []
    assert told(layout, deep=True) == [
        ("error", path.name, "the file of 'image' is damaged", "restore it from a backup")
    ]
    path.unlink()
    assert told(layout) == [
        ("error", path.name, "the file of 'image' is missing", "restore it from a backup")
    ]


def test_missing_and_damaged_objects_are_errors(layout):
    store = ObjectStore(layout.objects)
    path = store.path(next(iter(store)))
    path.chmod(0o644)
    path.write_bytes(b"weightz")
    mend = "log the artifact again from a good copy, or restore it from a backup"
    assert told(layout) == []
    assert told(layout, deep=True) == [("error", path.name, "'weights.bin' of model:v0 is damaged", mend)]
    path.unlink()
    assert told(layout) == [("error", "v0.json", "'weights.bin' of model:v0 is missing from the store", mend)]


def test_a_missing_manifest_is_seen_by_its_aliases(layout):
    (layout.artifact("demo", "model") / "v0.json").unlink()
    whats = [what for _, _, what, _ in told(layout)]
    assert whats == [
        "alias 'latest' stands for v0, which is not there",
        "alias 'best' stands for v0, which is not there",
    ]


def test_a_damaged_manifest_is_an_error(layout):
    os.truncate(layout.artifact("demo", "model") / "v0.json", 30)
    level, where, what, _ = told(layout)[0]
    assert (level, where) == ("error", "v0.json")
    assert what.startswith("the manifest is damaged")


def test_a_cut_short_packing_is_a_warning(layout, run):
    run.metrics.with_name("metrics.jsonl.zst").write_bytes(b"")
    ((level, where, what, _),) = told(layout)
    assert (level, where, what) == ("warning", "metrics.jsonl.zst", "packing or unpacking was cut short")


def test_a_damaged_packed_file_is_an_error(layout, run):
    pack(run)
    path = run.metrics.with_name("metrics.jsonl.zst")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    level, where, what, _ = told(layout)[0]
    assert (level, where) == ("error", "metrics.jsonl.zst")
    assert what.startswith("is damaged")


def test_it_touches_nothing(layout):
    def snapshot():
        return {path: path.stat().st_mtime_ns for path in layout.root.rglob("*")}

    before = snapshot()
    told(layout, deep=True)
    assert snapshot() == before


def test_an_event_that_names_a_file_outside_is_an_error(layout, run):
    with run.history.open("ab") as out:
        out.write(
            b'{"event":"media","key":"a","step":0,"value":{"kind":"text","file":"../../x","sha256":""}}\n'
        )
    ((level, where, what, mend),) = told(layout)
    assert (level, where) == ("error", "history.jsonl")
    assert "not below the run" in what
    assert mend == "the log was tampered with: restore it from a backup"


def test_a_run_that_died_is_a_note_that_says_how_to_go_on(layout, run):
    run.metadata.write_text(run.metadata.read_text().replace("state: finished", "state: running"))
    ((level, where, what, mend),) = told(layout)
    assert (level, where, what) == ("note", run.run_id, "the run's process died without ending it")
    assert f"resume='{run.run_id}'" in mend


def test_low_space_is_a_warning(layout, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=5 << 20))
    assert told(layout) == [
        ("warning", "store", "only 5 MiB are free", "make room; simple-track gc may help")
    ]


def test_lines_of_edits_that_are_not_applied_are_reported(layout, run):
    Track.edit(run.run_id, name="edited", dir=layout.root)
    assert told(layout) == []
    lines = [
        b'{"time": 1, "set": {"name": 5}}',
        b"",
        b'{"time": 1, "set": {"tags": ["a"], "later": 1}}',
        b'{"time": "x", "set": {}}',
        b'{"time": 1}',
        b"[]",
        b'{"time": 1, "set"',
    ]
    with run.edits.open("ab") as file:
        file.write(b"\n".join(lines))
    ((level, where, what, mend),) = told(layout)
    assert (level, where) == ("warning", "edits.jsonl")
    assert what == "6 lines cannot be applied: 2, 4, 5, 6, 7, …"
    assert mend.startswith("the other edits are applied; edit the run again (simple-track rename,")
    assert Track.load(run.run_id, dir=layout.root).name == "edited"
    whole = run.edits.read_bytes().splitlines()
    run.edits.write_bytes(b"\n".join([whole[0], whole[-1]]))
    assert told(layout)[0][2] == "1 line cannot be applied: 2"
    run.edits.write_bytes(whole[0])  # as the hint says
    assert told(layout) == []


def test_edits_that_cannot_be_read_are_an_error(layout, run):
    run.edits.mkdir()
    assert [(level, where) for level, where, *_ in told(layout)] == [("error", "edits.jsonl")]


def test_files_without_a_hash_are_only_looked_for(layout, run):
    bodies = [
        {"kind": "odd", "file": "files/odd"},
        {"kind": "odd", "sha256": "0" * 64},
        {"kind": "odd", "file": 5},
    ]
    with run.history.open("ab") as file:
        for body in bodies:
            line = {"event": "media", "key": "odd", "step": 0, "value": body, "timestamp": 1.0}
            file.write(json.dumps(line).encode() + b"\n")
    assert [(level, where) for level, where, *_ in told(layout, deep=True)] == [("error", "odd")]
    (run.dir / "files" / "odd").write_bytes(b"x")
    assert told(layout, deep=True) == []
