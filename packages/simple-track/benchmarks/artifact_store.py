"""Adding files to an artifact beside sha256sum and cp -r: a few large files, and many small ones.

Usage: python artifact_store.py [--large-gb 2] [--small 20000] [--folder /tmp]. Bars: large files at 0.8 x the
speed of sha256sum or better, small ones at 0.5 x that of cp -r plus sha256sum or better. The data are random
bytes, as weights and pictures are; the store waits for the disk, which the peers do not, so their time is
also printed with a sync.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from simple_track.artifacts.artifact import Artifact, log_artifact
from simple_track.storage.layout import Layout

CHUNK = 1 << 22
FILES = 4


def seconds(work: Callable[[], object]) -> float:
    os.sync()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def add(source: Path, store: Path) -> Callable[[], object]:
    def work() -> None:
        artifact = Artifact("data", "dataset")
        artifact.add_dir(source)
        log_artifact(Layout(store), "bench", None, artifact)

    return work


def shell(command: str) -> Callable[[], object]:
    return lambda: subprocess.run(["/bin/sh", "-c", command], check=True)


def compare(what: str, source: Path, work: Path, *, rounds: int) -> None:
    copy, store = work / "copy", work / "store"
    hashing = f"find {source} -type f -print0 | xargs -0 sha256sum > /dev/null"
    copying = f"cp -r {source} {copy}"
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, job in {
            "sha256sum": shell(hashing),
            "cp -r + sha256sum": shell(f"{copying} && {hashing}"),
            "cp -r + sha256sum + sync": shell(f"rm -r {copy}; {copying} && {hashing} && sync -f {copy}"),
            "add": add(source, store),
            "add again": add(source, store),
        }.items():
            times.setdefault(name, []).append(seconds(job))
        shutil.rmtree(copy)
        shutil.rmtree(store)
    best = {name: min(taken) for name, taken in times.items()}
    print(what)
    for name, taken in best.items():
        print(f"  {name:26} {taken:8.2f} s   the speed of adding is {taken / best['add']:.2f} x")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--large-gb", type=float, default=2)
    parser.add_argument("--small", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        work = Path(folder)
        if args.large_gb:
            large = work / "large"
            large.mkdir()
            for number in range(FILES):
                with (large / f"{number}.bin").open("wb") as file:
                    for _ in range(int(args.large_gb * 1e9 / FILES / CHUNK)):
                        file.write(os.urandom(CHUNK))
            compare(f"{FILES} files, {args.large_gb} GB", large, work, rounds=args.rounds)
            shutil.rmtree(large)
        if args.small:
            small = work / "small"
            for number in range(args.small):
                if number % 500 == 0:
                    (small / f"{number}").mkdir(parents=True)
                (small / f"{number - number % 500}" / f"{number}.bin").write_bytes(os.urandom(4000))
            compare(f"{args.small} files of 4 kB", small, work, rounds=args.rounds)
    print(f"memory: at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")


if __name__ == "__main__":
    main()
