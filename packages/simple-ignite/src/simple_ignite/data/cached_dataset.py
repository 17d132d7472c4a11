"""Records of a file, as a dataset."""

from __future__ import annotations

import operator
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, SupportsIndex

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import Dataset, default_collate, get_worker_info

from simple_ignite.data.cache_manager import CacheManager
from simple_ignite.data.cached_data import CachedData
from simple_ignite.data.dtypes import DType
from simple_ignite.data.files.file_stamp import FileStamp
from simple_ignite.data.record_layout import RecordLayout
from simple_ignite.data.shape import Shape
from simple_ignite.errors import FileChangedError

__all__ = ["CachedDataset"]


class CachedDataset(Dataset[Any]):
    """Records of a fixed size in a file that all processes share, or the rows of a `.npy` file.

    Items are tensors, and copies: writing to them changes nothing. `DataLoader(data, 256,
    collate_fn=data.collate)` copies each record once, straight into the batch, in one thread; with the
    default `collate_fn` it works too, and copies twice. It is pickled by its path, so that spawned workers
    open the file themselves.

    Args:
        path: The file.
        dtype: The values' data type, of NumPy or torch. Left out for a `.npy` file.
        shape: The shape of one record. Default: one value. Left out for a `.npy` file.
        cache: Holds the file within its limit. Default: the file is mapped as long as the dataset lives.
        offset: Bytes before the first record.
        transform: Applied to each item.

    Raises:
        CacheError: If the file cannot be opened or its size is no whole number of records.
        DataArgumentError: If an argument is missing, out of range or contradicts the file.
    """

    def __init__(
        self,
        path: str | Path,
        dtype: DType | None = None,
        shape: Shape | None = None,
        *,
        cache: CacheManager | None = None,
        offset: int = 0,
        transform: Callable[[Tensor], Any] | None = None,
    ) -> None:
        self.path = Path(os.path.realpath(path))
        self.transform = transform
        self._cache = cache
        self._own: CachedData | None = None
        self._stamp: FileStamp | None = None
        data = self._data()
        self._stamp = data.stamp
        self._layout = RecordLayout.of(data, dtype, shape, offset)

    @property
    def dtype(self) -> torch.dtype:
        """The data type of the records' values."""
        return self._layout.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one record."""
        return self._layout.shape

    def __len__(self) -> int:
        return self._layout.count

    def __getitem__(self, index: SupportsIndex) -> Any:
        """Return one record.

        Raises:
            IndexError: If there is no such record.
            FileChangedError: If the file was cut off, or replaced where the cache opened it anew.
        """
        layout, row = self._layout, operator.index(index)
        if not -layout.count <= row < layout.count:
            raise self._missing(row)
        width = layout.nbytes
        flat = self._data().copy(layout.offset + row % layout.count * width, width)
        if layout.swapped:
            _swap_bytes(flat, layout)
        item = torch.from_numpy(flat).view(layout.dtype).view(layout.shape)
        return item if self.transform is None else self.transform(item)

    def __getitems__(self, indices: Sequence[int]) -> Any:
        """Return several records at once, as a list; as one tensor, where `collate` comes next."""
        batch = self._gather(indices)
        if self.transform is not None:
            return [self.transform(item) for item in batch.unbind(0)]
        return batch if self._is_collated() else list(batch.unbind(0))

    def collate(self, items: Any) -> Any:
        """Return a batch of items, for `DataLoader(data, …, collate_fn=data.collate)`."""
        return items if isinstance(items, Tensor) else default_collate(items)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_own": None}

    def _is_collated(self) -> bool:
        """Return whether the loader that asks for items will give them to `collate`.

        torch tells a dataset nothing about that, and 256 views of a batch cost as much as copying it. So this
        looks at who calls `__getitems__`: the loader's fetcher, perhaps through a Subset.
        """
        frame = sys._getframe(2)
        while frame.f_code.co_name == "__getitems__" and frame.f_back is not None:
            frame = frame.f_back
        return getattr(frame.f_locals.get("self"), "collate_fn", None) == self.collate

    def _data(self) -> CachedData:
        """Return the file's bytes, opened in this process if they are not yet."""
        if self._cache is not None:
            data = self._cache.get(self.path, check=False)
        elif self._own is None:
            data = self._own = CachedData(self.path)
        else:
            return self._own
        if self._stamp is not None and data.stamp != self._stamp:
            raise FileChangedError(
                f"{self.path}: has {data.size} bytes, and had {self._stamp.size} when the dataset was made: "
                "it was replaced or written to; make a new CachedDataset",
                path=self.path,
            )
        return data

    def _gather(self, indices: Sequence[int]) -> Tensor:
        """Return records in memory of their own, as a tensor of shape (n, *shape)."""
        layout = self._layout
        rows = self._rows(indices)
        flat = _buffer(len(rows), layout.nbytes)
        if len(rows):
            self._data().gather(rows, layout.offset, flat.numpy())
            if layout.swapped:
                _swap_bytes(flat.numpy(), layout)
        return flat.view(layout.dtype).view(len(rows), *layout.shape)

    def _rows(self, indices: Sequence[int]) -> npt.NDArray[np.int64]:
        """Return indices as numbers from 0 on; negative ones count from the end."""
        rows = np.asarray(indices) if len(indices) else np.empty(0, np.int64)
        if rows.dtype.kind not in "iu" or rows.ndim != 1:
            raise TypeError(f"{self.path}: records are asked for by whole numbers, not by {indices!r}")
        count = len(self)
        wrong = rows[(rows < -count) | (rows >= count)]
        if wrong.size:
            raise self._missing(wrong[0])
        return np.where(rows < 0, rows + count, rows).astype(np.int64, copy=False)

    def _missing(self, row: int) -> IndexError:
        return IndexError(f"{self.path}: has {len(self)} records, numbered from 0; there is no number {row}")


def _buffer(rows: int, width: int) -> Tensor:
    """Return uninitialised bytes, a row a record; in a worker, in memory that the loader's process sees."""
    if get_worker_info() is None:
        return torch.empty((rows, width), dtype=torch.uint8)
    storage = torch.UntypedStorage._new_shared(rows * width)  # type: ignore[no-untyped-call]  # as torch's collate
    buffer: Tensor = torch.empty(0, dtype=torch.uint8).set_(storage, 0, (rows, width))  # type: ignore[call-overload]
    return buffer


def _swap_bytes(flat: npt.NDArray[np.uint8], layout: RecordLayout) -> None:
    """Reverse the bytes of each value, and of each half of a complex one, in place."""
    width = layout.dtype.itemsize // (2 if layout.dtype.is_complex else 1)
    values = flat.reshape(-1, width)
    values[:] = values[:, ::-1].copy()
