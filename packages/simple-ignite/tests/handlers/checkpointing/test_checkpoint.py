"""Checkpoint: what is written, kept, loaded, and passed over."""

import datetime
import json
import os
import signal
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from simple_ignite import Engine, Events
from simple_ignite.errors import (
    CheckpointError,
    CheckpointNotFoundError,
    DamagedCheckpointError,
    DamagedCheckpointWarning,
)
from simple_ignite.handlers import Checkpoint, EarlyStopping, TerminateOnNan


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def saving(folder, every=1, **options):
    """Return a trainer that fills a model with the iteration's number, and its parts."""
    model = nn.Linear(2, 2)
    trainer = Engine(lambda engine, batch: nn.init.constant_(model.weight, engine.state.iteration))
    parts = {"model": model, "trainer": trainer}
    trainer.on(Events.ITERATION_COMPLETED(every=every), Checkpoint(parts, folder, **options))
    return trainer, parts


def loaded(folder, **options):
    model = nn.Linear(2, 2)
    path = Checkpoint.load_latest(folder, {"model": model}, **options)
    return None if path is None else (path.name, float(model.weight[0, 0].detach()))


def test_the_latest_are_kept_and_the_list_points_to_them(tmp_path):
    trainer, _ = saving(tmp_path, n_saved=2)
    trainer.run(range(5))
    assert names(tmp_path) == ["checkpoint_4.pt", "checkpoint_5.pt", "checkpoints.json"]
    listed = json.loads((tmp_path / "checkpoints.json").read_text())
    assert listed["latest"] == "checkpoint_5.pt"
    assert [one["step"] for one in listed["kept"]] == [4, 5]
    assert loaded(tmp_path) == ("checkpoint_5.pt", 5.0)


def test_the_best_are_kept_by_score_and_nan_never(tmp_path):
    scores = {1: 0.3, 2: 0.9, 3: float("nan"), 4: 0.5, 5: 0.9}
    trainer, parts = saving(
        tmp_path, n_saved=2, score_function=lambda engine: scores[engine.state.iteration], score_name="acc"
    )
    trainer.run(range(5))
    assert names(tmp_path) == ["checkpoint_2_acc=0.9.pt", "checkpoint_5_acc=0.9.pt", "checkpoints.json"]
    assert Checkpoint.load_best(tmp_path, parts).name == "checkpoint_2_acc=0.9.pt"
    assert loaded(tmp_path)[0] == "checkpoint_5_acc=0.9.pt"


def test_a_score_may_be_a_metric_with_a_minus(tmp_path):
    trainer, _ = saving(tmp_path, score_function="-loss")
    trainer.on(
        Events.ITERATION_STARTED, lambda engine: engine.state.metrics.update(loss=10 - engine.state.iteration)
    )
    trainer.run(range(3))
    assert names(tmp_path) == ["checkpoint_3_loss=7.pt", "checkpoints.json"]


def test_all_are_kept_if_asked(tmp_path):
    trainer, _ = saving(tmp_path, n_saved=None, filename_prefix="net")
    trainer.run(range(3))
    assert names(tmp_path) == [
        "net_checkpoint_1.pt",
        "net_checkpoint_2.pt",
        "net_checkpoint_3.pt",
        "net_checkpoints.json",
    ]


def test_the_step_may_be_another_engines(tmp_path):
    trainer = Engine(lambda engine, batch: None)
    evaluator, model = Engine(lambda engine, batch: None), nn.Linear(1, 1)
    evaluator.on(Events.COMPLETED, Checkpoint({"model": model}, tmp_path, global_step_transform=trainer))
    trainer.on(Events.EPOCH_COMPLETED, lambda: evaluator.run([1]))
    trainer.run(range(7))
    assert names(tmp_path) == ["checkpoint_7.pt", "checkpoints.json"]


def test_termination_saves_once_more(tmp_path):
    trainer, _ = saving(tmp_path, every=3)
    trainer.on(Events.ITERATION_COMPLETED(once=5), Engine.terminate)
    trainer.run(range(9))
    assert loaded(tmp_path) == ("checkpoint_5.pt", 5.0)
    trainer, _ = saving(tmp_path / "off", every=3, save_on_terminate=False)
    trainer.on(Events.ITERATION_COMPLETED(once=5), Engine.terminate)
    trainer.run(range(9))
    assert loaded(tmp_path / "off") == ("checkpoint_3.pt", 3.0)


