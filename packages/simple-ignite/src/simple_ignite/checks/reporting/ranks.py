"""The reports of several ranks as one."""

from __future__ import annotations

import json
from dataclasses import replace

from simple_ignite.checks.reporting.finding import Finding
from simple_ignite.checks.reporting.report import ValidationReport
from simple_ignite.distributed.collective import decoded, encoded, gather, is_distributed

__all__ = ["gathered"]


def gathered(report: ValidationReport) -> ValidationReport:
    """Return the findings of all ranks; every rank must call it.

    A finding that every rank has is there once; others name their rank.

    Args:
        report: This rank's report.
    """
    if not is_distributed():
        return report
    text = json.dumps([report.seconds, [finding.to_dict() for finding in report.findings]])
    seconds: list[float] = []
    ranks: list[list[Finding]] = []
    for message in gather(encoded(text)):
        time, findings = json.loads(decoded(message))
        seconds.append(time)
        ranks.append([Finding(**finding) for finding in findings])
    return ValidationReport.of(merged(ranks), max(seconds))


def merged(ranks: list[list[Finding]]) -> list[Finding]:
    """Return the findings of ranks in one list.

    Args:
        ranks: The findings of each rank.
    """
    everywhere = set(ranks[0]).intersection(*ranks[1:])
    shared = [finding for finding in ranks[0] if finding in everywhere]
    own = [
        replace(finding, rank=rank)
        for rank, findings in enumerate(ranks)
        for finding in findings
        if finding not in everywhere
    ]
    return shared + own
