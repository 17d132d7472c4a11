"""A window of 1,000 points of 10 million, in a warm process: `python benchmarks/window.py [POINTS]`.

Prints the time and the memory of one request, and the time of `run.history(samples=2000)` beside it.
"""

import resource
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from simple_track import Track
from simple_track.reading.series import SeriesReader
from simple_track.storage.layout import Layout
from simple_track.storage.metadata import Metadata, write_metadata

count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
with tempfile.TemporaryDirectory() as folder:
    run = Layout(Path(folder)).run("bench", "one")
    run.dir.mkdir(parents=True)
    write_metadata(run, Metadata(id="one", project="bench", name="window", state="finished"))
    with run.metrics.open("w") as file:
        for start in range(0, count, 10_000):
            rows = ((n, n * 2654435761 % 2**32 / 2**32) for n in range(start, min(start + 10_000, count)))
            file.writelines(
                f'{{"step":{n},"train/loss":{loss},"timestamp":{1.7e9 + n / 1000}}}\n' for n, loss in rows
            )
    view = Track.load("one", dir=folder)
    began = time.perf_counter()
    view.history(["train/loss"], samples=2000)
    print(f"first reading, which builds the cache: {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    view.history(["train/loss"], samples=2000)
    whole = time.perf_counter() - began
    reader = SeriesReader(run)
    for name, first, last in (
        ("all", None, None),
        ("1 %", count * 0.4, count * 0.41),
        ("0.01 %", count * 0.4, count * 0.4001),
    ):
        reader.window("train/loss", first, last)
        times = []
        for _ in range(20):
            began = time.perf_counter()
            window = reader.window("train/loss", first, last)
            times.append(time.perf_counter() - began)
        tracemalloc.start()
        SeriesReader(run).window("train/loss", first, last)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        median = sorted(times)[10]
        print(
            f"{name:>7}: {median * 1e3:.2f} ms (bar 5), {peak / 2**20:.1f} MiB allocated (bar 32), "
            f"{len(window.x)} of {window.inside} points; {median / whole:.4f} of history()"
        )
    print(f"history(samples=2000) again: {whole * 1e3:.0f} ms")
    print(f"peak of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
