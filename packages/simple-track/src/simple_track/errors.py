"""All errors and warnings of the package, in one tree.

```text
TrackError (Exception)
├── UnsafeNameError (ValueError)        a name that cannot become part of a path
├── SettingError (ValueError)           an unknown mode, durability, reinit, …
├── ValueKindError (TypeError)          a value that cannot be logged
├── MissingExtraError (ImportError)     an optional dependency is not installed
├── RunNotFoundError (LookupError)      no run of that id
├── MetricNotFoundError (KeyError)      the run has no metric of that name
├── RunBusyError (RuntimeError)         another process is writing the run
├── RunActiveError (RuntimeError)       this process already has a run
├── RunClosedError (RuntimeError)       the run has been finished
├── ReadOnlyRunError (AttributeError)   a change of a run that was loaded to read from; also a TypeError
├── UnknownArgumentError (TypeError)    an argument of another library, or mistyped
├── UnknownNameError (AttributeError)   an attribute of another library, or mistyped
├── StorageError (OSError)              the disk is full, read-only, or gone
├── FormatError (ValueError)            a file on disk is damaged or of a newer version
├── WhereError (ValueError)             a filter or an order that cannot be parsed
├── ExportError (OSError)               exchange: an export that could not be written
│   └── ExportExistsError (FileExistsError)  exchange: the target exists and is kept
├── QueryError (ValueError)             SQL that DuckDB refuses
├── ValueShapeError (ValueError)        values: a shape that this kind of value cannot have
├── ValueRangeError (ValueError)        values: numbers or a type that it cannot have
├── DamagedValueError (OSError)         values: a logged file is missing or has changed
├── TableCellError (TypeError)          values: a cell that does not have its column's type
├── UnknownColumnError (LookupError)    values: the table has no such column
├── RowError (IndexError)               values: the table has no such row
├── NotJsonError (TypeError)            artifacts: metadata that JSON cannot hold
├── CorruptObjectError (OSError)        artifacts: stored content has changed
├── MissingObjectError (LookupError)    artifacts: no object is stored under a digest
├── ArtifactEntryError (ValueError)     artifacts: an entry name that is taken
├── ArtifactTypeError (TypeError)       artifacts: another type than that of its versions
├── UnknownArtifactError (LookupError)  artifacts: no artifact of that name
├── UnknownVersionError (LookupError)   artifacts: no such version or alias
├── BadAliasError (ValueError)          artifacts: an alias that could be mistaken for something else
├── ProtectedAliasError (PermissionError)  artifacts: what is protected, or stands in the registry
├── ArtifactRefError (ValueError)       artifacts: a text that is no reference to a version
├── UnknownCollectionError (LookupError)  registry: no collection of that name
├── UnknownEntryError (LookupError)     artifacts: no file of that name
├── UnreadableSourceError (OSError)     artifacts: a file to be stored cannot be read
│   └── MissingSourceError (FileNotFoundError)  artifacts: a file to be stored is gone
├── OutsideLinkError (OSError)          artifacts: a link that leads out of a download
├── ChangedReferenceError (ValueError)  artifacts: a referenced file has changed
├── AmbiguousRunError (LookupError)     cli: more than one run matches
└── ProjectNotFoundError (LookupError)  cli: no project of that name
```

`values:`, `artifacts:`, `registry:` and `exchange:` are defined in the packages `simple_track.values` and so
on, which are loaded when they are used; the command line raises `cli:`. Each error carries the facts of its
message as attributes, and survives pickling. `TrackWarning` is the category of all warnings;
`UnreadableWarning`, of what was left out because it cannot be read.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any


class TrackWarning(UserWarning):
    """Tracking failed in part, and training goes on."""


class UnreadableWarning(TrackWarning):
    """Something was left out of a list, a query or an export because it cannot be read.

    Args:
        where: The run's folder, or the file.
        reason: Why it cannot be read, and what to do about it.
    """

    def __init__(self, where: Path, reason: str) -> None:
        super().__init__(f"{reason}; it is left out")
        self.where = where
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.where, self.reason)


def _rebuild(cls: type[TrackError], args: tuple[Any, ...], data: dict[str, Any]) -> TrackError:
    error = cls.__new__(cls, *args)
    Exception.__init__(error, *args)
    error.__dict__.update(data)
    return error


PLAIN_NAME = "use letters, digits, '-', '_' and '.'"


class TrackError(Exception):
    """The base of every error of this package."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, dict(self.__dict__))