def test_termination_of_a_scored_run_keeps_the_best_and_the_last(tmp_path):
    trainer, parts = saving(tmp_path, every=2, score_function=lambda engine: -engine.state.iteration)
    trainer.on(Events.ITERATION_COMPLETED(once=5), Engine.terminate)
    trainer.run(range(9))
    assert names(tmp_path) == ["checkpoint_2_score=-2.pt", "checkpoint_5.pt", "checkpoints.json"]
    assert loaded(tmp_path)[0] == "checkpoint_5.pt"
    assert Checkpoint.load_best(tmp_path, parts).name == "checkpoint_2_score=-2.pt"


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="needs POSIX signals")
def test_a_preempted_run_saves_and_continues_exactly_there(tmp_path):
    trainer, _ = saving(tmp_path, every=100)
    trainer.on(Events.ITERATION_COMPLETED(once=4), lambda: os.kill(os.getpid(), signal.SIGTERM))
    trainer.run(range(9), graceful="return")
    assert loaded(tmp_path) == ("checkpoint_4.pt", 4.0)
    resumed, parts = saving(tmp_path, every=100)
    Checkpoint.load_latest(tmp_path, parts)
    assert resumed.run(range(9)).iteration == 9


def test_ctrl_c_within_a_step_leaves_the_last_whole_file(tmp_path):
    model = nn.Linear(2, 2)

    def step(engine, batch):
        nn.init.constant_(model.weight, engine.state.iteration)
        if engine.state.iteration == 5:
            raise KeyboardInterrupt

    trainer = Engine(step)
    trainer.on(
        Events.ITERATION_COMPLETED(every=2),
        Checkpoint({"model": model, "trainer": trainer}, tmp_path, asynchronous=True),
    )
    with pytest.raises(KeyboardInterrupt):
        trainer.run(range(9))
    assert loaded(tmp_path) == ("checkpoint_4.pt", 4.0)


def test_ctrl_c_between_iterations_saves(tmp_path):
    def batches():
        yield from range(3)
        raise KeyboardInterrupt

    trainer, _ = saving(tmp_path, every=2)
    with pytest.raises(KeyboardInterrupt):
        trainer.run(batches())
    assert loaded(tmp_path) == ("checkpoint_3.pt", 3.0)


@pytest.mark.parametrize("event", [Events.ITERATION_COMPLETED(once=3), Events.EPOCH_COMPLETED(once=1)])
def test_ctrl_c_in_a_handler_leaves_the_last_file_since_the_handlers_after_it_have_not_run(tmp_path, event):
    def interrupt():
        raise KeyboardInterrupt

    trainer, _ = saving(tmp_path, every=2)
    trainer.on(event, interrupt)
    with pytest.raises(KeyboardInterrupt):
        trainer.run(range(3), max_epochs=2)
    assert loaded(tmp_path) == ("checkpoint_2.pt", 2.0)


def test_ctrl_c_while_the_position_in_the_data_is_restored_leaves_what_was_loaded(tmp_path):
    class Interrupted(list):
        interrupts = True

        def __iter__(self):
            if Interrupted.interrupts:
                raise KeyboardInterrupt
            return super().__iter__()

    def drawing(folder):
        seen = []
        trainer = Engine(lambda engine, batch: seen.append((batch, torch.rand(()).item())))
        trainer.on(Events.ITERATION_COMPLETED(every=2), Checkpoint({"trainer": trainer}, folder))
        return trainer, seen

    whole, expected = drawing(tmp_path / "whole")
    torch.manual_seed(3)
    whole.run(range(6))
    first, _ = drawing(tmp_path / "killed")
    first.on(Events.ITERATION_COMPLETED(once=4), Engine.interrupt)
    torch.manual_seed(3)
    first.run(range(6))
    for interrupts in (True, False):
        Interrupted.interrupts = interrupts
        resumed, seen = drawing(tmp_path / "killed")
        Checkpoint.load_latest(tmp_path / "killed", {"trainer": resumed})
        torch.manual_seed(9)
        try:
            resumed.run(Interrupted(range(6)))
        except KeyboardInterrupt:
            assert interrupts
    assert seen == expected[4:]


