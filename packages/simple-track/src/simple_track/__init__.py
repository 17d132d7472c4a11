"""Local-first experiment tracking: every number is on disk when the call returns."""

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
from simple_track.queryresult import QueryError, QueryResult
from simple_track.run import Run
from simple_track.track import Track
from simple_track.view import RunView

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
