"""How records of a fixed size lie in a file."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, SupportsIndex

import numpy as np
import torch

from simple_ignite.data.cached_data import CachedData
from simple_ignite.data.dtypes import DType, name_of, to_numpy, to_torch
from simple_ignite.data.shape import Shape, as_shape
from simple_ignite.errors import CacheError, DataArgumentError

__all__ = ["RecordLayout"]

MAGIC = b"\x93NUMPY"
HEADER = 1 << 16  # bytes in which a header of .npy is expected to end; numpy writes 128


@dataclass(frozen=True, slots=True)
class RecordLayout:
    """Records of one data type and shape, one after the other.

    Attributes:
        dtype: The values' data type.
        shape: The shape of one record.
        offset: Where the first begins, in bytes.
        count: How many there are.
        swapped: Whether the file has the bytes of a value in the other order.
    """

    dtype: torch.dtype
    shape: tuple[int, ...]
    offset: int
    count: int
    swapped: bool = False

    @property
    def nbytes(self) -> int:
        """Bytes of a record."""
        return math.prod(self.shape) * self.dtype.itemsize

    @classmethod
    def of(cls, data: CachedData, dtype: DType | None, shape: Shape | None, offset: int) -> RecordLayout:
        """Return the layout of a file: that of its header if it is a .npy file, else as the arguments say.

        Raises:
            CacheError: If the file's size is no whole number of records, or its header cannot be used.
            DataArgumentError: If an argument is missing, out of range, or contradicts the header.
        """
        if isinstance(offset, bool) or not isinstance(offset, SupportsIndex) or operator.index(offset) < 0:
            raise DataArgumentError(
                f"offset must be a number of bytes, 0 or more, not {offset!r}", argument="offset"
            )
        if dtype is None or data.path.suffix == ".npy":
            return _of_npy(data, dtype, shape, operator.index(offset))
        found, swapped = _native(dtype)
        one = cls(found, as_shape(() if shape is None else shape), operator.index(offset), 0, swapped)
        if min(one.shape, default=1) < 1:
            raise DataArgumentError(
                f"shape {one.shape} must have at least 1 in each dimension of a record", argument="shape"
            )
        rest = data.size - one.offset
        if rest < 0 or rest % one.nbytes:
            after = f" after the first {one.offset}" if one.offset else ""
            raise CacheError(
                f"{data.path}: has {max(rest, 0)} bytes{after}, which is no whole number of records of "
                f"{one.nbytes} bytes ({name_of(dtype)}, shape {one.shape})",
                path=data.path,
            )
        return replace(one, count=rest // one.nbytes)


def _of_npy(data: CachedData, dtype: DType | None, shape: Shape | None, offset: int) -> RecordLayout:
    """Read the header of a .npy file (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html)."""
    head = BytesIO(data.copy(0, HEADER).tobytes())
    if head.getvalue()[: len(MAGIC)] != MAGIC:
        if dtype is None:
            raise DataArgumentError(
                f"{data.path}: is no .npy file; say what its records are: dtype='float32', shape=(…)",
                argument="dtype",
            )
        raise CacheError(
            f"{data.path}: is no .npy file, as its name says; rename it to read records", path=data.path
        )
    try:
        version = np.lib.format.read_magic(head)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        whole, by_columns, kind = read(head)
    except Exception as error:  # numpy lets errors of Python's parser through
        raise CacheError(f"{data.path}: its .npy header cannot be read: {error}", path=data.path) from error
    if kind.hasobject:
        raise CacheError(f"{data.path}: holds pickled objects, which are never loaded", path=data.path)
    rest = tuple(whole[1:])
    if not whole or min(rest, default=1) < 1 or whole[0] < 0:
        raise CacheError(f"{data.path}: is an array of shape {whole}, which has no records", path=data.path)
    if by_columns and rest:
        raise CacheError(
            f"{data.path}: stores columns together, not records; save numpy.ascontiguousarray(…) of it",
            path=data.path,
        )
    other_dtype = dtype is not None and to_numpy(dtype) != kind
    if offset or other_dtype or (shape is not None and as_shape(shape) != rest):
        raise DataArgumentError(
            f"{data.path}: is a .npy file of {kind}, records {rest}; leave out dtype, shape and offset",
            argument="offset" if offset else "dtype" if other_dtype else "shape",
        )
    try:
        found, swapped = _native(kind)
    except DataArgumentError:
        raise CacheError(
            f"{data.path}: holds values of dtype {kind}, which torch does not know; save them as numbers",
            path=data.path,
        ) from None
    layout = RecordLayout(found, rest, head.tell(), whole[0], swapped)
    wanted = layout.offset + layout.count * layout.nbytes
    if data.size != wanted:
        raise CacheError(
            f"{data.path}: has {data.size} bytes, and {layout.count} records of {layout.nbytes} bytes after "
            f"a header of {layout.offset} need {wanted}",
            path=data.path,
        )
    return layout


def _native(dtype: DType) -> tuple[torch.dtype, bool]:
    """Return torch's data type in this machine's byte order, and whether the bytes must be swapped for it."""
    if isinstance(dtype, torch.dtype) or (isinstance(dtype, str) and hasattr(torch, dtype)):
        return to_torch(dtype), False
    found: np.dtype[Any] = to_numpy(dtype)
    return to_torch(found.newbyteorder("=")), not found.isnative
