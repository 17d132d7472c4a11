"""Listing 5,000 runs with config and summary: the first time, and again in a new process.

Usage: python list_runs.py [RUNS]. Bars for 5,000: 10 s and 0.3 s.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from pathlib import Path

from simple_track.storage.layout import Layout
from simple_track.storage.metadata import Metadata, write_metadata
from simple_track.storage.names import new_run_id, new_run_name
from simple_track.storage.sdn_file import write_sdn

LIST = """
import sys, time
from simple_track import Track
before = time.perf_counter()
runs = Track.runs("bench", dir=sys.argv[1])
total = sum(run.summary["train/m1"] + run.config["lr"] for run in runs)
print(time.perf_counter() - before)
"""


def make_runs(layout: Layout, count: int) -> None:
    """Runs with a config of 62 values and a summary of ten."""
    dice = random.Random(0)
    config = {
        f"part{i}": {f"key{j}": dice.choice([1, 0.5, "some text", True]) for j in range(10)} for i in range(6)
    }
    for i in range(count):
        metadata = Metadata(
            id=new_run_id(),
            project="bench",
            name=new_run_name(),
            state="finished",
            start_time=1.7e9 + i,
            end_time=1.7e9 + i + 60,
            config={**config, "lr": dice.random(), "seed": i},
            fingerprint="0" * 64,
            environment={"argv": ["train.py"], "host": "node", "git": {"commit": "0" * 40, "branch": "main"}},
        )
        run = layout.run("bench", metadata.id)
        run.dir.mkdir(parents=True)
        write_metadata(run, metadata)
        write_sdn(run.summary, {f"train/m{k}": dice.random() for k in range(10)} | {"~last_step": 100})


def listed(folder: str) -> float:
    """Seconds to list in a new process, the import not counted."""
    done = subprocess.run([sys.executable, "-c", LIST, folder], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main(count: int) -> None:
    """Make the runs, list them once, and then some times again."""
    with tempfile.TemporaryDirectory() as folder:
        make_runs(Layout(Path(folder)), count)
        print(f"{count} runs: first {listed(folder):.2f} s (bar 10), ", end="")
        print(f"again {min(listed(folder) for _ in range(7)):.3f} s (bar 0.3)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
