"""The background thread beats, fails without harm, and ends."""

import threading
import time
import warnings

from simple_track.errors import TrackWarning
from simple_track.recording.background import BackgroundThread, PeriodicTask


def test_each_beat_comes_in_its_own_period():
    counts = {"fast": 0, "slow": 0}

    def count(name):
        counts[name] += 1

    pulse = BackgroundThread(
        [PeriodicTask("fast", 0.01, lambda: count("fast")), PeriodicTask("slow", 0.1, lambda: count("slow"))]
    )
    pulse.start()
    time.sleep(0.5)
    pulse.stop()
    before = dict(counts)
    assert counts["fast"] > counts["slow"] >= 2
    time.sleep(0.05)
    assert counts == before


def test_a_beat_that_fails_warns_once_and_goes_on():
    tried = []

    def fail():
        tried.append(1)
        raise OSError("gone")

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pulse = BackgroundThread([PeriodicTask("the heartbeat", 0.01, fail)])
        pulse.start()
        time.sleep(0.2)
        pulse.stop()
    assert len(tried) > 2
    assert [(w.category, str(w.message)) for w in caught] == [
        (TrackWarning, "the heartbeat failed: OSError('gone')")
    ]


def test_a_run_leaves_no_thread_behind(root):
    from simple_track import Track

    before = threading.active_count()
    with Track.run(project="demo", system=False):
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_what_is_done_first_is_done_before_the_end_and_what_is_done_last_while_the_caller_goes_on():
    done, go_on = [], threading.Event()
    first = PeriodicTask("first", 0, lambda: (time.sleep(0.1), done.append("first")))
    last = PeriodicTask("last", 0, lambda: (go_on.wait(30), done.append("last")))
    pulse = BackgroundThread([PeriodicTask("never", 60, lambda: done.append("never"))], first, last)
    pulse.start()
    pulse.stop()
    assert done == ["first"]
    go_on.set()
    pulse.join()
    assert done == ["first", "last"]
