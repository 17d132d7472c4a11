"""Findings: what has been found so far."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from simple_ignite.checks.reporting.finding import CODES, ERROR, WARNING, Finding

__all__ = ["Findings", "error_text", "listed"]

LONGEST = 400  # characters of an error's text


class Findings:
    """Collects findings.

    Args:
        strict: Whether warnings are errors.
        ignore: Codes that are left out.

    Attributes:
        all: The findings, in the order in which they were found.
    """

    def __init__(self, strict: bool = False, ignore: Collection[str] = ()) -> None:
        self.all: list[Finding] = []
        self._strict = strict
        self._ignore = frozenset(ignore)
        self._failed: set[str] = set()

    def add(
        self,
        code: str,
        message: str,
        where: str,
        fix: str = "",
        *,
        level: str | None = None,
        section: str | None = None,
    ) -> None:
        """Add a finding.

        Args:
            code: A key of `CODES`.
            message: What is wrong.
            where: The module, parameter, or part of the set-up.
            fix: What to do.
            level: Default: the level of the code.
            section: Default: the section of the code.
        """
        usual_section, usual_level = CODES[code]
        level = level or usual_level
        section = section or usual_section
        if level == ERROR:
            self._failed.add(section)
        if code in self._ignore:
            return
        if level == WARNING and self._strict:
            level = ERROR
        self.all.append(Finding(code, level, section, message, where, fix))

    def skip(self, section: str, message: str, where: str) -> None:
        """Add an info that something cannot be judged."""
        self.add("not-checked", message, where, section=section)

    def failed(self, *sections: str) -> bool:
        """Return whether an error was found in one of these sections, including one that is left out."""
        return not self._failed.isdisjoint(sections)


def listed(names: Iterable[str], most: int = 5) -> str:
    """Return the first names, and how many more there are."""
    found = list(names)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


def error_text(error: BaseException) -> str:
    """Return type and text of an error in one line; of one from a worker, those of the original error."""
    text = str(error).strip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].startswith("Caught "):  # torch wraps errors of DataLoader workers
        return lines[-1][:LONGEST]
    first = lines[0] if lines else ""
    return f"{type(error).__name__}: {first}"[:LONGEST].rstrip(": ")
