"""Ctrl-C held back."""

import os
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


def test_a_second_ctrl_c_is_deferred_too_unless_only_the_first_is():
    def hold(once, reached):
        with Uninterrupted(once=once):
            signal.raise_signal(signal.SIGINT)
            reached.append("first")
            signal.raise_signal(signal.SIGINT)
            reached.append("second")

    for once, expected in ((False, ["first", "second"]), (True, ["first"])):
        reached = []
        with pytest.raises(KeyboardInterrupt):
            hold(once, reached)
        assert reached == expected
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_forked_within_the_block_gets_its_own_ctrl_c_and_not_the_deferred_one():
    def fork():
        with Uninterrupted():
            signal.raise_signal(signal.SIGINT)
            child = os.fork()
            if child == 0:
                default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
                try:
                    signal.raise_signal(signal.SIGINT)
                except KeyboardInterrupt:
                    os._exit(7 if default else 8)
                os._exit(9)
            statuses.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    statuses = []
    with pytest.raises(KeyboardInterrupt):
        fork()
    assert statuses == [7]
