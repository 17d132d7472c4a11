"""Names of metrics in formats that refuse some of them, changed so that no two meet."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def distinct_names(
    wanted: Mapping[T, str],
    clean: Callable[[str], str] = lambda name: name,
    taken: Iterable[str] = (),
    longest: int | None = None,
) -> dict[T, str]:
    """A name for each thing, in the order given; no two are equal.

    One whose wanted name the format takes keeps it, as far as it is free. Any other gets what the format
    takes of it, and where that is taken a number behind it.

    Args:
        wanted: The name that each thing should have.
        clean: Makes a name that the format takes; it changes none that the format takes as it is.
        taken: Names that the format has itself.
        longest: The most characters of a name.
    """
    used = set(taken)
    given: dict[T, str] = {}
    for thing, name in wanted.items():
        if clean(name) == name and name not in used and (longest is None or len(name) <= longest):
            given[thing] = name
            used.add(name)
    for thing, name in wanted.items():
        if thing not in given:
            given[thing] = _free(clean(name), used, longest)
            used.add(given[thing])
    return {thing: given[thing] for thing in wanted}


def changed_names(given: Mapping[str, str]) -> dict[str, str]:
    """The names that differ from what they stand for: from the name in the format to the one in the run."""
    return {name: key for key, name in given.items() if name != key}


def column_name(key: str) -> str:
    """The column of a metric in a table that has a column `run`: `run` is `~run`, and `~run` is `~~run`."""
    return f"~{key}" if key.lstrip("~") == "run" else key


def _free(name: str, used: set[str], longest: int | None) -> str:
    found, number = name[:longest], 1
    while found in used:
        number += 1
        ending = f"_{number}"
        found = (name if longest is None else name[: longest - len(ending)]) + ending
    return found