def test_ctrl_c_while_an_epoch_begins_its_data_takes_back_what_these_have_drawn(tmp_path):
    interrupted = []

    class Drawing:
        def __iter__(self):
            order = torch.randperm(4).tolist()
            if interrupted and interrupted.pop():
                raise KeyboardInterrupt
            return iter(order)

    def drawing(folder):
        seen = []
        trainer = Engine(lambda engine, batch: seen.append((batch, torch.rand(()).item())))
        trainer.on(Events.ITERATION_COMPLETED(every=3), Checkpoint({"trainer": trainer}, folder))
        return trainer, seen

    whole, expected = drawing(tmp_path / "whole")
    torch.manual_seed(3)
    whole.run(Drawing(), max_epochs=2)
    first, seen = drawing(tmp_path / "killed")
    first.on(Events.EPOCH_COMPLETED(once=1), lambda: interrupted.append(True))
    torch.manual_seed(3)
    with pytest.raises(KeyboardInterrupt):
        first.run(Drawing(), max_epochs=2)
    resumed, rest = drawing(tmp_path / "killed")
    Checkpoint.load_latest(tmp_path / "killed", {"trainer": resumed})
    torch.manual_seed(9)
    assert resumed.state.iteration == 4
    resumed.run(Drawing(), max_epochs=2)
    assert seen + rest == expected


def damage(path, how):
    content = bytearray(path.read_bytes())
    if how == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    else:
        where = content.index(torch.tensor(5.0).numpy().tobytes() * 4)  # in the middle of a tensor
        content[where] ^= 1
        path.write_bytes(content)


@pytest.mark.parametrize("how", ["cut", "empty", "one bit"])
def test_a_damaged_file_is_passed_over_with_a_warning(tmp_path, how):
    trainer, _ = saving(tmp_path, n_saved=3)
    trainer.run(range(5))
    damage(tmp_path / "checkpoint_5.pt", how)
    with pytest.warns(
        DamagedCheckpointWarning, match=r"checkpoint_5.pt: damaged.*; trying the one before it"
    ) as caught:
        assert loaded(tmp_path) == ("checkpoint_4.pt", 4.0)
    assert caught[0].filename == __file__
    with pytest.raises(DamagedCheckpointError):
        Checkpoint.load(tmp_path / "checkpoint_5.pt", {})


@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_no_flipped_byte_goes_unnoticed_or_breaks_the_search(tmp_path, step):
    class Thing:
        def __init__(self, value=None):
            self.value = value

        def state_dict(self):
            return {"value": self.value, "n": 3}

        def load_state_dict(self, state):
            self.value = state["value"]

    handler = Checkpoint({"thing": Thing(torch.arange(8.0))}, tmp_path)
    handler(Engine(print))
    path = tmp_path / "checkpoint_0.pt"
    whole = path.read_bytes()
    good = bad = 0
    for place in range(0, len(whole), step):
        for flip in (0x01, 0x80) if place % 3 == 0 else (0xFF,):
            content = bytearray(whole)
            content[place] ^= flip
            path.write_bytes(content)
            thing = Thing()
            try:
                Checkpoint.load(path, {"thing": thing})
            except DamagedCheckpointError:
                bad += 1
            else:
                good += 1
                assert torch.equal(thing.value, torch.arange(8.0)), place
    assert bad > 0.3 * (good + bad), "padding and the like may be flipped without harm"


