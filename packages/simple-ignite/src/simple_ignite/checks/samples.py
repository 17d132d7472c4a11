"""Checks that the samples of a batch do not influence each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from simple_ignite.checks.nested import all_tensors, main_output, not_finite, size_of
from simple_ignite.checks.reporting.findings import Findings
from simple_ignite.checks.trial import Trial

__all__ = ["check_samples"]

SAMPLES = 4  # enough to see one sample reach another


def check_samples(trial: Trial, found: Findings, pred: Any) -> None:
    """Warn if in evaluation mode the output of the first sample depends on other samples.

    Args:
        trial: The trial.
        found: Gets what is found.
        pred: The model's output in training mode.
    """
    count = size_of(trial.call.target)
    count = size_of(trial.call.inputs) if count is None else count
    norms = [one for one in trial.model.modules() if isinstance(one, nn.modules.batchnorm._BatchNorm)]
    if count is None or count < 2 or any(one.running_mean is None for one in norms):
        return
    output = main_output(pred)
    pairwise = output is not None and output.dim() > 1 and output.shape[1] == count > SAMPLES
    trial.model.eval()
    try:
        reached = _reached(trial, count, min(count, SAMPLES))
    except Exception:
        try:
            reached = _reached(trial, count, count)
        except Exception:
            found.skip("shapes", "whether samples are mixed is not known", "model")
            return
    if reached is None:
        found.skip("shapes", "whether samples are mixed is not known", "model")
    elif reached and pairwise:
        found.skip("shapes", "the output compares all samples with all", "model")
    elif reached:
        found.add(
            "samples-mixed",
            f"the output of sample 0 depends on sample {reached}",
            "model",
            "look for view or reshape in place of transpose, and at batch_first",
        )


def _reached(trial: Trial, count: int, used: int) -> int | None:
    """Return the number of a sample that the first output depends on; 0 if there is none, None if unknown."""
    leaves: list[Tensor] = []
    call = trial.call

    def cut(value: Any) -> Any:
        if isinstance(value, Tensor):
            part = value[:used] if value.dim() > 0 and value.shape[0] == count else value
            if part.is_floating_point() and part.dim() > 0 and part.shape[0] == used:
                part = part.detach().clone().requires_grad_()
                leaves.append(part)
            return part
        if isinstance(value, Mapping):
            return {key: cut(one) for key, one in value.items()}
        if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
            return type(value)(cut(one) for one in value)
        return value

    args = tuple(cut(one) for one in call.args)
    kwargs = {key: cut(one) for key, one in call.kwargs.items()}
    given = {one.data_ptr() for _, one in all_tensors([args, kwargs])}
    hooks = [] if leaves else _embedding_hooks(trial.model, given, used, leaves)
    try:
        with torch.backends.cudnn.flags(enabled=False), trial.setup.autocast():
            output = main_output(trial.model(*args, **kwargs))
        if output is None or output.dim() == 0 or output.shape[0] != used or not leaves:
            return None
        if not output.requires_grad or not_finite(output):
            return None
        grads = torch.autograd.grad(output[0].float().sum(), leaves, allow_unused=True)
    finally:
        for hook in hooks:
            hook.remove()
    for grad in grads:
        if grad is None:
            continue
        others = grad.flatten(1).abs().sum(1)[1:] if grad.dim() > 1 else grad.abs()[1:]
        if bool((others > 0).any()):
            return int((others > 0).nonzero()[0]) + 1
    return 0


def _embedding_hooks(model: nn.Module, given: set[int], used: int, leaves: list[Tensor]) -> list[Any]:
    """Let the outputs of embeddings of the batch be leaves, for integers have no gradients."""

    def leaf(_module: nn.Module, args: tuple[Any, ...], output: Tensor) -> Tensor:
        (ids,) = args if len(args) == 1 and isinstance(args[0], Tensor) else (None,)
        if ids is None or ids.dim() == 0 or ids.shape[0] != used or output.shape[0] != used:
            return output
        if ids.dim() < 2 and ids.data_ptr() not in given:
            return output
        made = output.detach().requires_grad_()
        leaves.append(made)
        return made

    return [one.register_forward_hook(leaf) for one in model.modules() if type(one) is nn.Embedding]
