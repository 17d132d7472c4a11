"""Capture: what a run runs on, begun when it starts and gathered while training goes on."""

from __future__ import annotations

from typing import Any

from simple_track.recording.environment import GitProbe, describe, packages
from simple_track.recording.hardware import describe_gpus
from simple_track.storage.layout import RunLayout


class Capture:
    """Asks at once for all that could change under the caller's hands, such as the checkout's diff.

    To be made before the run's lock is taken: see `GitProbe`.

    Args:
        layout: The run's folder, with its folder of files.
    """

    def __init__(self, layout: RunLayout) -> None:
        self._layout = layout
        self._git = GitProbe()

    def describe(self) -> dict[str, Any]:
        """What is known at once: command, Python, host, CPU and memory; writes the list of packages."""
        self._layout.requirements.write_text("\n".join(packages()) + "\n", "utf-8")
        return describe()

    def abandon(self) -> None:
        """Let go of what was begun, for a run that did not start."""
        self._git.abandon()

    def gather(self) -> dict[str, Any]:
        """Wait for what takes its time, and write the checkout's diff.

        Returns:
            The facts about the git checkout and the GPUs, where there are any.
        """
        facts: dict[str, Any] = {}
        checkout, diff = self._git.result()
        if checkout:
            facts["git"] = checkout
        if diff:
            self._layout.diff.write_bytes(diff)
        gpus = describe_gpus()
        if gpus:
            facts["gpus"] = gpus
        return facts
