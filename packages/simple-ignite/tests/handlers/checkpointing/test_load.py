"""Loading: which file is taken, and what it is loaded into."""

import json
import os

import pytest
import torch
from torch import nn

from simple_ignite import Engine
from simple_ignite.errors import (
    CheckpointError,
    CheckpointNotFoundError,
    DamagedCheckpointError,
    DamagedCheckpointWarning,
    StateError,
)
from simple_ignite.handlers.checkpointing.load import load_best, load_file, load_latest
from simple_ignite.handlers.checkpointing.retention import Kept, Retention
from simple_ignite.handlers.checkpointing.safetensors_file import write_weights
from simple_ignite.handlers.checkpointing.torch_file import write_file


class Value:
    """Something with a state."""

    def __init__(self):
        self.value = None

    def state_dict(self):
        return {"value": self.value}

    def load_state_dict(self, state):
        self.value = state["value"]


def written(folder, *steps, listed=(), prefix=""):
    """Write checkpoints, and a list of some of them, in this order of time."""
    for number, step in enumerate(steps, 1):
        path = folder / f"{prefix}checkpoint_{step}.pt"
        write_file(path, {"thing": {"value": step}})
        os.utime(path, (number, number))
    if listed:
        retention = Retention(folder / f"{prefix}checkpoints.json", None)
        for step in listed:
            retention.admit(Kept(f"{prefix}checkpoint_{step}.pt", step, float(-step)))
        retention.write()


def at(folder, when, name="checkpoints.json"):
    os.utime(folder / name, (when, when))


def latest(folder, **options):
    thing = Value()
    load_latest(folder, {"thing": thing}, **options)
    return thing.value


def test_the_latest_of_the_list_is_taken(tmp_path):
    written(tmp_path, 1, 3, 2, listed=(1, 2, 3))
    at(tmp_path, 9)
    assert latest(tmp_path) == 3


def test_a_file_newer_than_the_list_comes_first(tmp_path):
    written(tmp_path, 1, 2, 3, listed=(1, 2))
    at(tmp_path, 2.5)
    assert latest(tmp_path) == 3
    at(tmp_path, 3)
    assert latest(tmp_path) == 3, "also one of the same moment"


def test_a_file_older_than_the_list_comes_last(tmp_path):
    written(tmp_path, 9, 1, 2, listed=(1, 2))
    at(tmp_path, 5)
    assert latest(tmp_path) == 2
    for step in (1, 2):
        (tmp_path / f"checkpoint_{step}.pt").write_bytes(b"")
    with pytest.warns(DamagedCheckpointWarning):
        assert latest(tmp_path) == 9


def test_without_a_list_the_newest_file_is_taken_and_of_the_same_time_the_last_name(tmp_path):
    written(tmp_path, 3, 1, 2)
    assert latest(tmp_path) == 2
    for step in (1, 2, 3):
        at(tmp_path, 7, f"checkpoint_{step}.pt")
    assert latest(tmp_path) == 3


def test_only_files_of_the_prefix_are_looked_at(tmp_path):
    written(tmp_path, 1)
    written(tmp_path, 2, prefix="net_")
    (tmp_path / "checkpoint_9.txt").write_text("notes")
    (tmp_path / ".checkpoint_9.pt.7.tmp").write_text("half")
    assert latest(tmp_path) == 1
    assert latest(tmp_path, filename_prefix="net") == 2


def test_the_path_that_was_loaded_is_returned(tmp_path):
    written(tmp_path, 1, 2)
    path = tmp_path / "checkpoint_2.pt"
    assert load_latest(str(tmp_path), {"thing": Value()}) == path
    assert load_file(str(path), {"thing": Value()}) == path


def test_damaged_and_missing_files_are_skipped_with_a_warning_each(tmp_path):
    written(tmp_path, 1, 2, 3, listed=(1, 2, 3))
    at(tmp_path, 9)
    (tmp_path / "checkpoint_3.pt").unlink()
    (tmp_path / "checkpoint_2.pt").write_bytes(b"x")
    with pytest.warns(DamagedCheckpointWarning) as caught:
        assert latest(tmp_path) == 1
    assert len(caught) == 2
    assert str(caught[1].message) == (
        f"{tmp_path / 'checkpoint_2.pt'}: damaged: File is not a zip file; trying the one before it"
    )
    assert caught[0].filename == __file__


def test_if_none_is_intact_the_message_says_what_to_do(tmp_path):
    with pytest.raises(CheckpointNotFoundError) as caught:
        latest(tmp_path, filename_prefix="net")
    assert str(caught.value) == (
        f"{tmp_path}: no intact checkpoint net_checkpoint_* (none found); "
        "to start without one: required=False"
    )
    assert caught.value.path == tmp_path
    assert load_latest(tmp_path, {"thing": Value()}, required=False) is None
    written(tmp_path, 1)
    (tmp_path / "checkpoint_1.pt").write_bytes(b"x")
    for required in (True, False):
        with pytest.warns(DamagedCheckpointWarning), pytest.raises(CheckpointNotFoundError) as caught:
            latest(tmp_path, required=required)
        assert str(caught.value) == (
            f"{tmp_path}: no intact checkpoint checkpoint_* (1 damaged); "
            "to start without one: delete them and pass required=False"
        )
    (tmp_path / "checkpoint_1.pt").unlink()
    assert load_latest(tmp_path, {"thing": Value()}, required=False) is None


