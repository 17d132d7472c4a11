"""ValidationMode: whether a run is checked, trained, or both."""

from __future__ import annotations

import os
from enum import StrEnum

from simple_ignite.errors import RunError

__all__ = ["VARIABLE", "ValidationMode"]

VARIABLE = "SIMPLE_IGNITE_VALIDATION"


class ValidationMode(StrEnum):
    """Whether a run is checked, trained, or both."""

    CHECK_ONLY = "check_only"
    """Check, and end the script: with exit code 0, or 1 if there are errors."""
    TRAIN_ONLY = "train_only"
    """Train without checking."""
    CHECK_AND_TRAIN = "check_and_train"
    """Check, and train if there are no errors."""

    @classmethod
    def of(cls, mode: str | ValidationMode | None) -> ValidationMode:
        """Return the mode of a word.

        Args:
            mode: A word or member. None: that of the variable SIMPLE_IGNITE_VALIDATION, else CHECK_AND_TRAIN.

        Raises:
            RunError: If there is no such mode; it names the three. It is a ValueError.
        """
        source = "mode"
        if mode is None:
            source, mode = VARIABLE, os.environ.get(VARIABLE, "").strip() or cls.CHECK_AND_TRAIN
        try:
            return cls(mode)
        except ValueError:
            words = ", ".join(f'"{one.value}"' for one in cls)
            raise RunError(f"{source} must be one of {words}, not {mode!r}", argument="mode") from None
