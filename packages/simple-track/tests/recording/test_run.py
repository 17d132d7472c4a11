"""Runs in real processes: how they start, end, and what is left of them."""

import argparse
import dataclasses
import math
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import attrs
import numpy as np
import pytest

from simple_track import (
    RunActiveError,
    RunBusyError,
    RunClosedError,
    RunNotFoundError,
    SettingError,
    Track,
    TrackWarning,
    ValueKindError,
)


def spawn(code: str, root: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, "SIMPLE_DIR": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_run_that_is_left_normally_is_finished_and_reads_back(root):
    with Track.run(
        project="demo", config={"lr": 0.1}, tags=["a"], notes="n", group="g", job_type="train"
    ) as run:
        assert run.state == "running"
        assert run.end_time is None
        run.log({"loss": 0.5, "nested": {"acc": 1}, "flag": True, "text": "words"})
        run.log({"loss": np.float32(0.25)}, step=7)
    seen = Track.load(run.id)
    assert seen.state == "finished"
    assert seen.config == {"lr": 0.1}
    assert (seen.tags, seen.notes, seen.group, seen.job_type) == (["a"], "n", "g", "train")
    assert seen.start_time <= seen.end_time
    assert dict(seen.summary) == {"loss": 0.25, "nested/acc": 1, "flag": True, "text": "words"}
    history = seen.history()
    assert history["step"].tolist() == [0, 7]
    assert history["loss"].tolist() == [0.5, 0.25]
    assert history["text"].tolist() == ["words", None]


def test_steps_count_on_from_the_highest_and_may_repeat_or_come_late(root):
    with Track.run(project="demo") as run:
        for step in (5, 5, 2, None):
            run.log({"x": 1.0}, step=step)
    assert run.history()["step"].tolist() == [5, 5, 2, 6]


def test_nan_and_infinities_come_back_as_such(root):
    with Track.run(project="demo") as run:
        run.log({"a": math.nan, "b": math.inf, "c": -math.inf, "d": 1.0})
    history = run.history()
    assert math.isnan(history["a"][0])
    assert history.present("a")[0]
    assert history["b"][0] == math.inf
    assert history["c"][0] == -math.inf
    assert math.isnan(Track.load(run.id).summary["a"])


def test_a_metric_called_step_or_timestamp_is_kept_beside_the_real_one(root):
    with Track.run(project="demo") as run:
        run.log({"step": 41, "timestamp": 2, "x": 1}, step=3)
    history = run.history()
    assert (history["step"][0], history["~step"][0], history["~timestamp"][0]) == (3, 41, 2)


def test_a_value_of_unknown_kind_names_key_and_type_and_nothing_is_written(root):
    with Track.run(project="demo") as run:
        with pytest.raises(ValueKindError) as caught:
            run.log({"fine": 1.0, "bad": {"thing": object()}})
        assert (caught.value.key, caught.value.type_name) == ("bad/thing", "object")
        with pytest.raises(
            ValueKindError, match=r"vector: cannot log a value of type numpy.ndarray of shape \(3,\)"
        ):
            run.log({"vector": np.zeros(3)})
        run.log({"fine": 2.0})
    assert run.history()["fine"].tolist() == [2.0]


@pytest.mark.parametrize(
    "values",
    [{"n": 10**400, "x": 1.0}, {"x": [1]}, {"x": "\ud800"}, {"\ud800": 1.0}, {"x": float("nan"), "y": None}],
    ids=["huge", "list", "surrogate", "surrogate name", "none"],
)
def test_odd_values_never_leave_a_run_in_disorder(root, values):
    with Track.run(
        project="demo", system=False, tags="one", notes="\udc80", config={"\udc80": "\ud800"}
    ) as run:
        try:
            run.log(values)
        except ValueKindError as error:
            text = str(error)
        else:
            text = ""
        run.log({"after": 1})
    seen = Track.load(run.id)
    assert seen.state == "finished"
    assert seen.tags == ["one"]
    assert seen.history()["after"][-1] == 1
    assert text == "" or "cannot log a value of type" in text


@pytest.mark.parametrize("step", [math.nan, math.inf, 1.5, 2**63, 2**64, "3", True, -(2**63) - 1])
def test_what_is_no_step_is_refused(root, step):
    with Track.run(project="demo", system=False) as run:
        with pytest.raises(ValueKindError, match="step: cannot take a step of type"):
            run.log({"x": 1}, step=step)
        run.log({"x": 1}, step=2**63 - 1)
        run.log({"x": 1}, step=np.int64(3))
        run.log({"x": 1}, step=4.0)
    assert run.history()["step"].tolist() == [2**63 - 1, 3, 4]


def test_what_was_written_by_hand_is_judged_by_its_place_not_by_the_clock(root, monkeypatch):
    monkeypatch.setattr("simple_track.recording.writer.time_ns", lambda: 5_000_000_000)
    with Track.run(project="demo", system=False) as run:
        run.log({"best": 1, "other": 1})
        run.summary["best"] = 0.5
        run.summary["other"] = 0.5
        run.log({"best": 7})
        assert dict(run.summary) == {"best": 7, "other": 0.5}
        assert dict(Track.load(run.id).summary) == {"best": 7, "other": 0.5}


def test_a_config_with_numbers_beyond_64_bits_is_kept(root):
    for _ in range(2):
        with Track.run(project="demo", config={"seed": 2**70}, system=False) as run:
            run.update_config({"other": 2**71})
    assert [r.config for r in Track.runs("demo") + Track.runs("demo")] == [
        {"seed": 2**70, "other": 2**71}
    ] * 4
    assert Track.load(run.id).config["seed"] == 2**70


def test_a_config_that_is_changed_in_place_is_noted_and_saved(root):
    with Track.run("demo", config={"lr": 0.1, "net": {"width": 1}, "old": 1, "same": 1}, system=False) as run:
        held = run.config
        run.update_config({"epochs": 3})
        held["lr"] = 0.2
        held["net"]["width"] = True  # which equals 1
        del held["old"]
        start = run.fingerprint
    seen = Track.load(run.id)
    assert seen.config == {"lr": 0.2, "net": {"width": True}, "same": 1, "epochs": 3}
    assert seen.config["net"]["width"] is True
    assert seen.fingerprint == run.fingerprint != start
    first, second = seen.events("config")
    assert first["values"] == {"epochs": 3}
    assert (second["values"], second["removed"]) == ({"lr": 0.2, "net": {"width": True}}, ["old"])


def test_a_config_that_is_not_changed_leaves_no_event(root):
    with Track.run("demo", config={"lr": 0.1, "list": [1]}, system=False) as run:
        run.update_config({"lr": 0.1})
        assert run.config["list"] == [1]
    assert Track.load(run.id).events("config") == []


def test_a_run_that_is_killed_keeps_the_changes_of_its_config(root):
    process = spawn(
        """
        import time
        from simple_track import Track
        run = Track.run("demo", config={"lr": 0.1}, system=False)
        run.config["lr"] = 0.2
        print(run.id, flush=True)
        time.sleep(60)
        """,
        root,
    )
    run_id, end = process.stdout.readline().strip(), time.monotonic() + 30
    while not Track.load(run_id).events("config") and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.1)  # the metadata is written right after the event
    process.kill()
    process.communicate()
    seen = Track.load(run_id)
    assert (seen.state, seen.config) == ("crashed", {"lr": 0.2})


