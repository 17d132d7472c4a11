"""How well confidence tells accuracy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Sum, wide
from simple_ignite.metrics.base.transform import Transform
from simple_ignite.metrics.classification.inputs import (
    Input,
    Kind,
    Task,
    check_task,
    integral,
    labels_error,
    outside,
    signature,
)

Norm = Literal["l1", "l2", "max"]


class CalibrationError(Metric):
    """How far confidence and accuracy are apart, over bins of confidence (Naeini 2015, Guo 2017).

    Binary: confidence is the probability of class 1, and what is compared is how often class 1 is right.
    Multiclass: confidence is the highest probability, compared with how often that class is right.

    Args:
        bins: How many equal bins of confidence from 0 to 1.
        norm: "l1": expected calibration error (ECE), "l2": its root mean square, "max": the largest (MCE).
        task: "binary" or "multiclass"; default: told from the shapes.
        ignore_index: A target that counts for nothing.
        dim: The dimension of the classes in pred.
        output_transform: Makes `(pred, target)` of a step's output, pred being probabilities.
    """

    counted = Sum()
    confidence = Sum()
    right = Sum()
    outside = Sum()

    def __init__(
        self,
        bins: int = 15,
        norm: Norm = "l1",
        *,
        task: Task | None = None,
        ignore_index: int | None = None,
        dim: int = 1,
        output_transform: Transform | None = None,
    ) -> None:
        if norm not in ("l1", "l2", "max"):
            raise MetricInputError("CalibrationError", f"norm={norm!r}", 'one of "l1", "l2", "max"')
        if bins < 1:
            raise MetricInputError("CalibrationError", f"bins={bins}", "one or more")
        check_task("CalibrationError", task)
        if task == "multilabel":
            raise MetricInputError("CalibrationError", 'task="multilabel"', '"binary" or "multiclass"')
        self.bins = bins
        self.norm = norm
        self.task = task
        self.ignore_index = ignore_index
        self.dim = dim
        super().__init__(output_transform=output_transform)

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update({"dim": 1, "_kind": None, **state})  # version 0.3 had neither

    def reset(self) -> None:
        """Forget everything seen."""
        super().reset()
        self._shapes: tuple[object, ...] = ()
        self._kind: Kind | None = None

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Take in one batch.

        Args:
            pred: Probabilities, `(n, *)` of class 1 or `(n, classes, *)`.
            target: Labels `(n, *)`.
        """
        shapes = signature(self, pred, target)
        kind = self._kind
        if kind is None or shapes != self._shapes:
            kind = self._prepare(pred, target)
            self._shapes = shapes
        if not target.numel():
            return
        target = integral(target)
        if kind.scored:
            sure, guess = pred.detach().max(self.dim)
            right = guess == target
        else:
            sure, right = pred.detach().reshape(target.shape), target == 1
        sure = sure.to(self._edges.dtype).reshape(-1)
        # bin 0 is for what is below 0 or NaN, the last for what is above 1: no probabilities
        where = torch.bucketize(sure, self._edges, right=True)
        where = torch.where(sure == 1, self.bins, where).masked_fill(sure.isnan(), 0)
        weight = torch.ones_like(sure)
        if self.ignore_index is not None:
            weight = (target.reshape(-1) != self.ignore_index).to(sure.dtype)
        for name, values in (
            ("counted", weight),
            ("confidence", sure * weight),
            ("right", right.reshape(-1) * weight),
        ):
            added = sure.new_zeros(self.bins + 2).scatter_add_(0, where, values)
            setattr(self, name, getattr(self, name) + added)
        beyond = outside(target, kind.classes, self.ignore_index)
        self.outside = self.outside + torch.count_nonzero(beyond)

    def _prepare(self, pred: Tensor, target: Tensor) -> Kind:
        """Check a shape that was not seen before, and return the kind of data."""
        kind = Input("CalibrationError", pred, target, self.task, None, self.dim, ranked=True).kind()
        if not pred.is_floating_point():
            raise MetricInputError("CalibrationError", f"{pred.dtype} as pred", "probabilities")
        if self._kind is not None and kind != self._kind:
            before = f"{self._kind.described()}, as in the batches before"
            raise MetricInputError("CalibrationError", kind.described(), before)
        self._edges = torch.linspace(0, 1, self.bins + 1, dtype=wide(pred.device), device=pred.device)
        self._kind = kind
        return kind

    def load_state_dict(self, states: Mapping[str, Any]) -> None:
        """Go on from saved states, also from those of version 0.3, which counted no labels out of range."""
        super().load_state_dict({"outside": None, **states})

    def out_of_range(self) -> Tensor | int:
        """Return the number of labels that were out of range."""
        return self.outside  # type: ignore[no-any-return]

    def check(self) -> None:
        """Report labels that were out of range.

        Raises:
            MetricInputError: There were some.
        """
        number = int(self.outside)
        if number:
            raise labels_error("CalibrationError", number, None if self._kind is None else self._kind.classes)

    def result(self) -> Tensor:
        """Return the error; NaN where no target counts.

        Raises:
            MetricInputError: What came were no probabilities.
        """
        outside = int(self.counted[0] + self.counted[-1])
        if outside:
            wanted = (
                "probabilities from 0 to 1: give an output_transform with softmax(1), or sigmoid(), in it"
            )
            raise MetricInputError("CalibrationError", f"{outside} values outside 0…1", wanted)
        counted = self.counted[1:-1]
        apart = (self.confidence[1:-1] - self.right[1:-1]).abs() / counted.clamp(min=1)
        share = counted / counted.sum()  # NaN where nothing counts
        if self.norm == "max":
            error: Tensor = torch.where(share.isnan(), share, apart).max()
        else:
            error = (apart * share).sum() if self.norm == "l1" else (apart**2 * share).sum().sqrt()
        return error
