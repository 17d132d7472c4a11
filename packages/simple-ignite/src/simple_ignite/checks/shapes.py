"""Checks of shapes: whether the model takes the batch, and the loss takes the model's output."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor

from simple_ignite.checks.call import FormError
from simple_ignite.checks.loss_trace import LabelError, LossTrace, check_labels
from simple_ignite.checks.nested import described, main_output, size_of
from simple_ignite.checks.reporting.finding import WARNING
from simple_ignite.checks.reporting.findings import Findings, error_text
from simple_ignite.checks.trial import Trial

__all__ = ["check_forward", "check_loss", "check_other_labels", "is_out_of_memory"]

OWN_STEP = "; this is judged by loss_fn(model(input), target), which a step of your own may not call"


def check_forward(trial: Trial, found: Findings, run: Callable[[], Any]) -> tuple[Any, bool]:
    """Call the model.

    Args:
        trial: The trial.
        found: Gets what is found.
        run: Returns the model's output.

    Returns:
        The output, and whether there is one.
    """
    try:
        return run(), True
    except LabelError as error:
        _add_label_error(error, found)
    except Exception as error:
        if is_out_of_memory(error):
            raise
        module, inputs = _innermost(trial)
        shape = f"; its input is {described(inputs)}" if inputs is not None else ""
        own = OWN_STEP if trial.setup.own_step else ""
        level = WARNING if own else None
        fix = "let the layer take what the one before it returns, or what the batch holds"
        found.add("forward-raises", f"{error_text(error)}{shape}{own}", module, fix, level=level)
    return None, False


def check_loss(
    trial: Trial, found: Findings, pred: Any, trace: LossTrace, run: Callable[[], Any]
) -> Tensor | None:
    """Call the loss, and return it if it is a scalar tensor.

    Args:
        trial: The trial.
        found: Gets what is found.
        pred: The model's output.
        trace: Is active while the loss is called.
        run: Returns the loss.
    """
    target = trial.call.target
    samples, targets = size_of(trial.call.inputs), size_of(target) if isinstance(target, Tensor) else None
    differ = samples is not None and targets is not None and samples != targets
    error: Exception | None = None
    loss: Any = None
    try:
        with trace:
            loss = run()
    except LabelError as problem:
        _add_label_error(problem, found)
        return None
    except FormError as problem:
        found.skip("shapes", f"{problem}, so the step is not checked", "loss_fn")
        return None
    except Exception as problem:
        if is_out_of_memory(problem):
            raise
        error = problem
    output = main_output(pred)
    fits = output is not None and output.dim() > 0 and output.shape[0] == targets
    if differ and (error is not None or not fits):
        message = f"{samples} inputs, and {targets} targets"
        found.add("batch-mismatch", message, "batch[1]", "return one target for each input from the dataset")
        return None
    if error is not None:
        own = OWN_STEP if trial.setup.own_step else ""
        message = f"{error_text(error)}; the output is {described(pred)}, the target {described(target)}{own}"
        level = WARNING if own else None
        found.add("loss-raises", message, "loss_fn", "match output and target", level=level)
        return None
    if trace.broadcast is not None:
        message = "the output is {}, the target {}: they are broadcast".format(*trace.broadcast)
        fix = "give both one shape, as with target.unsqueeze(1) or output.squeeze(1)"
        found.add("target-broadcast", message, "batch[1]", fix)
    if isinstance(loss, Tensor) and loss.numel() == 1:
        return loss
    came = (
        f"a tensor of shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else f"a {type(loss).__name__}"
    )
    fix = "return the mean of the losses of the samples, as a tensor"
    found.add("loss-not-scalar", f"the loss is {came}", "loss_fn", fix)
    return None


def check_other_labels(batches: list[Any], trace: LossTrace, found: Findings) -> None:
    """Look for labels beyond the outputs in all batches that were drawn."""
    if trace.classes is None:
        return
    for batch in batches:
        target = batch[1] if isinstance(batch, list | tuple) and len(batch) == 2 else None
        if isinstance(target, Tensor) and not target.is_floating_point():
            try:
                check_labels(target, trace.classes, trace.ignored)
            except LabelError as error:
                _add_label_error(error, found)
                return


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that memory is used up."""
    kinds = (MemoryError, torch.cuda.OutOfMemoryError)
    return isinstance(error, kinds) or "DefaultCPUAllocator: can't allocate" in str(error)


def _add_label_error(error: LabelError, found: Findings) -> None:
    message = f"{error}; the model has {error.classes} outputs"
    fix = f"count labels from 0, and give the model {max(error.example, error.classes) + 1} outputs"
    if error.example < 0:
        fix = "set ignore_index of the loss to the label that is to be ignored"
    found.add("label-out-of-range", message, "batch[1]", fix)


def _innermost(trial: Trial) -> tuple[str, Any]:
    """Call the model again, and return the name of the innermost module in `forward`, and its input."""
    entered: list[tuple[str, Any]] = []
    hooks = []

    def enter(name: str) -> Callable[..., None]:
        return lambda _module, args, kwargs: entered.append(
            (name, args[0] if len(args) == 1 else (*args, *kwargs.values()))
        )

    for name, module in trial.model.named_modules():
        if isinstance(module, torch.jit.ScriptModule):
            continue
        label = name or type(module).__name__
        hooks.append(module.register_forward_pre_hook(enter(label), with_kwargs=True))
        hooks.append(module.register_forward_hook(lambda *_: entered.pop() and None))
    try:
        with suppress(Exception):
            trial.forward()
    finally:
        for hook in hooks:
            hook.remove()
    return entered[-1] if entered else ("model", None)
