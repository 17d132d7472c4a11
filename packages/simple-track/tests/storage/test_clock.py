"""Times are seconds since 1970, to the millisecond."""

import time

from simple_track.storage.clock import timestamp


def test_a_timestamp_is_the_time_in_whole_milliseconds():
    before = time.time()
    stamp = timestamp()
    after = time.time()
    assert before - 0.001 <= stamp <= after
    assert stamp == round(stamp, 3)


def test_a_timestamp_is_cut_and_never_in_the_future(monkeypatch):
    monkeypatch.setattr("simple_track.storage.clock.time_ns", lambda: 1_704_902_400_123_999_999)
    assert timestamp() == 1_704_902_400.123
