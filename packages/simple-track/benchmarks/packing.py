"""What a point costs on disk, packed, against Parquet and the plain lines.

Usage: python packing.py [POINTS]. Logs of one, five and ten noisy scalars a line, and what a classifier logs
(loss, accuracy, learning rate, epoch, gradient norm). Noise has a float32's digits, 16 or 17 as text, which
cost about 7 bytes in any zstd file: it codes digits one by one.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from simple_track import Track
from simple_track.exchange import export
from simple_track.storage.pack import pack

Values = dict[str, float]


def noisy(points: int, keys: int) -> Iterator[Values]:
    """Decaying values with noise."""
    rng, lines = np.random.default_rng(0), points // keys
    for step in range(lines):
        level = math.exp(-3 * step / lines)
        noise = (level + 0.05 * rng.normal(size=keys)).astype(np.float32)
        yield {f"train/metric_{n}": float(value) for n, value in enumerate(noise)}


def classifier(points: int) -> Iterator[Values]:
    """What training a classifier logs."""
    rng, lines = np.random.default_rng(0), points // 5
    for step in range(lines):
        yield {
            "train/loss": float(np.float32(math.exp(-3 * step / lines) + 0.05 * rng.normal())),
            "train/accuracy": int(rng.integers(40, 65)) / 64,
            "lr": 5e-4 * (1 + math.cos(math.pi * (step // 100 * 100) / lines)),
            "epoch": step // 390,
            "grad_norm": float(np.float32(abs(rng.normal()))),
        }


def measure(name: str, lines: Iterator[Values], points: int) -> None:
    """Log, export, pack, and print bytes a point."""
    with tempfile.TemporaryDirectory() as folder:
        with Track.run("bench", dir=folder, system=False) as run:
            for values in lines:
                run.log(values)
        view = Track.load(run.id, dir=folder)
        columns = Path(folder, "a.parquet")
        export([view], "parquet", str(columns))
        plain = view.layout.metrics.stat().st_size
        start = time.perf_counter()
        pack(view.layout)
        seconds = time.perf_counter() - start
        packed = view.layout.metrics.with_name("metrics.jsonl.zst").stat().st_size
        sizes = f"plain {plain / points:6.2f}  packed {packed / points:6.2f} (bar 6)"
        other = f"parquet {columns.stat().st_size / points:6.2f} bytes a point"
        print(f"{name:16s} {sizes}  {other}; packed at {plain / seconds / 1e6:.1f} MB/s")


def main(points: int) -> None:
    """Measure all of them."""
    measure("one scalar", noisy(points, 1), points)
    measure("five scalars", noisy(points, 5), points)
    measure("ten scalars", noisy(points, 10), points)
    measure("a classifier", classifier(points), points)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
