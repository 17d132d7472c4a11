"""Distances of sequences, with one bit a token: a row of the table is one big integer."""

from __future__ import annotations

from collections.abc import Hashable, Sequence


def positions(tokens: Sequence[Hashable]) -> dict[Hashable, int]:
    """Give for each token the bits of the places where it is."""
    where: dict[Hashable, int] = {}
    for place, token in enumerate(tokens):
        where[token] = where.get(token, 0) | 1 << place
    return where


def edits(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Give the fewest insertions, deletions and substitutions that make b of a (Levenshtein 1966).

    By the bit-vectors of Myers (1999), as Hyyrö (2003) puts them.

    Args:
        a: Tokens or characters.
        b: The same.

    Returns:
        How many.
    """
    if not a:
        return len(b)
    where, full, last = positions(a), (1 << len(a)) - 1, 1 << (len(a) - 1)
    more, less, distance = full, 0, len(a)
    for token in b:
        equal = where.get(token, 0)
        same = (((equal & more) + more) ^ more) | equal
        up = less | (full & ~(same | more))
        down = more & same
        distance += bool(up & last) - bool(down & last)
        up = (up << 1 | 1) & full
        down = down << 1 & full
        below = equal | less
        more = down | (full & ~(below | up))
        less = up & below
    return distance


def longest_common(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Give the length of the longest common subsequence, by the bit-vectors of Hyyrö (2004).

    Args:
        a: Tokens or characters.
        b: The same.

    Returns:
        How many tokens.
    """
    where, full = positions(a), (1 << len(a)) - 1
    row = full
    for token in b:
        hit = row & where.get(token, 0)
        row = ((row + hit) | (row - hit)) & full
    return len(a) - row.bit_count()
