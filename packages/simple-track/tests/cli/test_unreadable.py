"""One thing that cannot be read hides no other: each command leaves it out, says so, and ends with 1."""

import json
import os
import shutil

import pytest

from simple_track import Track
from simple_track.errors import UnreadableWarning
from simple_track.storage.layout import Layout
from simple_track.storage.pack import pack


@pytest.fixture
def damaged(root):
    """A store with a good run and one that is damaged."""
    Track.set_dir(root.parent / "store")
    for number in range(2):
        with Track.run(project="p", system=False, name=f"run-{number}") as run:
            run.log({"loss": number / 2})
            artifact = Track.Artifact(f"m{number}", "model")
            artifact.add_bytes(b"%d" % number, "f")
            run.log_artifact(artifact)
    good, bad = (view.layout for view in sorted(Track.runs(), key=lambda view: view.name))
    return good, bad


def harm_metadata(run):
    run.metadata.write_text("{{{")


def harm_log(run):
    """Damage the packed log of a run without a summary."""
    pack(run)
    run.summary.unlink()
    path = run.dir / "metrics.jsonl.zst"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def harm_folder(run):
    """Put a folder in place of the log, of a run without a summary."""
    run.summary.unlink()
    run.metrics.unlink()
    run.metrics.mkdir()


@pytest.mark.parametrize("harm", [harm_metadata, harm_log, harm_folder])
@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("ls",), "runs"),
        (("ls", "--where", "summary.loss < 0.5"), "runs"),
        (("ls", "--order", "-summary.loss"), "runs"),
        (("query", "select run, name from runs"), "rows"),
        (("query", "select run from metrics"), "rows"),
        (("export", "--all", "-f", "csv"), None),
    ],
)
def test_what_is_left_out_is_told(damaged, call, harm, words, name):
    good, bad = damaged
    harm(bad)
    shutil.rmtree(good.root.cache)
    result = call(*words)
    if harm is not harm_metadata and words == ("query", "select run from metrics") and result.code == 0:
        pytest.fail("the damaged log was not told")
    assert result.code == 1
    assert good.run_id in result.out
    assert bad.run_id in result.err
    assert bad.run_id not in result.out
    if name is not None:
        document = json.loads(call(*words, "--json").out)
        assert [entry["where"] for entry in document["unreadable"]] == [str(bad.dir)]
        assert len(document[name]) == 1


@pytest.mark.parametrize("harm", [harm_metadata, harm_log, harm_folder])
def test_doctor_and_gc_go_on(damaged, call, harm):
    _, bad = damaged
    harm(bad)
    told = call("doctor")
    assert told.code == 1
    assert str(bad.dir) in told.out
    assert call("gc").code in (0, 1)


def test_python_is_warned_with_where_and_why(damaged):
    good, bad = damaged
    harm_metadata(bad)
    with pytest.warns(UnreadableWarning, match="not readable as SDN") as warned:
        assert [view.id for view in Track.runs()] == [good.run_id]
    assert [(entry.message.where, entry.filename) for entry in warned] == [(bad.dir, warned[0].filename)]


@pytest.mark.parametrize("resume", ["allow", "must", True])
def test_resume_passes_over_what_cannot_be_read(damaged, resume):
    good, bad = damaged
    harm_metadata(bad)
    if resume is True:
        with pytest.warns(UnreadableWarning), Track.run("p", resume=resume, system=False) as run:
            assert run.id not in (good.run_id, bad.run_id)
        return
    with pytest.warns(UnreadableWarning), Track.run("p", resume=resume, system=False) as run:
        assert run.id == good.run_id


def test_an_artifact_folder_that_cannot_be_listed_is_a_doubt(damaged, monkeypatch):
    """Else `gc --delete` would take what its manifests name for garbage."""
    from simple_track.maintenance import garbage

    good, _ = damaged
    folder = Layout(good.root.root).artifacts / "p"
    real = os.scandir

    def refuse(path="."):
        if str(path) == str(folder):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = garbage.find_garbage(good.root, young=-1)
    assert [doubt for doubt in found.doubts if str(folder) in doubt] == [
        f"{folder}: cannot be read (Permission denied)"
    ]
    assert not [item for item in found.items if "objects" in str(item.path)]
