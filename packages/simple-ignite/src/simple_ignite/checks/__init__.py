"""Checks of a training set-up before training."""

from simple_ignite.checks.mode import ValidationMode
from simple_ignite.checks.reporting.finding import Finding
from simple_ignite.checks.reporting.report import ValidationReport
from simple_ignite.checks.validator import RuntimeValidator
from simple_ignite.errors import ValidationError

__all__ = ["Finding", "RuntimeValidator", "ValidationError", "ValidationMode", "ValidationReport"]