def test_a_config_that_cannot_be_noted_does_not_harm_the_end(root):
    run = Track.run("demo", config={"lr": 0.1}, system=False)
    run.config["self"] = run.config
    with pytest.warns(TrackWarning, match="the last changes of the config were not kept"):
        run.finish()
    assert Track.load(run.id).state == "finished"
    assert Track.load(run.id).config == {"lr": 0.1}


def test_an_exception_marks_the_run_failed_and_goes_through(root):
    with pytest.raises(ZeroDivisionError), Track.run(project="demo") as run:
        _ = 1 / 0
    seen = Track.load(run.id)
    assert seen.state == "failed"
    assert seen.error["type"] == "ZeroDivisionError"
    assert "_ = 1 / 0" in seen.error["traceback"]


def test_trouble_at_the_end_does_not_replace_the_exception(root, monkeypatch):
    run = Track.run(project="demo", system=False)
    monkeypatch.setattr(run._session, "save_metadata", lambda: {}["lost"])
    with pytest.raises(ZeroDivisionError) as caught, run:
        _ = 1 / 0
    assert caught.value.__notes__ == [f"the run {run.id} could not be ended: 'lost'"]


@pytest.mark.parametrize(("code", "state"), [(0, "finished"), (None, "finished"), (3, "failed")])
def test_leaving_by_sys_exit_is_judged_by_its_code(root, code, state):
    with pytest.raises(SystemExit), Track.run(project="demo") as run:
        sys.exit(code)
    assert Track.load(run.id).state == state


