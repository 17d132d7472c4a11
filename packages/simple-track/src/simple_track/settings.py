"""The settings of this process: the folder of the store, the mode, and the durability of a line."""

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
    """The settings of a process; None means that the environment or the default decides."""

    dir: Path | None = None
    mode: str | None = None
    durability: str = "second"


settings = Settings()
"""The settings of this process."""


def set_dir(path: str | os.PathLike[str] | None) -> None:
    """Set the folder of the store; None resets it to `SIMPLE_DIR`, or `.simple` in the current folder.

    A relative path is relative to the folder that is the current one now, also after a later `os.chdir`.
    """
    settings.dir = None if path is None else Layout(_expanded(path)).root


def set_mode(mode: str | None) -> None:
    """Set the mode: online, offline or disabled; None resets it to `SIMPLE_TRACK_MODE`, or offline.

    Raises:
        SettingError: The mode is unknown.
    """
    settings.mode = None if mode is None else _checked("mode", mode, MODES)


def set_durability(durability: str) -> None:
    """Set which failures a line that `run.log` has written survives, for runs that start from now on.

    Args:
        durability: "process": the death of the process. "second" (the default): also power loss, except for
            the last second. "power": also power loss; every call waits for the disk.

    Raises:
        SettingError: The durability is unknown.
    """
    settings.durability = _checked("durability", durability, DURABILITIES)


def current_layout(dir: str | os.PathLike[str] | None = None) -> Layout:
    """The layout of the store: in `dir`, else the folder that was set, else `SIMPLE_DIR`, else `.simple`.

    A leading `~` is the home folder.
    """
    return Layout(_expanded(dir or settings.dir or os.environ.get(DIR_VARIABLE) or FOLDER))


def current_mode() -> str:
    """The mode: the one that was set, else `SIMPLE_TRACK_MODE`, else offline.

    Raises:
        SettingError: The variable holds an unknown mode.
    """
    return settings.mode or _checked(MODE_VARIABLE, os.environ.get(MODE_VARIABLE) or "offline", MODES)


def _expanded(path: str | os.PathLike[str]) -> Path:
    return Path(os.path.expanduser(path))  # noqa: PTH111 - `Path.expanduser` raises where there is no such user


def _checked(setting: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise SettingError(setting, value, choices)
    return value
