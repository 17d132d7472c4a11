"""The environment of a run: command, code, packages, machine."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from simple_track.storage.lock import this_process
from simple_track.storage.secrets import mask_arguments, mask_text

TREE = ("--show-toplevel", "--git-common-dir")
LONGEST_DIFF = 4 * 1024 * 1024
GIT_SECONDS = 10.0
"""Maximum time to wait for git."""


def describe() -> dict[str, Any]:
    """Command, Python, platform, host, user, CPU and memory of this process; secret arguments are masked."""
    process = this_process()
    return {
        "argv": mask_arguments(sys.argv),
        "cwd": working_folder(),
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "host": process.host,
        "pid": process.pid,
        "user": _user(),
        "cpu": _cpu_name(),
        "cpu_count": os.cpu_count() or 0,
        "memory_bytes": _memory(),
    }


def working_folder() -> str:
    """The working folder; empty if it no longer exists."""
    try:
        return str(Path.cwd())
    except OSError:
        return ""


def packages() -> list[str]:
    """List the installed packages as `name==version`, sorted, from the names of their metadata folders."""
    found: dict[str, str] = {}
    for entry in sys.path:
        folder = entry or "."
        try:
            stamp = os.stat(folder).st_mtime_ns  # noqa: PTH116 - for every run
        except OSError:
            continue
        for package, version in _packages_in(os.path.abspath(folder), stamp):  # noqa: PTH100 - for every run
            found.setdefault(package, version)
    return [f"{name}=={version}" for name, version in sorted(found.items(), key=lambda item: item[0].lower())]


@lru_cache(maxsize=256)
def _packages_in(folder: str, stamp: int) -> tuple[tuple[str, str], ...]:  # noqa: ARG001 - part of the cache key
    """Names and versions of the packages in a folder, whose time of modification is `stamp`."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - without Path objects, for thousands of names
    except OSError:
        return ()
    stems = [name.rpartition(".")[0] for name in names if name.endswith((".dist-info", ".egg-info"))]
    return tuple((stem.split("-")[0], stem.split("-")[1]) for stem in stems if "-" in stem)


class GitProbe:
    """Runs git on the checkout, in processes beside the caller.

    They are started at once: a new process holds the locks of this one until it has become git.

    Args:
        folder: A folder of the checkout; default the current one.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(working_folder() or os.devnull)  # git is then not started
        self._diff = self._start("diff", "HEAD", "--no-color", "--no-ext-diff")
        self._where = self._start("rev-parse", "HEAD", "--abbrev-ref", "HEAD", *TREE)

    def _start(self, *arguments: str) -> subprocess.Popen[bytes] | None:
        try:
            return subprocess.Popen(
                ["git", "-c", "core.fsmonitor=false", *arguments],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
                start_new_session=True,  # so that its children can be stopped with it
            )
        except OSError:
            return None

    def abandon(self) -> None:
        """Stop the processes."""
        for process in (self._diff, self._where):
            if process is not None:
                _stop(process)

    def result(self) -> tuple[dict[str, Any], bytes]:
        """Wait for commit, branch, root and remote; and the diff. Empty outside a checkout."""
        end = time.monotonic() + GIT_SECONDS
        diff = _output(self._diff, end)
        lines = _output(self._where, end).decode("utf-8", "replace").splitlines()
        if len(lines) != 4:
            return {}, b""
        commit, branch, root, store = lines
        remote = _origin(self._folder / store / "config")
        facts = {"commit": commit, "branch": branch, "root": root, "dirty": bool(diff)}
        if remote:
            facts["remote"] = _without_user(remote)
        if len(diff) > LONGEST_DIFF:
            diff = diff[:LONGEST_DIFF] + b"\n[cut here: the diff is longer]\n"
        return facts, diff


def _output(process: subprocess.Popen[bytes] | None, end: float) -> bytes:
    """What git has printed; its children may go on, and keep its pipe open."""
    if process is None:
        return b""
    while True:
        try:
            out, _ = process.communicate(timeout=max(0.05, min(0.25, end - time.monotonic())))
        except subprocess.TimeoutExpired as error:
            if process.poll() is None:
                if time.monotonic() < end:
                    continue
                _stop(process)
                return b""
            out = error.output or b""
            _stop(process)
        return out if process.returncode == 0 else b""


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Kill git and its children, and do not wait for who holds its pipe."""
    with suppress(OSError, AttributeError):  # they have ended; or it is Windows, which has no groups
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    if process.stdout is not None:
        process.stdout.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(1.0)


def _origin(config: Path) -> str:
    """Read the URL of the remote "origin" from a checkout's config, without a further process."""
    try:
        lines = [line.strip() for line in config.read_text("utf-8", "replace").splitlines()]
    except OSError:
        return ""
    section = ""
    for line in lines:
        if line.startswith("["):
            section = line
        elif section == '[remote "origin"]' and line.partition("=")[0].strip() == "url":
            return line.partition("=")[2].strip()
    return ""


def _without_user(url: str) -> str:
    """The URL of a remote without user and password, and with secret parameters masked."""
    parts = urlsplit(mask_text(url))
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _user() -> str:
    import getpass  # needed once for each run

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def _cpu_name() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except (OSError, UnicodeDecodeError):
        pass
    return platform.processor() or platform.machine()


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 0
