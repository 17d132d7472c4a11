"""Ctrl-C held back."""

import signal
import threading

import pytest

from simple_ignite.engine.interrupt import Uninterrupted


def test_ctrl_c_within_the_block_is_raised_at_its_end():
    reached = []

    def hold():
        with Uninterrupted():
            signal.raise_signal(signal.SIGINT)
            reached.append("the end")

    with pytest.raises(KeyboardInterrupt):
        hold()
    assert reached == ["the end"]


def test_the_handler_that_was_there_gets_it_and_is_put_back():
    got = []
    previous = signal.signal(signal.SIGINT, lambda number, frame: got.append(number))
    try:
        handler = signal.getsignal(signal.SIGINT)
        with Uninterrupted():
            signal.raise_signal(signal.SIGINT)
            assert got == []
        assert got == [signal.SIGINT]
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, previous)


def test_without_ctrl_c_nothing_is_raised():
    with Uninterrupted():
        pass
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ignored_stays_ignored():
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Uninterrupted():
            signal.raise_signal(signal.SIGINT)
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, previous)


def test_other_threads_are_left_alone():
    within = []

    def enter():
        with Uninterrupted():
            within.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert within == [signal.default_int_handler]
