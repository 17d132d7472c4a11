"""Steps and engines for supervised training and evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from simple_ignite.accumulation import Accumulation, parameters_of
from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import Events
from simple_ignite.errors import BatchError, RunError
from simple_ignite.optimization import optimizer_step, report_step

__all__ = [
    "evaluation_step",
    "supervised_evaluator",
    "supervised_trainer",
    "to_device",
    "training_step",
]

Loss = Callable[..., Tensor]
Precision = torch.dtype | str | bool | None
PRECISIONS = {
    "bf16": torch.bfloat16,
    "bfloat16": torch.bfloat16,
    "fp16": torch.float16,
    "float16": torch.float16,
}


def supervised_trainer(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: Loss,
    device: torch.device | str | None = None,
    amp: Precision = None,
    grad_accumulation: int = 1,
    clip_grad_norm: float | None = None,
    compile: bool | Mapping[str, Any] = False,
    scaler: torch.amp.GradScaler | bool | None = None,
) -> Engine:
    """Return an engine that trains `model` on batches of (input, target).

    Its output is a dictionary of `loss` (detached, a scalar on the model's device), `pred` and `target`,
    which metrics understand.

    Args:
        model: The model; moved to `device`.
        optimizer: The optimizer.
        loss_fn: Returns the loss of (prediction, target), a scalar tensor.
        device: Where to train. Default: where the model is.
        amp: Autocast to this precision: "bf16", "fp16", a dtype, or True for the device's usual one (fp16 on
            CUDA, bf16 elsewhere).
        grad_accumulation: Batches whose gradients are averaged before each optimizer step.
        clip_grad_norm: The maximum norm of all gradients together.
        compile: Run the model through torch.compile, with these options if a mapping is given.
        scaler: A gradient scaler, or whether to create one. Default: one for fp16 on CUDA. Its state and the
            accumulated gradients are saved with the engine's state.

    Raises:
        RunError: If an argument is out of range.
    """
    step = training_step(
        model, optimizer, loss_fn, device, amp, grad_accumulation, clip_grad_norm, compile, scaler
    )
    return Engine(step)


def supervised_evaluator(
    model: nn.Module,
    metrics: Mapping[str, Any] | None = None,
    device: torch.device | str | None = None,
    amp: Precision = None,
) -> Engine:
    """Return an engine that runs `model` on batches of (input, target) and computes metrics.

    Its output is a dictionary of `pred` and `target`. The model is in evaluation mode during the run;
    afterwards each of its modules is in its previous mode again.

    Args:
        model: The model; moved to `device`.
        metrics: Metrics by name.
        device: Where to evaluate. Default: where the model is.
        amp: As for `supervised_trainer`.
    """
    engine = Engine(evaluation_step(model, device, amp))
    engine.progress.single = True
    engine.add_metrics(metrics or {})
    modes = Modes(model)
    engine.on(Events.STARTED, modes.evaluate, priority=1000)
    ends = Events.COMPLETED | Events.INTERRUPTED | Events.EXCEPTION_RAISED
    engine.on(ends, modes.restore, priority=1000)
    return engine


class Modes:
    """The modes of a model's modules, training or evaluation, which are restored after an evaluation."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._training: list[tuple[nn.Module, bool]] = []

    def evaluate(self) -> None:
        """Set the whole model to evaluation mode."""
        self._training = [(module, module.training) for module in self._model.modules()]
        self._model.eval()

    def restore(self) -> None:
        """Set each module to its previous mode."""
        for module, training in self._training:
            module.training = training
        self._training = []


