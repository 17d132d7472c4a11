"""Setup: what is trained, on what, and how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from simple_ignite.engine.engine import Engine
from simple_ignite.errors import HandlerError
from simple_ignite.handlers.checkpointing.wrappers import unwrapped

__all__ = ["Setup", "of_engine", "of_parts"]

PARTS = ("model", "optimizer", "loss_fn")


@dataclass(frozen=True)
class Setup:
    """A training set-up.

    Attributes:
        wrapper: The model as it was given, which may be in DistributedDataParallel or compiled.
        model: The model inside.
        optimizers: The optimizers.
        loss_fn: Returns the loss of (output, target); None if the model's output holds the loss.
        loader: The data.
        device: Where batches are moved; None to leave them where they are.
        autocast: Returns the context in which the model and loss are called.
        clip_grad_norm: The maximum norm of the gradients, or None.
        scaled: Whether a gradient scaler is used.
        own_step: Whether the step is not the supervised one, so that it may call the model in another way.
        pairs_only: Whether batches must be (input, target).
    """

    wrapper: Any
    model: nn.Module
    optimizers: tuple[torch.optim.Optimizer, ...]
    loss_fn: Callable[..., Any] | None
    loader: Any
    device: torch.device | None = None
    autocast: Callable[[], AbstractContextManager[Any]] = nullcontext
    clip_grad_norm: float | None = None
    scaled: bool = False
    own_step: bool = False
    pairs_only: bool = False

    @property
    def find_unused(self) -> bool:
        """Whether parameters without gradients are allowed: always, but under DistributedDataParallel."""
        if type(self.wrapper).__name__ != "DistributedDataParallel":
            return True
        return bool(
            getattr(self.wrapper, "find_unused_parameters", False)
            or getattr(self.wrapper, "static_graph", False)
        )

    @property
    def in_optimizers(self) -> list[torch.Tensor]:
        """The parameters of the optimizers."""
        return [p for one in self.optimizers for group in one.param_groups for p in group["params"]]


def of_parts(
    model: Any,
    optimizer: Any,
    loss_fn: Any,
    loader: Any,
    device: torch.device | str | None = None,
    **how: Any,
) -> Setup:
    """Return the set-up of these parts.

    Args:
        model: The model.
        optimizer: The optimizer, or several.
        loss_fn: The loss.
        loader: The data.
        device: Where to train. Default: where the model is.
        **how: Other attributes of `Setup`.

    Raises:
        HandlerError: If the model is no module, or the optimizer none. It is a TypeError.
    """
    inner = unwrapped(model)
    if not isinstance(inner, nn.Module):
        raise HandlerError(f"model must be a torch.nn.Module, not a {type(inner).__name__}", handler="checks")
    optimizers = tuple(optimizer) if isinstance(optimizer, Sequence) else (optimizer,)
    for one in optimizers:
        if not hasattr(one, "param_groups"):
            message = f"optimizer must be a torch.optim.Optimizer, or several, not a {type(one).__name__}"
            raise HandlerError(message, handler="checks")
    if loss_fn is not None and not callable(loss_fn):
        raise HandlerError(f"loss_fn must be callable, not a {type(loss_fn).__name__}", handler="checks")
    first = next((p for p in inner.parameters()), None)
    where = first.device if device is None and first is not None else torch.device(device or "cpu")
    return Setup(model, inner, optimizers, loss_fn, loader, where, **how)


def of_engine(engine: Engine, given: dict[str, Any]) -> Setup:
    """Return the set-up of an engine: the parts of its supervised step, and those that are given.

    Args:
        engine: The engine.
        given: The parts `model`, `optimizer`, `loss_fn` and `device`, each None if the step's is to be used.

    Raises:
        HandlerError: If a part is neither given nor the step's.
    """
    step = engine.step
    supervised = all(hasattr(step, name) for name in (*PARTS, "autocast", "accumulation"))
    found = {name: given[name] if given[name] is not None else getattr(step, name, None) for name in PARTS}
    missing = [name for name in PARTS if found[name] is None]
    if "loss_fn" in missing and given["model"] is not None and given["optimizer"] is not None:
        missing.remove("loss_fn")  # the loss may be in the model's output
    if missing:
        raise HandlerError(
            f"RuntimeValidator needs {', '.join(missing)} for a step of your own: "
            f"RuntimeValidator({', '.join(f'{name}=...' for name in missing)})",
            handler="RuntimeValidator",
        )
    device = given["device"]
    if not supervised:
        return of_parts(**found, loader=engine.state.dataloader, device=device, own_step=True)
    return of_parts(
        **found,
        loader=engine.state.dataloader,
        device=device if device is not None else step.device,  # type: ignore[attr-defined]
        autocast=step.autocast,  # type: ignore[attr-defined]
        clip_grad_norm=getattr(step, "clip_grad_norm", None),
        scaled=getattr(step, "scaler", None) is not None,
        pairs_only=True,
    )