def test_ctrl_c_marks_the_run_interrupted(root):
    process = spawn(
        """
        import time
        from simple_track import Track
        with Track.run(project="demo", system=False) as run:
            run.log({"x": 1.0})
            print(run.id, flush=True)
            time.sleep(60)
        """,
        root,
    )
    run_id = process.stdout.readline().strip()
    assert Track.load(run_id).state == "running"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert Track.load(run_id).state == "interrupted"
    assert Track.load(run_id).end_time is not None


@pytest.mark.parametrize(
    ("handler", "state", "code"),
    [
        ("signal.SIG_DFL", "crashed", -signal.SIGTERM),
        ("signal.default_int_handler", "interrupted", -signal.SIGINT),
    ],
)
def test_sigterm_does_what_the_script_says_and_nothing_is_lost(root, handler, state, code):
    """A run leaves the signal alone: neither a framework's handler nor a quick end may suffer."""
    process = spawn(
        f"""
        import signal, time
        from simple_track import Track
        signal.signal(signal.SIGTERM, {handler})
        with Track.run(project="demo", system=False) as run:
            assert signal.getsignal(signal.SIGTERM) == {handler}
            run.log({{"x": 1.0}})
            print(run.id, flush=True)
            time.sleep(60)
        """,
        root,
    )
    run_id = process.stdout.readline().strip()
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == code
    assert Track.load(run_id).state == state
    assert Track.load(run_id).history()["x"].tolist() == [1.0]


def test_a_killed_run_is_seen_as_crashed_at_once_with_all_it_logged(root):
    process = spawn(
        """
        import os, signal
        from simple_track import Track
        run = Track.run(project="demo", system=False)
        run.define_metric("loss", summary="min")
        for i in range(100):
            run.log({"loss": abs(50 - i), "i": i})
        run.summary["note"] = "by hand"
        print(run.id, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        """,
        root,
    )
    run_id = process.communicate(timeout=30)[0].strip()
    seen = Track.load(run_id)
    assert seen.state == "crashed"
    assert seen.history()["i"].tolist() == list(range(100))
    assert dict(seen.summary) == {"loss": 0, "i": 99, "note": "by hand"}
    assert seen.start_time <= seen.end_time


@pytest.mark.parametrize(
    ("last_line", "state"),
    [("", "finished"), ("raise ValueError('x')", "failed"), ("raise KeyboardInterrupt", "interrupted")],
)
def test_a_forgotten_run_is_finished_when_the_interpreter_ends(root, last_line, state):
    process = spawn(
        f"""
        from simple_track import Track
        run = Track.run(project="demo", system=False)
        run.log({{"x": 1}})
        print(run.id, flush=True)
        {last_line}
        """,
        root,
    )
    run_id = process.communicate(timeout=30)[0].strip()
    assert Track.load(run_id).state == state


def test_logging_to_a_finished_run_is_an_error_that_says_how_to_go_on(root):
    with Track.run(project="demo") as run:
        run.log({"x": 1})
    with pytest.raises(RunClosedError, match=f"run.log: run {run.id} is finished; continue it with"):
        run.log({"x": 2})
    run.finish()
    assert run.history()["x"].tolist() == [1]


def test_every_other_call_on_a_finished_run_is_refused_too(root):
    with Track.run(project="demo", notes=None, tags=None, job_type=5, system=False) as run:
        log = run.log
    assert (run.notes, run.tags, run.job_type) == ("", [], "5")
    calls = [
        lambda: log({"x": 1}),
        lambda: log({"x": "text"}),
        lambda: run.define_metric("x"),
        lambda: run.alert("x"),
        lambda: run.update_config({"a": 1}),
        lambda: run.log_text("t", "x"),
        lambda: run.summary.update({"x": 1}),
        lambda: run.log_artifact(Track.Artifact("a", type="t")),
        lambda: run.use_artifact("a:latest"),
    ]
    for call in calls:
        with pytest.raises(RunClosedError, match="is finished; continue it with"):
            call()
    assert run.history().rows == 0


