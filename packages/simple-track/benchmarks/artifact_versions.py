"""Logging version 3,000 of an artifact beside version 3, in one process and in a new process for each.

hatch run bench-track:python packages/simple-track/benchmarks/artifact_versions.py
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from simple_track.artifacts.artifact import Artifact, log_artifact
from simple_track.storage.layout import Layout

AROUND = 10
"""So many versions are timed at each end; their medians are compared."""


def log(layout: Layout, number: int) -> float:
    artifact = Artifact("data", "dataset")
    artifact.add_bytes(f"version {number}".encode(), "data.txt")
    start = time.perf_counter()
    version = log_artifact(layout, "bench", f"run-{number}", artifact, ["best"])
    took = time.perf_counter() - start
    assert version.number == number
    return took


def alone(layout: Layout, number: int) -> float:
    """The time in a process that has not seen the trail before."""
    command = [sys.executable, __file__, "--one", str(number), "--store", str(layout.root)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--versions", type=int, default=3000)
    parser.add_argument("--one", type=int)
    parser.add_argument("--store", type=Path)
    args = parser.parse_args()
    if args.one is not None:
        print(log(Layout(args.store), args.one))
        return
    with tempfile.TemporaryDirectory(dir=args.store) as folder:
        layout = Layout(Path(folder))
        log(layout, 0)
        first = [log(layout, number) for number in range(1, AROUND)]
        fresh = [alone(layout, AROUND + number) for number in range(5)]
        for number in range(AROUND + 5, args.versions - 5):
            log(layout, number)
        last_fresh = [alone(layout, args.versions - 5 + number) for number in range(5)]
        last = [log(layout, args.versions + number) for number in range(AROUND)]
    for what, early, late in (("one process", first, last), ("a new process", fresh, last_fresh)):
        a, b = statistics.median(early), statistics.median(late)
        print(f"{what}: version 3 {a * 1e3:.2f} ms, version {args.versions} {b * 1e3:.2f} ms: {b / a:.2f} x")


if __name__ == "__main__":
    main()
