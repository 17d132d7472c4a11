"""Workers: the processes of a DataLoader, which are to outlive a signal that is meant for the run."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import sys
import weakref
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from typing import Any

from simple_ignite.engine.signals import watched

__all__ = ["iterate_sheltered"]

_sheltered: weakref.WeakSet[BaseProcess] = weakref.WeakSet()
_owner = 0  # the process that started them


class Shelter:
    """A worker's first call: lets signals pass by that the run takes for itself, then what the user wanted.

    Schedulers send a signal to every process of a job. The workers would die of it, and the run, which is to
    end in order, would wait for batches that never come, or for a lock that a worker died with.

    Args:
        signals: The signals' numbers.
        init: The loader's own `worker_init_fn`, or None.
    """

    def __init__(self, signals: tuple[int, ...], init: Callable[[int], Any] | None) -> None:
        self.signals = signals
        self.init = init

    def __call__(self, worker_id: int) -> None:
        """Prepare the worker in which this is called."""
        for number in self.signals:
            signal.signal(number, _pass_by)  # not SIG_IGN, which programs that a worker starts would inherit
        if self.init is not None:
            self.init(worker_id)


def iterate_sheltered(data: Any) -> Iterator[Any]:
    """Return `iter(data)`; the workers it starts do not die of signals that a run now watches for.

    Workers that a loader keeps (`persistent_workers`) are what they were when they were started.
    """
    signals = watched()
    loader = getattr(sys.modules.get("torch.utils.data"), "DataLoader", None)
    if not signals or loader is None or not isinstance(data, loader) or data.num_workers == 0:
        return iter(data)
    init, before = data.worker_init_fn, set(multiprocessing.active_children())
    data.worker_init_fn = Shelter(signals, init)
    try:
        return iter(data)
    finally:
        data.worker_init_fn = init
        _remember(set(multiprocessing.active_children()) - before)


def _remember(started: set[BaseProcess]) -> None:
    global _owner
    if _owner != os.getpid():  # a fork inherits the list, but the workers are not its own
        _owner = os.getpid()
        _sheltered.clear()
        atexit.register(_end_left)
    _sheltered.update(started)


def _end_left() -> None:
    """At exit, end the workers that are left; multiprocessing would do it by SIGTERM, and wait for them."""
    if _owner != os.getpid():
        return
    left = [process for process in _sheltered if process.is_alive()]
    if left and hasattr(signal, "SIGCHLD"):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # torch would raise that a worker was killed
    for process in left:
        process.kill()


def _pass_by(_number: int, _frame: Any) -> None:
    pass
