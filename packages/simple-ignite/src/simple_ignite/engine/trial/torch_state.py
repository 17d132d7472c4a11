"""TorchState: what a training changes in the modules, optimizers and schedulers of this process."""

from __future__ import annotations

import copy
import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import torch
from torch.nn.parameter import is_lazy
from torch.optim.lr_scheduler import LRScheduler

from simple_ignite.data.memory import available_memory
from simple_ignite.errors import IgniteWarning

__all__ = ["TorchState"]

KINDS = (torch.nn.Module, torch.optim.Optimizer, LRScheduler, torch.amp.GradScaler)


class TorchState:
    """The state of all modules, optimizers, schedulers and gradient scalers that exist in this process.

    They are found by the garbage collector, so that it does not matter which function refers to them. Copies
    of weights are in the memory of the CPU. Where that has no room for frozen weights that no optimizer has,
    these are not copied, and a change of one is reported.
    """

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []
        self._seen: set[int] = set()
        self._frozen: list[tuple[str, torch.Tensor, int]] = []
        found = list(_living())
        trained: set[int] = set()
        for one in found:
            if isinstance(one, torch.optim.Optimizer):
                parameters = [p for group in one.param_groups for p in group["params"]]
                trained.update(map(id, parameters))
                for parameter in parameters:
                    self._keep_tensor(parameter)
        modules = [one for one in found if isinstance(one, torch.nn.Module)]
        every = {id(p): p for one in modules for p in one._parameters.values() if p is not None}
        frozen = {key for key, p in every.items() if not (p.requires_grad or key in trained)}
        size = sum(every[key].nbytes for key in frozen if not is_lazy(every[key]))
        left_out = frozen if size > available_memory() // 2 else set()
        for module in modules:
            self._keep_module(module, left_out)
        for one in found:  # optimizers, then what changes their learning rates
            if isinstance(one, torch.optim.Optimizer):
                self._keep_optimizer(one)
        for one in found:
            if isinstance(one, LRScheduler | torch.amp.GradScaler):
                self._undo.append(_reloading(one))

    def restore(self) -> None:
        """Set everything back."""
        with ExitStack() as undone:  # so that all are, even if one fails
            for undo in reversed(self._undo):
                undone.callback(undo)
        for kind, parameter, version in self._frozen:
            if parameter._version != version:
                warnings.warn(
                    f"a smoke run changed a frozen parameter of {kind}, which is not set back",
                    IgniteWarning,
                    stacklevel=5,
                )

    def _keep_module(self, module: torch.nn.Module, left_out: set[int]) -> None:
        mode = module.training
        parameters = {name: p for name, p in module._parameters.items() if p is not None}
        buffers = {name: b for name, b in module._buffers.items() if b is not None}
        for parameter in parameters.values():
            if id(parameter) not in left_out:
                self._keep_tensor(parameter)
            else:
                self._frozen.append((type(module).__name__, parameter, parameter._version))
        for buffer in buffers.values():
            self._keep_tensor(buffer)

        def undo() -> None:
            module.training = mode
            module._buffers.update(buffers)

        self._undo.append(undo)

    def _keep_tensor(self, tensor: torch.Tensor) -> None:
        if id(tensor) in self._seen or is_lazy(tensor) or tensor.is_meta:
            return
        self._seen.add(id(tensor))
        wanted, before = tensor.requires_grad, _copied(tensor)
        gradient = None if tensor.grad is None else (tensor.grad, _copied(tensor.grad))

        def undo() -> None:
            _overwrite(tensor, before)
            if gradient is not None:
                _overwrite(*gradient)
            if tensor.is_leaf:
                tensor.requires_grad_(wanted)
                tensor.grad = None if gradient is None else gradient[0]

        self._undo.append(undo)

    def _keep_optimizer(self, optimizer: torch.optim.Optimizer) -> None:
        groups, reload = len(optimizer.param_groups), _reloading(optimizer)

        def undo() -> None:
            del optimizer.param_groups[groups:]
            reload()

        self._undo.append(undo)


def _living() -> Iterator[Any]:
    """Yield all modules, optimizers, schedulers and scalers of this process."""
    for one in gc.get_objects():
        try:
            wanted = issubclass(type(one), KINDS)
        except ReferenceError:
            continue
        if wanted:
            yield one


def _copied(tensor: torch.Tensor) -> torch.Tensor:
    """Return a copy in the memory of the CPU; of a distributed tensor or another subclass, where it is."""
    detached = tensor.detach()
    plain = type(detached) in (torch.Tensor, torch.nn.Parameter, torch.nn.Buffer)
    return detached.to("cpu", copy=True) if plain else detached.clone()


def _overwrite(tensor: torch.Tensor, before: torch.Tensor) -> None:
    """Write a copy back; of an expanded tensor, each element that it has in memory once."""
    with torch.inference_mode() if tensor.is_inference() else torch.no_grad():
        if tensor.layout is torch.strided:
            for dim, stride in enumerate(tensor.stride()):
                if stride == 0:
                    tensor, before = tensor.narrow(dim, 0, 1), before.narrow(dim, 0, 1)
        tensor.copy_(before)


def _reloading(one: Any) -> Callable[[], None]:
    """Return a function that loads the present state of an object again."""
    state = one.state_dict()
    try:
        before = copy.deepcopy(state)
    except Exception:  # of a class of the user's that holds what cannot be copied
        before = dict(state)
    return lambda: one.load_state_dict(before)
