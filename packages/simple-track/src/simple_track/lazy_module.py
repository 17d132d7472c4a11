"""Libraries that are imported at their first use, so that `import simple_track` stays light."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any


class LazyModule:
    """A stand-in for a library, which is imported when one of its attributes is read.

    Args:
        name: The library.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(importlib.import_module(self._name), attribute)
        setattr(self, attribute, value)  # the next look-up finds it here
        return value


if TYPE_CHECKING:
    import cattrs as cattrs
    import numpy as numpy
else:
    cattrs = LazyModule("cattrs")  # needed where a run is read, and not where it is written
    numpy = LazyModule("numpy")  # a script that only logs numbers does not need it
