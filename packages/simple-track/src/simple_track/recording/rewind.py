"""Rewind a live run to a step, so that the steps that follow are logged once."""

from __future__ import annotations

from typing import Any

from simple_track.errors import ValueKindError
from simple_track.reading.rebuild import rebuild_summary
from simple_track.recording.session import Session
from simple_track.storage.clock import timestamp
from simple_track.storage.record import REWIND, as_scalar, encode_metrics


def rewind_step(step: Any) -> int:
    """Check the step of a rewind.

    Args:
        step: A whole number from 0.

    Raises:
        ValueKindError: It is not.
    """
    number = step if type(step) is int else as_scalar("rewind", step)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 2**63:
        hint = "the step to log next is a whole number from 0"
        raise ValueKindError("rewind", f"{type(step).__name__} ({step!r})", hint, "rewind to a step")
    return number


def rewind_session(session: Session, step: int) -> None:
    """Take back what was logged at a step or later.

    The line and the event of the rewind are written, the summary is rebuilt from what is left, and the step
    counter continues at the step.

    Args:
        session: The session of a run.
        step: The step to log next.
    """
    writer = session.writer
    with writer.metrics.lock:
        writer.event("rewind", step=step)
        writer.append_line(encode_metrics(step, {REWIND: str(step)}, timestamp()))
        summary, highest = rebuild_summary(session.layout)
        session.summary.replace(summary)
        writer.step = min(highest, step - 1)
    session.rewound = True