class TrainingStep:
    """A supervised training step: forward, backward, and the optimizer's step; see `supervised_trainer`.

    With gradient accumulation the optimizer steps after every `grad_accumulation` batches, and after the last
    batch of an epoch, each time with the mean of the accumulated gradients. Each step is counted in
    `state.optimizer_steps` and fires OPTIMIZER_STEP, unless the scaler has skipped it.
    """

    def __init__(
        self, model: nn.Module, optimizer: torch.optim.Optimizer, loss_fn: Loss, grad_accumulation: int = 1
    ) -> None:
        self.model = model
        self.forward: Callable[..., Any] = model
        self.optimizer = optimizer
        self.loss_fn = loss_fn
        self.device: torch.device | None = None
        self.autocast: Callable[[], AbstractContextManager[Any]] = nullcontext
        self.accumulation = Accumulation(grad_accumulation, lambda: parameters_of(optimizer))
        self.clip_grad_norm: float | None = None
        self.scaler: torch.amp.GradScaler | None = None
        self.__name__ = "training_step"

    def __call__(self, engine: Engine, batch: Any) -> dict[str, Any]:
        """Train on a batch."""
        if not self.model.training:
            self.model.train()
        inputs, target = to_device(pair(batch), self.device)
        with self.autocast():
            pred = self.forward(inputs)
            loss = self.loss_fn(pred, target)
        if not isinstance(loss, Tensor) or loss.numel() != 1:
            came = (
                f"a tensor of shape {tuple(loss.shape)}"
                if isinstance(loss, Tensor)
                else f"a {type(loss).__name__}"
            )
            raise BatchError(f"loss_fn must return a scalar tensor, not {came}; return the mean loss")
        if self.accumulation.held == 0:
            self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss if self.scaler is None else self.scaler.scale(loss))
        if self.accumulation.due(engine.state):
            self._update(engine)
        return {"loss": loss.detach(), "pred": _detached(pred), "target": target}

    def registered(self, engine: Engine) -> None:
        """Save the state with the engine's, and step at the end of epochs of unknown length."""
        engine.keep(self)
        engine.on(Events.EPOCH_COMPLETED, self._flush, priority=1000)
        engine.on(Events.STARTED, self._begin, priority=1000)

    def _flush(self, engine: Engine) -> None:
        if self.accumulation.held:
            self._update(engine)

    def _begin(self, engine: Engine) -> None:
        if engine.state.iteration == 0:
            self.accumulation.forget()

    def _update(self, engine: Engine) -> None:
        self.accumulation.average()
        if self.clip_grad_norm is not None:
            if self.scaler is not None:
                self.scaler.unscale_(self.optimizer)
            nn.utils.clip_grad_norm_(parameters_of(self.optimizer), self.clip_grad_norm)
        if self.scaler is None:
            self.optimizer.step()
            report_step(engine)
            return
        with optimizer_step(engine, self.optimizer):
            self.scaler.step(self.optimizer)
            self.scaler.update()

    def state_dict(self) -> dict[str, Any]:
        """Return the scaler's state and the accumulated gradients."""
        state = self.accumulation.state_dict()
        if self.scaler is not None:
            state["scaler"] = dict(self.scaler.state_dict())
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load what `state_dict` returned."""
        self.accumulation.load_state_dict(state_dict)
        if self.scaler is not None and "scaler" in state_dict:
            self.scaler.load_state_dict(state_dict["scaler"])


def training_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: Loss,
    device: torch.device | str | None = None,
    amp: Precision = None,
    grad_accumulation: int = 1,
    clip_grad_norm: float | None = None,
    compile: bool | Mapping[str, Any] = False,
    scaler: torch.amp.GradScaler | bool | None = None,
) -> TrainingStep:
    """Return the step of `supervised_trainer`, for an engine of your own; the arguments are the same.

    Raises:
        RunError: If an argument is out of range.
    """
    if clip_grad_norm is not None and not clip_grad_norm > 0:
        raise RunError(f"clip_grad_norm must be above 0, not {clip_grad_norm!r}", argument="clip_grad_norm")
    if isinstance(optimizer, torch.optim.LBFGS):
        message = "LBFGS calls the model itself, with a closure: write a step of your own, Engine(step)"
        raise RunError(message, argument="optimizer")
    step = TrainingStep(model, optimizer, loss_fn, grad_accumulation)
    step.device, step.autocast, dtype = _placed(model, device, amp)
    step.clip_grad_norm = clip_grad_norm
    if compile:
        step.forward = torch.compile(model, **({} if compile is True else compile))
    if isinstance(scaler, torch.amp.GradScaler):
        step.scaler = scaler
    elif scaler or (scaler is None and dtype is torch.float16 and step.device.type == "cuda"):
        step.scaler = torch.amp.GradScaler(step.device.type)
    return step


def evaluation_step(
    model: nn.Module, device: torch.device | str | None = None, amp: Precision = None
) -> Callable[[Engine, Any], dict[str, Any]]:
    """Return the step of `supervised_evaluator`, which leaves the model in evaluation mode."""
    target_device, autocast, _dtype = _placed(model, device, amp)

    def evaluate(_engine: Engine, batch: Any) -> dict[str, Any]:
        if model.training:
            model.eval()
        with torch.inference_mode(), autocast():
            inputs, target = to_device(pair(batch), target_device)
            return {"pred": model(inputs), "target": target}

    evaluate.__qualname__ = "evaluation_step"
    return evaluate


def _detached(value: Any) -> Any:
    """Return a model's output without its graph: a tensor, or tensors in lists, tuples and mappings."""
    if isinstance(value, Tensor):
        return value.detach()
    if isinstance(value, Mapping):
        return {key: _detached(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_detached(one) for one in value] if isinstance(value, list) else tuple(map(_detached, value))
    return value


def pair(batch: Any) -> Any:
    """Return a batch if it is (input, target).

    Raises:
        BatchError: If it is anything else.
    """
    if isinstance(batch, list | tuple) and len(batch) == 2:
        return batch
    if isinstance(batch, Mapping):
        came = f"a mapping of {', '.join(map(repr, batch))}"
    elif isinstance(batch, list | tuple):
        came = f"a {type(batch).__name__} of {len(batch)}"
    else:
        came = f"a {type(batch).__name__}"
    raise BatchError(
        f"the supervised step takes batches of (input, target), and got {came}; "
        "for other batches write a step of your own: Engine(step)"
    )


def to_device(batch: Any, device: torch.device | None) -> Any:
    """Return a batch with its tensors moved to `device`, in the same lists, tuples and mappings."""
    if device is None:
        return batch
    if isinstance(batch, Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, Mapping):
        return type(batch)({key: to_device(value, device) for key, value in batch.items()})  # type: ignore[call-arg]
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(to_device(value, device) for value in batch))
    if isinstance(batch, list | tuple):
        return type(batch)(to_device(value, device) for value in batch)
    return batch


def _placed(
    model: nn.Module, device: torch.device | str | None, amp: Precision
) -> tuple[torch.device, Callable[[], AbstractContextManager[Any]], torch.dtype | None]:
    """Move the model, and return its device, a factory of its autocast contexts, and their dtype."""
    if device is None:
        parameter = next(model.parameters(), None)
        found = torch.device("cpu") if parameter is None else parameter.device
    else:
        found = torch.device(device)
        model.to(found)
    if amp is None or amp is False:
        return found, nullcontext, None
    if amp is True:
        dtype = torch.float16 if found.type == "cuda" else torch.bfloat16
    elif isinstance(amp, str):
        if amp not in PRECISIONS:
            raise RunError(
                f"amp must be one of {', '.join(PRECISIONS)}, a dtype or True, not {amp!r}", argument="amp"
            )
        dtype = PRECISIONS[amp]
    else:
        dtype = amp
    return found, lambda: torch.autocast(found.type, dtype=dtype), dtype
