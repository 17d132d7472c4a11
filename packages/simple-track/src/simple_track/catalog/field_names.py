"""Fields: how a condition spells what runs have, and what was meant where a name is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Protocol

Name = tuple[str, str]
"""What a run has: "config" or "summary", and the name below it, such as `("summary", "val/acc")`."""
PLAIN = re.compile(r"[\w./:-]+")
SHOWN = 3


class HasValues(Protocol):
    """A run with a config and a summary."""

    @property
    def config(self) -> Mapping[str, Any]:
        """The config, nested."""

    @property
    def summary(self) -> Mapping[str, Any]:
        """The summary, flat."""


def spelled(head: str, key: str) -> str:
    """The field as a condition names it: `summary.val/acc`, or `summary["top 5"]` where that needs quotes."""
    if PLAIN.fullmatch(key):
        return f"{head}.{key}"
    quote = "'" if '"' in key else '"'
    return f"{head}[{quote}{key}{quote}]"


def names_of(runs: Iterable[HasValues]) -> list[Name]:
    """Everything in the summaries and configs of runs, each name once, the summaries' first."""
    runs = list(runs)
    summaries: dict[Name, None] = {("summary", key): None for run in runs for key in run.summary}
    configs: dict[Name, None] = {("config", key): None for run in runs for key in _leaves(run.config)}
    return [*summaries, *configs]


def _leaves(config: Mapping[str, Any], prefix: str = "") -> Iterable[str]:
    for key, value in config.items():
        yield f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")


def meant(path: str, fields: Iterable[str], names: Iterable[Name]) -> list[str]:
    """The fields that were probably meant by a name that is none.

    Args:
        path: The name, such as `val/acc`, `sumary.loss` or `summary.los`.
        fields: The names that a field may begin with.
        names: What the runs have.

    Returns:
        Fields as a condition spells them, the likeliest first; at most three.
    """
    names, fields = list(names), list(fields)
    head, dot, rest = path.partition(".")
    if dot and head in fields:  # the beginning is right: what is below it is not
        below = {key: spelled(head, key) for start, key in names if start == head}
        ending = [shown for key, shown in below.items() if _ends_with(key, rest)]
        elsewhere = [spelled(*name) for name in names if name[1] == rest]
        near = [*ending, *elsewhere] or [below[key] for key in get_close_matches(rest, below, 1)]
        return near[:SHOWN]
    same = [name for name in names if name[1] == path]
    within = [name for name in names if _ends_with(name[1], path)]
    if same or within:
        return [spelled(*name) for name in [*same, *within]][:SHOWN]
    heads = get_close_matches(head, fields, 1)
    if dot and heads:
        near = [] if (heads[0], rest) in names else meant(f"{heads[0]}.{rest}", fields, names)
        return near or [spelled(heads[0], rest)]
    by_text = {field: field for field in fields} | {
        key: spelled(start, key) for start, key in reversed(names)
    }
    return [by_text[text] for text in get_close_matches(path, by_text, 1)]


def continued(path: str, names: Iterable[Name]) -> str | None:
    """The field with a space in its name that begins so, spelled with quotes; None when there is none."""
    head, _, rest = path.partition(".")
    found = (spelled(*name) for name in names if name[0] == head and name[1].startswith(f"{rest} "))
    return next(found, None)


def _ends_with(key: str, part: str) -> bool:
    return key.endswith((f"/{part}", f".{part}"))
