"""The lineage of 3,000 runs: the first time, and again in a new process.

Usage: python lineage.py [RUNS]. Bars for 3,000: 1 s and 0.1 s. Each run uses the version before and makes one
in two stores: one with all versions of one artifact, and one with an artifact for each run.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import orjson

from simple_track.storage.layout import Layout

TRACE = """
import sys, time
from simple_track.lineage import trace
from simple_track.storage.layout import Layout
start = time.perf_counter()
lineage = trace(Layout(sys.argv[1]), sys.argv[2])
print(time.perf_counter() - start, len(lineage["runs"]))
"""


def make(layout: Layout, count: int, *, artifacts: bool) -> str:
    """A store of runs in a chain, with trails as simple-track writes them; returns the last version."""
    lines: dict[str, list[bytes]] = {}
    before = ""
    for number in range(count):
        run = f"20260101-{number:09}-abcdefgh"
        (layout.project("bench") / run).mkdir(parents=True)
        name, version = (f"model-{number}", "v0") if artifacts else ("model", f"v{number}")
        if before:
            used, _, which = before.partition(":")
            event = {"time": 1.0, "user": "me", "event": "use", "version": which, "run": run}
            lines[used].append(orjson.dumps(event))
        event = {"time": 1.0, "user": "me", "event": "version", "version": version, "digest": f"{number:064}"}
        lines.setdefault(name, []).append(orjson.dumps({**event, "run": run, "type": "model"}))
        moved = {"event": "alias", "alias": "latest", "from": before or None, "to": version, "why": "logged"}
        lines[name].append(orjson.dumps({"time": 1.0, "user": "me", **moved, "run": run}))
        before = f"{name}:{version}"
    for name, trail in lines.items():
        folder = layout.artifact("bench", name)
        folder.mkdir(parents=True)
        (folder / "events.jsonl").write_bytes(b"\n".join(trail) + b"\n")
    return f"bench/{before}"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    for artifacts in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            last = make(Layout(Path(folder)), count, artifacts=artifacts)
            times = []
            for _ in range(4):
                command = [sys.executable, "-c", TRACE, folder, last]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                seconds, runs = done.stdout.split()
                assert int(runs) == count
                times.append(float(seconds))
        what = f"{count} artifacts" if artifacts else "one artifact"
        print(f"{count} runs, {what}: {times[0]:.3f} s (bar 1 s), again {min(times[1:]):.3f} s (bar 0.1 s)")


if __name__ == "__main__":
    main()
