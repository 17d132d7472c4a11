"""What a process holds open while it writes a run, and in which order it lets go."""

import os
import threading
import time
import warnings
from types import SimpleNamespace

import pytest

from simple_track.errors import StorageError, TrackWarning
from simple_track.reading.rebuild import LAST_STEP, stored_summary
from simple_track.reading.summary import Summary
from simple_track.recording import session as module
from simple_track.recording.session import Session
from simple_track.recording.writer import Writer
from simple_track.storage.config_snapshot import fingerprint
from simple_track.storage.layout import Layout
from simple_track.storage.lock import FileLock, is_alive
from simple_track.storage.metadata import Metadata, read_metadata, write_metadata
from simple_track.storage.reader import read_events
from simple_track.storage.sdn_file import read_sdn


@pytest.fixture
def layout(tmp_path):
    layout = Layout(tmp_path).run("demo", "one")
    layout.files.mkdir(parents=True)
    return layout


@pytest.fixture
def open_session(layout):
    opened = []

    def make(config=None, *, locked=True, durability="second", strict=False, **parts):
        config = config if config is not None else {"lr": 0.1}
        facts = Metadata(id="one", project="demo", name="a", config=config, environment={"python": "3"})
        facts.fingerprint = fingerprint(config)
        write_metadata(layout, facts)
        lock = FileLock(layout.lock) if locked else None
        assert lock is None or lock.acquire()
        writer = Writer(layout, None if locked else "node-7", Summary(), durability=durability, strict=strict)
        session = Session(layout, facts, lock, writer, **parts)
        session.start()
        opened.append(session)
        return session

    yield make
    for session in opened:
        session.close("finished", None)


def config_events(layout):
    return [event for event in read_events(layout) if event["event"] == "config"]


def test_the_end_of_a_run_is_written_and_survives_power_loss(layout, open_session, disk):
    session = open_session()
    session.writer.log({"x": 1}, 7)
    disk.calls.clear()
    before = time.time()
    session.close("failed", {"type": "ValueError", "message": "m", "traceback": "t"})
    facts = read_metadata(layout)
    assert (facts.state, facts.error) == ("failed", {"type": "ValueError", "message": "m", "traceback": "t"})
    assert before - 0.001 <= facts.end_time <= time.time()
    assert read_sdn(layout.summary) == {"x": 1, LAST_STEP: 7}
    assert read_events(layout)[-1]["state"] == "failed"
    assert read_events(layout)[-1]["error"] == facts.error
    assert disk.survives_power_loss(layout.metadata)
    assert disk.survives_power_loss(layout.summary)
    assert disk.is_synced(layout.metrics)
    assert disk.is_synced(layout.history)


def test_a_run_that_finished_has_no_error(layout, open_session):
    open_session().close("finished", None)
    assert read_metadata(layout).error is None
    assert "error" not in read_events(layout)[-1]


def test_the_summary_is_on_disk_before_the_state_that_promises_it(layout, open_session, disk):
    open_session().close("finished", None)
    names = [call for call in disk.calls if call[0] == "name"]
    assert names[-2:] == [("name", str(layout.summary)), ("name", str(layout.metadata))]


def test_a_second_close_does_nothing(layout, open_session):
    session = open_session()
    session.close("finished", None)
    session.close("failed", {})
    assert read_metadata(layout).state == "finished"
    assert len(read_events(layout)) == 1


def test_the_parts_are_closed_in_order_and_the_lock_last(layout, open_session):
    order = []

    def part(name):
        return SimpleNamespace(
            close=lambda: order.append((name, session.writer.metrics.fd >= 0)), seconds=60, sample=print
        )

    session = open_session(sampler=part("sampler"), console=part("console"))
    session.writer.log({"x": 1})
    session.on_close = lambda: order.append(("closed", is_alive(layout.lock)))
    session.close("finished", None)
    assert order == [("console", True), ("sampler", True), ("closed", False)]
    assert session.closed


def test_a_part_that_fails_at_the_end_keeps_no_other_from_its_end(layout, open_session):
    def fail():
        raise ValueError("at the end")

    session = open_session(console=SimpleNamespace(close=fail))
    with pytest.raises(ValueError, match="at the end"):
        session.close("finished", None)
    assert read_metadata(layout).state == "finished"
    assert not is_alive(layout.lock)
    assert session.writer.metrics.fd == -1


