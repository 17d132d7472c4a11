"""Shapes of arrays, as users write them."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import SupportsIndex

from simple_ignite.errors import DataArgumentError

__all__ = ["Shape", "as_shape"]

Shape = SupportsIndex | Iterable[SupportsIndex]


def as_shape(shape: Shape) -> tuple[int, ...]:
    """Return the sizes of the dimensions; a number alone is one dimension.

    Raises:
        DataArgumentError: If they are no whole numbers.
    """
    try:
        return tuple(map(operator.index, shape))  # type: ignore[arg-type]
    except TypeError:
        pass
    try:
        return (operator.index(shape),)  # type: ignore[arg-type]
    except TypeError:
        raise DataArgumentError(
            f"shape must be whole numbers, one a dimension, not {shape!r}", argument="shape"
        ) from None
