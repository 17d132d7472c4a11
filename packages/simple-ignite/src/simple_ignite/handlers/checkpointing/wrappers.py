"""Models inside the wrappers of torch."""

from __future__ import annotations

from typing import Any

__all__ = ["unwrapped"]


def unwrapped(thing: Any) -> Any:
    """Return the model inside DistributedDataParallel, DataParallel or torch.compile; else `thing` itself."""
    while True:
        kind = type(thing).__name__
        if kind in ("DistributedDataParallel", "DataParallel"):
            thing = thing.module
        elif kind == "OptimizedModule":
            thing = thing._orig_mod
        else:
            return thing
