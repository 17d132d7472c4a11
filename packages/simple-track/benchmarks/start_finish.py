"""What starting and finishing a run costs, in a git checkout, with everything captured (bar: 60 ms).

Usage: python start_finish.py [RUNS]. Prints the median and the best in milliseconds, and the first, which
imports.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time

from simple_track import Track


def main(runs: int) -> None:
    """Measure some runs, one after another."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(runs):
            before = time.perf_counter()
            with Track.run(project="bench", config={"lr": 0.1, "model": {"width": 64}}, dir=folder) as run:
                run.log({"loss": 1.0})
            times.append((time.perf_counter() - before) * 1e3)
        git = Track.load(run.id, dir=folder).environment.get("git")
    median, best = statistics.median(times[1:]), min(times[1:])
    print(f"in a checkout: {bool(git)}; first {times[0]:.1f} ms")
    print(f"then median {median:.1f} ms, best {best:.1f} ms (bar 60)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
