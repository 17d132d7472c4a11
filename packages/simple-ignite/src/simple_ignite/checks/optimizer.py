"""Checks that the optimizer holds the parameters that are to be trained."""

from __future__ import annotations

from torch import nn

from simple_ignite.checks.reporting.findings import Findings, listed
from simple_ignite.checks.setup import Setup

__all__ = ["check_optimizer"]


def check_optimizer(setup: Setup, found: Findings) -> None:
    """Compare the parameters of model and optimizer."""
    named = dict(setup.model.named_parameters())
    ids = {id(parameter) for parameter in named.values()}
    held = {id(parameter): parameter for parameter in setup.in_optimizers}
    if not ids:
        found.skip("optimizer", "the model has no parameters", "model")
        return
    if not ids & set(held):
        message = f"none of its {len(held)} parameters is the model's"
        found.add("optimizer-foreign", message, "optimizer", "make it from model.parameters()")
        return
    missing = [name for name, p in named.items() if p.requires_grad and id(p) not in held]
    if missing:
        message = f"{_count(missing, 'trainable parameter')} not in the optimizer: {listed(missing)}"
        fix = "add them, or set requires_grad_(False)"
        found.add("optimizer-missing", message, missing[0], fix)
    frozen = [name for name, p in named.items() if not p.requires_grad and id(p) in held]
    if frozen:
        message = f"{_count(frozen, 'frozen parameter')} in the optimizer: {listed(frozen)}"
        fix = "pass those that require gradients: (p for p in model.parameters() if p.requires_grad)"
        found.add("optimizer-frozen", message, frozen[0], fix)
    if isinstance(setup.loss_fn, nn.Module):
        ids |= {id(parameter) for parameter in setup.loss_fn.parameters()}
    extra = len(set(held) - ids)
    if extra:
        message = f"{extra} of its {len(held)} parameters {_are(extra)} not the model's"
        found.add("optimizer-extra", message, "optimizer", "make it from model.parameters()")
    _check_rates(setup, found)


def _check_rates(setup: Setup, found: Findings) -> None:
    for number, optimizer in enumerate(setup.optimizers):
        owner = "optimizer" if len(setup.optimizers) == 1 else f"optimizer[{number}]"
        for index, group in enumerate(optimizer.param_groups):
            if "lr" not in group or float(group["lr"]) != 0:
                continue
            where = f"{owner}.param_groups[{index}]"
            if float(group.get("initial_lr", 0)) > 0:
                found.skip("optimizer", "a scheduler begins with a learning rate of 0", where)
            else:
                found.add("optimizer-lr-zero", "the learning rate is 0", where, "set lr, or remove the group")


def _count(names: list[str], noun: str) -> str:
    return f"{len(names)} {noun}{'' if len(names) == 1 else 's'} {_are(len(names))}"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