@pytest.mark.parametrize("odd", [np.float64(0.5), np.ones(2), Path("x"), datetime.date(2020, 1, 1)])
def test_what_could_not_be_loaded_again_is_not_written(tmp_path, odd):
    class Thing:
        def state_dict(self):
            return {"a": [1, {"b": odd}]} if broken else {"a": 1}

        def load_state_dict(self, state):
            pass

    broken = False
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.EPOCH_COMPLETED, Checkpoint({"thing": Thing()}, tmp_path))
    trainer.run([1])
    broken = True
    with pytest.raises(CheckpointError) as caught:
        trainer.run([1], max_epochs=2)
    kind = f"{type(odd).__module__}.{type(odd).__qualname__}"
    assert str(caught.value) == (
        f"{tmp_path / 'checkpoint_2.pt'}: not written, because it could not be loaded again: "
        f"thing['a'][1]['b'] is a {kind}; save plain values and tensors"
    )
    assert names(tmp_path) == ["checkpoint_1.pt", "checkpoints.json"]


def test_names_in_a_state_that_lead_elsewhere_are_passed_over(tmp_path):
    folder = tmp_path / "in"
    victim = tmp_path / "victim.txt"
    victim.write_text("precious")
    (folder / "notes.txt").parent.mkdir()
    (folder / "notes.txt").write_text("precious too")
    trainer, _ = saving(folder)
    state = trainer.state_dict()
    state["handlers"]["Checkpoint"] = {
        "kept": [{"file": "notes.txt", "step": 1}],
        "leaving": ["../victim.txt", "notes.txt"],
    }
    trainer.load_state_dict(state)
    trainer.run([1])
    assert victim.exists()
    assert names(folder) == ["checkpoint_1.pt", "checkpoints.json", "notes.txt"]


def test_the_best_of_an_evaluator_travels_with_the_trainer_that_gives_the_step(tmp_path):
    def made(scores):
        trainer, evaluator, model = Engine(lambda e, b: None), Engine(lambda e, b: None), nn.Linear(1, 1)
        best = Checkpoint(
            {"model": model},
            tmp_path / "best",
            score_function=lambda e: scores[trainer.state.epoch],
            global_step_transform=trainer,
        )
        trainer.on(Events.EPOCH_COMPLETED, lambda: evaluator.run([1]))
        evaluator.on(Events.COMPLETED, best)
        parts = {"trainer": trainer}
        trainer.on(Events.EPOCH_COMPLETED, Checkpoint(parts, tmp_path / "last"))
        return trainer, parts

    trainer, _ = made([0.9])
    trainer.run([1], max_epochs=1)
    resumed, parts = made([None, 0.7])
    Checkpoint.load_latest(tmp_path / "last", parts)
    resumed.run([1], max_epochs=2)
    assert names(tmp_path / "best") == ["checkpoint_1_score=0.9.pt", "checkpoints.json"]


def test_a_folder_that_cannot_be_made_is_explained(tmp_path):
    (tmp_path / "file").write_text("")
    trainer, _ = saving(tmp_path / "file")
    with pytest.raises(CheckpointError, match="cannot write the checkpoint"):
        trainer.run([1])


def test_nothing_whole_is_an_error_unless_nothing_is_required(tmp_path):
    assert loaded(tmp_path, required=False) is None
    with pytest.raises(CheckpointNotFoundError) as caught:
        loaded(tmp_path)
    assert (
        str(caught.value)
        == f"{tmp_path}: no intact checkpoint checkpoint_* (none found); to start without one: required=False"
    )
    trainer, _ = saving(tmp_path)
    trainer.run(range(5))
    damage(tmp_path / "checkpoint_5.pt", "cut")
    with pytest.warns(DamagedCheckpointWarning), pytest.raises(CheckpointNotFoundError, match="1 damaged"):
        loaded(tmp_path, required=False)


@pytest.mark.parametrize("state", ["missing", "damaged", "foreign"])
def test_files_are_found_without_their_list(tmp_path, state):
    trainer, _ = saving(tmp_path, n_saved=2)
    trainer.run(range(5))
    listed = tmp_path / "checkpoints.json"
    if state == "missing":
        listed.unlink()
    else:
        listed.write_text(
            "{" if state == "damaged" else '{"kept": [{"file": "../../etc/passwd"}], "leaving": []}'
        )
    assert loaded(tmp_path) == ("checkpoint_5.pt", 5.0)