def test_a_further_writer_leaves_state_and_summary_to_the_first(layout, open_session):
    session = open_session(locked=False)
    session.writer.log({"x": 1})
    session.close("failed", {"type": "E"})
    assert read_metadata(layout).state == "running"
    assert not layout.summary.exists()
    assert read_events(layout) == []


def test_a_run_that_others_wrote_too_gets_the_summary_of_all(layout, open_session):
    session = open_session()
    session.writer.log({"x": 1}, 3)
    session.summary["by hand"] = 5
    other = Writer(layout, "node-7", Summary())
    other.log({"y": 2}, 9)
    other.close()
    session.close("finished", None)
    assert read_sdn(layout.summary) == {"x": 1, "y": 2, "by hand": 5, LAST_STEP: 9}
    assert stored_summary(layout) == {"x": 1, "y": 2, "by hand": 5}


def test_samples_of_the_machine_do_not_count_as_another_writer(layout, open_session, monkeypatch):
    monkeypatch.setattr(module, "rebuild_summary", lambda _: pytest.fail("the log was read"))
    session = open_session()
    session.writer.log({"x": 1})
    layout.system_metrics.write_bytes(b'{"step":0,"system/cpu":1,"timestamp":1}\n')
    session.close("finished", None)
    assert read_sdn(layout.summary)["x"] == 1


def test_changes_of_the_config_are_events_and_saved(layout, open_session):
    session = open_session({"lr": 0.1, "model": {"width": 1}, "old": 1})
    config = session.metadata.config
    config["lr"] = 0.2
    config["model"]["width"] = 2
    config["new"] = None
    del config["old"]
    session.save_config()
    (event,) = config_events(layout)
    assert event["values"] == {"lr": 0.2, "model": {"width": 2}, "new": None}
    assert event["removed"] == ["old"]
    saved = read_metadata(layout)
    assert saved.config == {"lr": 0.2, "model": {"width": 2}, "new": None}
    assert saved.fingerprint == fingerprint(saved.config)
    session.save_config()
    assert len(config_events(layout)) == 1


@pytest.mark.parametrize(("before", "after"), [(1, 1.0), (1, True), (0, False), ("1", 1), (None, "None")])
def test_a_value_of_another_type_is_a_change(layout, open_session, before, after):
    session = open_session({"x": before, "y": 1})
    session.metadata.config["x"] = after
    session.save_config()
    (event,) = config_events(layout)
    assert repr(event["values"]) == repr({"x": after})
    assert "removed" not in event


def test_the_end_saves_the_last_changes_of_the_config(layout, open_session):
    session = open_session()
    session.metadata.config["lr"] = 0.2
    session.close("finished", None)
    assert read_metadata(layout).config == {"lr": 0.2}
    assert config_events(layout)[0]["values"] == {"lr": 0.2}


def test_a_config_that_cannot_be_saved_is_a_warning_at_the_end(layout, open_session):
    session = open_session()
    nested = session.metadata.config
    for _ in range(70):
        nested["x"] = {}
        nested = nested["x"]
    with pytest.warns(TrackWarning, match="the last changes of the config were not kept: config"):
        session.close("finished", None)
    assert read_metadata(layout).config == {"lr": 0.1}
    assert read_metadata(layout).state == "finished"


def test_a_config_that_another_thread_changes_is_saved_the_next_time(layout, open_session, monkeypatch):
    session = open_session()
    session.metadata.config["lr"] = 0.2

    def busy(_):
        raise RuntimeError("dictionary changed size during iteration")

    with monkeypatch.context() as patch:
        patch.setattr(module, "snapshot", busy)
        session.save_config()
    assert config_events(layout) == []
    session.save_config()
    assert len(config_events(layout)) == 1


def test_only_the_process_that_holds_the_run_writes_its_metadata(layout, open_session):
    session = open_session(locked=False)
    session.metadata.notes = "changed"
    session.save_metadata()
    assert read_metadata(layout).notes == ""


def test_the_environment_that_was_captured_is_added_in_the_background(layout, open_session):
    session = open_session(capture=SimpleNamespace(gather=lambda: {"git": {"branch": "trunk"}}))
    session._thread.stop()
    assert read_metadata(layout).environment == {"python": "3", "git": {"branch": "trunk"}}
    assert session.metadata.environment == {"python": "3", "git": {"branch": "trunk"}}


