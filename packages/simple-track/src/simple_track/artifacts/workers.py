"""Threads that hash, compress and copy files, which all release the interpreter's lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

FEW = 4
"""So few items are not worth a thread."""
GROUP = 32
"""The number of small items that a thread takes at once."""
LARGE = 1 << 20
"""An item of this size, in bytes, is none of the small ones."""


def run_all(work: Callable[[T], R], items: Sequence[T], size: Callable[[T], int]) -> list[R]:
    """Call a function with each item, on several threads.

    Args:
        work: The function. If a call raises, no further ones are begun.
        items: The items.
        size: The size of an item in bytes.

    Returns:
        The results, in the order of the items.
    """

    def work_on(group: Sequence[T]) -> list[R]:
        return [work(item) for item in group]

    if len(items) < FEW:
        return work_on(items)
    pool = ThreadPoolExecutor(2 + (os.cpu_count() or 1))
    try:
        return [result for results in pool.map(work_on, _groups(items, size)) for result in results]
    finally:
        pool.shutdown(cancel_futures=True)


def _groups(items: Sequence[T], size: Callable[[T], int]) -> Iterable[list[T]]:
    group: list[T] = []
    for item in items:
        group.append(item)
        if len(group) == GROUP or size(item) >= LARGE:
            yield group
            group = []
    if group:
        yield group
