"""Protocols of the objects that an engine works with."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

__all__ = ["Stateful", "Tracker"]


@runtime_checkable
class Stateful(Protocol):
    """Anything whose state can be saved and loaded.

    `load_state_dict` raises `simple_ignite.errors.StateError` (or another ValueError) for a state that it
    cannot load.
    """

    def state_dict(self) -> dict[str, Any]:
        """Return the state as plain values and tensors."""
        ...

    def load_state_dict(self, state_dict: Any, /) -> Any:
        """Load a state that `state_dict` returned."""
        ...


@runtime_checkable
class Tracker(Protocol):
    """Anything that logs values: a run of simple-track, or an object of your own."""

    def log(self, values: dict[str, Any], /, *, step: int) -> Any:
        """Log `values` at `step`."""
        ...
