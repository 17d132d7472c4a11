"""How large a text may be before the parser refuses it."""

from __future__ import annotations

from dataclasses import dataclass

from simple_conf.sdn.parsing.fault import Fault, Spent
from simple_conf.source import MAX_CHARACTERS


@dataclass(frozen=True)
class Limits:
    """How large a text may be; each bound is an error when it is passed.

    Args:
        characters: length of the text in characters.
        depth: how deeply blocks and brackets may nest, together.
        values: how many values (scalars, cells) a document may hold.
        digits: how many digits a whole number in decimal may have; in hexadecimal they are free.
    """

    characters: int = MAX_CHARACTERS
    depth: int = 64
    values: int = 1_000_000
    digits: int = 20_000


class Budget:
    """What one parse has left of its limits.

    Args:
        limits: the limits to begin with.
    """

    __slots__ = ("depth", "limits", "values")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.values = limits.values
        self.depth = 0

    def spend(self, values: int, at: int) -> None:
        """Count values that were read.

        Raises:
            Fault: there are more than the limit.
        """
        self.values -= values
        if self.values < 0:
            raise Spent(
                f"more than {self.limits.values:,} values",
                at,
                "raise Limits.values to read a larger document",
                limit=True,
            )

    def deeper(self, at: int) -> None:
        """Count one more level of nesting.

        Raises:
            Fault: it is deeper than the limit.
        """
        self.depth += 1
        if self.depth > self.limits.depth:
            raise Fault(
                f"nested more than {self.limits.depth} levels deep",
                at,
                "raise Limits.depth to read a deeper document",
                limit=True,
            )

    def shallower(self) -> None:
        """Count one level less."""
        self.depth -= 1
