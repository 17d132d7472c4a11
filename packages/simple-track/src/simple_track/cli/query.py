r"""Ask in SQL, over runs, metrics and tables.

simple-track query "select name, \"summary.val/acc\" from runs order by 2 desc limit 5"
simple-track query "select max(value) from metrics where key = 'train/loss'" --json
"""

from __future__ import annotations

import argparse

from simple_track.catalog.query import run_query
from simple_track.catalog.query_result import QueryResult
from simple_track.cli.terminal import Terminal, show
from simple_track.settings import current_layout

NAME = "query"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `query` takes."""
    parser.add_argument("sql", metavar="SQL", help="a select")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Print the rows."""
    result = run_query(current_layout(args.dir), args.sql)
    if terminal.json:
        terminal.document([dict(zip(result.columns, row, strict=True)) for row in result.rows], "rows")
        return 0
    numeric = [n for n in range(len(result.columns)) if _is_numeric([row[n] for row in result.rows])]
    if terminal.pretty and _is_too_wide(result, terminal.width):
        _print_records(result, terminal)
    else:
        terminal.table(result.columns, result.rows, right=numeric)
    return 0


def _is_too_wide(result: QueryResult, width: int) -> bool:
    """Whether a table would break its cells over lines."""
    widths = [
        max([len(name), *(len(show(row[number])) for row in result.rows)])
        for number, name in enumerate(result.columns)
    ]
    return len(widths) > 1 and sum(widths) + 2 * (len(widths) - 1) > width


def _print_records(result: QueryResult, terminal: Terminal) -> None:
    """Print each row as a record: a line for each column that has a value."""
    margin = max(map(len, result.columns))
    for number, row in enumerate(result.rows, 1):
        terminal.line(f"row {number}", style="bold")
        for name, cell in zip(result.columns, row, strict=True):
            if cell is not None:
                terminal.spans([(f"  {name:<{margin}}  ", "dim"), (show(cell), "")])


def _is_numeric(cells: list[object]) -> bool:
    there = [cell for cell in cells if cell is not None]
    return bool(there) and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in there)
