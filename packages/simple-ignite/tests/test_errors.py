"""Errors: their tree, their facts, and that they can be sent to other processes."""

import copy
import pickle
from pathlib import Path

import pytest

from simple_ignite import Events, errors
from simple_ignite.checks import ValidationReport

MADE = {
    "BatchError": lambda: errors.BatchError("text"),
    "CacheError": lambda: errors.CacheError("text", path="a/b"),
    "CacheFileNotFoundError": lambda: errors.CacheFileNotFoundError("text", path="a/b"),
    "CheckpointError": lambda: errors.CheckpointError("text", path="a/b"),
    "CheckpointNotFoundError": lambda: errors.CheckpointNotFoundError("text", path="a/b"),
    "DamagedCheckpointError": lambda: errors.DamagedCheckpointError("text", path=Path("a/b")),
    "DataArgumentError": lambda: errors.DataArgumentError("text", argument="depth"),
    "DataExhaustedError": lambda: errors.DataExhaustedError("text", done=3, wanted=None),
    "EngineBusyError": lambda: errors.EngineBusyError("text"),
    "EventError": lambda: errors.EventError("text", event=Events.STARTED),
    "FileChangedError": lambda: errors.FileChangedError("text", path="a/b"),
    "FileNotReadyError": lambda: errors.FileNotReadyError("text", path="a/b", progress=0.5),
    "HandlerError": lambda: errors.HandlerError("text", handler="name"),
    "IgniteError": lambda: errors.IgniteError("text"),
    "MetricError": lambda: errors.MetricError("text"),
    "MetricInputError": lambda: errors.MetricInputError("Accuracy()", "a list", "a tensor"),
    "MetricStateError": lambda: errors.MetricStateError("Accuracy()", "cannot merge", "another"),
    "MissingDependencyError": lambda: errors.MissingDependencyError("safetensors", "this"),
    "NoDataError": lambda: errors.NoDataError("Accuracy()"),
    "OutputError": lambda: errors.OutputError("a list", "a tensor", "lambda output: output[0]"),
    "PrefetchError": lambda: errors.PrefetchError("text"),
    "RankError": lambda: errors.RankError(3, "saving: ValueError: full"),
    "RunError": lambda: errors.RunError("text", argument="seed"),
    "StateError": lambda: errors.StateError("text", key="format"),
    "ValidationError": lambda: errors.ValidationError(ValidationReport((), 0.5)),
}
ERRORS = [name for name in errors.__all__ if issubclass(getattr(errors, name), errors.IgniteError)]


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_can_be_sent_to_another_process(name, protocol):
    error = MADE[name]()
    error.add_note("engine step: epoch [1/1], iteration 2")
    for again in (pickle.loads(pickle.dumps(error, protocol)), copy.copy(error)):
        assert type(again) is type(error)
        assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))


def test_the_name_of_a_missing_library_is_kept():
    again = pickle.loads(pickle.dumps(errors.MissingDependencyError("safetensors", "this")))
    assert (again.name, again.package) == ("safetensors", "safetensors")


@pytest.mark.parametrize("name", ERRORS)
def test_the_tree_in_the_docstring_names_every_error_and_its_builtin_base(name):
    (line,) = (line for line in errors.__doc__.splitlines() if name in line.replace("(", " ").split())
    builtin = line.partition("(")[2].partition(")")[0]
    assert not builtin or issubclass(getattr(errors, name), eval(builtin))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("MissingDependencyError", "this needs safetensors; install it with: pip install safetensors"),
        (
            "OutputError",
            "the step's output is a list; expected a tensor. Give the metric an output_transform that makes "
            "it so: output_transform=lambda output: output[0]",
        ),
        ("MetricInputError", "Accuracy(): got a list; expected a tensor"),
        ("MetricStateError", "Accuracy(): cannot merge; expected another"),
        ("NoDataError", "Accuracy() has seen no data since its last reset: call update(output) first"),
        ("RankError", "rank 3 failed in saving: ValueError: full"),
    ],
)
def test_messages_are_composed_of_their_facts(name, message):
    assert str(MADE[name]()) == message
