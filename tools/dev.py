#!/usr/bin/env python3
"""Run hatch from a fresh clone: ``python3 tools/dev.py run demo``.

Needs Python 3.11 with pip, and nothing else. A hatch of a version that the
project can use is taken from PATH; otherwise one is installed into ``.venv``
of this repository, once.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
NEEDED = (1, 18)
REQUIREMENT = "hatch>=1.18,<2"
INTERRUPTED = 130  # what a shell says; hatch says 254 where its command ended by Ctrl-C


def version(program: str) -> tuple[int, ...]:
    """The version of a hatch, or () where it does not start."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ()
    found = re.search(r"(\d+)\.(\d+)", said.stdout)
    return tuple(int(part) for part in found.groups()) if found else ()


def usable_hatch() -> str | None:
    """A hatch that is here already: in ``.venv``, else on PATH."""
    for folder in (str(BIN), os.environ.get("PATH", "")):
        program = shutil.which("hatch", path=folder)
        if program and NEEDED <= version(program) < (2,):
            return program
    return None


def install_hatch() -> str:
    """Make ``.venv`` and put hatch into it."""
    print(f"setting up: installing {REQUIREMENT} into .venv (once)", file=sys.stderr, flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, check=False)
    if made.returncode != 0:  # Debian's python3 without python3-venv
        shutil.rmtree(VENV, ignore_errors=True)
        tool = VENV / ".virtualenv"
        pip = [sys.executable, "-m", "pip", "install", "-q", "--target", str(tool), "virtualenv"]
        subprocess.run(pip, check=True)
        found = {**os.environ, "PYTHONPATH": str(tool)}
        subprocess.run([sys.executable, "-m", "virtualenv", "-q", str(VENV)], check=True, env=found)
    python = BIN / ("python.exe" if os.name == "nt" else "python")
    subprocess.run([str(python), "-m", "pip", "install", "-q", REQUIREMENT], check=True)
    return str(BIN / "hatch")


def main(arguments: list[str]) -> int:
    """Run hatch with ``arguments`` in the root of the repository."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the check is for those who have an older one
        print(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}", file=sys.stderr)
        return 2
    try:
        program = usable_hatch() or install_hatch()
    except subprocess.CalledProcessError as error:
        print(f"could not install hatch: {' '.join(error.cmd)} failed (see above)", file=sys.stderr)
        return 1
    os.environ["PATH"] = f"{Path(program).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    child = subprocess.Popen([program, *arguments], cwd=ROOT)
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:  # the child has it too: let it finish what it must
            continue
        return INTERRUPTED if code in (-signal.SIGINT, 256 - signal.SIGINT) else code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