class UnsafeNameError(TrackError, ValueError):
    """A name that cannot become part of a path.

    Args:
        what: The noun that was being named, such as "project".
        name: The name as it was given.
        reason: Why it is refused.
        hint: What to do.
    """

    def __init__(self, what: str, name: str, reason: str, hint: str = PLAIN_NAME) -> None:
        super().__init__(f"{what} {name!r} {reason}; {hint}")
        self.what = what
        self.name = name
        self.reason = reason


class SettingError(TrackError, ValueError):
    """A setting with a value that does not exist.

    Args:
        setting: The name of the setting.
        value: What was given.
        choices: What may be given.
    """

    def __init__(self, setting: str, value: object, choices: tuple[str, ...]) -> None:
        super().__init__(f"{setting}: {value!r} is not one of {', '.join(choices)}")
        self.setting = setting
        self.value = value
        self.choices = choices


class ValueKindError(TrackError, TypeError):
    """A value of a kind that cannot be taken.

    Args:
        key: The name it was given under.
        type_name: The type of the value.
        hint: What to do about it.
        attempt: What was attempted with it.
    """

    def __init__(
        self,
        key: str,
        type_name: str,
        hint: str = "log a number, a bool, a string, or a media value",
        attempt: str = "log a value",
    ) -> None:
        super().__init__(f"{key}: cannot {attempt} of type {type_name}; {hint}")
        self.key = key
        self.type_name = type_name


class MissingExtraError(TrackError, ImportError):
    """An optional dependency is not installed.

    Args:
        what: The feature that needs it.
        module: The module that could not be imported.
        extra: The extra of simple-track that brings it, or None when it is installed by its own name.
    """

    def __init__(self, what: str, module: str, extra: str | None) -> None:
        where = f" (it is in the extra [{extra}])" if extra else ""
        super().__init__(
            f"{what} needs {module}; install it with: pip install {_wanted(module, extra)}{where}"
        )
        self.what = what
        self.module = module
        self.extra = extra


def _wanted(library: str, extra: str | None) -> str:
    """The requirement for pip: the library, with the version that the extra asks for."""
    from importlib import metadata  # only for a message

    try:
        lines = metadata.requires("simple-track") or []
    except metadata.PackageNotFoundError:
        lines = []
    for line in lines:
        requirement, _, marker = line.partition(";")
        found = re.fullmatch(r"([\w.-]+)\s*([<>=!~].*)", requirement.strip())
        if found and found[1].lower() == library.lower() and f"extra=={extra!r}" in _bare(marker):
            return f"'{found[1]}{found[2]}'"
    return library


def _bare(marker: str) -> str:
    return marker.replace(" ", "").replace('"', "'")


class RunNotFoundError(TrackError, LookupError):
    """No run matches.

    Args:
        wanted: The id or description that was looked for.
        root: The folder that was searched.
        hint: What to do about it.
    """

    def __init__(self, wanted: str, root: Path, hint: str = "list the runs with: simple-track ls") -> None:
        super().__init__(f"no run {wanted} in {root}; {hint}")
        self.wanted = wanted
        self.root = root


class MetricNotFoundError(TrackError, KeyError):
    """The run has no metric, table or other value of that name.

    Args:
        key: The name that was looked up.
        run_id: The run.
        known: The names that exist.
        what: The kind of value: "metric", "table" or "media".
        hint: What to do about it; default the names that exist.
    """

    def __init__(
        self, key: str, run_id: str, known: list[str], what: str = "metric", hint: str | None = None
    ) -> None:
        near = [name for name in known if name.endswith(f"/{key}")] or get_close_matches(key, known, 1)
        listed = ", ".join(sorted(known)[:8]) + (", …" if len(known) > 8 else "")
        if hint is None and near:
            hint = f"did you mean {' or '.join(map(repr, near[:3]))}?"
        self.message = f"run {run_id} has no {what} {key!r}; " + (
            hint or (f"it has: {listed}" if known else "it has none yet")
        )
        super().__init__(self.message)
        self.key = key
        self.run_id = run_id
        self.known = known
        self.what = what

    def __str__(self) -> str:
        return self.message


