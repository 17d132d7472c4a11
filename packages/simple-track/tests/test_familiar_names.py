"""Names of other libraries are answered with what to write, and the answers name what exists."""

import inspect
import re

import pytest

from simple_track import Track, UnknownArgumentError, UnknownNameError
from simple_track.familiar_names import RUN_ARGUMENTS, RUN_NAMES, TRACK_NAMES
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
        with pytest.raises(TypeError, match=r"Run\.log\(\) got an unexpected keyword argument 'commit'"):
            run.log({"a": 1}, commit=False)


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
