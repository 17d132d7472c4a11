"""Files in zip archives: a name such as ``lib.zip/package/train.sdn``."""

# pathlib is slow to import, and reading a config must not be.
# ruff: noqa: PTH113

from __future__ import annotations

import os
from typing import NamedTuple

from simple_conf.errors import ConfigNotFoundError, LoadError
from simple_conf.source import MAX_CHARACTERS, Source, source_from_bytes
from simple_conf.suggestion import closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Member(NamedTuple):
    """A file in a zip archive.

    Args:
        archive: The path of the archive.
        inner: The name in it, with ``/`` between folders.
    """

    archive: str
    inner: str


def member_of(name: str) -> Member | None:
    """Return the file in a zip archive that a name means, or None where it leads through no archive.

    Raises:
        LoadError: It leads out of the archive again.
    """
    for end in separators(name):
        if os.path.isfile(name[:end]):
            import zipfile

            inner = os.path.normpath(name[end + 1 :]).replace("\\", "/")
            if not zipfile.is_zipfile(name[:end]):
                return None
            if inner.startswith(("..", "/")):
                raise LoadError(f"{name} leads out of the archive {name[:end]}")
            return Member(name[:end], inner)
    return None


def separators(name: str) -> Iterator[int]:
    """Yield the offsets of the separators of a path, from the last one to the first."""
    for at in range(len(name) - 1, 0, -1):
        if name[at] in ("/", os.sep):
            yield at


def read_member(member: Member, name: str) -> Source:
    """Return the text of a file in a zip archive.

    Args:
        member: The file.
        name: What errors call it.

    Raises:
        ConfigNotFoundError: The archive has no such file.
        LoadError: The archive is damaged, or asks for a password.
        SdnLimitError: The file is too large.
    """
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(member.archive) as archive:
            names = archive.namelist()
            data = None
            if member.inner in names:
                with archive.open(member.inner) as stream:
                    data = stream.read(MAX_CHARACTERS + 1)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError) as failure:
        raise LoadError(f"{name} cannot be read: {failure}") from None
    if data is None:
        close = closest(member.inner, [one for one in names if not one.endswith("/")])
        raise ConfigNotFoundError(
            f"there is no file {member.inner} in {member.archive}",
            hint=f"did you mean {member.archive}/{close}?" if close is not None else None,
        )
    return source_from_bytes(data, name)
