"""Comparing mappings: each pair once, however often references lead to it."""

from __future__ import annotations

from _thread import _local as local  # threading is slower to import

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class EqualPairs(local):
    """The pairs of mappings that the comparison going on in a thread has found equal.

    References can name one mapping very often; without this each of them would be compared again.
    """

    pairs: dict[tuple[int, int], tuple[object, object]] | None = None

    def compare(self, one: object, other: object, equal: Callable[[], bool]) -> bool:
        """Return whether two mappings are equal; ``equal`` is called once for each pair."""
        if self.pairs is None:
            self.pairs = {}
            try:
                return equal()
            finally:
                self.pairs = None
        pair = (id(one), id(other))
        if pair in self.pairs:
            return True
        found = equal()
        if found:
            self.pairs[pair] = (one, other)  # held, so that their ids stay theirs
        return found


equal_pairs = EqualPairs()
