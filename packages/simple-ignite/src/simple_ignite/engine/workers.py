"""Workers of a DataLoader, which must survive a signal that is meant for the run."""

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

from simple_ignite.engine.interrupt import Uninterrupted
from simple_ignite.engine.signals import watched

__all__ = ["iterate_sheltered"]

_sheltered: weakref.WeakSet[BaseProcess] = weakref.WeakSet()
_owner = 0  # the id of the process that started them


class Shelter:
    """A `worker_init_fn` that makes a worker ignore the signals that the run watches for.

    Schedulers send a signal to every process of a job. The workers would die of it, and the run, which is to
    end in order, would wait for batches that never come, or for a lock that a dead worker holds.

    Args:
        signals: The signals' numbers.
        init: The loader's own `worker_init_fn`, called afterwards; or None.
    """

    def __init__(self, signals: tuple[int, ...], init: Callable[[int], Any] | None) -> None:
        self.signals = signals
        self.init = init

    def __call__(self, worker_id: int) -> None:
        """Prepare the worker that calls this."""
        for number in self.signals:
            signal.signal(number, _ignore)  # not SIG_IGN, which programs started by a worker would inherit
        if self.init is not None:
            self.init(worker_id)


def iterate_sheltered(data: Any) -> Iterator[Any]:
    """Return `iter(data)`; the workers that it starts survive the signals that are currently watched.

    A Ctrl-C while workers are started is raised when they are.

    Workers that a loader keeps (`persistent_workers`) ignore the signals watched when they were started.
    """
    loader = getattr(sys.modules.get("torch.utils.data"), "DataLoader", None)
    if loader is None or not isinstance(data, loader) or data.num_workers == 0:
        return iter(data)
    with Uninterrupted(once=True):
        return _iterate(data, watched())


def _iterate(data: Any, signals: tuple[int, ...]) -> Iterator[Any]:
    if not signals:
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
    if _owner != os.getpid():  # a forked process inherits the set, but not the workers
        _owner = os.getpid()
        _sheltered.clear()
        atexit.register(_kill_remaining)
    _sheltered.update(started)


def _kill_remaining() -> None:
    """Kill the remaining workers at exit; multiprocessing would send SIGTERM, which they ignore, and wait."""
    if _owner != os.getpid():
        return
    remaining = [process for process in _sheltered if process.is_alive()]
    if remaining and hasattr(signal, "SIGCHLD"):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # torch would raise that a worker was killed
    for process in remaining:
        process.kill()


def _ignore(_number: int, _frame: object) -> None:
    pass
