"""Checks that output and loss are finite."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from simple_ignite.checks.loss_trace import LossTrace
from simple_ignite.checks.nested import all_tensors, not_finite
from simple_ignite.checks.reporting.findings import Findings
from simple_ignite.checks.trial import Trial

__all__ = ["check_numerics"]


def check_numerics(trial: Trial, found: Findings, pred: Any, loss: Tensor, trace: LossTrace) -> None:
    """Report an output or loss that is not finite, and probabilities given to cross entropy.

    Args:
        trial: The trial.
        found: Gets what is found.
        pred: The model's output.
        loss: The loss.
        trace: What was seen of the loss function.
    """
    if trace.probabilities:
        fix = "let the model return logits"
        found.add("double-softmax", trace.probabilities, "loss_fn", fix)
    finite = bool(torch.isfinite(loss.detach()).all())
    bad = [one for _, one in all_tensors(pred) if _is_bad(one, finite)]
    if bad:
        module, count, total = _first_bad(trial)
        message = f"{count} of {total} values of its output are NaN or infinite, although its input is finite"
        fix = "look for a division, log, sqrt or exp of values out of range, and at its weights"
        found.add("output-non-finite", message, module, fix)
    elif not finite:
        message = f"the loss is {float(loss.detach()):g}, although the output is finite"
        fix = "look for a log or division by 0 in the loss, and for a mean over no targets"
        found.add("loss-non-finite", message, "loss_fn", fix)


def _is_bad(tensor: Tensor, loss_is_finite: bool) -> bool:
    """Return whether an output is not finite; -inf masks classes out if the loss is finite nevertheless."""
    if not not_finite(tensor):
        return False
    return not loss_is_finite or bool((torch.isnan(tensor) | (tensor == torch.inf)).any())


def _first_bad(trial: Trial) -> tuple[str, int, int]:
    """Call the model again; return the first module whose output is not finite although its input is."""
    first: list[tuple[str, int, int]] = []

    def look(name: str, args: Any, kwargs: Any, output: Any) -> None:
        if first or any(not_finite(one) for _, one in all_tensors([args, kwargs])):
            return
        tensors = [one for _, one in all_tensors(output)]
        count = sum(map(not_finite, tensors))
        if count:
            first.append((name, count, sum(one.numel() for one in tensors)))

    hooks = []
    for name, module in trial.model.named_modules():
        if isinstance(module, torch.jit.ScriptModule):
            continue
        label = name or type(module).__name__
        hooks.append(
            module.register_forward_hook(
                lambda _m, args, kwargs, output, label=label: look(label, args, kwargs, output),
                with_kwargs=True,
            )
        )
    try:
        pred = trial.forward()
    finally:
        for hook in hooks:
            hook.remove()
    if not first:
        tensors = [one for _, one in all_tensors(pred)]
        return "model", sum(map(not_finite, tensors)), sum(one.numel() for one in tensors)
    return first[0]
