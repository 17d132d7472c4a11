"""The table of a report, as text."""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Sequence
from typing import TextIO

from simple_ignite.checks.reporting.finding import ERROR, WARNING, Finding

__all__ = ["is_colored", "table", "width_of"]

INDENT = 21  # the column at which codes begin
COLORS = {ERROR: "\033[31m", WARNING: "\033[33m"}
PLAIN = "\033[0m"


def table(
    findings: Sequence[Finding], seconds: float, *, width: int | None = None, color: bool = False
) -> str:
    """Return findings as a table, below a line that counts them.

    Args:
        findings: What to show.
        seconds: How long the checks took.
        width: Columns after which lines are wrapped. Default: they are not.
        color: Whether to colour the levels.
    """
    errors = sum(finding.level == ERROR for finding in findings)
    warnings = sum(finding.level == WARNING for finding in findings)
    head = f"{_count(errors, 'error')}, {_count(warnings, 'warning')} in {seconds:.1f} s"
    lines = [f"checks before training: {head}"]
    for finding in findings:
        rank = "" if finding.rank is None else f"rank {finding.rank}: "
        where = f"{finding.where}: " if finding.where else ""
        start = f"{finding.level:<8} {finding.section:<11} "
        text = f"{finding.code:<19} {rank}{where}{finding.message}"
        rows = _wrapped(text, width)
        level = f"{COLORS[finding.level]}{finding.level}{PLAIN}" if color else finding.level
        lines.append(level + start[len(finding.level) :] + rows[0])
        lines += [" " * INDENT + row for row in rows[1:]]
        if finding.fix:
            lines += [" " * INDENT + row for row in _wrapped(f"fix: {finding.fix}", width, "     ")]
    return "\n".join(lines)


def width_of(file: TextIO) -> int | None:
    """Return the columns of the terminal that `file` is, or None if it is none."""
    return max(60, shutil.get_terminal_size((80, 24)).columns) if _is_terminal(file) else None


def is_colored(file: TextIO) -> bool:
    """Return whether to write colours to `file`: a terminal that knows them, and NO_COLOR is not set."""
    return _is_terminal(file) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _is_terminal(file: TextIO) -> bool:
    isatty = getattr(file, "isatty", None)
    try:
        return bool(isatty and isatty())
    except ValueError:  # the file is closed
        return False


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _wrapped(text: str, width: int | None, indent: str = "") -> list[str]:
    if width is None:
        return [text]
    return textwrap.wrap(
        text, width - INDENT, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [text]
