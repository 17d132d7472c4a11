"""Local-first experiment tracking: every number is on disk when the call returns."""

import simple_track.moved_modules as _moved_modules  # noqa: F401 - pickles of version 0.3 load
from simple_track.__about__ import __version__
from simple_track.catalog.query_result import QueryResult
from simple_track.errors import (
    FormatError,
    MetricNotFoundError,
    MissingExtraError,
    QueryError,
    ReadOnlyRunError,
    RunActiveError,
    RunBusyError,
    RunClosedError,
    RunNotFoundError,
    SettingError,
    StorageError,
    TrackError,
    TrackWarning,
    UnknownArgumentError,
    UnknownNameError,
    UnsafeNameError,
    ValueKindError,
    WhereError,
)
from simple_track.reading.history import History
from simple_track.reading.view import RunView
from simple_track.recording.run import Run
from simple_track.track import Track

__all__ = [
    "FormatError",
    "History",
    "MetricNotFoundError",
    "MissingExtraError",
    "QueryError",
    "QueryResult",
    "ReadOnlyRunError",
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
    "UnknownArgumentError",
    "UnknownNameError",
    "UnsafeNameError",
    "ValueKindError",
    "WhereError",
    "__version__",
]