def test_a_capture_that_fails_is_a_warning(open_session):
    def fail():
        raise OSError("gone")

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        open_session(capture=SimpleNamespace(gather=fail))._thread.stop()
    assert [str(w.message) for w in caught] == ["capturing the environment failed: OSError('gone')"]


def tasks(session):
    return {task.name: task.seconds for task in session._thread._tasks} if session._thread else {}


def test_the_background_thread_syncs_and_sends_heartbeats_and_samples(open_session):
    sampler = SimpleNamespace(seconds=7.0, sample=print, close=print)
    assert tasks(open_session(sampler=sampler)) == {
        "syncing the log to disk": 1.0,
        "the heartbeat": 10.0,
        "saving changes of the config": 1.0,
        "sampling the machine": 7.0,
    }


def test_a_run_that_need_not_survive_power_loss_is_not_synced_in_the_background(open_session):
    assert tasks(open_session(durability="process")) == {
        "the heartbeat": 10.0,
        "saving changes of the config": 1.0,
    }


def test_a_further_writer_only_syncs(open_session):
    assert tasks(open_session(locked=False)) == {"syncing the log to disk": 1.0}


def test_a_further_writer_without_tasks_needs_no_thread(open_session):
    assert open_session(locked=False, durability="process")._thread is None


def test_the_heartbeat_is_that_of_the_lock(layout, open_session):
    session = open_session()
    os.utime(layout.lock, (1, 1))
    (heartbeat,) = [task for task in session._thread._tasks if task.name == "the heartbeat"]
    heartbeat.call()
    assert layout.lock.stat().st_mtime > 1e9


def test_a_forked_child_is_a_further_writer_and_ends_nothing(layout, open_session):
    session = open_session()
    assert session.owned
    pid = os.fork()
    if pid == 0:
        try:
            owned = session.owned
            session.forked()
            session.writer.log({"child": 1})
            session.close("failed", {"type": "E"})
            os._exit(1 if owned or not session.closed else 0)
        finally:
            os._exit(2)
    assert os.waitpid(pid, 0)[1] == 0
    assert read_metadata(layout).state == "running"
    assert is_alive(layout.lock)
    session.close("finished", None)
    assert not session.owned


def test_trouble_with_the_disk_is_a_warning_or_an_error_of_a_strict_run(layout, open_session):
    session = open_session()
    trouble = OSError(28, "No space left on device")
    with pytest.warns(TrackWarning) as caught:
        session.report(trouble, "the model was not kept")
    assert str(caught[0].message) == f"{layout.dir}: No space left on device; the model was not kept"
    session.writer.strict = True
    with pytest.raises(StorageError) as raised:
        session.report(trouble, "the model was not kept")
    assert (raised.value.errno, raised.value.__cause__) == (28, trouble)


def test_an_end_that_the_disk_refuses_says_what_it_means(layout, open_session, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    session = open_session()
    monkeypatch.setattr(module, "write_summary", refuse)
    monkeypatch.setattr(module, "write_metadata", refuse)
    with pytest.warns(TrackWarning) as caught:
        session.close("finished", None)
    assert [str(w.message).partition("; ")[2] for w in caught] == [
        "the summary is rebuilt from the log when it is read",
        "the state on disk is older",
    ]
    assert not is_alive(layout.lock)


def test_lines_that_the_disk_never_took_are_counted_at_the_end(layout, open_session):
    layout.metrics.mkdir()
    session = open_session()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            session.writer.log({"x": 1})
        session.close("finished", None)
    assert str(caught[-1].message) == f"3 lines of {layout.dir} were never taken by the disk"


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session.save_config(),
        lambda session: session.edit({"name": "b"}),
        lambda session: session.take_edits(),
        lambda session: session.save_metadata(),
    ],
    ids=["config", "edit", "edits", "metadata"],
)
def test_changes_wait_for_each_other(open_session, change):
    session = open_session()
    session.metadata.config["lr"] = 0.2
    done = threading.Event()

    def run():
        change(session)
        done.set()

    with session._saving:
        thread = threading.Thread(target=run)
        thread.start()
        assert not done.wait(0.1)
    thread.join(10)
    assert done.is_set()