def test_a_second_run_in_one_process_is_refused_finishes_the_first_or_is_stacked_as_asked(root):
    first = Track.run(project="demo")
    with pytest.raises(RunActiveError, match=first.id):
        Track.run(project="demo")
    second = Track.run(project="demo", reinit="stack")
    assert (first.state, second.state) == ("running", "running")
    assert Track.active() is second
    second.finish()
    assert Track.active() is first
    third = Track.run(project="demo", reinit="finish")
    assert first.state == "finished"
    third.finish()
    assert Track.active() is None


def test_a_run_that_cannot_be_resumed_says_where_it_is_or_who_has_it(root):
    run = Track.run(project="demo", system=False)
    with pytest.raises(RunNotFoundError, match=f"no run '{run.id}' in .*; it is in project 'demo'$"):
        Track.run(project="dmeo", resume=run.id, reinit="stack")
    with pytest.raises(RunBusyError, match=f"run {run.id} is being written by this very process; "):
        Track.run(project="demo", resume=run.id, reinit="stack")
    run.finish()


def test_a_run_ends_only_in_a_state_that_there_is(root):
    run = Track.run(project="demo", system=False)
    with pytest.raises(SettingError) as caught:
        run.finish("done")
    assert str(caught.value) == "state: 'done' is not one of finished, failed, interrupted"
    assert run.state == "running"
    run.finish("failed")
    assert Track.load(run.id).state == "failed"


def test_what_was_called_after_the_end_is_named(root):
    with Track.run(project="demo", system=False) as run:
        pass
    with pytest.raises(RunClosedError, match=r"^run.alert: run .* is finished; continue it with"):
        run.alert("late")
    with pytest.raises(RunClosedError, match=r"^run.summary: run .* is finished"):
        run.summary["late"] = 1


def test_a_resumed_run_goes_on_with_its_log_its_step_and_its_summary(root):
    with Track.run(project="demo", config={"lr": 0.1, "seed": 1}) as run:
        run.define_metric("loss", summary="mean")
        run.log({"loss": 1.0})
        run.log({"loss": 2.0})
    with Track.run(project="demo", config={"lr": 0.2}, resume=run.id) as again:
        assert again.id == run.id
        again.log({"loss": 6.0})
    seen = Track.load(run.id)
    assert seen.history()["step"].tolist() == [0, 1, 2]
    assert seen.summary["loss"] == 3.0
    assert seen.config == {"lr": 0.2, "seed": 1}
    assert [e["state"] for e in seen.events("state")] == ["running", "finished", "running", "finished"]


def test_resume_finds_the_run_that_was_asked_for(root, monkeypatch):
    with pytest.raises(RunNotFoundError):
        Track.run(project="demo", resume="must")
    with pytest.raises(RunNotFoundError, match="'20200101-000000000-aaaaaaaa'"):
        Track.run(project="demo", resume="20200101-000000000-aaaaaaaa")
    with Track.run(project="demo", name="one", resume="allow") as one:
        pass
    with Track.run(project="demo", name="two") as two:
        pass
    with Track.run(project="demo", resume="allow") as latest:
        assert latest.id == two.id
    with Track.run(project="demo", name="one", resume="must") as named:
        assert named.id == one.id
    with Track.run(project="demo", resume=True) as fresh:
        assert fresh.id not in (one.id, two.id)
    monkeypatch.setenv("SIMPLE_TRACK_RUN_ID", "chosen-id")
    with Track.run(project="demo", resume="allow") as chosen:
        assert chosen.id == "chosen-id"


def test_a_run_that_another_process_writes_cannot_be_resumed(root):
    process = spawn(
        """
        from simple_track import Track
        with Track.run(project="demo", system=False) as run:
            print(run.id, flush=True)
            import time; time.sleep(60)
        """,
        root,
    )
    process.stdin = None
    run_id = process.stdout.readline().strip()
    with pytest.raises(RunBusyError, match=f"run {run_id} is being written by process {process.pid} on"):
        Track.run(project="demo", resume=run_id)
    process.kill()
    process.communicate(timeout=30)
    with Track.run(project="demo", resume=run_id) as run:
        run.log({"x": 1})
    assert Track.load(run_id).state == "finished"


