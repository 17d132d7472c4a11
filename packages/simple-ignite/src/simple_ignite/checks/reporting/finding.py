"""Finding: one thing that the checks before training have found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["CODES", "ERROR", "INFO", "SECTIONS", "WARNING", "Finding"]

ERROR, WARNING, INFO = "error", "warning", "info"
SECTIONS = ("dataloader", "shapes", "gradients", "numerics", "devices", "optimizer", "memory", "training")

CODES: dict[str, tuple[str, str]] = {
    "loader-empty": ("dataloader", ERROR),
    "loader-raises": ("dataloader", ERROR),
    "loader-non-finite": ("dataloader", ERROR),
    "loader-shape-changes": ("dataloader", WARNING),
    "loader-same-order": ("dataloader", WARNING),
    "loader-one-class": ("dataloader", WARNING),
    "batch-of-one": ("dataloader", ERROR),
    "loader-once": ("dataloader", WARNING),
    "batch-form": ("shapes", ERROR),
    "batch-mismatch": ("shapes", ERROR),
    "forward-raises": ("shapes", ERROR),
    "loss-raises": ("shapes", ERROR),
    "label-out-of-range": ("shapes", ERROR),
    "target-broadcast": ("shapes", ERROR),
    "loss-not-scalar": ("shapes", ERROR),
    "samples-mixed": ("shapes", WARNING),
    "loss-detached": ("gradients", ERROR),
    "backward-raises": ("gradients", ERROR),
    "grad-none": ("gradients", WARNING),
    "grad-zero": ("gradients", WARNING),
    "grad-non-finite": ("gradients", ERROR),
    "output-non-finite": ("numerics", ERROR),
    "loss-non-finite": ("numerics", ERROR),
    "double-softmax": ("numerics", WARNING),
    "device-mixed": ("devices", ERROR),
    "optimizer-missing": ("optimizer", ERROR),
    "optimizer-foreign": ("optimizer", ERROR),
    "optimizer-extra": ("optimizer", WARNING),
    "optimizer-frozen": ("optimizer", WARNING),
    "optimizer-lr-zero": ("optimizer", WARNING),
    "memory-does-not-fit": ("memory", ERROR),
    "memory-size": ("memory", INFO),
    "step-raises": ("training", ERROR),
    "training-nothing-moves": ("training", ERROR),
    "training-diverges": ("training", ERROR),
    "training-loss-does-not-fall": ("training", ERROR),
    "training-falls": ("training", INFO),
    "not-checked": ("training", INFO),
    "checked-in-place": ("training", INFO),
}
"""The section and level of each code; codes do not change between versions."""


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    Attributes:
        code: What was found, such as "optimizer-missing"; a key of `CODES`.
        level: "error", "warning" or "info".
        section: The group of checks that it belongs to, one of `SECTIONS`.
        message: What is wrong.
        where: The qualified name of a module or parameter, a part of the batch such as "batch[0]", or
            "loader", "model", "optimizer" or "loss_fn".
        fix: What to do; may be empty.
        rank: The rank that found it, or None if every rank did.
    """

    code: str
    level: str
    section: str
    message: str
    where: str
    fix: str = ""
    rank: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain values; without `rank` if that is None."""
        values = {
            name: getattr(self, name) for name in ("code", "level", "section", "message", "where", "fix")
        }
        return values if self.rank is None else {**values, "rank": self.rank}
