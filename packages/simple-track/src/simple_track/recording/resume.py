"""Find the run that `Track.run(resume=…)` continues."""

from __future__ import annotations

import os
import warnings

from simple_track.errors import FormatError, RunNotFoundError, SettingError, UnreadableWarning
from simple_track.recording.options import RunOptions
from simple_track.settings import RUN_VARIABLE
from simple_track.storage.edits import edited_metadata
from simple_track.storage.layout import Layout, RunLayout
from simple_track.storage.metadata import current_state

WORDS = {
    "auto": "write: resume=True, for the latest run that did not finish, or a new one",
    "never": "write: resume=False",
}
"""What to write instead of words of W&B, which are taken for ids."""


def find_resumable(layout: Layout, options: RunOptions) -> RunLayout | None:
    """Find the run to continue.

    Args:
        layout: The store.
        options: `resume` is False (never), an id (exactly that run), "must" (the latest run of the project
            and name, which must exist), "allow" (the same, if it exists), or True (the latest that did not
            finish). Archived runs are resumed by their id only. `SIMPLE_TRACK_RUN_ID` names the run for the
            last three.

    Returns:
        The run, or None for a new one.

    Raises:
        RunNotFoundError: The run must exist, and does not.
    """
    resume = options.resume
    if resume is False or resume is None:
        return None
    if resume == "":
        raise SettingError("resume", resume, ("False", "True", "'allow'", "'must'", "the id of a run"))
    run_id = os.environ.get(RUN_VARIABLE, "") if resume in (True, "allow", "must") else str(resume)
    if run_id:
        return _find_by_id(layout, options, run_id)
    for run_layout in reversed(list(layout.run_layouts(options.project))):
        if _matches(run_layout, options):
            return run_layout
    if resume == "must":
        raise RunNotFoundError(
            f"of project {options.project!r} to resume", layout.runs, "start it without resume"
        )
    return None


def _find_by_id(layout: Layout, options: RunOptions, run_id: str) -> RunLayout | None:
    run_layout = layout.run(options.project, run_id)
    if run_layout.exists:
        return run_layout
    if options.resume in (True, "allow"):
        return None
    elsewhere = layout.find_run(run_id)
    hint = f"it is in project {elsewhere.project!r}" if elsewhere else "list the runs with: simple-track ls"
    raise RunNotFoundError(repr(run_id), layout.project(options.project), WORDS.get(run_id, hint))


def _matches(run_layout: RunLayout, options: RunOptions) -> bool:
    try:
        metadata = edited_metadata(run_layout)
    except FileNotFoundError:  # it is being created
        return False
    except FormatError as error:
        warnings.warn(UnreadableWarning(run_layout.dir, str(error)), stacklevel=7)
        return False
    if metadata.archived:
        return False
    if options.resume is True and current_state(run_layout, metadata) in ("finished", "running"):
        return False
    return (options.name is None or metadata.name == options.name) and (
        options.group is None or metadata.group == options.group
    )
