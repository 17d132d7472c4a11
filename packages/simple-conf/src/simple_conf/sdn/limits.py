"""Limits on the size of a text."""

from __future__ import annotations

from dataclasses import dataclass

from simple_conf.sdn.parsing.fault import Fault, ValueLimitFault
from simple_conf.source import MAX_CHARACTERS


@dataclass(frozen=True)
class Limits:
    """Limits on the size of a text; exceeding one is an error.

    Args:
        characters: maximum length of the text in characters.
        depth: maximum nesting depth of blocks and brackets together.
        values: maximum number of values (scalars and cells) in a document.
        digits: maximum number of digits of a decimal integer, at least 4,300; hexadecimal integers are not
            limited.
    """

    characters: int = MAX_CHARACTERS
    depth: int = 64
    values: int = 1_000_000
    digits: int = 20_000


class Budget:
    """Counts the values and the nesting depth of one parse against its limits.

    Args:
        limits: the limits of the parse.
    """

    __slots__ = ("depth", "limits", "values")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.values = limits.values  # how many are left
        self.depth = 0

    def spend(self, values: int, offset: int) -> None:
        """Count values that were read.

        Raises:
            ValueLimitFault: the limit is exceeded.
        """
        self.values -= values
        if self.values < 0:
            raise ValueLimitFault(
                f"more than {self.limits.values:,} values",
                offset,
                "raise Limits.values to read a larger document",
                limit=True,
            )

    def enter(self, offset: int) -> None:
        """Count one more level of nesting.

        Raises:
            Fault: the limit is exceeded.
        """
        self.depth += 1
        if self.depth > self.limits.depth:
            raise Fault(
                f"nested more than {self.limits.depth} levels deep",
                offset,
                "raise Limits.depth to read a deeper document",
                limit=True,
            )

    def leave(self) -> None:
        """Count one level of nesting less."""
        self.depth -= 1
