"""Picking a run by what a person types: an id, a part of it, a name, or "last"."""

from __future__ import annotations

from simple_track.catalog import find_runs
from simple_track.errors import RunNotFoundError, TrackError
from simple_track.layout import Layout, RunLayout
from simple_track.view import RunView


class AmbiguousRunError(TrackError, LookupError):
    """More than one run answers to what was asked."""

    def __init__(self, wanted: str, ids: list[str]) -> None:
        self.wanted = wanted
        self.ids = ids
        some = ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "")
        super().__init__(f"{wanted!r} could be {len(ids)} runs: {some}; give more of the id.")


def pick(layout: Layout, wanted: str) -> RunView:
    """The run that is meant.

    Args:
        layout: The store.
        wanted: An id, its beginning or its end, a run's name, or "last" for the one that started last.

    Raises:
        RunNotFoundError: There is none.
        AmbiguousRunError: There are several.
    """
    layouts = list(layout.run_layouts())
    if wanted == "last" and layouts:
        return RunView(max(layouts, key=lambda run: run.run_id))
    found = [run for run in layouts if run.run_id == wanted]
    found = found or [run for run in layouts if wanted and _part_of(run, wanted)]
    if not found:
        return _by_name(layout, wanted)
    return RunView(_only(wanted, found))


def _part_of(run: RunLayout, wanted: str) -> bool:
    return run.run_id.startswith(wanted) or run.run_id.endswith(wanted)


def _by_name(layout: Layout, wanted: str) -> RunView:
    named = [view for view in find_runs(layout) if view.name == wanted]
    if not named:
        raise RunNotFoundError(repr(wanted), layout.root)
    _only(wanted, [view.layout for view in named])
    return named[0]


def _only(wanted: str, found: list[RunLayout]) -> RunLayout:
    if len(found) > 1:
        raise AmbiguousRunError(wanted, [run.run_id for run in found])
    return found[0]
