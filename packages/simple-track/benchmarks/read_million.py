"""Reading a run of a million lines: the first time, and again in a new process, against orjson line by line.

Usage: python read_million.py [LINES]. Bars: 1.5 for the first time, 0.1 for the next. Also prints bytes a
point.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson

from simple_track.reading.column_cache import load_columns
from simple_track.storage.layout import Layout, RunLayout
from simple_track.storage.pack import pack
from simple_track.storage.record import encode_metrics

ROUNDS = 5
AGAIN = """
import sys, time
from pathlib import Path
import numpy  # what imports cost is told by import_time.py
from simple_track.storage.layout import Layout
from simple_track.reading.column_cache import load_columns
run = Layout(Path(sys.argv[1])).run("bench", "one")
before = time.perf_counter()
load_columns(run, system=False)
print(time.perf_counter() - before)
"""


def write_log(run: RunLayout, lines: int) -> None:
    """A log as a training writes it: three numbers and a counter on each line."""
    dice = random.Random(0)
    run.dir.mkdir(parents=True)
    with run.metrics.open("wb") as file:
        for i in range(lines):
            values = {
                "train/loss": dice.random(),
                "train/accuracy": dice.random(),
                "lr": 0.001 * dice.random(),
            }
            file.write(encode_metrics(i, {**values, "epoch": i // 1000}, round(1704902400.123 + i / 100, 3)))


def line_by_line(path: Path) -> float:
    """Seconds that orjson needs for each line alone."""
    before = time.perf_counter()
    with path.open("rb") as file:
        for line in file:
            orjson.loads(line)
    return time.perf_counter() - before


def first_time(run: RunLayout) -> float:
    """Seconds with nothing cached."""
    shutil.rmtree(run.root.cache, ignore_errors=True)
    before = time.perf_counter()
    load_columns(run, system=False)
    return time.perf_counter() - before


def main(lines: int) -> None:
    """Measure in turn, and take the best of each."""
    with tempfile.TemporaryDirectory() as folder:
        run = Layout(Path(folder)).run("bench", "one")
        write_log(run, lines)
        size = run.metrics.stat().st_size
        best = {"orjson": 1e9, "first": 1e9, "again": 1e9}
        for _ in range(ROUNDS):
            best["orjson"] = min(best["orjson"], line_by_line(run.metrics))
            best["first"] = min(best["first"], first_time(run))
            again = subprocess.run(
                [sys.executable, "-c", AGAIN, folder], capture_output=True, text=True, check=True
            )
            best["again"] = min(best["again"], float(again.stdout))
        print(f"{lines} lines of {size / 1e6:.0f} MB: orjson per line {best['orjson']:.3f} s")
        print(f"first time {best['first']:.3f} s, ratio {best['first'] / best['orjson']:.2f} (bar 1.5)")
        print(f"again      {best['again']:.3f} s, ratio {best['again'] / best['orjson']:.3f} (bar 0.1)")
        packed = pack(run)
        points = 4 * lines
        print(f"bytes a point: {size / points:.1f} plain, {packed.after / points:.2f} packed (bar 6)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
