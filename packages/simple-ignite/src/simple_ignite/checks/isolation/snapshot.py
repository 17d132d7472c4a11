"""Snapshot: the state of a model and its optimizers, which is put back object for object."""

from __future__ import annotations

import copy
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["Snapshot"]

CONTAINERS = (dict, OrderedDict, defaultdict, list, set, deque)


class Snapshot:
    """The attributes, modes and tensors of modules, and the state of optimizers, at one moment.

    Args:
        modules: Models, and losses that are modules.
        others: Other objects whose attributes are put back.
        optimizers: The optimizers.
        weights: Whether parameters, gradients and the states of the optimizers are copied too. Else only
            buffers are, and which object is whose.
    """

    def __init__(
        self,
        modules: Iterable[nn.Module],
        others: Iterable[Any] = (),
        optimizers: Iterable[torch.optim.Optimizer] = (),
        *,
        weights: bool,
    ) -> None:
        self._attributes: list[tuple[Any, dict[str, Any]]] = []
        self._containers: dict[int, tuple[Any, Any]] = {}
        self._tensors: dict[int, SavedTensor] = {}
        for model in modules:
            for module in model.modules():
                self._keep_attributes(module, weights)
            for tensor in (*model.parameters(), *model.buffers()):  # those of scripts are no attributes
                self._keep(tensor, weights)
        for other in others:
            self._keep_attributes(other, weights)
        for optimizer in optimizers:
            self._keep_attributes(optimizer, weights)
            for group in optimizer.param_groups:
                self._keep_container(group)
                for value in (*group.values(), *group["params"]):
                    self._keep(value, weights)
            for state in optimizer.state.values():
                self._keep(state, weights)
                if isinstance(state, dict):
                    for value in state.values():
                        self._keep(value, weights)

    def restore(self) -> None:
        """Put everything back."""
        for owner, attributes in self._attributes:
            now = vars(owner)
            if list(now) != list(attributes) or any(now[name] is not attributes[name] for name in now):
                now.clear()
                now.update(attributes)
        for container, saved in self._containers.values():
            _refill(container, saved)
        for tensor in self._tensors.values():
            tensor.restore()

    def _keep_attributes(self, owner: Any, weights: bool) -> None:
        attributes = dict(vars(owner))
        self._attributes.append((owner, attributes))
        for value in attributes.values():
            self._keep(value, weights)
            if type(value) in (dict, OrderedDict):  # parameters, buffers
                for inner in value.values():
                    self._keep(inner, weights)

    def _keep(self, value: Any, weights: bool) -> None:
        if isinstance(value, Tensor):
            if id(value) not in self._tensors:
                copied = weights or not isinstance(value, nn.Parameter)
                self._tensors[id(value)] = SavedTensor(value, copied)
        elif type(value) in CONTAINERS:
            self._keep_container(value)

    def _keep_container(self, value: Any) -> None:
        if id(value) not in self._containers:
            self._containers[id(value)] = (value, copy.copy(value))


class SavedTensor:
    """A tensor, what it holds, and its gradient."""

    __slots__ = ("_alias", "_grad", "_grad_values", "_requires_grad", "_tensor", "_values")

    def __init__(self, tensor: Tensor, copied: bool) -> None:
        self._tensor = tensor
        self._requires_grad = tensor.requires_grad
        self._grad = tensor.grad if tensor.is_leaf else None
        self._alias: Tensor | None = None
        self._values: Tensor | None = None
        self._grad_values: Tensor | None = None
        if copied and not nn.parameter.is_lazy(tensor) and not tensor.is_meta:
            self._alias = tensor.detach()
            self._values = _spare(self._alias)
            self._grad_values = None if self._grad is None else _spare(self._grad.detach())

    def restore(self) -> None:
        """Put values, gradient and `requires_grad` back."""
        tensor = self._tensor
        if tensor.is_leaf:
            if tensor.requires_grad != self._requires_grad:
                tensor.requires_grad_(self._requires_grad)
            if tensor.grad is not self._grad:
                tensor.grad = self._grad
            if self._grad is not None and self._grad_values is not None:
                _copy(self._grad, self._grad_values)
        if self._alias is not None and self._values is not None:
            if tensor.layout == torch.strided and tensor.data_ptr() != self._alias.data_ptr():
                tensor.data = self._alias
            _copy(self._alias, self._values)


def _spare(tensor: Tensor) -> Tensor:
    """Return a copy, in the CPU's memory: a GPU's is needed for the steps."""
    return tensor.to("cpu", copy=True) if tensor.is_cuda else tensor.clone()


def _copy(target: Tensor, values: Tensor) -> None:
    """Copy values into a tensor, unless they are there."""
    with torch.no_grad():
        if (
            target.device != values.device
            or values.layout != torch.strided
            or not torch.equal(target, values)
        ):
            target.detach().copy_(values)


def _refill(container: Any, saved: Any) -> None:
    if isinstance(container, dict):
        if list(container) != list(saved) or any(container[key] is not saved[key] for key in saved):
            container.clear()
            container.update(saved)
    elif isinstance(container, set):
        if container != saved:
            container.clear()
            container.update(saved)
    elif len(container) != len(saved) or any(a is not b for a, b in zip(container, saved, strict=True)):
        container.clear()
        container.extend(saved)