def test_config_is_taken_from_every_kind_of_object(root):
    @attrs.define
    class Model:
        width: int = 8

    @dataclasses.dataclass
    class Options:
        model: Model
        path: Path = Path("data")

    wanted = {"model": {"width": 8}, "path": "data"}
    for config in (Options(Model()), {"model": Model(), "path": Path("data")}, argparse.Namespace(**wanted)):
        with Track.run(project="demo", config=config) as run:
            assert run.config == wanted
            assert run.fingerprint == "".join(run.fingerprint)
    prints = {run.fingerprint for run in Track.runs("demo")}
    assert len(prints) == 1
    with pytest.raises(ValueKindError, match="config: cannot take a config of type int"):
        Track.run(project="demo", config=3)


def test_a_run_that_cannot_start_leaves_no_folder(root, monkeypatch):
    monkeypatch.setattr(
        "simple_track.recording.start.write_metadata", lambda *_: (_ for _ in ()).throw(RuntimeError("no"))
    )
    with pytest.raises(RuntimeError, match="no"):
        Track.run(project="demo", system=False)
    assert list((root / "runs" / "demo").iterdir()) == []


def test_a_forked_child_may_have_a_run_of_its_own(root):
    with Track.run(project="demo", system=False) as run:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                with Track.run(project="child", system=False) as own:
                    own.log({"x": 1})
                code = 0
            finally:
                os._exit(code)
        assert os.waitpid(pid, 0)[1] == 0
        run.log({"x": 2})
    assert Track.runs("child")[0].state == "finished"
    assert Track.load(run.id).state == "finished"


def test_a_run_that_another_host_writes_cannot_be_resumed(root):
    with Track.run(project="demo", system=False) as run:
        pass
    lock = Track.load(run.id).layout.lock
    lock.write_text('{"pid": 7, "host": "node3", "boot": "another"}')
    with pytest.raises(RunBusyError, match="is being written by process 7 on node3"):
        Track.run(project="demo", resume=run.id)
    os.utime(lock, (1000, 1000))
    with Track.run(project="demo", resume=run.id, system=False):
        pass
    with pytest.raises(SettingError, match="resume: '' is not one of"):
        Track.run(project="demo", resume="")


def test_config_changes_are_kept(root):
    with Track.run(project="demo", config={"lr": 0.1}) as run:
        run.update_config({"lr": 0.2, "more": [1, 2]})
    seen = Track.load(run.id)
    assert seen.config == {"lr": 0.2, "more": [1, 2]}
    assert seen.events("config")[0]["values"] == {"lr": 0.2, "more": [1, 2]}


def test_follow_yields_what_is_there_and_what_comes_until_the_end(root):
    process = spawn(
        """
        import time
        from simple_track import Track
        with Track.run(project="demo", system=False) as run:
            print(run.id, flush=True)
            for i in range(20):
                run.log({"i": i})
                time.sleep(0.01)
        """,
        root,
    )
    run_id = process.stdout.readline().strip()
    assert [record["i"] for record in Track.load(run_id).follow(poll=0.02)] == list(range(20))
    process.communicate(timeout=30)


def test_readers_see_a_live_run(root):
    with Track.run(project="demo") as run:
        run.log({"x": 1.0})
        seen = Track.load(run.id)
        assert seen.state == "running"
        assert seen.summary["x"] == 1.0
        run.log({"x": 2.0})
        assert seen.history()["x"].tolist() == [1.0, 2.0]
        assert seen.summary["x"] == 2.0
        assert time.time() - seen.start_time.timestamp() < 60


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        (["set t", "define none"], "t"),
        (["define none", "set t", "log 2"], "t"),
        (["set t", "define first", "log 2"], 2),
        (["set 9", "define max", "log 2"], 2),
        (["define none", "log 1", "define first", "log 2"], 1),
        (["define none", "log 1", "log 2", "define mean", "log 6"], 3.0),
        (["log 1", "define none"], None),
    ],
    ids=str,
)
def test_a_summary_is_the_same_live_loaded_and_rebuilt_whenever_its_rule_comes(root, calls, expected):
    run = Track.run("demo", system=False)
    for call in calls:
        what, _, value = call.partition(" ")
        if what == "define":
            run.define_metric("a", summary=value)
        elif what == "log":
            run.log({"a": int(value)})
        else:
            run.summary["a"] = value
    live = run.summary.get("a")
    loaded = Track.load(run.id).summary.get("a")
    run.finish()
    stored = Track.load(run.id).summary.get("a")
    (Path(run.dir) / "summary.sdn").unlink()
    assert [live, loaded, stored, Track.load(run.id).summary.get("a")] == [expected] * 4
