"""Counts right predictions only: the least that an accuracy needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Sum, Value, wide
from simple_ignite.metrics.classification.inputs import (
    Input,
    Kind,
    Task,
    integral,
    labels_error,
    outside,
    signature,
)

SMALL = 4096
"""Up to this many targets a batch is counted element by element, which takes fewer operations."""

USUAL = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)


class Tally(NamedTuple):
    """What batches of one shape add up to, element by element, until it is counted.

    Attributes:
        right: int64, how often the prediction at this place was right.
        highest: The largest label at this place.
        lowest: The smallest label at this place.
    """

    right: Tensor
    highest: Tensor
    lowest: Tensor

    @classmethod
    def of(cls, target: Tensor) -> Tally:
        """Return an empty one for targets of this shape and type."""
        zero = torch.zeros_like(target)
        return cls(torch.zeros_like(target, dtype=torch.int64), zero, zero.clone())


class Hits(Metric):
    """Counts right predictions, all predictions, and labels that are out of range.

    Args:
        task: See `Counts`.
        num_classes: See `Counts`.
        threshold: See `Counts`.
        ignore_index: See `Counts`.
        dim: See `Counts`.
        top_k: The target must be among this many highest scores.
    """

    detail = 0
    correct = Sum()
    seen = Sum()
    outside = Sum()

    def __init__(
        self,
        task: Task | None,
        num_classes: int | None,
        threshold: float,
        ignore_index: int | None,
        dim: int,
        top_k: int,
    ) -> None:
        self.task = task
        self.num_classes = num_classes
        self.threshold = threshold
        self.ignore_index = ignore_index
        self.dim = dim
        self.top_k = top_k
        super().__init__()

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "dim" not in state:  # version 0.3
            self.dim = 1
            self._forget_shapes()
            state = {**state, "_shapes": ()}
        vars(self).update(state)

    def reset(self) -> None:
        """Forget every count."""
        super().reset()
        self._forget_shapes()

    def unpack(self, states: Mapping[str, Any]) -> None:
        """Take saved counts as one's own."""
        super().unpack(states)
        self._forget_shapes()

    def _forget_shapes(self) -> None:
        """Let the next batch be of any shape and kind."""
        self._shapes: tuple[Any, ...] = ()
        self._kind: Kind | None = None
        self._tally: Tally | None = None
        self._plain = False

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Count one batch; see `Counts` for the shapes."""
        shapes = signature(self, pred, target)
        if shapes == self._shapes:
            if self._tally is not None:  # the fast path: nothing but what cannot be left out
                self._tally.right.add_(pred.argmax(self.dim).eq_(target))
                torch.maximum(self._tally.highest, target, out=self._tally.highest)
                torch.minimum(self._tally.lowest, target, out=self._tally.lowest)
                self.__dict__["seen"] += self._size
                return
            if self._plain and self._size <= SMALL:
                with torch.inference_mode(False):
                    self._tally = Tally.of(target)
                self.accumulate(pred, target)
                return
        elif not self._prepare(pred, target):
            return
        else:
            self._shapes = shapes
        self._count(pred, target)

    def _prepare(self, pred: Tensor, target: Tensor) -> bool:
        """Check a shape that was not seen before; gives whether there is anything to count."""
        kind = Input(self.called(), pred, target, self.task, self.num_classes, self.dim).kind()
        if self.top_k > 1 and not (kind.scored and self.top_k <= (kind.classes or 0)):
            got = f"top_k={self.top_k} for pred of shape {tuple(pred.shape)}"
            raise MetricInputError(
                self.called(), got, f"scores (n, classes, *) of at least {self.top_k} classes"
            )
        if not target.numel():
            return False
        if self._kind is not None and kind != self._kind:
            before = f"{self._kind.described()}, as in the batches before"
            raise MetricInputError(self.called(), kind.described(), before)
        self._settle()
        self._kind = kind
        self._tally = None
        self._size = target.numel()
        usual = target.dtype in USUAL and self.top_k == 1 and self.ignore_index is None
        self._plain = kind.scored and usual
        return True

    def _count(self, pred: Tensor, target: Tensor) -> None:
        """Count a batch of any kind."""
        target = integral(target)
        right, counted, beyond = self._judged(pred, target)
        self.correct = self.correct + torch.count_nonzero(right)
        self.seen = self.seen + (right.numel() if counted is None else torch.count_nonzero(counted))
        self.outside = self.outside + torch.count_nonzero(beyond)

    def _judged(self, pred: Tensor, target: Tensor) -> tuple[Tensor, Tensor | None, Tensor]:
        """Judge a batch.

        Returns:
            Which predictions are right, which count (None: all), which labels are out of range.
        """
        kind: Any = self._kind
        beyond = outside(target, kind.classes, self.ignore_index)
        counted = None if self.ignore_index is None else target != self.ignore_index
        if kind.scored:
            if self.top_k > 1:
                top = pred.topk(self.top_k, dim=self.dim).indices
                right = (top == target.unsqueeze(self.dim)).any(self.dim)
            else:
                right = pred.argmax(self.dim) == target
        else:
            guess = pred.reshape(target.shape)
            guess = guess > self.threshold if guess.is_floating_point() else guess.to(torch.int64)
            right = guess == target
            if guess.dtype != torch.bool:
                wrong = outside(guess, kind.classes)
                beyond = beyond | (wrong if counted is None else wrong & counted)
        if kind.task == "multilabel":
            right = (right if counted is None else right | ~counted).all(self.dim)
            counted = None if counted is None else counted.any(self.dim)
        return (right if counted is None else right & counted), counted, beyond

    def _settle(self) -> None:
        """Count what was added up element by element."""
        if self._tally is None:
            return
        classes: Any = self._kind.classes if self._kind is not None else None
        right, highest, lowest = self._tally
        beyond = torch.count_nonzero(highest >= classes) + torch.count_nonzero(lowest < 0)
        self.correct = self.correct + right.sum()
        self.outside = self.outside + beyond
        for part in self._tally:
            part.zero_()

    def local(self) -> dict[str, Value]:
        """Return the states of this rank."""
        self._settle()
        return super().local()

    def place(self, parts: object) -> None:
        """Bring the states to the device of the next batch."""
        self._settle()
        super().place(parts)

    def out_of_range(self) -> Tensor | int:
        """Return the number of labels that were out of range, or fewer, without a host sync."""
        self._settle()
        return self.outside  # type: ignore[no-any-return]

    def check(self) -> None:
        """Report labels that were out of range.

        Raises:
            MetricInputError: There were some.
        """
        number = int(self.out_of_range())
        if number:
            classes = None if self._kind is None else self._kind.classes
            raise labels_error(self.called(), f"at least {number}", classes)

    def result(self) -> Any:
        """Return the share of the right ones."""
        self._settle()
        correct = torch.as_tensor(self.correct)
        return correct.to(wide(correct.device)) / self.seen
