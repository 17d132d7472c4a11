"""Inspection: all checks of a set-up, one after the other."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import torch
from torch import Tensor, nn

from simple_ignite.checks.call import Call, FormError, call_of
from simple_ignite.checks.devices import check_devices
from simple_ignite.checks.gradients import Gradients
from simple_ignite.checks.isolation.generators import GeneratorStates, generators_of
from simple_ignite.checks.isolation.loader_copy import plain_loader
from simple_ignite.checks.isolation.loader_state import LoaderState
from simple_ignite.checks.isolation.replica import Replica, copied, in_place
from simple_ignite.checks.loader import batch_norms, drawn
from simple_ignite.checks.loss_trace import LossTrace
from simple_ignite.checks.memory import MemoryCount, out_of_memory
from simple_ignite.checks.nested import all_tensors, not_finite, size_of
from simple_ignite.checks.numerics import check_numerics
from simple_ignite.checks.optimizer import check_optimizer
from simple_ignite.checks.reporting.finding import WARNING
from simple_ignite.checks.reporting.findings import Findings, error_text
from simple_ignite.checks.samples import check_samples
from simple_ignite.checks.setup import Setup
from simple_ignite.checks.shapes import check_forward, check_loss, check_other_labels, is_out_of_memory
from simple_ignite.checks.training import check_training
from simple_ignite.checks.trial import SharedGraphError, Trial
from simple_ignite.steps import to_device

__all__ = ["inspect_setup"]

SHARDED = ("DTensor", "FlatParameter", "ShardedTensor")


def inspect_setup(setup: Setup, found: Findings, memory_limit: int | None = None) -> None:
    """Check a set-up, and leave it as it was.

    Args:
        setup: The set-up.
        found: Gets what is found.
        memory_limit: The most bytes that a step may use. None: the memory that is available.
    """
    check_devices(setup, found)
    check_optimizer(setup, found)
    with _protected(setup):
        batches = drawn(setup, found)
        if batches and not found.failed("devices"):
            try:
                _check_step(setup, found, batches, memory_limit)
            except Exception as error:  # training may go well nevertheless
                message = f"the step could not be checked: {error_text(error)}"
                found.add("not-checked", message, "model", level=WARNING, section="shapes")


@contextmanager
def _protected(setup: Setup) -> Iterator[None]:
    """Within the block, gradients are computed; afterwards generators and data are as they were."""
    loader = plain_loader(setup.loader)
    state = LoaderState(loader)
    generators = GeneratorStates(generators_of(setup.model, setup.loss_fn, loader))
    try:
        with warnings.catch_warnings(), torch.inference_mode(False), torch.enable_grad():
            warnings.simplefilter("ignore")
            yield
    finally:
        state.restore()
        generators.restore()


def _check_step(setup: Setup, found: Findings, batches: list[Any], memory_limit: int | None) -> None:
    batch = next((one for one in batches if not any(not_finite(t) for _, t in all_tensors(one))), None)
    if batch is None:
        return
    if size_of(batch) == 1 and any(True for _ in batch_norms(setup.model)) and found.failed("dataloader"):
        return
    reason = _unusual(setup)
    if reason:
        found.skip("shapes", reason, "model")
        return
    try:
        call = _call(setup, batch)
    except FormError as error:
        if setup.own_step:
            found.skip("shapes", f"{error}, so the step is not checked", "batch")
        else:
            fix = "return (input, target) from the dataset, or write a step of your own: Engine(step)"
            found.add("batch-form", str(error), "batch", fix)
        return
    known = len(found.all)
    try:
        replica = copied(setup)
    except Exception as error:
        if any(nn.parameter.is_lazy(p) for p in setup.model.parameters()):
            found.skip("shapes", "a lazy model that cannot be copied is not checked", "model")
            return
        _in_place(setup, found, call, batches, memory_limit, error_text(error))
        return
    try:
        _run(setup, replica, call, found, batches, memory_limit)
    except SharedGraphError:
        del found.all[known:]
        reason = "the loss depends on parameters that a copy of the model does not have"
        _in_place(setup, found, call, batches, memory_limit, reason)


def _call(setup: Setup, batch: Any) -> Call:
    """Return how model and loss are called with a batch, on the device."""
    moved = to_device(batch, setup.device)
    return call_of(moved, setup.model, pairs_only=setup.pairs_only, own_step=setup.own_step)


def _in_place(
    setup: Setup, found: Findings, call: Call, batches: list[Any], memory_limit: int | None, reason: str
) -> None:
    message = f"checked in place and put back, for it cannot be copied: {reason}"
    found.add("checked-in-place", message, "model")
    _run(setup, in_place(setup), call, found, batches, memory_limit)


def _run(
    setup: Setup, replica: Replica, call: Call, found: Findings, batches: list[Any], memory_limit: int | None
) -> None:
    try:
        trial = Trial(setup, replica, call)
        memory = MemoryCount(trial, memory_limit)
        _take_steps(trial, found, batches, memory)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        if not replica.in_place:
            raise SharedGraphError from error  # there may be room without the copy
        out_of_memory(error, found)
    finally:
        replica.close()


def _take_steps(trial: Trial, found: Findings, batches: list[Any], memory: MemoryCount) -> None:
    trace = LossTrace(trial.call.target)

    def forward() -> Any:
        with memory.counted():
            if not trial.call.in_output:
                return trial.forward()
            with trace:
                return trial.forward()

    pred, there = check_forward(trial, found, forward)
    if not there:
        return

    def compute_loss() -> Any:
        with memory.counted():
            return trial.loss(pred)

    loss = check_loss(trial, found, pred, trace, compute_loss)
    if loss is None:
        return
    check_other_labels(batches, trace, found)
    check_numerics(trial, found, pred, loss, trace)
    if found.failed("numerics"):
        return
    _check_gradients(trial, found, loss, memory, batches)
    if not found.failed("numerics", "gradients"):
        check_samples(trial, found, pred)


def _check_gradients(
    trial: Trial, found: Findings, loss: Tensor, memory: MemoryCount, batches: list[Any]
) -> None:
    if not loss.requires_grad:
        trainable = any(p.requires_grad for p in trial.model.parameters())
        message = "the loss does not depend on any parameter by a gradient"
        fix = "remove detach(), item(), no_grad() or argmax between model and loss"
        if not trainable:
            fix = "let parameters require gradients: requires_grad_(True)"
        found.add("loss-detached", message, "loss_fn", fix)
        return
    try:
        trial.backward(loss)
    except SharedGraphError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise
        fix = "look for in-place operations on what autograd needs, and at custom functions"
        found.add("backward-raises", error_text(error), "loss_fn", fix)
        return
    grads = Gradients(trial)
    if grads.look() and _may_train(trial, found):
        check_training(trial, found, loss, grads, memory)
    else:
        memory.report(found)
    with suppress(Exception):  # experts and layers that are left out at random get a second chance
        for batch in batches:
            if not grads.open:
                break
            trial.backward_of(_call(trial.setup, batch))
            grads.look()
    grads.report(found)


def _may_train(trial: Trial, found: Findings) -> bool:
    """Return whether steps would say something about the set-up."""
    if found.failed("shapes", "optimizer"):
        return False
    groups = [group for one in trial.replica.optimizers for group in one.param_groups]
    rates = [max(float(group["lr"]), float(group.get("initial_lr", 0))) for group in groups if "lr" in group]
    return not rates or max(rates) > 0


def _unusual(setup: Setup) -> str:
    """Return why steps of this model are not checked, or ""."""
    model = setup.model
    if any(type(p).__name__ in SHARDED for p in model.parameters()):
        return "the model is sharded over ranks, so its steps are not checked"
    if setup.own_step and type(model).forward is nn.Module().forward.__func__:  # type: ignore[attr-defined]
        return "the model has no forward, so its steps are not checked"
    return ""
