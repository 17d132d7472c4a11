"""Previews: what of a logged value can be shown as text."""

from __future__ import annotations

from simple_track.cli.terminal import Terminal, show
from simple_track.reading.view import RunView
from simple_track.values import Histogram, Html, Images, Table, Text
from simple_track.values.value import Value

ROWS = 20  # of a table
BAR = 40  # characters of the longest bar of a histogram


def preview(view: RunView, name: str, terminal: Terminal) -> None:
    """Print the value that was logged last under a name.

    Args:
        view: The run.
        name: The name.
        terminal: Where to.

    Raises:
        MetricNotFoundError: Nothing was logged under that name.
    """
    step, value = view.media(name)[-1]
    terminal.title(f"{name} at step {step}  ({view.name})")
    if isinstance(value, Text | Html):
        terminal.line(value.text if isinstance(value, Text) else value.html)
    elif isinstance(value, Table):
        _table(value, terminal)
    elif isinstance(value, Histogram):
        _histogram(value, terminal)
    else:
        _facts(value, terminal)
        events = [event["value"] for event in view.events("media") if event.get("key") == name]
        for body in [events[-1], *events[-1].get("items", ())]:
            if "file" in body:
                terminal.line(str(view.layout.resolve(body["file"])))


def _table(table: Table, terminal: Terminal) -> None:
    rows = [[_cell(cell) for cell in table[n].values()] for n in range(min(len(table), ROWS))]
    numeric = [n for n, name in enumerate(table.columns) if table.types.get(name) in ("int", "float")]
    terminal.table(table.columns, rows, right=numeric)
    if len(table) > ROWS:
        terminal.line(f"{len(table) - ROWS} more rows", style="dim")


def _cell(cell: object) -> object:
    return f"<{cell.kind}>" if isinstance(cell, Value) else cell


def _histogram(histogram: Histogram, terminal: Terminal) -> None:
    counts, edges = histogram.counts.tolist(), histogram.edges.tolist()
    most = max(counts, default=0) or 1
    rows = [
        [show(low), count, "█" * round(count / most * BAR)] for low, count in zip(edges, counts, strict=False)
    ]
    terminal.table(["FROM", "COUNT", ""], rows, right=[0, 1])
    terminal.line(f"up to {show(edges[-1])}")
    apart = {"NaN": histogram.nan, "-inf": histogram.below, "+inf": histogram.above}
    if any(apart.values()):
        terminal.line("apart: " + ", ".join(f"{count} {name}" for name, count in apart.items() if count))


def _facts(value: Value, terminal: Terminal) -> None:
    if isinstance(value, Images):
        terminal.line(f"{len(value.items)} images")
    else:
        facts = [(name, getattr(value, name)) for name in getattr(type(value), "__match_args__", ())]
        shown = [(name, fact) for name, fact in facts if isinstance(fact, int | float | str) and fact != ""]
        terminal.table(["", ""], shown)
