"""Suggestions for mistyped names."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MANY = 12


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the one of ``known`` that ``name`` most likely means, or None."""
    import difflib

    names = [str(other) for other in known]
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return close[0]
    ends = {other.rpartition(".")[2].lower(): other for other in reversed(names)}
    return {other.lower(): other for other in names}.get(name.lower()) or ends.get(name.lower())


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return a hint naming the closest of ``known``, or all of them where there are few, or None.

    Args:
        name: What was written.
        known: What could have been meant.

    Returns:
        ``did you mean 'epochs'?``, ``known: a, b``, or None where nothing helps.
    """
    names = [str(other) for other in known]
    close = closest(name, names)
    if close is not None:
        return f"did you mean {close!r}?"
    return f"known: {', '.join(names)}" if 0 < len(names) <= MANY else None