def test_what_is_kept_and_the_best_score_survive_resume(tmp_path):
    def scored(scores):
        return saving(tmp_path, n_saved=2, score_function=lambda engine: scores[engine.state.iteration])

    trainer, _ = scored({1: 0.5, 2: 0.8, 3: 0.7})
    trainer.run(range(3), max_epochs=1)
    resumed, parts = scored({4: 0.6, 5: 0.75, 6: 0.1})
    Checkpoint.load_latest(tmp_path, parts)
    resumed.run(range(3), max_epochs=2)
    assert names(tmp_path) == ["checkpoint_2_score=0.8.pt", "checkpoint_5_score=0.75.pt", "checkpoints.json"]


def test_files_of_a_run_that_went_further_are_replaced_after_going_back(tmp_path):
    trainer, parts = saving(tmp_path, n_saved=3)
    trainer.run(range(5))
    resumed, parts = saving(tmp_path, n_saved=3)
    Checkpoint.load(tmp_path / "checkpoint_3.pt", parts)
    resumed.run(range(5), max_iterations=4)
    assert names(tmp_path) == ["checkpoint_3.pt", "checkpoint_4.pt", "checkpoints.json"]


def test_old_files_go_only_after_the_new_one_is_whole(tmp_path, monkeypatch):
    trainer, _ = saving(tmp_path)
    trainer.on(Events.ITERATION_STARTED(once=3), lambda: monkeypatch.setattr(torch, "save", fail))

    def fail(states, path):
        path.write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(CheckpointError, match=r"checkpoint_3.pt: cannot write the checkpoint: disk full"):
        trainer.run(range(5))
    assert names(tmp_path) == ["checkpoint_2.pt", "checkpoints.json"]
    assert loaded(tmp_path) == ("checkpoint_2.pt", 2.0)


def test_asynchronous_files_hold_the_state_of_the_moment(tmp_path, monkeypatch):
    gate, write = threading.Event(), torch.save

    def slow(states, path):
        assert gate.wait(20)
        write(states, path)

    monkeypatch.setattr(torch, "save", slow)
    trainer, _ = saving(tmp_path, every=3, asynchronous=True)
    trainer.on(Events.ITERATION_COMPLETED(once=5), gate.set)  # two iterations go on while the bytes wait
    trainer.run(range(5))
    assert loaded(tmp_path) == ("checkpoint_3.pt", 3.0)


def test_an_asynchronous_failure_is_raised_at_the_next_save_or_the_end(tmp_path, monkeypatch):
    trainer, _ = saving(tmp_path, asynchronous=True)
    monkeypatch.setattr(torch, "save", lambda states, path: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(CheckpointError, match="disk full"):
        trainer.run(range(1))


def test_tied_weights_stay_tied_in_an_asynchronous_file(tmp_path):
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model[1].weight = model[0].weight
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.COMPLETED, Checkpoint({"model": model}, tmp_path, asynchronous=True))
    trainer.run([1])
    trainer.run([1], max_epochs=2)
    states = torch.load(tmp_path / "checkpoint_2.pt", weights_only=True)
    assert states["model"]["0.weight"].data_ptr() == states["model"]["1.weight"].data_ptr()


@pytest.mark.parametrize("prefix", ["", "run[1]"])
def test_left_temporary_files_are_swept(tmp_path, prefix):
    stem = f".{prefix}_" if prefix else "."
    for name in ("checkpoint_1.pt.77.tmp", "failed_3.pt.78.tmp", "checkpoints.json.77.tmp"):
        (tmp_path / f"{stem}{name}").write_bytes(b"half")
    for folder in ("failed_4.tmp", "checkpoint_2.gone.tmp", "failed_5.gone.tmp"):
        (tmp_path / f"{stem}{folder}" / "inner").mkdir(parents=True)
    others = [".other_checkpoint_1.pt.77.tmp", ".other_failed_1.pt.77.tmp", ".run1_failed_1.pt.7.tmp"]
    for name in others:
        (tmp_path / name).write_bytes(b"somebody else's")
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.COMPLETED, Checkpoint({"trainer": trainer}, tmp_path, prefix))
    trainer.run([1])
    written = [f"{stem[1:]}checkpoint_1.pt", f"{stem[1:]}checkpoints.json"]
    assert names(tmp_path) == sorted([*others, *written])


