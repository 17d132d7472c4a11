"""A catalog that stays in memory, and reports which runs have changed and which are gone."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

import attrs

from simple_track.catalog.cache import run_stamps
from simple_track.catalog.catalog import all_runs
from simple_track.errors import FormatError
from simple_track.reading.view import RunView
from simple_track.storage.layout import Layout, RunLayout

ROUNDS = 10
"""A run that has ended is looked at once in this many calls of `refresh`."""


@attrs.frozen
class Changes:
    """What has changed since the last look.

    Args:
        changed: The ids of runs that are new, or whose metadata, edits, summary or state are.
        gone: The ids of runs that do not exist any more.
    """

    changed: list[str]
    gone: list[str]


class LiveCatalog:
    """All runs of a store. Only running runs, new ones and some of the others are looked at in each call.

    Args:
        layout: The store.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._views = {view.id: view for view in all_runs(layout)}
        self._stamps = {run_id: self._stamp(view.layout) for run_id, view in self._views.items()}
        self._states = {run_id: view.state for run_id, view in self._views.items()}
        self._projects: dict[str, int] = {}
        self._unread: dict[str, RunLayout] = {}
        self._round = 0

    @property
    def runs(self) -> list[RunView]:
        """All runs that can be read, the newest first."""
        views = self._views.values()
        return sorted(views, key=lambda view: (view.metadata.start_time, view.id), reverse=True)

    def get(self, run_id: str) -> RunView | None:
        """The run of an id, or None."""
        return self._views.get(run_id)

    def refresh(self, *also: str) -> Changes:
        """Look at the store again.

        Args:
            also: Runs to look at in any case, such as those that were edited through this process.
        """
        gone = self._find_new_and_gone()
        self._round = (self._round + 1) % ROUNDS
        due = [
            run_id
            for number, run_id in enumerate(self._views)
            if run_id in also or self._states[run_id] == "running" or number % ROUNDS == self._round
        ]
        changed = [run_id for run_id in due if self._has_changed(run_id)]
        changed += [run_id for run_id, run in list(self._unread.items()) if self._read(run)]
        return Changes(changed, gone)

    def _find_new_and_gone(self) -> list[str]:
        """Find the folders of new runs, and the ids of runs whose folders are gone."""
        gone: list[str] = []
        times = {project: _changed_at(self.layout.project(project)) for project in self.layout.projects()}
        for project in times.keys() | self._projects.keys():
            if times.get(project) == self._projects.get(project):
                continue
            there = {run.run_id: run for run in self.layout.run_layouts(project)}
            known = {view.id for view in self._views.values() if view.project == project}
            self._unread.update({run_id: there[run_id] for run_id in there.keys() - known})
            gone += sorted(known - there.keys())
        self._projects = times
        self._forget(gone)
        return gone

    def _forget(self, run_ids: Iterable[str]) -> None:
        for run_id in run_ids:
            for table in (self._views, self._stamps, self._states):
                table.pop(run_id, None)

    def _read(self, run: RunLayout) -> bool:
        """Load a new run; one that cannot be read yet is tried again."""
        if not run.dir.is_dir():
            self._unread.pop(run.run_id, None)
            return False
        stamp = self._stamp(run)
        try:
            view = RunView(run)
        except (FileNotFoundError, FormatError):
            return False
        self._unread.pop(run.run_id, None)
        self._views[view.id], self._stamps[view.id], self._states[view.id] = view, stamp, view.state
        return True

    def _has_changed(self, run_id: str) -> bool:
        view = self._views[run_id]
        stamp, before = self._stamp(view.layout), self._states[run_id]
        changed = stamp != self._stamps[run_id]
        if changed:
            with suppress(FileNotFoundError, FormatError):
                self._views[run_id] = view = RunView(view.layout)
                self._stamps[run_id] = stamp
        self._states[run_id] = view.state
        return changed or view.state != before

    @staticmethod
    def _stamp(run: RunLayout) -> list[object]:
        return run_stamps(str(run.dir), [path.name for path in run.edit_files()])


def _changed_at(folder: os.PathLike[str]) -> int:
    try:
        return os.stat(folder).st_mtime_ns  # noqa: PTH116 - a number, not a Path
    except OSError:
        return 0
