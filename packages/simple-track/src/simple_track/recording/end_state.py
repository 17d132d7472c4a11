"""The state in which a run ends."""

from __future__ import annotations

import signal
import traceback
from typing import Any

from simple_track.errors import SettingError
from simple_track.storage.record import plain_text
from simple_track.storage.secrets import mask_text

END_STATES = ("finished", "failed", "interrupted")


def check_end_state(state: str) -> str:
    """Return a state unchanged if a run can end in it.

    Args:
        state: The argument of `run.finish`.

    Raises:
        SettingError: A run cannot end in this state.
    """
    if state not in END_STATES:
        raise SettingError("state", state, END_STATES)
    return state


def end_state(error: BaseException | None) -> tuple[str, dict[str, Any] | None]:
    """The end state of a run that is left by an exception.

    Args:
        error: The exception, or None.

    Returns:
        The state, which is interrupted for Ctrl-C and a SystemExit with 128 + a signal as its code; and type,
        message and traceback of the exception if the run failed, else None.
    """
    if error is None or isinstance(error, GeneratorExit):
        return "finished", None
    if isinstance(error, SystemExit) and error.code in (None, 0):
        return "finished", None
    if isinstance(error, KeyboardInterrupt) or _is_signal(error):
        return "interrupted", None
    message, text = _message(error), "".join(traceback.format_exception(error))
    return "failed", {
        "type": type(error).__name__,
        "message": mask_text(plain_text(message)),
        "traceback": mask_text(plain_text(text)),
    }


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # its own `__str__` fails, which must not replace the exception that ends the run
        return f"<str() of {type(error).__name__} failed>"


def _is_signal(error: BaseException) -> bool:
    """Whether it is the exit of a script that a signal ended: its code is 128 + the signal, as in shells."""
    code = error.code if isinstance(error, SystemExit) else None
    return isinstance(code, int) and code - 128 in signal.valid_signals()
