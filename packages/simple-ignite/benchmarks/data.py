"""Files in memory and batches drawn ahead, beside plain reads, numpy.memmap and reading first.

Run with simple-ignite installed: `python benchmarks/data.py [FOLDER] [--mib 2048]`. It writes records of that
size into FOLDER, then a file of half the size, and removes them again. All ways of doing the same take turns
in one run; the best of each is shown. Files are in the page cache, so that the disk is not measured.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from simple_ignite.data import AsyncFile, CachedDataset, CacheManager, prefetch

MIB, GIB = 1 << 20, 1 << 30
RECORD = 4096  # bytes
BATCH = 256
BATCHES = 150
ROUNDS = 7
WORKERS = 4


class Mapped(Dataset[torch.Tensor]):
    """Items copied out of numpy.memmap."""

    def __init__(self, path: Path) -> None:
        self.records = np.memmap(path, np.uint8, "r").reshape(-1, RECORD)

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, index: int) -> torch.Tensor:
        return torch.from_numpy(np.array(self.records[index]))


class Read(Dataset[torch.Tensor]):
    """Items read one by one."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("rb", buffering=0)
        self.count = path.stat().st_size // RECORD

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> torch.Tensor:
        record = torch.empty(RECORD, dtype=torch.uint8)
        self.file.seek(index * RECORD)
        self.file.readinto(record.numpy())  # type: ignore[arg-type]
        return record


