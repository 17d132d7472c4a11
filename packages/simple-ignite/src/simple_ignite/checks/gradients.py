"""Checks that every parameter gets a gradient."""

from __future__ import annotations

import torch
from torch import Tensor

from simple_ignite.checks.reporting.finding import ERROR
from simple_ignite.checks.reporting.findings import Findings, listed
from simple_ignite.checks.trial import Trial

__all__ = ["Gradients"]


class Gradients:
    """Which parameters have had no gradient, or one of zeros, in all steps so far.

    Args:
        trial: The trial.
    """

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._named = {name: p for name, p in trial.model.named_parameters() if p.requires_grad}
        self._none: set[str] = set(self._named)
        self._zero: set[str] = set(self._named)
        self._bad: list[str] = []

    def look(self) -> bool:
        """Look at the gradients of a step; return whether they are finite."""
        open_names = [name for name in self._named if name in self._none or name in self._zero]
        grads = {name: grad for name in open_names if (grad := self._named[name].grad) is not None}
        self._none -= set(grads)
        sizes = largest(list(grads.values()))
        for name, size in zip(grads, sizes, strict=True):
            if size != size or size == torch.inf:
                self._bad.append(name)
            if size != 0:
                self._zero.discard(name)
        self._zero -= self._none
        return not self._bad

    @property
    def open(self) -> bool:
        """Whether a parameter has had no gradient so far, or zeros."""
        return not self._bad and bool(self._none or self._zero)

    def report(self, found: Findings) -> None:
        """Add what was found in the steps."""
        ordered = list(self._named)
        if self._bad:
            message = f"NaN or infinite gradients of {_parameters(self._bad)}"
            fix = "look for sqrt, log or norm at 0, and for a division by a small number"
            found.add("grad-non-finite", message, self._bad[0], fix)
            return
        none = [name for name in ordered if name in self._none]
        if none:
            level = None if self._trial.setup.find_unused else ERROR
            message = f"no gradient for {_parameters(none)}"
            fix = "use them in forward, or set requires_grad_(False)"
            if level == ERROR:
                fix += ", or DistributedDataParallel(..., find_unused_parameters=True)"
            found.add("grad-none", message, none[0], fix, level=level)
        zero = [name for name in ordered if name in self._zero]
        if zero:
            message = f"the gradient is zero for {_parameters(zero)}"
            fix = "look for dead activations, a multiplication by 0, or a mask that covers everything"
            found.add("grad-zero", message, zero[0], fix)


def largest(tensors: list[Tensor]) -> list[float]:
    """Return the largest absolute value of each tensor; NaN if one of its values is NaN, 0 if it is empty."""
    values = [t.coalesce().values() if t.layout == torch.sparse_coo else t for t in tensors]
    dense = [t for t in values if t.numel() and t.layout == torch.strided]
    if not dense:
        return [0.0] * len(values)
    norms = iter(torch._foreach_norm(dense, ord=torch.inf))
    return [float(next(norms)) if t.numel() and t.layout == torch.strided else 0.0 for t in values]


def _parameters(names: list[str]) -> str:
    return f"{len(names)} parameter{'' if len(names) == 1 else 's'}: {listed(names)}"