def test_a_save_of_a_failed_state_sweeps_too(tmp_path):
    (tmp_path / ".failed_9.pt.77.tmp").write_bytes(b"half")
    trainer = Engine(lambda engine, batch: engine.terminate(failed=True))
    trainer.on(Events.COMPLETED, Checkpoint({"trainer": trainer}, tmp_path))
    trainer.run([1])
    assert names(tmp_path) == ["failed_1.pt"]


def test_a_wrapped_model_is_saved_as_the_model_it_wraps(tmp_path):
    model = nn.Linear(2, 2)
    wrapped = nn.DataParallel(model)
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.COMPLETED, Checkpoint({"model": wrapped}, tmp_path))
    trainer.run([1])
    fresh = nn.Linear(2, 2)
    Checkpoint.load_latest(tmp_path, {"model": fresh})
    assert torch.equal(fresh.weight, model.weight)


def test_safetensors_for_pure_weights(tmp_path):
    model = nn.Linear(2, 2)
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.COMPLETED, Checkpoint({"model": model}, tmp_path, safetensors=True))
    trainer.run([1])
    assert names(tmp_path) == ["checkpoint_1.safetensors", "checkpoints.json"]
    fresh = nn.Linear(2, 2)
    Checkpoint.load_latest(tmp_path, {"model": fresh})
    assert torch.equal(fresh.weight, model.weight)
    path = tmp_path / "checkpoint_1.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedCheckpointError, match="its checksum does not match"):
        Checkpoint.load(path, {"model": fresh})


def test_each_file_is_announced_once_it_is_there(tmp_path):
    seen = []
    trainer, _ = saving(tmp_path, on_saved=lambda path: seen.append((path.name, path.exists())))
    trainer.run(range(2))
    assert seen == [("checkpoint_1.pt", True), ("checkpoint_2.pt", True)]


def test_nothing_is_changed_if_a_name_is_missing(tmp_path):
    trainer, _ = saving(tmp_path)
    trainer.run([1])
    model = nn.Linear(2, 2)
    before = model.weight.clone()
    with pytest.raises(CheckpointError) as caught:
        Checkpoint.load_latest(tmp_path, {"model": model, "ema": model})
    assert str(caught.value) == f"{tmp_path / 'checkpoint_1.pt'}: has no 'ema'; it has 'model', 'trainer'"
    assert torch.equal(model.weight, before)


def test_what_to_load_into_needs_names(tmp_path):
    trainer, _ = saving(tmp_path)
    trainer.run([1])
    with pytest.raises(CheckpointError) as caught:
        Checkpoint.load_latest(tmp_path, nn.Linear(2, 2))
    assert str(caught.value) == 'to_load must name what to load into, as {"model": model}, not Linear'


def test_a_file_that_runs_code_is_refused(tmp_path):
    class Evil:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "owned"),))

    torch.save({"model": Evil()}, tmp_path / "checkpoint_1.pt")
    with pytest.raises(DamagedCheckpointError):
        Checkpoint.load(tmp_path / "checkpoint_1.pt", {})
    assert not (tmp_path / "owned").exists()


def test_the_trainer_is_freed_although_it_is_among_what_is_saved(tmp_path):
    import gc
    import weakref

    gc.collect()
    gc.disable()
    try:
        trainer, parts = saving(tmp_path)
        trainer.run([1])
        gone = weakref.ref(trainer)
        parts.clear()
        del trainer
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda d: Checkpoint({"model": object()}, d),
            "'model' cannot be saved: object has no state_dict and load_state_dict, and is no plain value",
        ),
        (
            lambda d: Checkpoint({"model": torch.nn.Linear(1, 1).state_dict()}, d),
            "\"model['weight']\" cannot be saved: torch.Tensor has no state_dict and load_state_dict, and is "
            "no plain value; pass the object, not its state",
        ),
        (
            lambda d: Checkpoint({}, d, filename_prefix="../x"),
            "'../x' becomes part of a file name, so it must not contain a slash or start with a dot",
        ),
        (
            lambda d: Checkpoint({}, d, n_saved=0),
            "n_saved must be a whole number from 1, or None for all, not 0",
        ),
    ],
)
def test_mistakes_are_explained(tmp_path, make, message):
    with pytest.raises(CheckpointError) as caught:
        make(tmp_path)
    assert str(caught.value) == message


