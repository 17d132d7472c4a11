"""Replacing the content of a file in one step: readers see the old content or the new, never a part."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


def replace_file(path: str | Path, data: bytes) -> None:
    """Write a file by way of a temporary one beside it; the file keeps its mode, and a link stays a link.

    Args:
        path: the file; it need not exist.
        data: its new content.

    Raises:
        OSError: it cannot be written; the old content is then untouched.
    """
    import tempfile  # rarely needed, and slow to import

    target = os.path.realpath(path)
    folder, name = os.path.split(target)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".new", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, _mode(target))  # noqa: PTH101  # pathlib is not light
        os.replace(temporary, target)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise


def _mode(path: str) -> int:
    """Give the mode of a file, or the mode that a new one gets."""
    with suppress(FileNotFoundError):
        return stat.S_IMODE(os.stat(path).st_mode)  # noqa: PTH116
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
