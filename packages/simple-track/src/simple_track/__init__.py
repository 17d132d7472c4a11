"""Local-first experiment tracking: every number is on disk when the call returns."""

from simple_track.__about__ import __version__
from simple_track.catalog.query_result import QueryError, QueryResult
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
from simple_track.reading.history import History
from simple_track.reading.view import RunView
from simple_track.recording.run import Run
from simple_track.storage.journal import TrackWarning
from simple_track.track import Track

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
