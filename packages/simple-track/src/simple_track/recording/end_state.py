"""Ending: how a run can end."""

from __future__ import annotations

import traceback
from typing import Any

from simple_track.errors import SettingError

ENDS = ("finished", "failed", "interrupted")


def known_end(state: str) -> str:
    """The state, when a run can be ended in it.

    Args:
        state: What `run.finish` was given.

    Raises:
        SettingError: There is no such end.
    """
    if state not in ENDS:
        raise SettingError("state", state, ENDS)
    return state


def ending(error: BaseException | None) -> tuple[str, dict[str, Any] | None]:
    """How a run ends that is left by this exception, and what is kept of it."""
    if (
        error is None
        or (isinstance(error, SystemExit) and error.code in (None, 0))
        or isinstance(error, GeneratorExit)
    ):
        return "finished", None
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", None
    text = "".join(traceback.format_exception(error))
    return "failed", {"type": type(error).__name__, "message": str(error), "traceback": text}
