"""What starting and finishing a run costs in a git checkout, with everything captured, beside wandb offline.

Usage: python start_finish.py [ROUNDS], in a checkout. Bars: 60 ms, and 0.1 of wandb offline, which is left
out where it is not installed. Each run has a config and one point. `in a process` is the second and later
runs of one process, imports not counted; `a whole script` is an interpreter that imports, runs and exits,
less what an interpreter costs that does nothing. Both take turns; median and best, in milliseconds.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = {
    "simple-track": """
from simple_track import Track
def one():
    with Track.run(project="bench", config={"lr": 0.1, "model": {"width": 64}}, dir=folder) as run:
        run.log({"loss": 1.0})
""",
    "wandb offline": """
import wandb
def one():
    with wandb.init(project="bench", config={"lr": 0.1, "model": {"width": 64}}, dir=folder) as run:
        run.log({"loss": 1.0})
""",
}
REPEAT = """
import time
one()
for _ in range(10):
    before = time.perf_counter()
    one()
    print("TOOK", time.perf_counter() - before)
"""
QUIET = {"WANDB_MODE": "offline", "WANDB_SILENT": "true", "DO_NOT_TRACK": "1"}


def script(code: str, environment: dict[str, str]) -> tuple[float, list[float]]:
    """Milliseconds that a script takes as a whole, and those that it prints."""
    with tempfile.TemporaryDirectory() as folder:
        before = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", f"folder = {folder!r}\n{code}"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        whole = (time.perf_counter() - before) * 1e3
    inside = [float(line.split()[1]) * 1e3 for line in done.stdout.splitlines() if line.startswith("TOOK")]
    return whole, inside


def main(rounds: int) -> None:
    """Measure in turn, and print the ratios."""
    trackers = {n: c for n, c in RUNS.items() if n != "wandb offline" or importlib.util.find_spec("wandb")}
    repeated: dict[str, list[float]] = {name: [] for name in trackers}
    whole: dict[str, list[float]] = {name: [] for name in trackers}
    bare = []
    with tempfile.TemporaryDirectory() as compiled:
        environment = {**os.environ, **QUIET, "PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for code in trackers.values():
            script(code + "one()", environment)  # compiles
        for _ in range(rounds):
            bare.append(script("pass", environment)[0])
            for name, code in trackers.items():
                repeated[name] += script(code + REPEAT, environment)[1]
                whole[name].append(script(code + "one()", environment)[0])
    for title, found, base in (
        ("in a process", repeated, 0.0),
        ("a whole script", whole, statistics.median(bare)),
    ):
        middle = {name: statistics.median(times) - base for name, times in found.items()}
        for name, times in found.items():
            ratio = middle["simple-track"] / middle[name]
            print(
                f"{title:15} {name:14} median {middle[name]:7.1f} ms, best {min(times) - base:7.1f} ms"
                + (f"   ratio {ratio:.3f} (bar 0.1)" if name != "simple-track" else "   (bar 60 ms)")
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
