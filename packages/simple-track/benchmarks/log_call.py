"""What one `run.log` costs, against the floor: orjson.dumps and one os.write of the same line.

Usage: python log_call.py [CALLS]. Prints microseconds a call and the ratio, best of several rounds.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from simple_track import Track

ROUNDS = 15


Log = Callable[[dict[str, float]], object]


def floor(fd: int) -> Log:
    """The least that keeps the promise: encode a record that is ready, and hand it to the kernel."""
    dumps, write, option = orjson.dumps, os.write, orjson.OPT_APPEND_NEWLINE

    def log(record: dict[str, float]) -> None:
        write(fd, dumps(record, option=option))

    return log


def seconds(log: Log, values: dict[str, float], calls: int) -> float:
    """Seconds for one call."""
    before = time.perf_counter()
    for _ in range(calls):
        log(values)
    return (time.perf_counter() - before) / calls


def main(calls: int) -> None:
    """Measure one and ten scalars."""
    with tempfile.TemporaryDirectory() as folder, Track.run(project="bench", dir=folder, system=False) as run:
        fd = os.open(Path(folder, "floor.jsonl"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for count in (1, 10):
            values = {f"train/metric_{i}": 0.123456789 * (i + 1) for i in range(count)}
            record = {"step": 100_000, **values, "timestamp": 1704902400.123}
            least, log = floor(fd), run.log
            best = {"floor": 1.0, "run.log": 1.0}
            for _ in range(ROUNDS):
                best["floor"] = min(best["floor"], seconds(least, record, calls))
                best["run.log"] = min(best["run.log"], seconds(log, values, calls))
            ratio = best["run.log"] / best["floor"]
            print(
                f"{count:2d} scalars: floor {best['floor'] * 1e6:5.2f} µs, "
                f"run.log {best['run.log'] * 1e6:5.2f} µs, ratio {ratio:.2f} (bar 2)"
            )
        os.close(fd)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
