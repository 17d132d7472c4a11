"""Run the tests of every environment, one after the other, and say at the end how each went.

``hatch run test`` calls this; its arguments go to pytest. An environment in
which an expression such as ``-k merge`` selects no test does not count as failed.
"""

from __future__ import annotations

import subprocess
import sys
import time

ENVIRONMENTS = ("conf", "track", "track-torch", "ignite", "ml", "integration", "docs")
NO_TESTS_SELECTED = 5  # pytest's exit status


def main(arguments: list[str]) -> int:
    """Run all; 0 when none failed and at least one ran a test."""
    lines, failed, ran = [], False, False
    for name in ENVIRONMENTS:
        print(f"\n==== {name}", flush=True)
        start = time.monotonic()
        code = subprocess.run(["hatch", "run", f"{name}:test", *arguments], check=False).returncode
        ran |= code == 0
        failed |= code not in (0, NO_TESTS_SELECTED)
        outcome = {0: "passed", NO_TESTS_SELECTED: "no tests selected"}.get(code, f"FAILED (exit {code})")
        lines.append(f"  {name:12} {outcome:20} {time.monotonic() - start:5.0f} s")
    print("\n==== tests", *lines, sep="\n", flush=True)
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