def write(path: Path, size: int) -> Path:
    """Write `size` random bytes."""
    noise = os.urandom(16 * MIB)
    with path.open("wb") as file:
        for _ in range(size // len(noise)):
            file.write(noise)
    return path


def best(ways: dict[str, Callable[[], Any]], rounds: int = ROUNDS) -> dict[str, float]:
    """Return the least seconds of each way; they take turns."""
    found = dict.fromkeys(ways, float("inf"))
    for number in range(rounds + 1):
        for name, work in ways.items():
            begun = time.perf_counter()
            work()
            if number:  # the first time warms up
                found[name] = min(found[name], time.perf_counter() - begun)
    return found


def each(work: Callable[[], Any], times: int = 20_000) -> float:
    """Return the least microseconds of a call."""
    found = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(times):
            work()
        found.append((time.perf_counter() - begun) / times * 1e6)
    return min(found)


def show(name: str, value: float, unit: str, bar: str) -> None:
    """Print a line of the table."""
    print(f"{name:66}{value:10.3g} {unit:6}{bar}", flush=True)


def records(path: Path) -> None:
    """Records of 4 KB, in batches of 256 at random."""
    data = CachedDataset(path, np.uint8, RECORD)
    numbers = torch.randperm(len(data), generator=torch.Generator().manual_seed(0))
    order = numbers[: len(data) // BATCH * BATCH].view(-1, BATCH)[:BATCHES].tolist()

    def through(dataset: Dataset[Any], collate: Callable[..., Any] | None = None) -> Callable[[], None]:
        def work() -> None:
            for batch in DataLoader(dataset, batch_sampler=order, collate_fn=collate):
                assert batch.shape == (BATCH, RECORD)

        return work

    found = best(
        {
            "numpy.memmap": through(Mapped(path)),
            "plain reads": through(Read(path)),
            "collate": through(data, data.collate),
            "default": through(data),
        }
    )
    for name, seconds in found.items():
        show(f"a batch of 256 records, {name}", seconds / len(order) * 1e6, "µs", "")
    show("collate_fn=data.collate / numpy.memmap", found["collate"] / found["numpy.memmap"], "", "0.35")
    show("collate_fn=data.collate / plain reads", found["collate"] / found["plain reads"], "", "0.4")
    show("default collate / numpy.memmap", found["default"] / found["numpy.memmap"], "", "0.8")


def kilobytes(file: str, field: str) -> int:
    """Return a number of a file in /proc/self."""
    lines = Path("/proc/self", file).read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


def touch(cache: CacheManager, path: Path, ready: Any, answers: Any) -> None:
    """Touch each page of a file; report the private memory that this took, and the share of all memory."""
    before = kilobytes("status", "RssAnon")
    cache.get(path).tensor(torch.uint8)[::4096].sum()
    ready.wait()
    answers.put((kilobytes("status", "RssAnon") - before, kilobytes("smaps_rollup", "Pss")))
    ready.wait()


def processes(path: Path, method: str) -> None:
    """A file mapped and touched in 4 processes."""
    context = multiprocessing.get_context(method)
    ready, answers, cache = context.Barrier(WORKERS), context.Queue(), CacheManager(2 * GIB)
    workers = [context.Process(target=touch, args=(cache, path, ready, answers)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    found = [answers.get() for _ in workers]
    for worker in workers:
        worker.join()
    private, shares = max(each for each, _ in found), sum(share for _, share in found)
    name = f"{path.stat().st_size / GIB:.3g} GiB in {WORKERS} workers ({method})"
    show(f"{name}, private memory of each, at most", private / 1024, "MiB", "20")
    show(f"{name}, PSS together", shares / 1e6, "GB", "1.5 for 1 GiB")


def calls(path: Path) -> None:
    """A file that is held."""
    cache = CacheManager(4 * GIB)
    data = cache.get(path)
    show("get of a held file", each(lambda: cache.get(path)), "µs", "10")
    tensor = each(lambda: data.tensor(torch.float32, (-1, 1024)))
    show(".tensor(torch.float32, (-1, 1024))", tensor, "µs", "15")


class Waiting:
    """Batches that come after a wait."""

    def __iter__(self) -> Iterator[int]:
        for number in range(40):
            time.sleep(0.01)
            yield number


def ahead() -> None:
    """Loading that waits as long as the step takes."""

    def train(loader: Any) -> Callable[[], None]:
        def work() -> None:
            for _ in loader:
                time.sleep(0.01)

        return work

    found = best({"plain": train(Waiting()), "prefetched": train(prefetch(Waiting()))}, 3)
    show("loading that waits, prefetched / plain", found["prefetched"] / found["plain"], "", "0.6")


def first_step(path: Path) -> None:
    """The time until the first step: with a file read in the background, and reading it first."""
    model = nn.Linear(256, 256)
    inputs = torch.randn(64, 256)

    def background() -> None:
        files.append(AsyncFile(path))
        model(inputs).sum().backward()

    def reading() -> None:
        files.clear()  # the reading before is not to be measured
        np.fromfile(path, np.uint8)
        model(inputs).sum().backward()

    files: list[AsyncFile] = []
    found: dict[str, list[float]] = {"background": [], "reading": []}
    for _ in range(5):
        for name, work in (("background", background), ("reading", reading)):
            begun = time.perf_counter()
            work()
            found[name].append(time.perf_counter() - begun)
            for file in files:
                file.wait_ready()
    least = {name: min(seconds) for name, seconds in found.items()}
    show("time until the first step, reading first", least["reading"] * 1e3, "ms", "")
    ratio = least["background"] / least["reading"]
    show("time until the first step, background / reading first", ratio, "", "0.2")


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    options.add_argument("folder", nargs="?", help="where to write the files; default: the temporary folder")
    options.add_argument("--mib", type=int, default=2048, help="size of the records; the bars are for 2048")
    given = options.parse_args()
    torch.set_num_threads(1)
    folder = Path(tempfile.mkdtemp(dir=given.folder))
    print(f"{'':66}{'value':>10} {'':6}bar")
    try:
        records(write(folder / "records.bin", given.mib * MIB))
        (folder / "records.bin").unlink()
        path = write(folder / "file.bin", given.mib * MIB // 2)
        for method in ("fork", "spawn"):
            processes(path, method)
        calls(path)
        ahead()
        first_step(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
