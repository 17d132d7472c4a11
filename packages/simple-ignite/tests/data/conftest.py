"""What the tests of files in memory share."""

import os
import signal
import traceback

import pytest
import torch


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Let torch compute in one thread: for tiny tensors, threads that wait cost more than they save."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def in_child():
    """A function that runs `work` in a forked process and returns its exit status; 0 if nothing was raised.

    A number below 0 is the signal that ended it.
    """
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")

    def run(work):
        pid = os.fork()
        if pid == 0:
            try:
                signal.alarm(60)
                work()
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    return run
