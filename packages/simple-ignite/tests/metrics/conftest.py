"""Random data for classification, and splitting it in batches and over ranks."""

from collections.abc import Callable
from itertools import pairwise

import pytest


def batched(metric, rows, cuts):
    """Feed rows (tensors of one length) in batches that end at the cuts; gives the metric."""
    ends = [*sorted(cuts), len(rows[0])]
    for start, end in zip([0, *ends], ends, strict=False):
        if end > start:
            metric.update(tuple(row[start:end] for row in rows))
    return metric


@pytest.fixture(scope="session")
def any_way() -> Callable:
    """Compute a metric with the data split in batches and merged over pretended ranks as told."""

    def compute(make, rows, cuts=(), ranks=1, empty_rank=False):
        n = len(rows[0])
        edges = [round(n * i / ranks) for i in range(ranks + 1)]
        parts = []
        for low, high in pairwise(edges):
            own = tuple(row[low:high] for row in rows)
            parts.append(batched(make(), own, [c - low for c in cuts if low < c < high]))
        if empty_rank:
            parts.insert(0, make())
        first, *others = parts
        for other in others:
            first.merge(other)
        return first.compute()

    return compute
