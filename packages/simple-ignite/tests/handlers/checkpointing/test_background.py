"""The thread that writes."""

import os
import signal
import threading
import time

import pytest

from simple_ignite.handlers.checkpointing.background import BackgroundThread


def test_a_job_is_done_in_a_thread_that_is_kept_for_the_next():
    writer, threads = BackgroundThread(), []
    for _ in range(3):
        writer.submit(lambda: threads.append(threading.current_thread()))
        writer.wait()
    assert len(set(threads)) == 1
    assert threads[0] is not threading.current_thread()
    assert writer.submitted == 3


def test_waiting_lasts_until_the_job_is_done():
    writer, done = BackgroundThread(), []
    writer.wait()
    writer.submit(lambda: (time.sleep(0.1), done.append(True)))
    writer.wait()
    assert done == [True]


def test_what_a_job_raises_is_raised_once_to_who_waits():
    writer = BackgroundThread()
    writer.submit(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        writer.wait()
    writer.wait()
    writer.submit(lambda: None)
    writer.wait()


def test_the_thread_ends_with_its_writer():
    writer, threads = BackgroundThread(), []
    writer.submit(lambda: threads.append(threading.current_thread()))
    writer.wait()
    del writer
    threads[0].join(10)
    assert not threads[0].is_alive()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_has_a_thread_of_its_own():
    writer = BackgroundThread()
    writer.submit(lambda: None)
    writer.wait()
    child = os.fork()
    if child == 0:
        done = []
        writer.submit(lambda: done.append(True))
        writer.wait()
        os._exit(7 if done else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_process_forked_in_the_middle_of_a_job_does_not_wait_for_it():
    writer, go = BackgroundThread(), threading.Event()
    writer.submit(go.wait)
    child = os.fork()
    if child == 0:
        writer.wait()
        done = []
        writer.submit(lambda: done.append(True))
        writer.wait()
        os._exit(7 if done else 1)
    go.set()
    end = time.monotonic() + 60
    while (found := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < end:
        time.sleep(0.01)
    if found == (0, 0):
        os.kill(child, signal.SIGKILL)
        found = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(found[1]) == 7
    writer.wait()
