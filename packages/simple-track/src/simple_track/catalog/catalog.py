"""All runs of a store, filtered and sorted."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from simple_track.catalog.cache import load_catalog
from simple_track.catalog.field_names import field_names, suggest_fields
from simple_track.catalog.where import compile_order, compile_where, fields_of
from simple_track.catalog.where_parser import MISSING, Predicate, lookup
from simple_track.errors import FormatError, RunNotFoundError, SettingError, UnreadableWarning
from simple_track.reading.view import RunView
from simple_track.storage.layout import Layout

FIELDS = (
    "id",
    "name",
    "project",
    "state",
    "group",
    "job_type",
    "tags",
    "notes",
    "archived",
    "start_time",
    "end_time",
    "duration",
    "fingerprint",
    "dir",
    "error",
    "config",
    "summary",
    "environment",
)


class Moment(float):
    """Seconds since 1970 that can be compared with text such as `2026-01-10T16:00`, in local time."""

    @staticmethod
    def _seconds(other: object) -> Any:
        if not isinstance(other, str):
            return other
        try:
            return datetime.fromisoformat(other).timestamp()
        except ValueError:
            return float("nan")

    def __lt__(self, other: Any) -> bool:
        return float(self) < self._seconds(other)  # type: ignore[no-any-return]

    def __le__(self, other: Any) -> bool:
        return float(self) <= self._seconds(other)  # type: ignore[no-any-return]

    def __gt__(self, other: Any) -> bool:
        return float(self) > self._seconds(other)  # type: ignore[no-any-return]

    def __ge__(self, other: Any) -> bool:
        return float(self) >= self._seconds(other)  # type: ignore[no-any-return]

    def __eq__(self, other: object) -> bool:
        return bool(float(self) == self._seconds(other))

    def __hash__(self) -> int:
        return hash(float(self))


class Facts(Mapping[str, Any]):
    """The fields of a run for conditions; the summary and the state are read when they are looked up."""

    def __init__(self, view: RunView) -> None:
        self._view = view

    def __getitem__(self, key: str) -> Any:
        if key not in FIELDS:
            raise KeyError(key)
        if key in ("start_time", "end_time"):
            seconds = getattr(self._view.metadata, key)
            return None if seconds is None else Moment(seconds)
        if key == "config":
            return self._view.metadata.config
        return self._view.plain_summary() if key == "summary" else getattr(self._view, key)

    def __contains__(self, key: object) -> bool:
        return key in FIELDS

    def __iter__(self) -> Any:
        return iter(FIELDS)

    def __len__(self) -> int:
        return len(FIELDS)


def find_runs(
    layout: Layout,
    project: str | None = None,
    where: str | None = None,
    order: str | None = None,
    *,
    archived: bool = False,
) -> list[RunView]:
    """Find the runs that match, newest first unless an order is given.

    Args:
        layout: The store.
        project: Only runs of this project.
        where: A condition such as `config.train.lr < 0.01 and state == 'finished'`.
        order: Fields such as `-summary.val/acc, name`; runs without the field come last.
        archived: Include archived runs; so does a condition about `archived`.

    Raises:
        WhereError: The condition or the order cannot be parsed.
    """
    every = all_runs(layout, project)[::-1]
    return listed_runs(select_runs(every, where, order), where, archived=archived)


def listed_runs(found: Sequence[RunView], where: str | None, *, archived: bool = False) -> list[RunView]:
    """The runs that a list shows: not the archived ones, unless they are asked for.

    Args:
        found: The runs that the condition selects.
        where: The condition; one about `archived` asks for archived runs.
        archived: Include archived runs.

    Raises:
        WhereError: The condition cannot be parsed.
    """
    if archived or (where and "archived" in fields_of(where, FIELDS)):
        return list(found)
    return [view for view in found if not view.archived]


def select_runs(every: Sequence[RunView], where: str | None, order: str | None) -> list[RunView]:
    """Select the runs that match, in their order unless another is given.

    Args:
        every: The runs.
        where: A condition, as for `find_runs`.
        order: Fields, as for `find_runs`.

    Raises:
        WhereError: The condition or the order cannot be parsed.
    """
    known = partial(field_names, every)
    test: Predicate = compile_where(where, FIELDS, known) if where else lambda _: True
    keys = compile_order(order, FIELDS, known) if order else []
    views: list[RunView] = []

    def add_if_it_fits(view: RunView) -> None:
        if test(Facts(view)) is True:
            for look, _ in keys:
                look(Facts(view))  # so that a run that cannot be read is left out here
            views.append(view)

    readable_runs(every, add_if_it_fits)
    for look, down in reversed(keys):
        views.sort(key=lambda view: _rank(look(Facts(view)), down), reverse=down)
    return views


def _rank(value: Any, down: bool) -> tuple[Any, ...]:
    """The sort key: numbers come before text, and text before missing values, in either direction."""
    missing = value is MISSING or value is None or value != value
    group = 2 if missing else 0 if isinstance(value, int | float) else 1
    return (-group if down else group, 0 if missing else value if group == 0 else str(value))


def value_of(field: str, among: Sequence[RunView]) -> Callable[[RunView], Any]:
    """Make a function that returns the value of a field in a run, or None.

    Args:
        field: Such as `config.train.lr`, `summary.val/acc` or `state`.
        among: The runs whose fields are suggested in messages.

    Raises:
        WhereError: The field is unknown.
    """
    ((look, _),) = compile_order(field, FIELDS, partial(field_names, among))

    def value(view: RunView) -> Any:
        found = look(Facts(view))
        return None if found is MISSING else found

    return value


def unknown_fields(
    where: str | None, orders: Sequence[str], among: Sequence[RunView]
) -> dict[str, list[str]]:
    """Find the fields of a condition and orders that no run has, each with those that were probably meant.

    Args:
        where: A valid condition, or None.
        orders: Orders, or single fields.
        among: The runs.
    """
    asked = fields_of(where, FIELDS) if where else []
    asked += [field for order in orders for field in fields_of(order, FIELDS, order=True)]
    facts = [Facts(view) for view in among]
    return {
        field: suggest_fields(field, FIELDS, field_names(among))
        for field in dict.fromkeys(asked)
        if facts and "." in field and all(_lacks(fact, field) for fact in facts)
    }


def _lacks(fact: Facts, field: str) -> bool:
    try:
        return lookup(fact, field) is MISSING
    except FormatError:  # a run whose log cannot be read
        return True


def all_runs(layout: Layout, project: str | None = None, *, warn: bool = True) -> list[RunView]:
    """Load all runs that can be read, oldest first.

    Args:
        layout: The store.
        project: Only runs of this project.
        warn: Warn of each run, and each project, that cannot be read (`UnreadableWarning`).
    """
    unreadable: dict[Path, str] = {}
    views = [RunView(*entry) for entry in load_catalog(layout, project, unreadable)]
    if warn:
        for folder, reason in unreadable.items():
            _leave_out(folder, reason)
    return sorted(views, key=lambda view: (view.metadata.start_time, view.id))


def readable_runs(
    views: Iterable[RunView], read: Callable[[RunView], object] = RunView.plain_summary
) -> list[RunView]:
    """Leave out the runs whose files cannot be read, each with a warning (`UnreadableWarning`).

    Args:
        views: The runs.
        read: Reads what is needed of a run; default its summary.
    """
    found = []
    for view in views:
        try:
            read(view)
        except FormatError as error:
            _leave_out(view.layout.dir, str(error))
        else:
            found.append(view)
    return found


def _leave_out(folder: Path, reason: str) -> None:
    warnings.warn(UnreadableWarning(folder, reason), stacklevel=5)


def last_run(layout: Layout) -> RunView | None:
    """The run that started last, of those that can be read and are not archived; None without runs.

    Args:
        layout: The store.
    """
    archived = None
    for run_layout in sorted(layout.run_layouts(), key=lambda run: run.run_id, reverse=True):
        with suppress(FileNotFoundError, FormatError):
            view = RunView(run_layout)
            if not view.archived:
                return view
            archived = archived or view
    return archived


def load_run(layout: Layout, run_id: str) -> RunView:
    """Load a run by its id.

    Args:
        layout: The store.
        run_id: The id, the beginning of one id, or "last" for the run that started last.

    Raises:
        RunNotFoundError: No id begins so, or several do.
    """
    if run_id == "last" and (last := last_run(layout)):
        return last
    run_layout = layout.find_run(run_id)
    if run_layout is not None and run_layout.exists:
        return RunView(run_layout)
    matching = [found for found in layout.run_layouts() if found.run_id.startswith(run_id) and found.exists]
    if len(matching) == 1:
        return RunView(matching[0])
    if matching:
        raise RunNotFoundError(repr(run_id), layout.runs, f"{len(matching)} ids begin so: give more of it")
    views = all_runs(layout, warn=False)
    named = [view.id for view in views if view.name == run_id]
    near = get_close_matches(run_id, [view.id for view in views], 1)
    hint = f"did you mean {near[0]!r}?" if near else "list the runs with: simple-track ls"
    if named:
        hint = f"of that name there is {' and '.join(named[-3:])}: load it by its id"
    raise RunNotFoundError(repr(run_id), layout.runs, hint)


def only_project(layout: Layout, ref: str) -> str:
    """The project that a reference names, or the only project of the store.

    Args:
        layout: The store.
        ref: A reference such as `"data:v2"` or `"project/data:v2"`.

    Raises:
        SettingError: The reference names no project, and the store does not have exactly one.
    """
    named = ref.partition(":")[0].rpartition("/")[0]
    projects = layout.projects()
    if named or len(projects) == 1:
        return named or projects[0]
    raise SettingError("project", None, tuple(projects))
