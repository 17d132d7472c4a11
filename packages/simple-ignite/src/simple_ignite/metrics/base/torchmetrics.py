"""Adapters for metrics of torchmetrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import Tensor

from simple_ignite.metrics.base.adapters import Foreign
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Value, moved
from simple_ignite.metrics.base.transform import Transform


class Torchmetric(Foreign):
    """A metric of torchmetrics, whose states are exchanged, merged and saved like those of a `Metric`."""

    def state_names(self) -> list[str]:
        """Return the names of its states."""
        return list(self.base._defaults)

    def local(self) -> dict[str, Value]:
        """Return the packed states of this rank."""
        return {name: getattr(self.base, name) for name in self.state_names()}

    def merged(self, parts: list[dict[str, Value]]) -> dict[str, Value]:
        """Return the states of all ranks, reduced by the functions that the metric declares for them."""
        states: dict[str, Value] = {}
        for name, reduce in self.base._reductions.items():
            values = [part[name] for part in parts]
            if isinstance(self.base._defaults[name], list):
                lists = [value if isinstance(value, list) else [value] for value in values]
                states[name] = [cast(Tensor, item) for items in lists for item in items]
            else:
                stacked = torch.stack([cast(Tensor, value) for value in values])
                states[name] = reduce(stacked) if callable(reduce) else stacked
        return states

    def unpack(self, states: Mapping[str, Value]) -> None:
        """Set its states."""
        for name, value in states.items():
            setattr(self.base, name, moved(value, self.base.device))
        self.base._computed = None
        self.base._update_count = max(1, self.base._update_count)

    def hold(self, states: Mapping[str, Value]) -> dict[str, Any]:
        """Use other states until `release`; the metric must not reduce them itself meanwhile."""
        names = [*self.state_names(), "_update_count", "_computed", "_to_sync"]
        before = {name: getattr(self.base, name) for name in names}
        self.unpack(states)
        self.base._to_sync = False
        return before

    def release(self, held: Any) -> None:
        """Restore its own states."""
        for name, value in held.items():
            setattr(self.base, name, value)

    state_dict = Metric.state_dict
    load_state_dict = Metric.load_state_dict


class Collection(Foreign):
    """A MetricCollection of torchmetrics, whose members are treated like a `Torchmetric` each."""

    def members(self) -> dict[str, Torchmetric]:
        """Return its members; those that share states have them in place."""
        return {name: Torchmetric(member) for name, member in self.base.items(True, False)}

    def state_names(self) -> list[str]:
        """Return the names of the states of all members."""
        return [
            f"{name}/{state}" for name, member in self.members().items() for state in member.state_names()
        ]

    def local(self) -> dict[str, Value]:
        """Return the packed states of this rank."""
        members = self.members().items()
        return {
            f"{name}/{state}": value for name, member in members for state, value in member.local().items()
        }

    def merged(self, parts: list[dict[str, Value]]) -> dict[str, Value]:
        """Return the reduced states of all ranks, member by member."""
        states: dict[str, Value] = {}
        for name, member in self.members().items():
            whole = member.merged([own(part, name) for part in parts])
            states.update({f"{name}/{state}": value for state, value in whole.items()})
        return states

    def unpack(self, states: Mapping[str, Value]) -> None:
        """Set the states of the members."""
        for name, member in self.members().items():
            member.unpack(own(states, name))

    def hold(self, states: Mapping[str, Value]) -> dict[str, Any]:
        """Use other states for the members until `release`."""
        return {name: member.hold(own(states, name)) for name, member in self.members().items()}

    def release(self, held: Any) -> None:
        """Restore the members' own states."""
        for name, member in self.members().items():
            member.release(held[name])

    state_dict = Metric.state_dict
    load_state_dict = Metric.load_state_dict


class Wrapper(Foreign):
    """A wrapper of torchmetrics around other metrics, which reduces over ranks itself."""

    def __init__(self, base: Any, *, output_transform: Transform | None = None) -> None:
        base.persistent(True)
        for module in base.modules():
            if hasattr(module, "persistent"):
                module.persistent(True)
        super().__init__(base, output_transform=output_transform)

    def local(self) -> dict[str, Value]:
        """Return nothing, because it exchanges its states itself."""
        return {}

    def merged(self, parts: list[dict[str, Value]]) -> dict[str, Value]:  # noqa: ARG002 (they are empty)
        """Return nothing."""
        return {}


def own(states: Mapping[str, Value], name: str) -> dict[str, Value]:
    """Return the states of one member."""
    return {
        key.removeprefix(f"{name}/"): value for key, value in states.items() if key.startswith(f"{name}/")
    }


def adapted(metric: Any) -> Foreign:
    """Return a metric of torchmetrics as a `Metric`.

    Args:
        metric: A metric, a collection of them, or a wrapper around some.
    """
    inner = [module for module in metric.modules() if module is not metric and hasattr(module, "_reductions")]
    if not inner:
        return Torchmetric(metric)
    members = list(metric.values(False)) if type(metric).__name__ == "MetricCollection" else []
    return Collection(metric) if members and len(members) == len(inner) else Wrapper(metric)
