"""Optional libraries: imported when a value needs them, named with the pip command when missing."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

from simple_track.errors import MissingExtraError
from simple_track.settings import current_mode

_found: set[str] = set()


def need(module: str, *, library: str, extra: str | None, purpose: str) -> Any:
    """Import a module of an optional library.

    Args:
        module: What to import, such as "PIL.Image".
        library: The name people know and install, such as "pillow".
        extra: The extra of simple-track that brings it, or None when it is installed by its own name.
        purpose: What it is needed for; begins the message.

    Raises:
        MissingExtraError: The library is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(purpose, library, extra) from error


def require(module: str, *, library: str, extra: str, purpose: str) -> None:
    """Make sure, without importing it, that what a value is kept with is there; in mode disabled nothing is.

    Args:
        module: What will be imported, such as "PIL".
        library: The name people know and install, such as "pillow".
        extra: The extra of simple-track that brings it.
        purpose: What it is needed for; begins the message.

    Raises:
        MissingExtraError: The library is not installed.
    """
    if module in sys.modules:
        there = sys.modules[module] is not None
    else:
        there = module in _found or importlib.util.find_spec(module) is not None
    if there:
        _found.add(module)
    elif current_mode() != "disabled":
        raise MissingExtraError(purpose, library, extra)
