"""Run the tests of every environment, two at a time, and say at the end how each went.

``hatch run test`` calls this. ``--jobs N`` runs N environments at a time, and 1 shows the output as it comes;
the other arguments go to pytest. An environment in which an expression such as ``-k merge`` selects no test
does not count as failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

ENVIRONMENTS = ("integration", "ignite", "track", "conf", "track-torch", "docs", "ml")  # the longest first
NO_TESTS_SELECTED = 5  # pytest's exit status


def main(arguments: list[str]) -> int:
    """Run all; 0 when none failed and at least one ran a test."""
    jobs = min(2, os.cpu_count() or 1)
    if arguments[:1] == ["--jobs"]:
        jobs, arguments = int(arguments[1]), arguments[2:]
    lines, failed, ran = [], False, False
    with ThreadPoolExecutor(jobs) as pool:
        for done in as_completed([pool.submit(run, name, arguments, jobs == 1) for name in ENVIRONMENTS]):
            name, code, seconds = done.result()
            ran |= code == 0
            failed |= code not in (0, NO_TESTS_SELECTED)
            outcome = {0: "passed", NO_TESTS_SELECTED: "no tests selected"}.get(code, f"FAILED (exit {code})")
            lines.append(f"  {name:12} {outcome:20} {seconds:5.0f} s")
    print("\n==== tests", *lines, sep="\n", flush=True)
    return 1 if failed or not ran else 0


def run(name: str, arguments: list[str], alone: bool) -> tuple[str, int, float]:
    """Run the tests of one environment; unless it is alone, print their output when they have ended."""
    command, start = ["hatch", "run", f"{name}:test", *arguments], time.monotonic()
    print(f"\n==== {name}{'' if alone else ' has started'}", flush=True)
    if alone:
        return name, subprocess.run(command, check=False).returncode, time.monotonic() - start
    with tempfile.TemporaryFile() as output:
        code = subprocess.run(command, check=False, stdout=output, stderr=subprocess.STDOUT).returncode
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    print(f"\n==== {name}\n{text}", flush=True)
    return name, code, time.monotonic() - start


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
