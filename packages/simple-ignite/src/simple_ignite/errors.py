"""What can go wrong, as one tree.

::

    IgniteError(Exception)
    ├── EventError(ValueError)             an event the engine does not know
    ├── HandlerError(TypeError)            a handler that cannot be called
    ├── BatchError(ValueError)             a batch that a ready-made step cannot take apart
    ├── RunError(ValueError)               arguments of `run` that contradict each other or the state
    ├── EngineBusyError(RuntimeError)      `run` called on an engine that is running
    ├── DataExhaustedError(RuntimeError)   the data ended before the run did
    ├── StateError(ValueError)             a state dictionary that cannot be loaded
    ├── MissingDependencyError(ImportError)
    ├── MetricError
    │   ├── OutputError(TypeError)         a step's output that no metric can be fed with
    │   ├── MetricInputError(ValueError)   prediction and target that do not fit
    │   ├── MetricStateError(ValueError)   states that cannot be merged or loaded
    │   └── NoDataError(RuntimeError)      a value asked of a metric that has seen nothing
    ├── RankError(RuntimeError)            another rank failed in what all do together
    ├── CheckpointError(RuntimeError)
    │   ├── CheckpointNotFoundError(FileNotFoundError)
    │   └── DamagedCheckpointError(ValueError)
    ├── CacheError(RuntimeError)           a file that cannot be cached, or whose bytes do not fit
    │   ├── FileChangedError               a file that changed after it was opened
    │   └── CacheFileNotFoundError(FileNotFoundError)
    ├── FileNotReadyError(TimeoutError)    a file still being read when the timeout ended
    ├── DataArgumentError(ValueError)      an argument of `simple_ignite.data` that is out of range
    ├── PrefetchError(RuntimeError)        batches drawn ahead that cannot be used here
    └── ValidationError(RuntimeError)      errors found by the checks before training

    Preempted(SystemExit)                  a signal of the scheduler ended a run; no IgniteError, so that
                                           `except Exception` does not keep the script from ending
    ChecksCompleted(SystemExit)            the mode is to check, not to train

    IgniteWarning(UserWarning)
    └── DamagedCheckpointWarning           a damaged file was passed over
"""

from __future__ import annotations

import copyreg
from functools import partial
from pathlib import Path
from typing import Any

__all__ = [
    "BatchError",
    "CacheError",
    "CacheFileNotFoundError",
    "CheckpointError",
    "CheckpointNotFoundError",
    "ChecksCompleted",
    "DamagedCheckpointError",
    "DamagedCheckpointWarning",
    "DataArgumentError",
    "DataExhaustedError",
    "EngineBusyError",
    "EventError",
    "FileChangedError",
    "FileNotReadyError",
    "HandlerError",
    "IgniteError",
    "IgniteWarning",
    "MetricError",
    "MetricInputError",
    "MetricStateError",
    "MissingDependencyError",
    "NoDataError",
    "OutputError",
    "Preempted",
    "PrefetchError",
    "RankError",
    "RunError",
    "StateError",
    "ValidationError",
]


class IgniteError(Exception):
    """Base of every error raised by simple-ignite."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Have pickle restore message and attributes without calling `__init__`, whose arguments differ."""
        reduced: tuple[Any, ...] = super().__reduce__()  # type: ignore[assignment]
        state = {**(reduced[2] if len(reduced) > 2 else {}), "args": self.args}
        return copyreg.__newobj__, (type(self),), state  # type: ignore[attr-defined]


class Preempted(SystemExit):
    """A signal ended `run(graceful=True)`, after the iteration and all handlers, the last save among them.

    Uncaught, it ends the script silently, with 128 + the signal as exit code, as schedulers expect.

    Attributes:
        signal: The signal's name, such as "SIGTERM".
        code: 128 + its number.
        message: What ended, and where.
    """

    def __init__(self, message: str, *, signal: str, code: int) -> None:
        super().__init__(code)
        self.message = message
        self.signal = signal

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), signal=self.signal, code=self.args[0]), (self.message,)


class ChecksCompleted(SystemExit):
    """The checks before training are done, and the mode is "check_only": ends the script, with code 0 or 1.

    The run fires no EXCEPTION_RAISED and saves nothing.
    """


class ValidationError(IgniteError, RuntimeError):
    """The checks before training have found errors.

    Attributes:
        report: The report, a `simple_ignite.checks.ValidationReport`.
    """

    def __init__(self, report: Any) -> None:
        errors = report.errors
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        lines = [f"  {one.code}: {one.where}: {one.message}" for one in errors]
        super().__init__("\n".join([f"the checks before training found {count}", *lines]))
        self.report = report


class IgniteWarning(UserWarning):
    """Base of every warning given by simple-ignite."""


class EventError(IgniteError, ValueError):
    """An event that the engine does not know, or a filter that makes no sense.

    Attributes:
        event: The event in question, or None for a filter.
    """

    def __init__(self, message: str, *, event: object = None) -> None:
        super().__init__(message)
        self.event = event


class HandlerError(IgniteError, TypeError):
    """A handler that cannot be called with what it was registered with.

    Attributes:
        handler: The handler's name.
    """

    def __init__(self, message: str, *, handler: str = "") -> None:
        super().__init__(message)
        self.handler = handler


class BatchError(IgniteError, ValueError):
    """A batch that a ready-made step cannot take apart."""


