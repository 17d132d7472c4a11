"""The checksum of a zip archive's directory, which the zip format itself does not protect.

torch.save writes a zip archive in which each record has a CRC-32, but the directory, which says where the
records are, has none. The comment of the archive is used for it: the offset at which the directory begins,
and the CRC-32 of everything from there.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

__all__ = ["add_checksum", "checksum_matches"]

MARK = "simple-ignite {start:016x} "
COMMENT = re.compile(rb"simple-ignite ([0-9a-f]{16}) ([0-9a-f]{8})")
LENGTH = len(MARK.format(start=0)) + 8
DIGITS = 8


def add_checksum(path: Path) -> None:
    """Add the checksum to an archive that has no comment yet."""
    with zipfile.ZipFile(path) as archive:
        start = archive.start_dir
    with path.open("r+b") as file:
        file.seek(-2, 2)  # the length of the comment is the last field of an archive without one
        file.write(LENGTH.to_bytes(2, "little"))
        file.write(MARK.format(start=start).encode())
        file.seek(start)
        total = zlib.crc32(file.read())
        file.write(f"{total:08x}".encode())


def checksum_matches(path: Path) -> bool:
    """Return whether the checksum agrees with the file; True for a file without one."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - LENGTH, 0))
        found = COMMENT.fullmatch(file.read())
        if found is None:
            return True
        start = min(int(found[1], 16), size)
        file.seek(start)
        return zlib.crc32(file.read(max(size - DIGITS - start, 0))) == int(found[2], 16)
