"""The layout names every folder, and nothing leads out of it."""

from pathlib import Path

import pytest

from simple_track.errors import FormatError, UnsafeNameError
from simple_track.storage.layout import Layout, RunLayout, packed_file


def test_runs_lie_below_their_project(tmp_path):
    layout = Layout(tmp_path)
    run = layout.run("demo", "id-1")
    assert run.dir == tmp_path / "runs" / "demo" / "id-1"
    assert (run.project, run.run_id, run.root) == ("demo", "id-1", layout)
    assert run.metrics.name == "metrics.jsonl"
    assert run.stream("node-4711")[0].name == "metrics.node-4711.jsonl"


@pytest.mark.parametrize("project", ["..", "../x", "/abs", "a/b", ""])
def test_a_project_never_leads_out(tmp_path, project):
    with pytest.raises(UnsafeNameError):
        Layout(tmp_path).run(project, "id")
    with pytest.raises(UnsafeNameError):
        Layout(tmp_path).run("demo", project)


def test_no_project_can_take_the_place_of_the_contents(tmp_path):
    with pytest.raises(UnsafeNameError, match="is the name of the folder that holds all contents"):
        Layout(tmp_path).artifact("Objects", "x")


@pytest.mark.parametrize(
    "relative", ["../x", "/etc/passwd", "a/../../x", "", "a//b", "C:/x", "a\\..\\..\\b", "nul\0"]
)
def test_a_file_that_an_event_names_never_leads_out(tmp_path, relative):
    run = Layout(tmp_path).run("demo", "id")
    with pytest.raises(FormatError, match="which is not below the run"):
        run.resolve(relative)


def test_a_file_below_the_run_is_found_again(tmp_path):
    run = Layout(tmp_path).run("demo", "id")
    path = run.media("images") / "a.png"
    assert run.resolve(run.relative(path)) == path


def test_streams_are_listed_first_writer_first_and_packed_ones_by_their_plain_name(tmp_path):
    run = Layout(tmp_path).run("demo", "id")
    run.dir.mkdir(parents=True)
    for name in (
        "metrics.z-1.jsonl",
        "metrics.jsonl.zst",
        "metrics.a-2.jsonl",
        "metrics.txt",
        "history.jsonl",
    ):
        (run.dir / name).touch()
    assert [path.name for path in run.metric_files()] == [
        "metrics.jsonl",
        "metrics.a-2.jsonl",
        "metrics.z-1.jsonl",
    ]
    assert [path.name for path in run.history_files()] == ["history.jsonl"]


def test_runs_are_found_by_id_in_any_project(tmp_path):
    layout = Layout(tmp_path)
    assert layout.projects() == []
    assert layout.find_run("b") is None
    for project, run_id in (("p", "a"), ("q", "b")):
        layout.run(project, run_id).dir.mkdir(parents=True)
    assert layout.projects() == ["p", "q"]
    assert layout.find_run("b") == layout.run("q", "b")
    assert [run.run_id for run in layout.run_layouts()] == ["a", "b"]
    assert Layout(Path("relative")).root.is_absolute()


def test_every_name_of_a_store_is_where_the_documentation_says(tmp_path):
    layout = Layout(tmp_path)
    run = layout.run("p", "id")
    assert {
        name: getattr(layout, name).relative_to(tmp_path).as_posix()
        for name in (
            "runs",
            "artifacts",
            "objects",
            "artifacts_lock",
            "registry",
            "sweeps",
            "cache",
            "catalog_cache",
        )
    } == {
        "runs": "runs",
        "artifacts": "artifacts",
        "objects": "artifacts/objects",
        "artifacts_lock": "artifacts/.lock",
        "registry": "registry",
        "sweeps": "sweeps",
        "cache": "cache",
        "catalog_cache": "cache/catalog.json",
    }
    assert layout.column_cache(run) == tmp_path / "cache" / "series" / "p" / "id"
    assert layout.artifact_cache("p") == tmp_path / "cache" / "artifacts" / "p"
    assert layout.rendezvous("p", "k") == tmp_path / "cache" / "shared" / "p" / "k"
    assert layout.artifact("p", "a") == tmp_path / "artifacts" / "p" / "a"
    names = {name: run.relative(getattr(run, name)) for name in vars(RunLayout) if is_path_of(run, name)}
    assert names == {
        "all_media": "media",
        "artifacts": "artifacts",
        "console": "files/console.log",
        "diff": "files/diff.patch",
        "edits": "edits.jsonl",
        "files": "files",
        "history": "history.jsonl",
        "lock": "run.lock",
        "metadata": "metadata.sdn",
        "metrics": "metrics.jsonl",
        "requirements": "files/requirements.txt",
        "summary": "summary.sdn",
        "system_metrics": "metrics.system.jsonl",
        "tables": "tables",
    }


NO_PATHS = ("project", "run_id", "root", "exists", "tombstones")


def is_path_of(run, name):
    return isinstance(getattr(RunLayout, name), property) and name not in NO_PATHS


def test_the_packed_form_is_beside_the_plain_one(tmp_path):
    assert packed_file(tmp_path / "metrics.jsonl") == tmp_path / "metrics.jsonl.zst"


def test_samples_of_the_machine_can_be_left_out(tmp_path):
    run = Layout(tmp_path).run("demo", "id")
    run.dir.mkdir(parents=True)
    for path in (run.metrics, run.system_metrics, run.history, run.stream("z-1")[1]):
        path.touch()
    assert run.metric_files() == [run.metrics, run.system_metrics]
    assert run.metric_files(system=False) == [run.metrics]
    assert run.stream_files() == [run.metrics, run.system_metrics, run.history, run.stream("z-1")[1]]


def test_the_folders_of_artifacts_are_listed_without_the_objects(tmp_path):
    layout = Layout(tmp_path)
    assert list(layout.artifact_folders()) == []
    for project, name in (("q", "b"), ("p", "z"), ("p", "a")):
        layout.artifact(project, name).mkdir(parents=True)
    (layout.objects / "ab").mkdir(parents=True)
    layout.artifacts_lock.touch()
    (layout.artifacts / "p" / ".lock").touch()
    assert [path.relative_to(layout.artifacts).as_posix() for path in layout.artifact_folders()] == [
        "p/a",
        "p/z",
        "q/b",
    ]
