"""The seal: a checksum over a file's directory, which the zip format itself leaves uncovered.

torch.save writes a zip archive, whose every record has a CRC-32, but whose directory, saying which record is
where, has none. The seal is the archive's comment: where the directory begins, and the CRC-32 of all that
follows.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

__all__ = ["seal_holds", "set_seal"]

MARK = "simple-ignite {start:016x} "
SEAL = re.compile(rb"simple-ignite ([0-9a-f]{16}) ([0-9a-f]{8})")
LENGTH = len(MARK.format(start=0)) + 8
DIGITS = 8


def set_seal(path: Path) -> None:
    """Seal an archive that has no comment yet."""
    with zipfile.ZipFile(path) as archive:
        start = archive.start_dir
    with path.open("r+b") as file:
        file.seek(-2, 2)  # the length of the comment is the last thing in an archive without one
        file.write(LENGTH.to_bytes(2, "little"))
        file.write(MARK.format(start=start).encode())
        file.seek(start)
        total = zlib.crc32(file.read())
        file.write(f"{total:08x}".encode())


def seal_holds(path: Path) -> bool:
    """Return whether the seal agrees with the file; a file that was never sealed has none to break."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - LENGTH, 0))
        found = SEAL.fullmatch(file.read())
        if found is None:
            return True
        start = min(int(found[1], 16), size)
        file.seek(start)
        return zlib.crc32(file.read(max(size - DIGITS - start, 0))) == int(found[2], 16)
