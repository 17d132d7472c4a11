"""Local-first experiment tracking: every number is on disk when the call returns."""

import importlib
from typing import TYPE_CHECKING, Any

from simple_track.__about__ import __version__
from simple_track.errors import (
    FormatError,
    MetricNotFoundError,
    MissingExtraError,
    RunActiveError,
    RunBusyError,
    RunClosedError,
    RunNotFoundError,
    SettingError,
    StorageError,
    TrackError,
    UnsafeNameError,
    ValueKindError,
    WhereError,
)
from simple_track.history import History
from simple_track.journal import TrackWarning
from simple_track.run import Run
from simple_track.track import Track
from simple_track.view import RunView

if TYPE_CHECKING:
    from simple_track.query import QueryError, QueryResult

__all__ = [
    "FormatError",
    "History",
    "MetricNotFoundError",
    "MissingExtraError",
    "QueryError",
    "QueryResult",
    "Run",
    "RunActiveError",
    "RunBusyError",
    "RunClosedError",
    "RunNotFoundError",
    "RunView",
    "SettingError",
    "StorageError",
    "Track",
    "TrackError",
    "TrackWarning",
    "UnsafeNameError",
    "ValueKindError",
    "WhereError",
    "__version__",
]


def __getattr__(name: str) -> Any:
    """What belongs to queries is imported when it is asked for, which scripts that log never do."""
    if name in ("QueryError", "QueryResult"):
        return getattr(importlib.import_module("simple_track.query"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
