"""FirstBatches: the first batches of data."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from itertools import islice
from typing import Any

from simple_ignite.engine.workers import iterate_sheltered
from simple_ignite.errors import IgniteWarning

__all__ = ["FirstBatches"]

POSITION = ("state_dict", "load_state_dict")


class FirstBatches:
    """The first batches of data. Attributes that it lacks, such as `sampler`, are those of the data.

    Args:
        data: Any iterable.
        count: How many batches.
        kept: Draw them once, and yield copies of these in each epoch; else the data are iterated over anew.

    Attributes:
        data: The data.
        count: How many batches at most.
        kept: Whether each epoch has the same batches.
    """

    def __init__(self, data: Any, count: int, *, kept: bool = False) -> None:
        self.data = data
        self.count = count
        self.kept = kept
        self._drawn: list[Any] | None = None
        self._shared = False

    def __iter__(self) -> Iterator[Any]:
        if not self.kept:
            return islice(iterate_sheltered(self.data), self.count)
        return self._repeat()

    def __len__(self) -> int:
        if self._drawn is not None:
            return len(self._drawn)
        return min(len(self.data), self.count)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in POSITION or "data" not in vars(self):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self.data, name)

    def _repeat(self) -> Iterator[Any]:
        if self._drawn is None:
            self._drawn = list(islice(iterate_sheltered(self.data), self.count))
        for batch in self._drawn:
            yield self._copied(batch)

    def _copied(self, batch: Any) -> Any:
        """Return a copy, so that a step may change a batch in place; the batch itself if it has none."""
        try:
            return batch if self._shared else copy.deepcopy(batch)
        except Exception as error:
            self._shared = True
            message = f"batches of type {type(batch).__name__} cannot be copied ({error})"
            warnings.warn(
                f"{message}; each epoch gets the same objects, with what the step changes in them",
                IgniteWarning,
                stacklevel=2,
            )
            return batch