def test_a_checkpoint_that_does_not_fit_is_not_skipped(tmp_path):
    written(tmp_path, 1, 2)
    with pytest.raises(CheckpointError, match="has no 'other'; it has 'thing'"):
        load_latest(tmp_path, {"other": Value()})


def test_the_best_is_the_one_that_the_list_names(tmp_path):
    written(tmp_path, 1, 2, 3, listed=(2, 1, 3))
    thing = Value()
    assert load_best(tmp_path, {"thing": thing}) == tmp_path / "checkpoint_1.pt"
    assert thing.value == 1
    written(tmp_path, 4, 5, listed=(5, 4), prefix="net_")
    assert load_best(tmp_path, {"thing": thing}, "net").name == "net_checkpoint_4.pt"


@pytest.mark.parametrize("best", [None, "../checkpoint_1.pt", 3])
def test_without_a_best_one_the_message_says_how_to_get_one(tmp_path, best):
    written(tmp_path, 1, listed=(1,))
    path = tmp_path / "checkpoints.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "best": best}))
    with pytest.raises(CheckpointNotFoundError) as caught:
        load_best(tmp_path, {"thing": Value()})
    assert str(caught.value) == (
        f"{tmp_path}: checkpoints.json names no best checkpoint; save with a score_function"
    )


def test_a_damaged_best_one_is_an_error(tmp_path):
    written(tmp_path, 1, listed=(1,))
    (tmp_path / "checkpoint_1.pt").write_bytes(b"x")
    with pytest.raises(DamagedCheckpointError):
        load_best(tmp_path, {"thing": Value()})


def test_weights_of_safetensors_are_loaded_into_the_one_model(tmp_path):
    model, fresh = nn.Linear(2, 1), nn.Linear(2, 1)
    path = tmp_path / "checkpoint_1.safetensors"
    write_weights(path, {"anything": model.state_dict()})
    load_file(path, {"model": nn.DataParallel(fresh)})
    assert torch.equal(fresh.weight, model.weight)
    assert load_latest(tmp_path, {"model": fresh}) == path
    for to_load in ({}, {"model": fresh, "other": fresh}):
        with pytest.raises(CheckpointError) as caught:
            load_file(path, to_load)
        assert str(caught.value) == f"{path}: holds the weights of one model; load only that"


def test_nothing_is_loaded_if_a_name_is_missing(tmp_path):
    written(tmp_path, 1)
    thing = Value()
    with pytest.raises(CheckpointError) as caught:
        load_file(tmp_path / "checkpoint_1.pt", {"thing": thing, "a": thing, "b": thing})
    assert str(caught.value) == f"{tmp_path / 'checkpoint_1.pt'}: has no 'a', 'b'; it has 'thing'"
    assert (thing.value, caught.value.path.name) == (None, "checkpoint_1.pt")


@pytest.mark.parametrize(
    "error", [RuntimeError("size"), ValueError("value"), KeyError("key"), StateError("state", key="x")]
)
def test_a_state_that_does_not_fit_is_named(tmp_path, error):
    class Other(Value):
        def load_state_dict(self, state):
            raise error

    written(tmp_path, 1)
    with pytest.raises(CheckpointError) as caught:
        load_file(tmp_path / "checkpoint_1.pt", {"thing": Other()})
    assert str(caught.value) == f"{tmp_path / 'checkpoint_1.pt'}: its 'thing' does not fit: {error}"
    assert caught.value.__cause__ is error


def test_an_engine_gets_the_state_of_its_rank(tmp_path):
    first, second = Engine(print), Engine(print)
    first.state.note, second.state.note = "first", "second"
    path = tmp_path / "checkpoint_1.pt"
    write_file(path, {"trainer": {"ranks": [first.state_dict(), second.state_dict()]}})
    trainer = Engine(print)
    load_file(path, {"trainer": trainer})
    assert trainer.state.note == "first"


def test_tensors_that_are_not_copied_are_put_where_asked(tmp_path):
    write_file(tmp_path / "checkpoint_1.pt", {"thing": {"value": torch.ones(2)}})
    thing = Value()
    load_file(tmp_path / "checkpoint_1.pt", {"thing": thing}, map_location="meta")
    assert thing.value.is_meta


def test_what_to_load_into_needs_names(tmp_path):
    with pytest.raises(CheckpointError) as caught:
        load_file(tmp_path / "none.pt", [Value()])
    assert str(caught.value) == 'to_load must name what to load into, as {"model": model}, not list'
