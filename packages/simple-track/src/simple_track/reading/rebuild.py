"""A run's summary, step counter and rules, rebuilt from its log."""

from __future__ import annotations

from typing import Any

from simple_track.errors import FormatError
from simple_track.lazy_module import numpy as np
from simple_track.reading.column_cache import load_columns
from simple_track.reading.columns import NUMERIC, Columns, Part, parse_lines
from simple_track.reading.rewind import without_rewound_media
from simple_track.reading.summary import MetricRule, Summary, rule_for
from simple_track.storage.layout import RunLayout
from simple_track.storage.reader import read_chunks, read_events
from simple_track.storage.record import mark_summary, restore_summary
from simple_track.storage.sdn_file import read_sdn, write_sdn

LAST_STEP = "~last_step"


def stored_summary(layout: RunLayout) -> dict[str, Any]:
    """Read the summary of a run: from its file once it has ended, else from its log.

    Args:
        layout: The run's folder.
    """
    try:
        tree = restore_summary(read_sdn(layout.summary))
    except (FileNotFoundError, FormatError):  # it has not ended, or the file is damaged
        return dict(rebuild_summary(layout)[0])
    tree.pop(LAST_STEP, None)
    return tree


def write_summary(layout: RunLayout, summary: Summary, step: int) -> None:
    """Write the summary of a run that ends.

    Args:
        layout: The run's folder.
        summary: Its summary.
        step: Its highest step.
    """
    write_sdn(layout.summary, {**mark_summary(summary), LAST_STEP: step})


def rebuild_summary(layout: RunLayout) -> tuple[Summary, int]:
    """Rebuild a run's summary and step counter from its log.

    Args:
        layout: The run's folder.

    Returns:
        The summary, with its rules and running means; and the highest step, -1 when nothing was logged.
    """
    columns = load_columns(layout, system=False)
    summary = Summary()
    by_hand: dict[str, dict[str, Any]] = {}
    steps = columns.rows["step"]
    highest = int(steps.max()) if len(steps) else -1
    rewound = False
    for event in without_rewound_media(read_events(layout)):
        match event:
            case {"event": "rewind"}:
                rewound = True
            case {"event": "metric", "pattern": str(pattern)}:
                summary.define(MetricRule(pattern, event.get("axis"), event.get("summary", "last")))
            case {"event": "summary", "key": str(key)}:
                by_hand[key] = event
            case {"event": "media", "step": int(step)}:
                highest = max(highest, step)
    for key, kinds in columns.parts.items():
        rule = rule_for(key, summary.rules)
        value, parts = _folded(kinds, rule.summary if rule else "last")
        if value is not None:
            summary.restore(key, value, parts)
    for key, event in by_hand.items():
        rule = rule_for(key, summary.rules)
        follows = rule is None or rule.summary != "none"
        if (
            follows
            and key in columns.parts
            and _is_logged_after(layout, columns, key, event, rewound=rewound)
        ):
            continue
        if event.get("value") is None:
            summary.values_by_key.pop(key, None)
        else:
            summary.values_by_key[key] = event["value"]
    return summary, highest


def _is_logged_after(
    layout: RunLayout, columns: Columns, key: str, event: dict[str, Any], *, rewound: bool
) -> bool:
    """Whether a metric was logged after its summary was written by hand.

    The position in the log decides; in a run that was rewound, where some lines do not count, the time does.
    """
    match event.get("after"):
        case [str(name), int(offset)] if not rewound and name in {
            path.name for path in layout.metric_files()
        }:
            pieces = read_chunks(layout.dir / name, offset)
            if any(key in record for piece in pieces for record in parse_lines(piece)):
                return True
            if len(layout.metric_files()) == 1:
                return False
    rows = [int(part.rows[-1]) for part in columns.parts[key].values() if len(part.rows)]
    return bool(rows) and float(columns.rows["timestamp"][max(rows)]) > float(event.get("timestamp", 0))


def _folded(kinds: dict[str, Part], how: str) -> tuple[Any, tuple[int, float]]:
    """A metric's summary value; and how many numbers are in it and their sum, when it is a mean.

    This is what `Summary` makes of the same values one by one, to the last bit.
    """
    if how == "none":
        return None, (0, 0.0)
    if how in ("last", "first"):
        end = -1 if how == "last" else 0
        pick = max if how == "last" else min
        part = pick(kinds.values(), key=lambda part: int(part.rows[end]))
        return part.values[end : len(part.values) if end == -1 else 1].tolist()[0], (0, 0.0)
    numbers = [part for letter, part in kinds.items() if letter in NUMERIC]
    if not numbers:
        return _folded(kinds, "last")
    clean = [part for part in map(_without_nan, numbers) if len(part.rows)]
    if not clean:
        return float("nan"), (0, 0.0)
    if how == "mean":
        return _mean(clean)
    return _extreme(clean, how), (0, 0.0)


def _without_nan(part: Part) -> Part:
    if part.values.dtype.kind != "f":
        return part
    good = ~np.isnan(part.values)
    return Part(part.rows[good], part.values[good])


def _mean(parts: list[Part]) -> tuple[float, tuple[int, float]]:
    order = np.argsort(np.concatenate([part.rows for part in parts]), kind="stable")
    values = np.concatenate([part.values.astype(np.float64) for part in parts])[order]
    with np.errstate(invalid="ignore", over="ignore"):  # infinities of both signs have no mean
        total = 0.0 + float(np.cumsum(values)[-1])  # from 0.0, one after another, where `sum` adds in pairs
    return total / len(values), (len(values), total)


def _extreme(parts: list[Part], how: str) -> Any:
    """The least or greatest number, and of equal ones, such as 1 and True, the one that came first."""
    found = []
    for part in parts:
        place = int(part.values.argmin() if how == "min" else part.values.argmax())
        found.append((part.values[place : place + 1].tolist()[0], int(part.rows[place])))
    found.sort(key=lambda pair: pair[1])
    return (min if how == "min" else max)(found, key=lambda pair: pair[0])[0]
