"""WeightAverage: a copy of a model whose weights are averages, computed in float32 or better."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from simple_ignite.handlers.checkpointing.wrappers import unwrapped

__all__ = ["WeightAverage", "plain_keys"]

WRAPPERS = ("module", "_orig_mod")


class WeightAverage:
    """Averages the weights of a model.

    The averages of weights in fp16, bf16 and other types below 32 bits are kept in float32, because small
    steps are lost in such types; the averaged model has the types of the model. Integer parameters and
    buffers are copied.

    Args:
        model: The model; if it is compiled or wrapped for distributed training, the one inside is averaged.

    Attributes:
        model: The averaged model, in evaluation mode, without gradients.
        source: The model inside `model`.
    """

    def __init__(self, model: nn.Module) -> None:
        self.source: nn.Module = unwrapped(model)
        self.model: nn.Module = copy.deepcopy(self.source).eval().requires_grad_(False)
        self._precise: dict[str, torch.Tensor] = {
            name: weight.detach().float()
            for name, weight in self.model.named_parameters()
            if weight.is_floating_point() and weight.element_size() < 4
        }

    @classmethod
    def restored(cls, model: nn.Module, source: nn.Module) -> WeightAverage:
        """Return an average that is so far `model`, of the weights of `source`."""
        made = cls(source)
        made.load_state_dict(model.state_dict())
        return made

    @torch.no_grad()
    def update(self, share: float) -> None:
        """Move the average towards the current weights by a share of the difference; 1 copies them."""
        averages: list[torch.Tensor] = []
        weights: list[torch.Tensor] = []
        rounded: list[tuple[nn.Parameter, torch.Tensor]] = []
        for (name, average), weight in zip(
            self.model.named_parameters(), self.source.parameters(), strict=True
        ):
            precise = self._precise.get(name)
            if precise is not None:
                averages.append(self._on_device(name, average))
                weights.append(weight.detach().float())
                rounded.append((average, averages[-1]))
            elif average.is_floating_point() or average.is_complex():
                averages.append(average)
                weights.append(weight.detach())
            else:
                average.copy_(weight)
        if averages:
            torch._foreach_lerp_(averages, weights, share)
        for average, precise in rounded:
            average.copy_(precise)
        for kept, buffer in zip(self.model.buffers(), self.source.buffers(), strict=True):
            kept.copy_(buffer)

    def _on_device(self, name: str, average: torch.Tensor) -> torch.Tensor:
        """Return the precise average of a parameter, where the parameter is."""
        precise = self._precise[name]
        if precise.device != average.device:
            precise = self._precise[name] = precise.to(average.device)
        return precise

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the averaged model, with its averages in the precision they are kept in."""
        return {**self.model.state_dict(), **self._precise}

    @torch.no_grad()
    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Load what `state_dict` returned, also of a compiled or wrapped model."""
        state = plain_keys(state_dict, self.model)
        self.model.load_state_dict(state)
        own = dict(self.model.named_parameters())
        self._precise = {
            name: state[name].detach().to(own[name].device, torch.float32).clone() for name in self._precise
        }


def plain_keys(state: Mapping[str, Any], model: nn.Module) -> dict[str, Any]:
    """Return a state with the keys of `model`, without the prefixes that the wrappers of torch put first."""
    known = set(model.state_dict())
    return {key if key in known else _stripped(key, known): value for key, value in state.items()}


def _stripped(key: str, known: set[str]) -> str:
    name = key
    while name.partition(".")[0] in WRAPPERS and "." in name:
        name = name.partition(".")[2]
        if name in known:
            return name
    return key
