"""Measure what each process that reads a file through a cache costs: `shared_mapping.py METHOD PATH MODE`."""

import json
import multiprocessing
import sys
from pathlib import Path

from simple_ignite.data import CacheManager

PROCESSES = 3
MIB, PAGE = 1 << 20, 4096


def kilobytes(file, field):
    """Return a number of a file in /proc/self."""
    rows = Path("/proc/self", file).read_text().splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith(f"{field}:"))


def read(cache, path, ready, answers):
    """Touch each page of the file; say how much private memory that took, and this process's share of all."""
    cache.get(path).tensor("uint8")[:MIB:PAGE].sum()  # what torch needs for itself
    before = kilobytes("status", "RssAnon")
    data = cache.get(path).tensor("uint8")
    total = int(data[::PAGE].sum())
    ready.wait()  # while all have it mapped
    file, anonymous = kilobytes("status", "RssFile"), kilobytes("status", "RssAnon") - before
    share = kilobytes("smaps_rollup", "Pss_File")
    answers.put({"total": total, "file": file, "anonymous": anonymous, "share": share})
    ready.wait()


def measure(method, path, mode):
    """Let processes read a file at once; return what each says."""
    context = multiprocessing.get_context(method)
    cache = CacheManager(1 << 40)
    cache.set_cache_mode(path, mode)
    cache.get(path)
    ready, answers = context.Barrier(PROCESSES), context.Queue()
    workers = [context.Process(target=read, args=(cache, path, ready, answers)) for _ in range(PROCESSES)]
    for worker in workers:
        worker.start()
    found = [answers.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join()
    return found


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:])))
