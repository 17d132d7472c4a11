"""TerminateOnNan: ends a run whose output is no longer finite."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import Events

__all__ = ["TerminateOnNan"]

log = logging.getLogger("simple_ignite")


class TerminateOnNan:
    """Ends the run when a number or tensor in the output is NaN or infinite, and logs a warning.

    On CUDA the check does not wait for the device, so the run ends a few iterations after the first value
    that is not finite. A `Checkpoint` waits for the answers that are due before it saves, and keeps the last
    good file: the state of the end goes to a file of its own.

    Args:
        output_transform: Returns what to check of the step's output. Default: all of it.
    """

    def __init__(self, output_transform: Callable[[Any], Any] | None = None) -> None:
        self._transform = output_transform
        self._asked: list[tuple[int, torch.Tensor, Any]] = []

    def registered(self, engine: Engine) -> None:
        """Look for what is not known yet before a checkpoint is saved, and forget it when a run begins."""
        if self._settle not in engine.checks:
            engine.checks.append(self._settle)
            engine.on(Events.STARTED, self._asked.clear, priority=1000)

    def _settle(self, engine: Engine) -> None:
        """Wait for the device's answers."""
        for since, answer, arrived in self._asked:
            arrived.synchronize()
            if answer:
                self._end(engine, since)
                return
        self._asked.clear()

    def __call__(self, engine: Engine) -> None:
        """Check the output."""
        output = engine.state.output
        if self._transform is not None:
            output = self._transform(output)
        bad = _not_finite(output)
        iteration = engine.state.iteration
        if isinstance(bad, torch.Tensor) and bad.is_cuda:
            answer = torch.empty((), dtype=torch.bool, pin_memory=True)
            answer.copy_(bad, non_blocking=True)
            arrived = torch.cuda.Event()  # type: ignore[no-untyped-call]
            arrived.record()
            self._asked.append((iteration, answer, arrived))
            while self._asked and self._asked[0][2].query():
                since, answer, _ = self._asked.pop(0)
                if answer:
                    self._end(engine, since)
        elif bad:
            self._end(engine, iteration)

    def _end(self, engine: Engine, iteration: int) -> None:
        reason = f"the output of iteration {iteration} is not finite"
        log.warning("%s; the run ends", reason)
        self._asked.clear()
        engine.terminate(reason=reason, failed=True)


def _not_finite(output: Any) -> torch.Tensor | bool:
    """Return whether a value in nested output is NaN or infinite, as a tensor if it is computed from one."""
    if isinstance(output, torch.Tensor):
        if not (output.is_floating_point() or output.is_complex()):
            return False
        return torch.logical_not(torch.isfinite(output).all())
    if isinstance(output, float | complex | np.ndarray | np.generic):
        number = np.asarray(output)
        return number.dtype.kind in "fc" and not bool(np.isfinite(number).all())
    if isinstance(output, Mapping):
        output = list(output.values())
    if isinstance(output, list | tuple):
        bad: torch.Tensor | bool = False
        for one in output:
            bad = _not_finite(one) | bad
        return bad
    return False
