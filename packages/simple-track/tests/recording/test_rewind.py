"""A run is rewound by its writer: on disk nothing is removed, and the counter continues at the step."""

import os
import subprocess
import sys

import pytest

from simple_track import Track
from simple_track.errors import RunClosedError, ValueKindError

KILLED = """
import os
from simple_track import Track
run = Track.run("demo", system=False)
run.define_metric("loss", summary="mean")
for step in range(8):
    run.log({"loss": step}, step=step)
os.kill(os.getpid(), 9)
"""


def test_a_killed_run_that_is_resumed_from_a_checkpoint_counts_each_step_once(root):
    subprocess.run([sys.executable, "-c", KILLED], check=False)
    with Track.run("demo", resume=True, rewind=5, system=False) as run:
        assert (run.step, dict(run.summary)) == (4, {"loss": 2.0})
        for step in range(5, 10):
            run.log({"loss": step}, step=step)
    loaded = Track.load(run.id)
    assert loaded.history(["loss"])["step"].tolist() == list(range(10))
    assert loaded.summary["loss"] == 4.5
    assert len(loaded.history(["loss"], rewound=True)["step"]) == 13


def test_the_live_summary_and_the_counter_follow_a_rewind(root):
    with Track.run("demo", system=False) as run:
        run.define_metric("mean", summary="mean")
        for step in range(6):
            run.log({"mean": step, "last": step})
        run.summary["by_hand"] = "kept"
        run.rewind(2)
        assert dict(run.summary) == {"mean": 0.5, "last": 1, "by_hand": "kept"}
        run.log({"mean": 8.0})
        assert (run.step, run.summary["mean"]) == (2, 3.0)
    assert dict(Track.load(run.id).summary) == {"mean": 3.0, "last": 1, "by_hand": "kept"}


def test_the_summary_at_the_end_counts_what_is_repeated_at_the_last_step_once(root):
    with Track.run("demo", system=False) as run:
        run.define_metric("val", summary="mean")
        run.log({"val": 1.0}, step=1)
        run.log({"val": 4.0}, step=2)
        run.rewind(3)
        run.log({"val": 5.0}, step=2)
    loaded = Track.load(run.id)
    assert loaded.summary["val"] == 3.0
    assert loaded.history()["val"].tolist() == [1.0, 5.0]


def test_a_rewind_beyond_the_last_step_changes_nothing(root):
    with Track.run("demo", system=False) as run:
        run.log({"x": 1})
        run.rewind(100)
        run.log({"x": 2})
    assert Track.load(run.id).history()["step"].tolist() == [0, 1]


def test_a_rewind_to_zero_takes_all_back(root):
    with Track.run("demo", system=False) as run:
        run.log({"x": 1})
        run.rewind(0)
        assert (run.step, dict(run.summary)) == (-1, {})
        run.log({"x": 2})
    assert Track.load(run.id).history()["x"].tolist() == [2]


def test_a_run_can_be_rewound_twice_and_packed(root):
    with Track.run("demo", system=False) as run:
        for keep in (4, 2, None):
            for step in range(run.step + 1, 6):
                run.log({"x": 10 * step + (keep or 0)}, step=step)
            if keep is not None:
                run.rewind(keep)
    expected = [4, 14, 20, 30, 40, 50]
    loaded = Track.load(run.id)
    assert loaded.history()["x"].tolist() == expected
    from simple_track.storage.pack import pack

    pack(loaded.layout)
    assert Track.load(run.id).history()["x"].tolist() == expected


def test_a_metric_that_a_user_calls_rewind_rewinds_nothing(root):
    with Track.run("demo", system=False) as run:
        run.log({"x": 1})
        run.log({"~rewind": 0})
        run.log({"~rewind": "0"})
    history = Track.load(run.id).history()
    assert history["step"].tolist() == [0, 1, 2]
    assert Track.load(run.id).summary == {"x": 1, "~rewind": 0, "~~rewind": "0"}


def test_a_summary_written_by_hand_stays_where_the_metric_logged_after_it_is_taken_back(root):
    with Track.run("demo", system=False) as run:
        run.log({"x": 1}, step=0)
        run.summary["x"] = 7
        run.log({"x": 2}, step=5)
        run.rewind(3)
        assert run.summary["x"] == 7
    assert Track.load(run.id).summary["x"] == 7


def test_samples_of_the_machine_are_kept(root):
    with Track.run("demo", system=True) as run:
        run.log({"x": 1})
        while not any(name.startswith("system/") for name in run.history(system=True)):
            pass
        run.rewind(0)
    assert any(name.startswith("system/") for name in Track.load(run.id).history(system=True))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_lines_of_other_processes_are_taken_back_too(root):
    with Track.run("demo", system=False) as run:
        run.log({"x": 0})
        child = os.fork()
        if child == 0:
            run.log({"y": 5}, step=5)
            os._exit(0)
        os.waitpid(child, 0)
        run.rewind(3)
        run.log({"x": 1}, step=3)
    assert Track.load(run.id).history()["step"].tolist() == [0, 3]


@pytest.mark.parametrize("step", [-1, 1.5, True, "3", 2**63, None])
def test_a_step_that_is_no_whole_number_from_zero_is_refused(root, step):
    with Track.run("demo", system=False) as run:
        with pytest.raises(ValueKindError):
            run.rewind(step)
        run.log({"x": 1})
    if step is not None:
        with pytest.raises(ValueKindError):
            Track.run("demo", resume=run.id, rewind=step, system=False)
    assert Track.load(run.id).history()["step"].tolist() == [0]


def test_the_message_names_what_was_given_and_what_to_give(root):
    with Track.run("demo", system=False) as run, pytest.raises(ValueKindError) as caught:
        run.rewind(-1)
    assert str(caught.value) == (
        "rewind: cannot rewind to a step of type int (-1); the step to log next is a whole number from 0"
    )


def test_a_run_that_has_ended_cannot_be_rewound(root):
    with Track.run("demo", system=False) as run:
        run.log({"x": 1})
    with pytest.raises(RunClosedError):
        run.rewind(0)


def test_a_new_run_has_nothing_to_rewind(root):
    with Track.run("demo", resume=True, rewind=5, system=False) as run:
        run.log({"x": 1})
    assert Track.load(run.id).history()["step"].tolist() == [0]


def test_a_run_that_writes_nothing_can_be_rewound(root):
    Track.set_mode("disabled")
    with Track.run("demo") as run:
        run.log({"x": 1})
        run.rewind(0)
    assert not root.exists()
