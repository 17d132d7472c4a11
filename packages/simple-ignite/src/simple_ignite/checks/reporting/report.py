"""ValidationReport: what the checks before training have found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from simple_ignite.checks.reporting.finding import ERROR, INFO, SECTIONS, WARNING, Finding
from simple_ignite.checks.reporting.table import table

__all__ = ["ValidationReport"]

ORDER = {ERROR: 0, WARNING: 1, INFO: 2}


@dataclass(frozen=True)
class ValidationReport:
    """What the checks have found.

    `str(report)` is a table, errors first, without infos; `report["optimizer"]` are a section's findings.

    Attributes:
        findings: All findings, errors first.
        seconds: How long the checks took.
    """

    findings: tuple[Finding, ...]
    seconds: float

    @classmethod
    def of(cls, findings: Iterable[Finding], seconds: float) -> ValidationReport:
        """Return a report of findings in any order."""
        return cls(tuple(sorted(findings, key=lambda finding: ORDER[finding.level])), seconds)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What makes training fail."""
        return self._of_level(ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What is probably a mistake."""
        return self._of_level(WARNING)

    @property
    def infos(self) -> tuple[Finding, ...]:
        """What is good to know, and what could not be checked."""
        return self._of_level(INFO)

    @property
    def ok(self) -> bool:
        """Whether there are no errors."""
        return not self.errors

    @property
    def exit_code(self) -> int:
        """0 if there are no errors, else 1."""
        return 0 if self.ok else 1

    def __getitem__(self, section: str) -> tuple[Finding, ...]:
        """Return the findings of a section.

        Raises:
            KeyError: If there is no such section.
        """
        if section not in SECTIONS:
            raise KeyError(f"no section {section!r}; there are {', '.join(SECTIONS)}")
        return tuple(finding for finding in self.findings if finding.section == section)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values for JSON.

        Returns:
            `ok`, `seconds`, the numbers of `errors` and `warnings`, and `sections`: the findings of every
            section by its name, also of those without any.
        """
        return {
            "ok": self.ok,
            "seconds": self.seconds,
            "errors": len(self.errors),
            "warnings": len(self.warnings),
            "sections": {name: [finding.to_dict() for finding in self[name]] for name in SECTIONS},
        }

    def to_metrics(self) -> dict[str, float]:
        """Return `checks/errors`, `checks/warnings` and `checks/seconds`, for a tracker."""
        return {
            "checks/errors": len(self.errors),
            "checks/warnings": len(self.warnings),
            "checks/seconds": self.seconds,
        }

    def __str__(self) -> str:
        return self.table()

    def table(self, *, width: int | None = None, color: bool = False) -> str:
        """Return the report as a table.

        Args:
            width: Columns after which lines are wrapped. Default: they are not.
            color: Whether to colour the levels, for a terminal.
        """
        shown = [finding for finding in self.findings if finding.level != INFO]
        return table(shown, self.seconds, width=width, color=color)

    def _of_level(self, level: str) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level == level)
