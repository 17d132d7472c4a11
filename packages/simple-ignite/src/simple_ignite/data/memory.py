"""The memory that this process can still use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from simple_ignite.errors import CacheError

__all__ = ["available_memory"]

UNLIMITED = 1 << 60  # cgroup v1 writes "no limit" as a huge number
V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
V2 = ("memory.max", "memory.current", "inactive_file")


def available_memory(root: str | os.PathLike[str] = "/") -> int:
    """Return how many bytes this process can still use without swapping or being killed.

    This is the least of the system's available memory and of what is left in the process's control group and
    in every group above it (cgroup v1 and v2). Page cache that the kernel can take back counts as available.

    Args:
        root: The folder below which `proc` and `sys` are looked up.

    Returns:
        Bytes, at least 0. Without /proc, the machine's physical memory.

    Raises:
        CacheError: If the system does not say how much memory it has.
    """
    top = Path(root)
    system = _system(top)
    if system is None:
        return _physical()
    left = [_left(group, files) for group, files in _groups(top)]
    return max(min([system, *(each for each in left if each is not None)]), 0)


def _system(top: Path) -> int | None:
    """Return MemAvailable in bytes, or what comes closest on kernels that do not have it."""
    sizes = _table(top / "proc/meminfo")
    if "MemAvailable:" in sizes:
        return sizes["MemAvailable:"] * 1024
    if "MemFree:" in sizes:
        return (sizes["MemFree:"] + sizes.get("Buffers:", 0) + sizes.get("Cached:", 0)) * 1024
    return None


def _physical() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        raise CacheError(
            "the system does not say how much memory it has; give CacheManager a memory_limit in bytes"
        ) from None


def _groups(top: Path) -> Iterator[tuple[Path, tuple[str, str, str]]]:
    """Yield the folders of the process's memory groups, from the innermost up, with their files' names."""
    mounts = _mounts(top)
    for line in _lines(top / "proc/self/cgroup"):
        number, _, rest = line.partition(":")
        controllers, _, name = rest.partition(":")
        if number == "0" and not controllers:
            kind, files = "cgroup2", V2
        elif "memory" in controllers.split(","):
            kind, files = "cgroup", V1
        else:
            continue
        for mount, prefix in mounts[kind]:
            inner = PurePosixPath(name)
            if inner.is_relative_to(prefix):  # the mount shows only the part of the tree below `prefix`
                inner = inner.relative_to(prefix)
            folder = mount.joinpath(*(part for part in inner.parts if part not in ("/", "..")))
            while True:
                yield folder, files
                if folder == mount:
                    break
                folder = folder.parent


def _mounts(top: Path) -> dict[str, list[tuple[Path, str]]]:
    """Return where the memory groups are mounted, by the kind of file system, with the root of each mount."""
    found: dict[str, list[tuple[Path, str]]] = {"cgroup": [], "cgroup2": []}
    for line in _lines(top / "proc/self/mountinfo"):  # proc_pid_mountinfo(5)
        fields, _, rest = line.partition(" - ")
        kind, _, options = rest.partition(" ")
        words = fields.split()
        if len(words) < 5 or kind not in found:
            continue
        if kind == "cgroup2" or "memory" in options.split(" ")[-1].split(","):
            found[kind].append((top / words[4].lstrip("/"), words[3]))
    folder = top / "sys/fs/cgroup"
    return {
        "cgroup": found["cgroup"] or [(folder / "memory", "/")],
        "cgroup2": found["cgroup2"] or [(folder, "/"), (folder / "unified", "/")],
    }


def _left(group: Path, files: tuple[str, str, str]) -> int | None:
    """Return the bytes left in a group, or None if it has no limit or cannot be read."""
    limit, used = (_number(group / name) for name in files[:2])
    if limit is None or used is None or limit > UNLIMITED:
        return None
    return limit - used + _table(group / "memory.stat").get(files[2], 0)


def _number(path: Path) -> int | None:
    text = "".join(_lines(path))
    return int(text) if text.isascii() and text.isdigit() else None


def _table(path: Path) -> dict[str, int]:
    """Return the numbers of a file whose lines are a name, a number and perhaps a unit."""
    rows = (line.split() for line in _lines(path))
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit()}


def _lines(path: Path) -> list[str]:
    """Return the lines of a file, or none if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
