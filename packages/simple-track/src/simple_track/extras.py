"""Optional libraries: imported when they are needed, or reported with the pip command that installs them."""

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
        module: The module, such as "PIL.Image".
        library: The name of the library that is installed, such as "pillow".
        extra: The extra of simple-track that installs it, or None if it is installed by its own name.
        purpose: The feature that needs it; begins the message.

    Raises:
        MissingExtraError: The library is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(purpose, library, extra) from error


def require(module: str, *, library: str, extra: str, purpose: str) -> None:
    """Check, without importing it, that a library is installed; in mode disabled no library is needed.

    Args:
        module: The module, such as "PIL".
        library: The name of the library that is installed, such as "pillow".
        extra: The extra of simple-track that installs it.
        purpose: The feature that needs it; begins the message.

    Raises:
        MissingExtraError: The library is not installed.
    """
    if module in sys.modules:
        installed = sys.modules[module] is not None
    else:
        installed = module in _found or importlib.util.find_spec(module) is not None
    if installed:
        _found.add(module)
    elif current_mode() != "disabled":
        raise MissingExtraError(purpose, library, extra)