class RunError(IgniteError, ValueError):
    """An argument of `Engine.run` that contradicts another one or the engine's state.

    Attributes:
        argument: The argument's name.
    """

    def __init__(self, message: str, *, argument: str) -> None:
        super().__init__(message)
        self.argument = argument


class EngineBusyError(IgniteError, RuntimeError):
    """`run` was called on an engine that is already running."""


class DataExhaustedError(IgniteError, RuntimeError):
    """The data ended before the run did, and could not be started again.

    Attributes:
        done: Iterations done so far in this epoch.
        wanted: Iterations the epoch was to have, or None where that was open.
    """

    def __init__(self, message: str, *, done: int, wanted: int | None) -> None:
        super().__init__(message)
        self.done = done
        self.wanted = wanted


class StateError(IgniteError, ValueError):
    """A state dictionary that cannot be loaded here.

    Attributes:
        key: The entry at fault.
    """

    def __init__(self, message: str, *, key: str) -> None:
        super().__init__(message)
        self.key = key


class MissingDependencyError(IgniteError, ImportError):
    """An optional library is not installed.

    Attributes:
        package: The name to give to pip.
    """

    def __init__(self, package: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs {package}; install it with: pip install {package}", name=package)
        self.package = package


class CheckpointError(IgniteError, RuntimeError):
    """A checkpoint that cannot be written or used.

    Attributes:
        path: The file or folder.
    """

    def __init__(self, message: str, *, path: Path | str = "") -> None:
        super().__init__(message)
        self.path = Path(path)


class CheckpointNotFoundError(CheckpointError, FileNotFoundError):
    """No usable checkpoint is in the folder."""

    # copy calls the first one among the bases, and RuntimeError's refuses
    __new__ = FileNotFoundError.__new__  # type: ignore[assignment]


class DamagedCheckpointError(CheckpointError, ValueError):
    """A checkpoint whose bytes are not those that were written."""


class DamagedCheckpointWarning(IgniteWarning):
    """A damaged checkpoint was passed over for an older one."""


class CacheError(IgniteError, RuntimeError):
    """A file that cannot be opened, mapped or held, or whose size does not fit what was asked for.

    Attributes:
        path: The file.
    """

    def __init__(self, message: str, *, path: Path | str = "") -> None:
        super().__init__(message)
        self.path = Path(path)


class FileChangedError(CacheError):
    """A file that was cut off, replaced or written to after it was opened."""


class CacheFileNotFoundError(CacheError, FileNotFoundError):
    """A file or folder that does not exist."""

    # copy calls the first one among the bases, and RuntimeError's refuses
    __new__ = FileNotFoundError.__new__  # type: ignore[assignment]


class FileNotReadyError(IgniteError, TimeoutError):
    """A file that was still being read in the background when the timeout ended.

    Attributes:
        path: The file.
        progress: The part that had been read, from 0.0 to 1.0.
    """

    def __init__(self, message: str, *, path: Path | str, progress: float) -> None:
        super().__init__(message)
        self.path = Path(path)
        self.progress = progress


class DataArgumentError(IgniteError, ValueError):
    """An argument of `simple_ignite.data` that is out of range or of the wrong kind.

    Attributes:
        argument: The argument's name.
    """

    def __init__(self, message: str, *, argument: str) -> None:
        super().__init__(message)
        self.argument = argument


class PrefetchError(IgniteError, RuntimeError):
    """Batches drawn ahead that cannot be used in this process."""


class MetricError(IgniteError):
    """Base of what can go wrong in a metric."""


class OutputError(MetricError, TypeError):
    """A step's output that is not what a metric takes.

    Attributes:
        got: What came, in words.
        wanted: What would have been understood.
    """

    def __init__(self, got: str, wanted: str, example: str) -> None:
        super().__init__(
            f"the step's output is {got}; expected {wanted}. "
            f"Give the metric an output_transform that makes it so: output_transform={example}"
        )
        self.got = got
        self.wanted = wanted


class MetricInputError(MetricError, ValueError):
    """Prediction and target that do not fit each other or the metric.

    Attributes:
        metric: The metric, as it was made.
        got: What came, in words.
        wanted: What was expected.
    """

    def __init__(self, metric: str, got: str, wanted: str) -> None:
        super().__init__(f"{metric}: got {got}; expected {wanted}")
        self.metric = metric
        self.got = got
        self.wanted = wanted


class MetricStateError(MetricError, ValueError):
    """States that cannot be merged, sent, saved or loaded.

    Attributes:
        metric: The metric, as it was made.
        wanted: What was expected.
    """

    def __init__(self, metric: str, problem: str, wanted: str) -> None:
        super().__init__(f"{metric}: {problem}; expected {wanted}")
        self.metric = metric
        self.wanted = wanted


class NoDataError(MetricError, RuntimeError):
    """A value asked of a metric that has seen nothing since its last reset.

    Attributes:
        metric: The metric, as it was made.
    """

    def __init__(self, metric: str) -> None:
        super().__init__(f"{metric} has seen no data since its last reset: call update(output) first")
        self.metric = metric


class RankError(IgniteError, RuntimeError):
    """Another rank failed in what all ranks do together.

    Attributes:
        rank: The rank that failed.
        problem: What it says.
    """

    def __init__(self, rank: int, problem: str) -> None:
        super().__init__(f"rank {rank} failed in {problem}")
        self.rank = rank
        self.problem = problem
