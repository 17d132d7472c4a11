"""Comparing mappings: each pair once, however often references lead to it."""

from __future__ import annotations

from _thread import _local as local  # threading is slower to import

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class EqualPairs(local):
    """The pairs of mappings that the comparison going on in a thread has found equal, or is comparing.

    References can name one mapping very often; without this each of them would be compared again.
    """

    pairs: dict[tuple[int, int], tuple[object, object]] | None = None

    def compare(self, one: object, other: object, equal: Callable[[], bool]) -> bool:
        """Return whether two mappings are equal; ``equal`` is called once for each pair.

        A pair that is met again inside itself, through references, counts as equal there.
        """
        first = self.pairs is None
        pairs = self.pairs = self.pairs or {}
        pair = (id(one), id(other))
        if pair in pairs:
            return True
        pairs[pair] = (one, other)  # held, so that their ids stay theirs
        found = False
        try:
            found = equal()
        finally:
            if first:
                self.pairs = None
            elif not found:
                del pairs[pair]
        return found


equal_pairs = EqualPairs()