class RunBusyError(TrackError, RuntimeError):
    """Another process is writing the run.

    Args:
        run_id: The run.
        holder: Who holds it, such as "process 4711 on node3".
    """

    def __init__(self, run_id: str, holder: str) -> None:
        super().__init__(
            f"run {run_id} is being written by {holder}; wait until it ends, "
            "or let both write with shared=True"
        )
        self.run_id = run_id
        self.holder = holder


class RunActiveError(TrackError, RuntimeError):
    """This process already has a run that is not finished.

    Args:
        run_id: The run that is active.
    """

    def __init__(self, run_id: str) -> None:
        super().__init__(
            f"run {run_id} is still active in this process; finish it first, or say "
            'reinit="finish" (finish it now) or reinit="stack" (keep both)'
        )
        self.run_id = run_id


class RunClosedError(TrackError, RuntimeError):
    """The run has been finished and takes no more.

    Args:
        run_id: The run.
        call: What was attempted.
        hint: What to do; default how to resume the run.
    """

    def __init__(self, run_id: str, call: str, hint: str = "") -> None:
        advice = hint or f"continue it with Track.run(project=…, resume={run_id!r})"
        super().__init__(f"{call}: run {run_id} is finished; {advice}")
        self.run_id = run_id
        self.call = call


class ReadOnlyRunError(TrackError, AttributeError, TypeError):
    """A change of a run that was loaded to read from.

    Args:
        run_id: The run.
        field: What was to be changed.
        advice: How to change it.
    """

    def __init__(self, run_id: str, field: str, advice: str) -> None:
        self.run_id = run_id
        self.field = field
        self.advice = advice
        super().__init__(
            f"run {run_id} was loaded to read from: its {field} cannot be changed here; {advice}."
        )


class UnknownArgumentError(TrackError, TypeError):
    """An argument that a function does not have.

    Args:
        call: The function.
        argument: The argument.
        hint: What to write, or empty.
    """

    def __init__(self, call: str, argument: str, hint: str = "") -> None:
        self.call = call
        self.argument = argument
        self.hint = hint
        super().__init__(f"{call} has no argument {argument!r}" + (f"; {hint}" if hint else ""))


class UnknownNameError(TrackError, AttributeError):
    """An attribute that does not exist.

    Args:
        owner: What was asked for it.
        attribute: The attribute.
        hint: What to write, or empty.
    """

    def __init__(self, owner: str, attribute: str, hint: str = "") -> None:
        self.owner = owner
        self.attribute = attribute
        self.hint = hint
        super().__init__(f"{owner} has no attribute {attribute!r}" + (f"; {hint}" if hint else ""))


class StorageError(TrackError, OSError):
    """The disk does not take what is written.

    Args:
        path: The file that was being written.
        reason: What the system said.
        hint: What happens now.
        errno: The system's error number.
    """

    def __init__(self, path: Path, reason: str, hint: str, errno: int | None = None) -> None:
        super().__init__(f"{path}: {reason}; {hint}")
        self.path = path
        self.reason = reason
        self.errno = errno


class FormatError(TrackError, ValueError):
    """A file on disk is damaged, or of a newer version.

    Args:
        path: The file.
        reason: What is wrong with it.
        hint: What to do about it.
    """

    def __init__(self, path: Path, reason: str, hint: str = "check it with: simple-track doctor") -> None:
        super().__init__(f"{path}: {reason}; {hint}")
        self.path = path
        self.reason = reason


class QueryError(TrackError, ValueError):
    """SQL that DuckDB refuses.

    Args:
        sql: The statement.
        reason: The message of DuckDB.
        hint: The tables that exist, or the column that was probably meant.
    """

    def __init__(
        self,
        sql: str,
        reason: str,
        hint: str = 'There are runs, metrics, and logged tables as tables."name".',
    ) -> None:
        super().__init__(f"{reason}\n{hint}")
        self.sql = sql
        self.reason = reason
        self.hint = hint


class WhereError(TrackError, ValueError):
    """A filter or an order that cannot be parsed.

    Args:
        text: The whole text.
        column: Where it went wrong, from 1.
        reason: What was expected.
    """

    def __init__(self, text: str, column: int, reason: str) -> None:
        super().__init__(f"{reason}\n  {text}\n  {' ' * (column - 1)}^")
        self.text = text
        self.column = column
        self.reason = reason
