"""The files `v0.json`, `v1.json`, … of a folder, one for each version."""

from __future__ import annotations

import os
import re
from pathlib import Path

from simple_track.errors import FormatError

VERSION_FILE = re.compile(r"v(0|[1-9][0-9]{0,17})\.json")
"""The name of the file of a version."""


def version_numbers(folder: Path) -> list[int]:
    """Return the numbers of all version files of a folder, in ascending order; none if it does not exist.

    Args:
        folder: The folder of an artifact, or of a collection of the registry.

    Raises:
        FormatError: The folder cannot be read.
    """
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names alone
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise FormatError(folder, f"cannot be read ({error.strerror or error})") from error
    return sorted(int(found[1]) for name in names if (found := VERSION_FILE.fullmatch(name)))