def test_two_checkpoints_of_the_same_names_are_refused(tmp_path):
    _trainer, parts = saving(tmp_path)
    with pytest.raises(
        CheckpointError, match="two checkpoints would use the same names; give one a filename_prefix"
    ):
        Checkpoint(parts, tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Checkpoint(parts, tmp_path, filename_prefix="best")


def test_a_checkpoint_of_another_model_names_the_file_and_the_part_that_does_not_fit(tmp_path):
    saved = Checkpoint({"model": nn.Linear(2, 2)}, tmp_path)
    trainer = Engine(lambda engine, batch: None)
    trainer.on(Events.EPOCH_COMPLETED, saved)
    trainer.run(range(1), max_epochs=1)
    with pytest.raises(CheckpointError) as caught:
        Checkpoint.load_latest(tmp_path, {"model": nn.Linear(3, 2)})
    assert str(caught.value).startswith(f"{tmp_path / 'checkpoint_1.pt'}: its 'model' does not fit: ")
    assert "size mismatch for weight" in str(caught.value)


def broken_at(iteration, folder, **options):
    """Return an engine whose model is NaN from an iteration on, with a checkpoint every second iteration."""
    model = nn.Linear(1, 1)

    def step(engine, _batch):
        if engine.state.iteration >= iteration:
            model.weight.data.fill_(float("nan"))
        return {"loss": model(torch.ones(1, 1)).sum().detach()}

    trainer = Engine(step)
    parts = {"model": model, "trainer": trainer}
    trainer.on(Events.ITERATION_COMPLETED(every=2), Checkpoint(parts, folder, **options))
    return trainer, parts


@pytest.mark.parametrize("at", [5, 6])
@pytest.mark.parametrize("prefix", ["", "run"])
def test_a_state_of_nan_never_replaces_a_good_one(at, prefix, tmp_path):
    trainer, _ = broken_at(at, tmp_path, filename_prefix=prefix)
    trainer.on(Events.ITERATION_COMPLETED, TerminateOnNan())
    trainer.run(range(10))
    stem = f"{prefix}_" if prefix else ""
    files = {f"{stem}checkpoint_4.pt", f"{stem}checkpoints.json", f"{stem}failed_{at}.pt"}
    assert {path.name for path in tmp_path.iterdir()} == files
    fresh = nn.Linear(1, 1)
    assert Checkpoint.load_latest(tmp_path, {"model": fresh}, prefix).name == f"{stem}checkpoint_4.pt"
    assert torch.isfinite(fresh.weight).all()
    Checkpoint.load(tmp_path / f"{stem}failed_{at}.pt", {"model": fresh})
    assert torch.isnan(fresh.weight).all()


def test_answers_that_are_still_due_are_waited_for_before_a_save(tmp_path):
    """As on CUDA, where the value is known some iterations later."""
    trainer, _ = broken_at(3, tmp_path)
    handler = TerminateOnNan()
    asked = []

    class Arrived:
        def synchronize(self):
            asked.append("waited")

    def ask(engine):
        bad = torch.isnan(engine.state.output["loss"])
        handler._asked.append((engine.state.iteration, bad, Arrived()))

    handler.registered(trainer)
    trainer.on(Events.ITERATION_COMPLETED, ask)
    trainer.run(range(10))
    assert asked
    assert Checkpoint.load_latest(tmp_path, {"model": nn.Linear(1, 1)}).name == "checkpoint_2.pt"
    assert "iteration 3 is not finite" in trainer.state.stop_reason


def test_only_the_last_failed_state_stays(tmp_path):
    for at in (5, 7):
        trainer, _ = broken_at(at, tmp_path)
        trainer.on(Events.ITERATION_COMPLETED, TerminateOnNan())
        trainer.run(range(10))
    assert sorted(path.name for path in tmp_path.glob("failed*")) == ["failed_7.pt"]
    trainer, _ = broken_at(5, tmp_path / "none", save_on_terminate=False)
    trainer.on(Events.ITERATION_COMPLETED, TerminateOnNan())
    trainer.run(range(10))
    assert not list((tmp_path / "none").glob("failed*"))


@pytest.mark.parametrize("saved", [True, False])
def test_an_exception_leaves_the_last_file_as_the_latest(saved, tmp_path):
    trainer, _ = broken_at(99, tmp_path, save_on_exception=saved)
    trainer.on(Events.ITERATION_COMPLETED(once=5), lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        trainer.run(range(10))
    assert [path.name for path in tmp_path.glob("failed*")] == ["failed_5.pt"] * saved
    assert Checkpoint.load_latest(tmp_path, {"model": nn.Linear(1, 1)}).name == "checkpoint_4.pt"


def test_early_stopping_on_nan_is_a_failure_and_on_a_number_is_not(tmp_path):
    for score, names in ((float("nan"), ["failed_1.pt"]), (1.0, [])):
        model, folder = nn.Linear(1, 1), tmp_path / str(score)
        trainer = Engine(lambda _engine, _batch: None)
        trainer.on(Events.EPOCH_COMPLETED, EarlyStopping(1, lambda score=score: score, trainer))
        Checkpoint({"model": model, "trainer": trainer}, folder)
        trainer.run([0], max_epochs=3)
        assert [path.name for path in folder.glob("failed*")] == names


def test_training_that_begins_anew_has_a_new_best(tmp_path):
    scores = [5.0, 1.0, 2.0]
    trainer = Engine(lambda _engine, _batch: None)
    best = Checkpoint({"trainer": trainer}, tmp_path, score_function=lambda: scores.pop(0))
    trainer.on(Events.EPOCH_COMPLETED, best)
    trainer.run([0])
    trainer.run([0], max_epochs=2, restart=True)
    assert best.best.name == "checkpoint_2_score=2.pt"
    assert (tmp_path / "checkpoint_1_score=5.pt").exists(), "files of the first training are not deleted"


def recorded(monkeypatch, names):
    """Record, in their order, what is synced (by name), renamed and deleted."""
    done, fsync, replace = [], os.fsync, Path.replace

    def sync(descriptor):
        done.append(("sync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
        fsync(descriptor)

    def rename(path, target):
        done.append(("rename", Path(target).name))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", rename)
    for name in names:
        original = getattr(Path, name)

        def delete(path, *args, _original=original, **kwargs):
            if path.exists():
                done.append(("delete", path.name))
            return _original(path, *args, **kwargs)

        monkeypatch.setattr(Path, name, delete)
    return done


@pytest.mark.skipif(sys.platform != "linux", reason="names of open files")
def test_new_files_are_on_disk_before_the_old_one_is_deleted(tmp_path, monkeypatch):
    trainer, _ = saving(tmp_path, save_on_terminate=False)
    trainer.run([1])
    done = recorded(monkeypatch, ["unlink"])
    trainer.run([1], max_epochs=2)
    temporary = f".checkpoint_2.pt.{os.getpid()}.tmp"
    listed = f".checkpoints.json.{os.getpid()}.tmp"
    assert done == [
        ("sync", temporary),
        ("rename", "checkpoint_2.pt"),
        ("sync", listed),
        ("rename", "checkpoints.json"),
        ("sync", tmp_path.name),
        ("delete", "checkpoint_1.pt"),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="names of open files")
def test_every_file_of_a_sharded_folder_is_on_disk_before_it_has_its_name(tmp_path, monkeypatch):
    trainer, _ = saving(tmp_path, sharded=True)
    done = recorded(monkeypatch, [])
    trainer.run([1])
    until = done.index(("rename", "checkpoint_1"))
    files = {path.name for path in (tmp_path / "checkpoint_1").iterdir()}
    assert files <= {name for what, name in done[:until] if what == "sync"}
    assert done[until - 1] == ("sync", ".checkpoint_1.tmp"), "the folder of the files, last"
