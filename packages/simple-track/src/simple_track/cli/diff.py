"""Compare two runs: what differs in their config, environment and summary.

simple-track diff calm-otter-417 last
simple-track diff 4f9k2a7c 8s2d1x0b --all
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from simple_track.cli.pick import pick
from simple_track.cli.terminal import Terminal
from simple_track.exchange.exporters.rows import flat
from simple_track.reading.view import RunView
from simple_track.settings import current_layout

NAME = "diff"
_ABSENT = object()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `diff` takes."""
    parser.add_argument("a", metavar="A", help='a run: an id, a part of it, a name, or "last"')
    parser.add_argument("b", metavar="B", help="the other run")
    parser.add_argument("--all", action="store_true", help="also what is equal")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Print what differs."""
    layout = current_layout(args.dir)
    a, b = pick(layout, args.a), pick(layout, args.b)
    parts = {name: _rows(one, other, equal=args.all) for name, one, other in _parts(a, b)}
    if terminal.json:
        terminal.document({"a": a.id, "b": b.id, **{name: _document(rows) for name, rows in parts.items()}})
        return 0
    terminal.title(f"a: {a.name}  {a.id}")
    terminal.title(f"b: {b.name}  {b.id}")
    for name, rows in parts.items():
        if rows:
            terminal.heading(name.capitalize())
            cells = [[key, _said(one), _said(other), _change(one, other)] for key, one, other in rows]
            terminal.table(["", "A", "B", ""], cells)
    if not any(parts.values()):
        terminal.line("no difference")
    return 0


def _parts(a: RunView, b: RunView) -> list[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    return [
        ("run", _facts(a), _facts(b)),
        ("config", a.config, b.config),
        ("summary", a.summary, b.summary),
        ("environment", _without_pid(a), _without_pid(b)),
    ]


def _without_pid(view: RunView) -> dict[str, Any]:
    return {key: value for key, value in view.environment.items() if key != "pid"}  # it always differs


def _facts(view: RunView) -> dict[str, Any]:
    return {"project": view.project, "state": view.state, "tags": view.tags, "notes": view.notes}


def _rows(a: Mapping[str, Any], b: Mapping[str, Any], *, equal: bool) -> list[tuple[str, Any, Any]]:
    one, other = dict(flat(a)), dict(flat(b))
    keys = dict.fromkeys([*one, *other])
    rows = [(key, one.get(key, _ABSENT), other.get(key, _ABSENT)) for key in keys]
    return [row for row in rows if equal or not _same(row[1], row[2])]


def _same(a: Any, b: Any) -> bool:
    return bool(a == b) or (a != a and b != b)  # NaN is no difference


def _document(rows: list[tuple[str, Any, Any]]) -> dict[str, Any]:
    sides = (("a", 1), ("b", 2))
    return {row[0]: {side: row[n] for side, n in sides if row[n] is not _ABSENT} for row in rows}


def _said(value: Any) -> Any:
    return "—" if value is _ABSENT else value


def _change(a: Any, b: Any) -> str:
    """How far B is from A, for numbers."""
    if (
        isinstance(a, bool)
        or isinstance(b, bool)
        or not (isinstance(a, int | float) and isinstance(b, int | float))
    ):
        return ""
    share = f" ({(b - a) / abs(a):+.1%})" if a else ""
    return f"{b - a:+.4g}{share}"
