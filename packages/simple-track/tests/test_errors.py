"""Every message, as a user sees it; and errors survive pickling."""

import builtins
import importlib
import pickle
import pkgutil
import re
from pathlib import Path

import pytest

import simple_track
from simple_track import errors
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
    UnknownArgumentError,
    UnknownNameError,
    UnsafeNameError,
    ValueKindError,
    WhereError,
)

CASES = [
    (
        UnsafeNameError("project", "../x", "begins or ends with a dot or a space"),
        ValueError,
        "project '../x' begins or ends with a dot or a space; use letters, digits, '-', '_' and '.'",
    ),
    (
        SettingError("mode", "of", ("online", "offline")),
        ValueError,
        "mode: 'of' is not one of online, offline",
    ),
    (
        ValueKindError("train/x", "list"),
        TypeError,
        "train/x: cannot log a value of type list; log a number, a bool, a string, or a media value",
    ),
    (
        MissingExtraError("Track.query", "duckdb", "sql"),
        ImportError,
        "Track.query needs duckdb; install it with: pip install 'duckdb>=1.0' (it is in the extra [sql])",
    ),
    (
        RunNotFoundError("'abc'", Path("runs")),
        LookupError,
        "no run 'abc' in runs; list the runs with: simple-track ls",
    ),
    (
        MetricNotFoundError("los", "r1", ["loss", "acc"]),
        KeyError,
        "run r1 has no metric 'los'; did you mean 'loss'?",
    ),
    (
        MetricNotFoundError("loss", "r1", ["train/loss", "val/loss", "lossy"]),
        KeyError,
        "run r1 has no metric 'loss'; did you mean 'train/loss' or 'val/loss'?",
    ),
    (
        MetricNotFoundError("x", "r1", []),
        KeyError,
        "run r1 has no metric 'x'; it has none yet",
    ),
    (
        RunBusyError("r1", "process 7 on node3"),
        RuntimeError,
        "run r1 is being written by process 7 on node3; wait until it ends, "
        "or let both write with shared=True",
    ),
    (
        RunActiveError("r1"),
        RuntimeError,
        "run r1 is still active in this process; finish it first, or say "
        'reinit="finish" (finish it now) or reinit="stack" (keep both)',
    ),
    (
        RunClosedError("r1", "run.log"),
        RuntimeError,
        "run.log: run r1 is finished; continue it with Track.run(project=…, resume='r1')",
    ),
    (
        RunClosedError("r1", "run.name = …", "use Track.edit('r1', …)"),
        RuntimeError,
        "run.name = …: run r1 is finished; use Track.edit('r1', …)",
    ),
    (
        ReadOnlyRunError("r1", "name", "use Track.edit('r1', name=…)"),
        AttributeError,
        "run r1 was loaded to read from: its name cannot be changed here; use Track.edit('r1', name=…).",
    ),
    (
        UnknownArgumentError("Track.run", "entity", "leave it out: there are no accounts"),
        TypeError,
        "Track.run has no argument 'entity'; leave it out: there are no accounts",
    ),
    (
        UnknownNameError("Track", "xyz"),
        AttributeError,
        "Track has no attribute 'xyz'",
    ),
    (
        StorageError(Path("m.jsonl"), "No space left on device", "lines wait", 28),
        OSError,
        "m.jsonl: No space left on device; lines wait",
    ),
    (
        FormatError(Path("m.sdn"), "is not SDN"),
        ValueError,
        "m.sdn: is not SDN; check it with: simple-track doctor",
    ),
    (
        QueryError("select x", "Binder Error: no column x"),
        ValueError,
        'Binder Error: no column x\nThere are runs, metrics, and logged tables as tables."name".',
    ),
    (WhereError("a <", 4, "expected a value"), ValueError, "expected a value\n  a <\n     ^"),
]


@pytest.mark.parametrize(("error", "builtin", "message"), CASES, ids=lambda case: type(case).__name__)
def test_messages_say_what_where_and_what_to_do(error, builtin, message):
    assert str(error) == message
    assert isinstance(error, TrackError)
    assert isinstance(error, builtin)


@pytest.mark.parametrize("error", [case[0] for case in CASES], ids=lambda error: type(error).__name__)
def test_errors_survive_pickling_with_their_facts(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_every_error_of_the_module_is_among_the_cases_and_in_its_tree():
    classes = [
        c
        for c in vars(errors).values()
        if isinstance(c, type) and issubclass(c, TrackError) and c is not TrackError
    ]
    assert {type(error) for error, _, _ in CASES} == set(classes)
    assert all(c.__name__ in errors.__doc__ for c in classes)
    assert all(c.__name__ in simple_track.__all__ for c in classes)


TREE = re.compile(r"── (\w+) \((\w+)\) +(?:(values|artifacts|registry|exchange|cli):)?")


@pytest.mark.parametrize(("name", "builtin", "where"), TREE.findall(errors.__doc__), ids=lambda text: text)
def test_the_tree_says_where_each_error_is_defined_and_what_it_derives_from(name, builtin, where):
    modules = {
        "": "simple_track.errors",
        "cli": "simple_track.cli.pick",
        "exchange": "simple_track.exchange.exporters.target",
    }
    found = getattr(importlib.import_module(modules.get(where, f"simple_track.{where}")), name)
    assert issubclass(found, TrackError)
    assert found.__bases__[1] is getattr(builtins, builtin)


def test_the_tree_holds_every_error_of_the_package():
    for _, name, _ in pkgutil.walk_packages(simple_track.__path__, "simple_track."):
        if not name.endswith("__main__"):
            importlib.import_module(name)
    found, left = set(), [TrackError]
    while left:
        for error in left.pop().__subclasses__():
            found.add(error.__name__)
            left.append(error)
    assert found == {name for name, _, _ in TREE.findall(errors.__doc__)}
