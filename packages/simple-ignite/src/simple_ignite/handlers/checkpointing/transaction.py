"""Transaction: loads states into several objects, all of them or none."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from simple_ignite.engine.engine import Engine
from simple_ignite.engine.rng import SharedRestore
from simple_ignite.errors import CheckpointError
from simple_ignite.handlers.checkpointing.load_report import LoadReport
from simple_ignite.handlers.checkpointing.rank_state import own_state
from simple_ignite.handlers.checkpointing.wrappers import unwrapped
from simple_ignite.protocols import Stateful

__all__ = ["Transaction"]

PER_PARAMETER = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq", "momentum_buffer", "square_avg")


class Transaction:
    """Loads the states of a checkpoint.

    With `strict`, either all of them are loaded or nothing is changed: models, whose tensors are overwritten
    in place, come last, and only once their states have been loaded into copies without memory.

    Args:
        path: The checkpoint, for messages.
        strict: Whether everything must fit. Otherwise what fits is loaded, and the rest is reported.
    """

    def __init__(self, path: Path, strict: bool = True) -> None:
        self.path = path
        self.strict = strict
        self.report = LoadReport(path)
        self._undo: list[Callable[[], Any]] = []

    def load(self, to_load: Mapping[str, Any], states: Mapping[str, Any]) -> None:
        """Load each state in `states` into the object of its name.

        Raises:
            CheckpointError: If a state does not fit; then nothing is changed.
        """
        models: list[tuple[str, nn.Module, Mapping[str, Any]]] = []
        engines: list[Engine] = []
        try:
            for name, thing in to_load.items():
                if not isinstance(thing, Stateful):
                    continue  # a plain value, which is read by `Checkpoint.read`
                part = unwrapped(thing)
                with _Fit(self, name):
                    if isinstance(part, nn.Module):
                        models.append((name, part, self._fitting(name, part, states[name])))
                    else:
                        self._undo.append(_load(part, states[name]))
                        engines += [part] if isinstance(part, Engine) else []
                        self.report.loaded.append(name)
            for name, model, state in models:
                with _Fit(self, name):
                    model.load_state_dict(state, strict=self.strict)
                    self.report.loaded.append(name)
        except BaseException:
            self.undo()
            raise
        shared = SharedRestore()
        for engine in engines if len(engines) > 1 else ():
            engine.resume_state.shared = shared

    def undo(self) -> None:
        """Set the objects back to what they were, except models."""
        for one in reversed(self._undo):
            one()
        self._undo = []

    def refuse(self, name: str, error: Exception) -> None:
        """Report that a state does not fit.

        Raises:
            CheckpointError: If everything must fit.
        """
        if self.strict:
            raise CheckpointError(
                f"{self.path}: its {name!r} does not fit: {error}", path=self.path
            ) from error
        self.report.refused[name] = str(error)

    def _fitting(self, name: str, model: nn.Module, state: Any) -> Mapping[str, Any]:
        """Return what of a state can be loaded into a model.

        Raises:
            ValueError: If everything must fit, and something does not.
        """
        if self.strict:
            rehearse(model, state)
            return dict(state)
        own = model.state_dict()
        fits = {k: v for k, v in state.items() if k in own and _shape(v) == _shape(own[k])}
        for found, keys in (
            (self.report.missing, [k for k in own if k not in state]),
            (self.report.unexpected, [k for k in state if k not in own]),
            (self.report.mismatched, [k for k in state if k in own and k not in fits]),
        ):
            if keys:
                found[name] = keys
        if own and not fits:
            raise ValueError("no key and shape of the model is in it")
        return fits


class _Fit:
    """A block in which a state is loaded; what it raises is reported as a state that does not fit."""

    def __init__(self, transaction: Transaction, name: str) -> None:
        self._transaction = transaction
        self._name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception) or isinstance(error, MemoryError):
            return False
        self._transaction.refuse(self._name, error)
        return True


def rehearse(model: nn.Module, state: Any) -> None:
    """Load a state into a copy of a model that holds no data.

    Raises:
        RuntimeError: If it does not fit; so may any error of the model's own.
    """
    if not isinstance(state, Mapping):
        raise TypeError(f"expected the state of a model, a dictionary, not a {type(state).__name__}")
    memo: dict[int, Any] = {}
    try:
        for parameter in model.parameters():
            memo[id(parameter)] = nn.Parameter(parameter.detach().to("meta"), parameter.requires_grad)
        for buffer in model.buffers():
            memo[id(buffer)] = buffer.detach().to("meta")
        trial = copy.deepcopy(model, memo)
    except Exception:  # some models cannot be copied
        own = model.state_dict()
        odd = [k for k in {**own, **state} if _shape(own.get(k)) != _shape(state.get(k))]
        if odd:
            raise ValueError(f"keys or shapes differ: {', '.join(odd[:5])}") from None
        return
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*copying from a non-meta parameter")
        trial.load_state_dict(state)


def _load(part: Any, state: Any) -> Callable[[], Any]:
    """Load a state, and return a function that takes it back; if it does not fit, nothing is changed."""
    if isinstance(part, Engine):
        return part.load_undoably(own_state(state))
    if isinstance(part, torch.optim.Optimizer):
        _check_optimizer(part, state)
        before = part.state_dict()  # loading replaces the tensors in it
    else:
        before = copy.deepcopy(part.state_dict())
    try:
        part.load_state_dict(state)
    except BaseException:
        part.load_state_dict(before)
        raise
    return lambda: part.load_state_dict(before)


def _check_optimizer(optimizer: torch.optim.Optimizer, state: Any) -> None:
    """Check what `Optimizer.load_state_dict` does not: that values of a parameter have its shape."""
    if not isinstance(state, Mapping):
        raise TypeError(f"expected the state of an optimizer, a dictionary, not a {type(state).__name__}")
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    numbers = [number for group in state["param_groups"] for number in group["params"]]
    for number, parameter in zip(numbers, parameters, strict=False):
        for key in PER_PARAMETER:
            value = state["state"].get(number, {}).get(key)
            if isinstance(value, torch.Tensor) and value.shape != parameter.shape:
                shapes = f"{tuple(value.shape)} for a parameter of {tuple(parameter.shape)}"
                raise ValueError(f"{key} of parameter {number} has the shape {shapes}")


def _shape(value: Any) -> tuple[int, ...] | str:
    return tuple(value.shape) if isinstance(value, torch.Tensor) else type(value).__name__
