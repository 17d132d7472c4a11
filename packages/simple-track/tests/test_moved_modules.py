"""What version 0.3 pickled still loads, though its modules have moved."""

import copy
import importlib
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import simple_track
from simple_track import Run, Track, moved_modules
from simple_track.errors import TrackError
from simple_track.recording.start import rejoin
from simple_track.storage.metadata import Metadata

PICKLES = Path(__file__).with_name("assets") / "pickles-0.3"


def load(name):
    return pickle.loads((PICKLES / f"{name}.pickle").read_bytes())


def test_everything_that_was_pickled_loads_in_a_new_process_and_can_be_pickled_again():
    code = f"""
        import pickle
        from pathlib import Path
        for path in Path({str(PICKLES)!r}).iterdir():
            found = pickle.loads(path.read_bytes())
            assert type(pickle.loads(pickle.dumps(found))) is type(found), path
    """
    subprocess.run([sys.executable, "-W", "error", "-c", textwrap.dedent(code)], check=True, timeout=60)


def test_runs_and_their_numbers_are_what_they_were():
    view, history, rule = load("run_view"), load("history"), load("rule")
    assert (view.name, view.state, view.config) == ("calm-otter", "finished", {"lr": 0.1})
    assert view.metadata.environment["argv"]
    assert history["loss"].tolist() == [1.0, 0.5]
    assert history["note"].tolist() == ["a", None]
    assert history.present("n").tolist() == [False, True]
    assert (rule.pattern, rule.summary) == ("val/*", "min")
    assert load("query_result").rows == [(1,)]
    disabled = load("disabled_run")
    assert (disabled.name, disabled.state, disabled.dir) == ("quiet-otter", "running", "")
    disabled.log({"loss": 0.25})
    assert dict(disabled.summary) == {"loss": 0.25}


def test_artifacts_are_what_they_were():
    artifact, version, untracked = load("artifact"), load("artifact_version"), load("untracked_version")
    assert (artifact.name, artifact.entries, artifact.metadata) == ("data", ["a.txt"], {"n": 1})
    assert artifact.add_bytes(b"more", "b.txt") == "b.txt"
    assert (version.ref, version.files[0].name, version.metadata) == ("demo/data:v0", "a.txt", {"n": 1})
    assert (untracked.name, untracked.aliases, untracked.version) == ("data", ("best",), "untracked")


def test_values_are_what_they_were():
    assert load("image").pixels[0, 1].tolist() == [3, 4, 5]
    assert load("image").caption == "ramp"
    assert load("audio").sample_rate == 8000
    assert load("histogram").counts.sum() == 3
    assert np.array_equal(load("mesh").faces, [[0, 1, 2]])
    assert list(load("table")) == [{"n": 1, "x": 0.5}, {"n": 2, "x": None}]
    assert load("text") == Track.Media.Text("words")


def test_errors_are_what_they_were():
    errors = [load(path.stem) for path in PICKLES.glob("*Error.pickle")]
    assert len(errors) == 21
    assert all(isinstance(error, TrackError) and str(error) for error in errors)
    assert load("QueryError").sql == "select nothing from nowhere"
    assert load("UnknownVersionError").asked == "v9"


def test_classes_and_functions_are_the_ones_of_today():
    assert load("classes") == [Track, Run, Track.Table, Track.Artifact, Track.Media]
    assert load("functions") == [Track.run, Track.active, Track.set_mode, Track.load]


def pickled_as_by_0_3(run, monkeypatch):
    """The bytes that version 0.3 made of a run."""
    with monkeypatch.context() as patch:
        patch.setattr(rejoin, "__module__", "simple_track.start")
        patch.setattr(Metadata, "__module__", "simple_track.metadata")
        data = pickle.dumps(run)
    assert b"simple_track.start" in data
    assert b"simple_track.metadata" in data
    return data


def test_a_run_that_was_pickled_by_0_3_goes_on_in_a_worker(root, monkeypatch):
    with Track.run("demo", system=False) as run:
        run.log({"parent": 1})
        data = pickled_as_by_0_3(run, monkeypatch)
        assert pickle.loads(data) is run
        code = "import pickle, sys; run = pickle.load(sys.stdin.buffer); run.log({'worker': 2}); run.finish()"
        subprocess.run([sys.executable, "-c", code], input=data, check=True, timeout=60)
    assert dict(Track.load(run.id).summary) == {"parent": 1, "worker": 2}
    assert Track.load(run.id).state == "finished"


def test_a_copy_of_a_run_is_the_run(root):
    with Track.run("demo", system=False) as run:
        assert copy.copy(run) is run
        assert copy.deepcopy({"run": run})["run"] is run


@pytest.mark.parametrize("former", sorted(moved_modules.MOVED))
def test_every_former_module_leads_to_one_that_exists(former):
    module = importlib.import_module(f"simple_track.{former}")
    target = importlib.import_module(f"simple_track.{moved_modules.MOVED[former]}")
    public = [name for name in vars(target) if not name.startswith("_")]
    assert public
    assert all(getattr(module, name) is getattr(target, name) for name in public)


def test_a_former_module_has_the_errors_that_left_it_and_nothing_more():
    module = importlib.import_module("simple_track.queryresult")
    assert module.QueryError is simple_track.QueryError
    with pytest.raises(
        AttributeError, match=r"module 'simple_track\.queryresult' has no attribute 'nothing'"
    ):
        module.nothing  # noqa: B018
    with pytest.raises(AttributeError):
        module.__wrapped__  # noqa: B018


@pytest.mark.parametrize("name", ["simple_track.none", "simple_track.values.none", "start", "other.start"])
def test_other_names_are_not_found(name):
    assert moved_modules.MovedModules().find_spec(name, None) is None
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(name)
