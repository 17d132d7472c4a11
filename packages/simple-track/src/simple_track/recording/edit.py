"""Edit the name, tags, notes and archive mark of a run, whether or not a process is writing it."""

from __future__ import annotations

from typing import Any

from simple_track.errors import SettingError
from simple_track.reading.view import RunView
from simple_track.recording.run import Run
from simple_track.storage.edits import EDITABLE, append_edit, check_edit


def edit_run(run: Run | RunView, **fields: Any) -> RunView:
    """Edit a run, and return it as it is now.

    Args:
        run: The run.
        fields: New values of `name`, `tags`, `notes` and `archived`; None leaves a field as it is.

    Raises:
        SettingError: No value is given, or one is not valid.
        StorageError: The run's folder cannot be written.
    """
    edit = check_edit(**fields)
    if not edit:
        raise SettingError("edit", None, tuple(f"{field}=…" for field in EDITABLE))
    if isinstance(run, Run):
        return run._take_edit(edit)
    append_edit(run.layout, edit)
    return run.refresh()
