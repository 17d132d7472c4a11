"""Names of other libraries are answered with what to write, and the answers name what exists."""

import copy
import inspect
import pickle
import re
from pathlib import Path

import pytest

from simple_track import RunClosedError, Track, UnknownArgumentError, UnknownNameError
from simple_track.familiar_names import (
    ALERT_ARGUMENTS,
    ARTIFACT_ARGUMENTS,
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


CALLS = {
    "run.log": (LOG_ARGUMENTS, lambda run, **words: run.log({"a": 1}, **words)),
    "run.log_artifact": (ARTIFACT_ARGUMENTS, lambda run, **words: run.log_artifact("a.txt", **words)),
    "run.alert": (ALERT_ARGUMENTS, lambda run, **words: run.alert("a", **words)),
    "run.finish": (FINISH_ARGUMENTS, lambda run, **words: run.finish(**words)),
    "run.define_metric": (METRIC_ARGUMENTS, lambda run, **words: run.define_metric("a", **words)),
}


@pytest.mark.parametrize("mode", ["tracked", "disabled"])
@pytest.mark.parametrize("call", CALLS)
def test_an_argument_of_a_method_of_another_library_is_answered(root, call, mode):
    answers, method = CALLS[call]
    if mode == "disabled":
        Track.set_mode("disabled")
    with Track.run("demo", system=False) as run:
        for argument in answers:
            message = f"{call} has no argument '{argument}'; (write: |leave it out)"
            with pytest.raises(UnknownArgumentError, match=re.escape(message[:-25])) as caught:
                method(run, **{argument: "x"})
            assert re.search(message, str(caught.value))
        assert run.step == -1
    assert not set(answers) & set(inspect.signature(getattr(Run, call.partition(".")[2])).parameters)


def test_a_mistyped_argument_of_log_is_answered_with_the_nearest(root):
    with Track.run("demo", system=False) as run:
        with pytest.raises(UnknownArgumentError, match=r"no argument 'steps'; did you mean 'step'\?"):
            run.log({"a": 1}, steps=3)
        run.finish()
        with pytest.raises(RunClosedError):
            run.log({"a": 1}, commit=False)


@pytest.mark.parametrize("argument", RUNS_ARGUMENTS)
def test_an_argument_of_a_search_of_another_library_is_answered(root, argument):
    with pytest.raises(UnknownArgumentError, match=f"Track.runs has no argument '{argument}'; (write|leave)"):
        Track.runs(**{argument: "x"})


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


def test_what_the_answers_for_arguments_say_works(root, tmp_path):
    """Each hint is followed, as a user would."""
    path = tmp_path / "a.txt"
    path.write_text("x")
    ref, epoch, name, value = "a.txt:v0", 3, "c", 5
    with Track.run("demo", system=False) as run:
        run.log_artifact(path)
        assert run.log_artifact(path, name="other", aliases="best").name == "other"
        artifact = Track.Artifact("m", "model", metadata={"description": "x"})
        artifact.add_file(path)
        artifact.add_dir(tmp_path, "folder")
        run.log_artifact(artifact)
        assert run.use_artifact(ref).version == "v0"
        run.log({"a": 1}, step=7)
        run.log({name: value}, step=7)
        run.log({name: {"x": 1}}, step=7)
        run.log({"epoch": epoch, "val": 0.5})
        run.define_metric("*", step="epoch")
    history = Track.load(run.id).history()
    assert history["step"].tolist() == [7, 7, 7, 8]
    assert history.axis("val").tolist()[-1] == 3
    quick = {"resume": run.id, "system": False}
    with Track.run("demo", **quick, rewind=8, console=False, notes="n", name="x", config={"lr": 1}) as again:
        assert again.step == 7
    with Track.run("demo", reinit="stack", dir=tmp_path / "there", system=False) as first:
        with Track.run("demo", reinit="stack", system=False) as second:
            second.log({"a": 1})
        first.log({"a": 1})
    assert Path(first.dir).is_relative_to(tmp_path / "there")


def test_answers_name_arguments_and_methods_that_exist():
    arguments = set(inspect.signature(Track.run).parameters)
    for answer in RUN_ARGUMENTS.values():
        assert set(re.findall(r"^(\w+)=|, (\w+)=", answer)) <= {(a, "") for a in arguments} | {
            ("", a) for a in arguments
        }
    more = (*LOG_ARGUMENTS.values(), *ARTIFACT_ARGUMENTS.values(), *METRIC_ARGUMENTS.values())
    for answer in (*RUN_NAMES.values(), *TRACK_NAMES.values(), *more):
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
