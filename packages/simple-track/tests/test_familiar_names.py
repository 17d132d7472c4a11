"""Names of other libraries are answered with what to write, and the answers name what exists."""

import copy
import inspect
import pickle
import re

import pytest

from simple_track import Track, UnknownArgumentError, UnknownNameError
from simple_track.familiar_names import (
    ALERT_ARGUMENTS,
    FINISH_ARGUMENTS,
    LOG_ARGUMENTS,
    METRIC_ARGUMENTS,
    RUN_ARGUMENTS,
    RUN_NAMES,
    RUNS_ARGUMENTS,
    TRACK_NAMES,
    WRITING,
)
from simple_track.reading.view import RunView
from simple_track.recording.run import Run


@pytest.mark.parametrize("argument", RUN_ARGUMENTS)
def test_an_argument_of_another_library_is_answered(root, argument):
    with pytest.raises(
        UnknownArgumentError, match=f"Track.run has no argument '{argument}'; (write: |leave it)"
    ):
        Track.run("demo", **{argument: "x"})
    assert Track.active() is None


def test_a_mistyped_argument_is_answered_with_the_nearest(root):
    with pytest.raises(UnknownArgumentError, match="no argument 'tag'; did you mean 'tags'"):
        Track.run("demo", tag="x")
    with pytest.raises(TypeError, match=r"no argument 'xyzzy'$"):
        Track.run("demo", xyzzy=1)


@pytest.mark.parametrize("name", TRACK_NAMES)
def test_a_function_of_another_library_is_answered(name):
    with pytest.raises(UnknownNameError, match=f"Track has no attribute '{name}'; (write: |leave it)"):
        getattr(Track, name)


@pytest.mark.parametrize("name", RUN_NAMES)
def test_a_method_of_another_library_is_answered(root, name):
    with (
        Track.run("demo", system=False) as run,
        pytest.raises(UnknownNameError, match="a run has no attribute"),
    ):
        getattr(run, name)


def test_what_does_not_exist_is_still_absent(root):
    with Track.run("demo", system=False) as run:
        assert not hasattr(run, "add_scalar")
        assert getattr(Track, "init", None) is None
        with pytest.raises(AttributeError, match="did you mean 'finish'"):
            run.finnish()


ARGUMENTS = [
    *((call, argument) for call, table in (
        ("run.log", LOG_ARGUMENTS),
        ("run.define_metric", METRIC_ARGUMENTS),
        ("run.alert", ALERT_ARGUMENTS),
        ("run.finish", FINISH_ARGUMENTS),
        ("Track.runs", RUNS_ARGUMENTS),
    ) for argument in table),
]  # fmt: skip


@pytest.mark.parametrize("mode", ["offline", "disabled"])
@pytest.mark.parametrize(("call", "argument"), ARGUMENTS)
def test_an_argument_of_another_librarys_method_is_answered(root, call, argument, mode, monkeypatch):
    monkeypatch.setenv("SIMPLE_TRACK_MODE", mode)
    owner, method = call.split(".")
    with Track.run("demo", system=False) as run:
        given = {"run.log": ({"a": 1},), "run.define_metric": ("a",), "run.alert": ("a",)}.get(call, ())
        with pytest.raises(
            UnknownArgumentError, match=rf"{call} has no argument '{argument}'; (write|leave)"
        ):
            getattr(run if owner == "run" else Track, method)(*given, **{argument: 1})
        assert run.step == -1
        assert run.state == "running"


def test_a_metric_that_is_given_by_name_is_answered(root):
    with Track.run("demo", system=False) as run:
        with pytest.raises(
            UnknownArgumentError, match=r'has no argument \'loss\'; write: run\.log\({"loss": …}\)'
        ):
            run.log({}, loss=0.5)
        with pytest.raises(UnknownArgumentError, match="did you mean 'step'"):
            run.log({}, steps=3)


@pytest.mark.parametrize(
    ("owner", "name", "answer"),
    [
        ("Track", "define_metric", "write: run.define_metric of the run that Track.run returns"),
        ("Track", "log_table", "write: run.log_table of the run that Track.run returns"),
        ("Track", "xyzzy", ""),
        ("Track", "alert", "write: run.alert of the run that Track.run returns"),
        ("run", "events", "write: Track.load(run.id).events"),
        ("run", "environment", "write: Track.load(run.id).environment"),
        ("run", "xyzzy", ""),
    ],
)
def test_what_the_other_one_has_is_answered(root, owner, name, answer):
    with Track.run("demo", system=False) as run, pytest.raises(UnknownNameError) as caught:
        getattr(run if owner == "run" else Track, name)
    assert caught.value.hint == answer


def test_a_loaded_run_says_how_to_write_to_it(root):
    with Track.run("demo", system=False) as run:
        pass
    view = Track.load(run.id)
    resume = f"it was loaded to read from; Track.run(project='demo', resume='{run.id}') continues it"
    for name in (*WRITING, "add_scalar", "close"):
        with pytest.raises(UnknownNameError) as caught:
            getattr(view, name)
        assert caught.value.hint == resume
    with pytest.raises(
        UnknownNameError, match="a loaded run has no attribute 'histori'; did you mean 'history'"
    ):
        view.histori()
    assert not hasattr(view, "log")
    assert copy.deepcopy(view).id == pickle.loads(pickle.dumps(view)).id == run.id


def test_what_only_a_live_run_can_do_is_complete():
    live = {name for name in dir(Run) if not name.startswith("_") and callable(getattr(Run, name))}
    assert live - set(dir(RunView)) == WRITING


def test_answers_name_arguments_and_methods_that_exist():
    arguments = set(inspect.signature(Track.run).parameters)
    for answer in RUN_ARGUMENTS.values():
        assert set(re.findall(r"^(\w+)=|, (\w+)=", answer)) <= {(a, "") for a in arguments} | {
            ("", a) for a in arguments
        }
    for answer in (*RUN_NAMES.values(), *TRACK_NAMES.values()):
        for name in re.findall(r"\brun\.(\w+)", answer):
            assert hasattr(Run, name), answer
        for name in re.findall(r"\bTrack\.(\w+)", answer):
            assert hasattr(Track, name), answer
        for name in re.findall(r"Track\.Media\.(\w+)", answer):
            assert hasattr(Track.Media, name), answer


def test_no_answer_hides_what_exists():
    assert not [name for name in TRACK_NAMES if name in vars(Track)]
    assert not [name for name in RUN_NAMES if hasattr(Run, name)]
    assert not set(RUN_ARGUMENTS) & set(inspect.signature(Track.run).parameters)
