"""RuntimeValidator: checks a training set-up before the first iteration."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterable
from time import perf_counter as clock
from typing import Any, TextIO

import torch

from simple_ignite.checks.inspection import inspect_setup
from simple_ignite.checks.mode import ValidationMode
from simple_ignite.checks.reporting.finding import CODES
from simple_ignite.checks.reporting.findings import Findings
from simple_ignite.checks.reporting.ranks import gathered
from simple_ignite.checks.reporting.report import ValidationReport
from simple_ignite.checks.reporting.table import is_colored, width_of
from simple_ignite.checks.setup import Setup, of_engine, of_parts
from simple_ignite.distributed.collective import rank
from simple_ignite.engine.engine import Engine
from simple_ignite.engine.events import EventLike
from simple_ignite.errors import ChecksCompleted, RunError, ValidationError
from simple_ignite.protocols import Tracker

__all__ = ["RuntimeValidator"]


class RuntimeValidator:
    """Checks a training set-up before the first iteration: `trainer.on(Events.STARTED, RuntimeValidator())`.

    Data, shapes, gradients, optimizer, devices and memory are checked, and five steps are taken on one batch,
    with copies of model and optimizer. Everything is left as it was, random number generators and the data
    included; what a dataset does to itself when it is read cannot be undone. A run that is resumed is not
    checked.

    Args:
        mode: "check_only", "train_only" or "check_and_train", or a member of `ValidationMode`. Default: the
            variable SIMPLE_IGNITE_VALIDATION, else "check_and_train".
        model: The model, for a step of your own. Default: that of the supervised step; so are the next three.
        optimizer: The optimizer, or several.
        loss_fn: Returns the loss of (output, target). May be left out if the model's output has a `loss`.
        device: Where batches are moved.
        strict: Whether warnings are errors.
        ignore: Codes that are left out.
        tracker: Gets the numbers of errors and warnings at step 0: a run of simple-track, or anything with
            `log(values, step=)`.
        memory_limit: The most bytes that a training step may use. Default: what is there.
        file: Where the table is printed. Default: `sys.stderr`.

    Attributes:
        report: The last report, or None.

    Raises:
        RunError: If there is no such mode or code. It is a ValueError.
    """

    priority = 2000

    def __init__(
        self,
        mode: str | ValidationMode | None = None,
        *,
        model: torch.nn.Module | None = None,
        optimizer: Any = None,
        loss_fn: Callable[..., Any] | None = None,
        device: torch.device | str | None = None,
        strict: bool = False,
        ignore: Iterable[str] = (),
        tracker: Tracker | None = None,
        memory_limit: int | None = None,
        file: TextIO | None = None,
    ) -> None:
        self.mode = ValidationMode.of(mode)
        self.report: ValidationReport | None = None
        self._parts = {"model": model, "optimizer": optimizer, "loss_fn": loss_fn, "device": device}
        self._strict = strict
        self._ignore = _codes(ignore)
        self._tracker = tracker
        self._memory_limit = memory_limit
        self._file = file

    def should_check(self) -> bool:
        """Return whether the mode is to check."""
        return self.mode is not ValidationMode.TRAIN_ONLY

    def should_train(self) -> bool:
        """Return whether the mode is to train, and no errors were found."""
        return self.mode is not ValidationMode.CHECK_ONLY and (self.report is None or self.report.ok)

    def validate_all(
        self,
        model: torch.nn.Module,
        loader: Any,
        optimizer: Any,
        loss_fn: Callable[..., Any] | None,
        device: torch.device | str | None = None,
    ) -> ValidationReport:
        """Check a set-up, and return what was found; nothing is printed, and no finding is raised.

        Args:
            model: The model.
            loader: The data.
            optimizer: The optimizer, or several.
            loss_fn: Returns the loss of (output, target); None if the output of the model has a `loss`.
            device: Where batches are moved. Default: where the model is.

        Returns:
            The report, which is also in `report`.

        Raises:
            HandlerError: If the model is no module, or the optimizer none. It is a TypeError.
        """
        return self._checked(of_parts(model, optimizer, loss_fn, loader, device))

    def conclude(self, report: ValidationReport) -> None:
        """Print and log a report, and do what the mode says.

        Raises:
            SystemExit: If the mode is "check_only": with code 0, or 1 if there are errors.
            ValidationError: If the mode is "check_and_train" and there are errors.
        """
        if not self.should_check():
            return
        self.report = report
        if rank() == 0:
            file = self._file or sys.stderr
            print(report.table(width=width_of(file), color=is_colored(file)), file=file, flush=True)
            if self._tracker is not None:
                self._tracker.log(report.to_metrics(), step=0)
        if self.mode is ValidationMode.CHECK_ONLY:
            raise ChecksCompleted(report.exit_code)
        if not report.ok:
            raise ValidationError(report)

    def event_for(self, engine: Engine, event: EventLike) -> EventLike:
        """Return the event; fail now if the engine's step does not have the parts.

        Raises:
            HandlerError: If a part is neither given nor the step's.
        """
        of_engine(engine, self._parts)
        return event

    def __call__(self, engine: Engine) -> None:
        """Check the set-up of a run that begins, and conclude.

        Raises:
            HandlerError: If a part is neither given nor the step's.
            SystemExit: See `conclude`.
            ValidationError: See `conclude`.
        """
        if not self.should_check() or engine.state.iteration or engine.loaded:
            return
        self.conclude(gathered(self._checked(of_engine(engine, self._parts))))

    def _checked(self, setup: Setup) -> ValidationReport:
        begun = clock()
        found = Findings(self._strict, self._ignore)
        inspect_setup(setup, found, self._memory_limit)
        self.report = ValidationReport.of(found.all, clock() - begun)
        return self.report


def _codes(ignore: Iterable[str]) -> frozenset[str]:
    """Return the codes to leave out.

    Raises:
        RunError: If there is no such code.
    """
    codes = frozenset([ignore] if isinstance(ignore, str) else ignore)
    for code in codes:
        if code not in CODES:
            near = difflib.get_close_matches(str(code), CODES, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"codes are {', '.join(CODES)}"
            raise RunError(f"ignore: unknown code {code!r}; {hint}", argument="ignore")
    return codes
