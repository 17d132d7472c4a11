"""Numbers on the command line, held to their range."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def whole(least: int) -> Callable[[str], int]:
    """A type for argparse: a whole number that is at least so great."""

    def parse(text: str) -> int:
        number = int(text)
        if number < least:
            raise argparse.ArgumentTypeError(f"{text} is less than {least}")
        return number

    parse.__name__ = "whole number"  # as argparse names it in its messages
    return parse


def positive(text: str) -> float:
    """A type for argparse: a number of 0 or more, not NaN."""
    number = float(text)
    if not number >= 0:
        raise argparse.ArgumentTypeError(f"{text} is not 0 or more")
    return number
