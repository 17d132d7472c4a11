"""The values that each thread is resolving, each because of the one before."""

from __future__ import annotations

import _thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from simple_conf.references.failures import Trace

_running = _thread._local()


def current_trace() -> Trace:
    """Return the values that this thread is resolving, each because of the one before.

    A value is also read by what copies it, and by resolvers, in the middle of resolving another one.
    """
    try:
        trace: Trace = _running.trace
    except AttributeError:
        trace = _running.trace = []
    return trace
