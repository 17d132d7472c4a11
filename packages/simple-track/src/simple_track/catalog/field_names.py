"""The names of fields in conditions, and suggestions for a wrong name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, Protocol

from simple_track.errors import FormatError

Name = tuple[str, str]
"""A field of a run: "config" or "summary", and the name below it, such as `("summary", "val/acc")`."""
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


def spell(head: str, key: str) -> str:
    """Spell a field as in a condition: `summary.val/acc`, or `summary["top 5"]` if the name needs quotes."""
    if PLAIN.fullmatch(key):
        return f"{head}.{key}"
    quote = "'" if '"' in key else '"'
    return f"{head}[{quote}{key}{quote}]"


def field_names(runs: Iterable[HasValues]) -> list[Name]:
    """List all names in the summaries and configs of runs, each once, the summaries' first."""
    summaries: dict[Name, None] = {}
    configs: dict[Name, None] = {}
    for run in runs:
        configs |= {("config", key): None for key in _leaves(run.config)}
        with suppress(FormatError):  # a run whose log cannot be read
            summaries |= {("summary", key): None for key in run.summary}
    return [*summaries, *configs]


def _leaves(config: Mapping[str, Any], prefix: str = "") -> Iterable[str]:
    for key, value in config.items():
        yield f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")


def suggest_fields(path: str, fields: Iterable[str], names: Iterable[Name]) -> list[str]:
    """Suggest the fields that were probably meant by an unknown name.

    Args:
        path: The name, such as `val/acc`, `sumary.loss` or `summary.los`.
        fields: The names that a field may begin with.
        names: The names that the runs have.

    Returns:
        Fields as spelled in a condition, the likeliest first; at most three.
    """
    names, fields = list(names), list(fields)
    head, dot, rest = path.partition(".")
    if dot and head in fields:  # the beginning is right, the rest is not
        below = {key: spell(head, key) for start, key in names if start == head}
        ending = [shown for key, shown in below.items() if _ends_with(key, rest)]
        elsewhere = [spell(*name) for name in names if name[1] == rest]
        near = [*ending, *elsewhere] or [below[key] for key in get_close_matches(rest, below, 1)]
        return near[:SHOWN]
    same = [name for name in names if name[1] == path]
    within = [name for name in names if _ends_with(name[1], path)]
    if same or within:
        return [spell(*name) for name in [*same, *within]][:SHOWN]
    heads = get_close_matches(head, fields, 1)
    if dot and heads:
        near = [] if (heads[0], rest) in names else suggest_fields(f"{heads[0]}.{rest}", fields, names)
        return near or [spell(heads[0], rest)]
    by_text = {field: field for field in fields} | {key: spell(start, key) for start, key in reversed(names)}
    return [by_text[text] for text in get_close_matches(path, by_text, 1)]


def complete_field(path: str, names: Iterable[Name]) -> str | None:
    """Find the field that begins so and goes on with a space, spelled with quotes; None if there is none."""
    head, _, rest = path.partition(".")
    found = (spell(*name) for name in names if name[0] == head and name[1].startswith(f"{rest} "))
    return next(found, None)


def _ends_with(key: str, part: str) -> bool:
    return key.endswith((f"/{part}", f".{part}"))
