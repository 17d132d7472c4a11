"""LoadReport: what of a checkpoint was loaded, and what did not fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["LoadReport"]


@dataclass(slots=True)
class LoadReport:
    """What of a checkpoint was loaded with `strict=False`.

    Attributes:
        path: The file or folder.
        loaded: The names of the parts that were loaded, completely or in part.
        absent: The names that the checkpoint does not have.
        refused: The names of the parts that did not fit, with the reason.
        missing: For a model, the keys of its state that the checkpoint does not have; they keep their values.
        unexpected: For a model, the keys of the checkpoint that the model does not have.
        mismatched: For a model, the keys whose shape differs; they keep their values.
    """

    path: Path
    loaded: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    unexpected: dict[str, list[str]] = field(default_factory=dict)
    mismatched: dict[str, list[str]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether everything was loaded, and nothing in the models was left over."""
        rest = (self.absent, self.refused, self.missing, self.unexpected, self.mismatched)
        return not any(rest)

    def __str__(self) -> str:
        lines = [f"{self.path}: loaded {', '.join(self.loaded) or 'nothing'}"]
        lines += [f"not in the checkpoint: {', '.join(self.absent)}"] if self.absent else []
        lines += [f"{name!r} does not fit: {reason}" for name, reason in self.refused.items()]
        for text, keys in (
            ("not in the checkpoint", self.missing),
            ("not in the model", self.unexpected),
            ("of another shape", self.mismatched),
        ):
            lines += [f"{name!r}: {text}: {', '.join(found)}" for name, found in keys.items()]
        return "\n  ".join(lines)
