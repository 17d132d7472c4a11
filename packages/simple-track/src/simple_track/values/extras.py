"""Optional libraries: imported when a value needs them, named with the pip command when missing."""

from __future__ import annotations

import importlib
from typing import Any

from simple_track.errors import MissingExtraError


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
