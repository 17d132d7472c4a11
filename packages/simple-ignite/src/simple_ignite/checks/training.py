"""Checks that the loss falls when the model is trained on one batch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from simple_ignite.checks.gradients import Gradients
from simple_ignite.checks.memory import MemoryCount
from simple_ignite.checks.reporting.findings import Findings, error_text
from simple_ignite.checks.shapes import is_out_of_memory
from simple_ignite.checks.trial import Trial

__all__ = ["check_training"]

STEPS = 5
MORE = 10  # steps after which a loss that has not fallen is reported
DIVERGED = 10  # times the first loss
SMALL = 1e-3  # a loss below it may rise by more, for optimizers take steps of one size
SOLVED = 1e-6


def check_training(
    trial: Trial, found: Findings, loss: Tensor, grads: Gradients, memory: MemoryCount
) -> None:
    """Take five steps on one batch, of which the gradients of the first are there.

    Args:
        trial: The trial.
        found: Gets what is found.
        loss: The first loss.
        grads: Gets the gradients of each step.
        memory: Is reported after the first step.
    """
    losses = [float(loss.detach())]
    try:
        with warm_rates(trial):
            for number in range(1, MORE + 1):
                trial.step()
                if number == 1:
                    memory.report(found)
                last = number >= STEPS
                value, _ = trial.value()  # with gradients: some models and losses compute them
                losses.append(float(value.detach()))
                if not math.isfinite(losses[-1]) or (last and min(losses) < losses[0]):
                    break
                if number < MORE:
                    trial.backward(value)
                    grads.look()
    except Exception as error:
        if is_out_of_memory(error):
            raise
        message = f"step {len(losses)} raises {error_text(error)}"
        found.add("step-raises", message, "optimizer", "use an optimizer for such parameters and gradients")
        return
    _judge(trial, found, losses)


def _judge(trial: Trial, found: Findings, losses: list[float]) -> None:
    first, last, steps = losses[0], losses[-1], len(losses) - 1
    if 0 <= first <= SOLVED and math.isfinite(last):
        found.skip("training", f"the loss is {first:.4g} before the first step", "optimizer")
    elif not _moved(trial):
        message = f"no parameter has changed after {steps} steps"
        fix = "raise the learning rate, or keep the weights in float32"
        found.add("training-nothing-moves", message, "optimizer", fix)
    elif not math.isfinite(last) or last - first > (DIVERGED - 1) * max(abs(first), SMALL):
        message = f"the loss goes from {first:.4g} to {last:.4g} in {steps} steps on one batch"
        found.add("training-diverges", message, "optimizer", "lower the learning rate")
    elif min(losses) < first:
        message = f"the loss falls from {first:.4g} to {min(losses):.4g} in {steps} steps on one batch"
        found.add("training-falls", message, "optimizer")
    else:
        message = f"the loss goes from {first:.4g} to {last:.4g} in {steps} steps on one batch"
        fix = "look at the sign of the loss and the learning rate"
        found.add("training-loss-does-not-fall", message, "optimizer", fix)


def _moved(trial: Trial) -> bool:
    before = trial.replica.before
    named = trial.model.named_parameters()
    return any(name not in before or not torch.equal(p.detach(), before[name]) for name, p in named)


@contextmanager
def warm_rates(trial: Trial) -> Iterator[None]:
    """Within the block, use a part of the full learning rate where a scheduler begins with 0."""
    changed = []
    for optimizer in trial.replica.optimizers:
        for group in optimizer.param_groups:
            if "lr" in group and float(group["lr"]) == 0 and float(group.get("initial_lr", 0)) > 0:
                changed.append((group, group["lr"]))
                group["lr"] = 0.01 * group["initial_lr"]
    try:
        yield
    finally:
        for group, rate in changed:
            group["lr"] = rate
