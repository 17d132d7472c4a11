"""Picking a run by what a person types: an id, a part of it, a name, or "last"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from simple_track.catalog.catalog import all_runs, last_run, unknown_fields
from simple_track.errors import RunNotFoundError, TrackError
from simple_track.reading.view import RunView
from simple_track.storage.layout import Layout, RunLayout


class AmbiguousRunError(TrackError, LookupError):
    """More than one run answers to what was asked."""

    def __init__(self, wanted: str, ids: list[str]) -> None:
        self.wanted = wanted
        self.ids = ids
        some = ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "")
        super().__init__(f"{wanted!r} could be {len(ids)} runs: {some}; give more of the id.")


class ProjectNotFoundError(TrackError, LookupError):
    """The store has no project of that name."""

    def __init__(self, project: str, layout: Layout, known: list[str]) -> None:
        self.project = project
        self.root = layout.root
        self.known = known
        near = get_close_matches(project, known, 1) or [
            k for k in known if k.casefold() == project.casefold()
        ]
        some = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
        hint = f"did you mean {near[0]!r}?" if near else f"it has: {some}"
        super().__init__(f"no project {project!r} in {layout.root}; {hint}")


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
    if wanted == "last" and (last := last_run(layout)):
        return last
    found = [run for run in layouts if run.run_id == wanted]
    found = found or [run for run in layouts if wanted and _part_of(run, wanted)]
    if not found:
        return _by_name(layout, wanted)
    return RunView(_only(wanted, found))


def _part_of(run: RunLayout, wanted: str) -> bool:
    return run.run_id.startswith(wanted) or run.run_id.endswith(wanted)


def _by_name(layout: Layout, wanted: str) -> RunView:
    views = all_runs(layout, warn=False)
    named = [view for view in views if view.name == wanted]
    if not named:
        raise RunNotFoundError(repr(wanted), layout.root, _advice(wanted, views))
    _only(wanted, [view.layout for view in named])
    return named[0]


def _advice(wanted: str, views: Sequence[RunView]) -> str:
    if not views:
        return "nothing has been logged there yet; another store is named with --dir or SIMPLE_DIR"
    names = ["last", *dict.fromkeys(view.name for view in reversed(views))]
    near = [name for name in names if len(wanted) > 2 and wanted.casefold() in name.casefold()]
    near = near or get_close_matches(wanted, names, 1) or get_close_matches(wanted, [v.id for v in views], 1)
    return f"did you mean {near[0]!r}?" if near else "list the runs with: simple-track ls"


def require_project(layout: Layout, project: str | None) -> None:
    """Refuse a project that a store with projects does not have.

    Raises:
        ProjectNotFoundError: It is not there.
    """
    known = layout.projects()
    if project is not None and known and project not in known:
        raise ProjectNotFoundError(project, layout, known)


def hints(where: str | None, orders: Sequence[str], among: Sequence[RunView]) -> Iterator[str]:
    """A line for each field that is asked for and no run has, for it is probably misspelt.

    Args:
        where: A condition, or None.
        orders: Orders, or single fields.
        among: The runs that were looked at.
    """
    for field, near in unknown_fields(where, orders, among).items():
        advice = (
            f"did you mean {' or '.join(near)}?" if near else "see what one has with: simple-track show last"
        )
        yield f"no run has {field}; {advice}"


def _only(wanted: str, found: list[RunLayout]) -> RunLayout:
    if len(found) > 1:
        raise AmbiguousRunError(wanted, [run.run_id for run in found])
    return found[0]
