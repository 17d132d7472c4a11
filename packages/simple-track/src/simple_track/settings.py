"""Settings of this process: where data goes, whether to track at all, and how durable a line is."""

from __future__ import annotations

import os
from pathlib import Path

import attrs

from simple_track.errors import SettingError
from simple_track.storage.layout import Layout

MODES = ("online", "offline", "disabled")
DURABILITIES = ("process", "second", "power")
FOLDER = ".simple"
DIR_VARIABLE = "SIMPLE_DIR"
MODE_VARIABLE = "SIMPLE_TRACK_MODE"
RUN_VARIABLE = "SIMPLE_TRACK_RUN_ID"


@attrs.define
class Settings:
    """What was set in this process; None means that the environment or the default decides."""

    dir: Path | None = None
    mode: str | None = None
    durability: str = "second"


settings = Settings()
"""The settings of this process."""


def set_dir(path: str | os.PathLike[str] | None) -> None:
    """Keep data in this folder; None goes back to `SIMPLE_DIR`, or `.simple` in the current folder."""
    settings.dir = None if path is None else Path(path)


def set_mode(mode: str | None) -> None:
    """Choose online, offline or disabled; None goes back to `SIMPLE_TRACK_MODE`, or offline.

    Raises:
        SettingError: There is no such mode.
    """
    settings.mode = None if mode is None else _checked("mode", mode, MODES)


def set_durability(durability: str) -> None:
    """Choose what a returned `run.log` survives, for runs that start from now on.

    Args:
        durability: "process": the death of the process. "second" (the default): also power loss, but for the
            last second. "power": power loss too; every call waits for the disk.

    Raises:
        SettingError: There is no such durability.
    """
    settings.durability = _checked("durability", durability, DURABILITIES)


def current_layout(dir: str | os.PathLike[str] | None = None) -> Layout:
    """The layout to use: the given folder, else what was set, else `SIMPLE_DIR`, else `.simple` here."""
    return Layout(Path(dir or settings.dir or os.environ.get(DIR_VARIABLE) or FOLDER))


def current_mode() -> str:
    """The mode to use: the one that was set, else `SIMPLE_TRACK_MODE`, else offline.

    Raises:
        SettingError: The variable names no mode.
    """
    return settings.mode or _checked(MODE_VARIABLE, os.environ.get(MODE_VARIABLE) or "offline", MODES)


def _checked(setting: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise SettingError(setting, value, choices)
    return value
