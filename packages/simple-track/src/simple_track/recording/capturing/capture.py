"""The capture of a run's environment, which starts with the run and continues in its background thread."""

from __future__ import annotations

from typing import Any

from simple_track.recording.capturing.environment import GitProbe, describe, packages
from simple_track.recording.capturing.hardware import describe_gpus
from simple_track.recording.capturing.patch import mask_patch
from simple_track.storage.atomic_write import atomic_write, sync_file
from simple_track.storage.layout import RunLayout


class Capture:
    """Reads at once what could change during the run, such as the checkout's diff.

    It must be made before the run's lock is taken: see `GitProbe`.

    Args:
        layout: The run's folder, with its folder of files.
    """

    def __init__(self, layout: RunLayout) -> None:
        self._layout = layout
        self._git = GitProbe()

    def describe(self) -> dict[str, Any]:
        """Read what is known at once: command, Python, host, CPU and memory; writes the list of packages."""
        with atomic_write(self._layout.requirements, durable=False) as file:  # `gather` syncs it
            file.write("\n".join([*packages(), ""]).encode())
        return describe()

    def abandon(self) -> None:
        """Stop the capture of a run that did not start."""
        self._git.abandon()

    def gather(self) -> dict[str, Any]:
        """Wait for git, the GPUs and the disk, and write the checkout's diff, with secrets masked.

        Returns:
            The facts about the git checkout and the GPUs, if there are any.
        """
        facts: dict[str, Any] = {}
        checkout, diff = self._git.result()
        sync_file(self._layout.requirements)
        if checkout:
            facts["git"] = checkout
        if diff:
            with atomic_write(self._layout.diff) as file:
                file.write(mask_patch(diff))
        gpus = describe_gpus()
        if gpus:
            facts["gpus"] = gpus
        return facts
