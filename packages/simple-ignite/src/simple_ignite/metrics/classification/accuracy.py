"""Accuracy: how much of what was predicted is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.derived import Derived
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Sum, wide
from simple_ignite.metrics.base.transform import Transform
from simple_ignite.metrics.classification.averaging import Average, averaged, check_average, ratio
from simple_ignite.metrics.classification.counts import Counts
from simple_ignite.metrics.classification.inputs import Kind, Task, check_task, integral, kind_of, signature


class Hits(Metric):
    """Counts right predictions only: the least that an accuracy needs.

    Args:
        task: See `Counts`.
        num_classes: See `Counts`.
        threshold: See `Counts`.
        ignore_index: See `Counts`.
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
        top_k: int,
    ) -> None:
        self.task = task
        self.num_classes = num_classes
        self.threshold = threshold
        self.ignore_index = ignore_index
        self.top_k = top_k
        super().__init__()

    def reset(self) -> None:
        """Forget every count."""
        super().reset()
        self._shapes: tuple[Any, ...] = ()

    def unpack(self, states: Mapping[str, Any]) -> None:
        """Take saved counts as one's own."""
        super().unpack(states)
        self._shapes = ()

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Count one batch; see `Counts` for the shapes."""
        shapes = signature(self, pred, target)
        new = self._shapes != shapes
        if new:
            with torch.inference_mode(False):
                self._prepare(pred, target)
            self._shapes = shapes
        if new or not self._simple:  # to look at the labels each time would cost more than to count
            target = integral(target)
            self.outside = self.outside + self._outside(target)
        if self._simple:
            self.__dict__["correct"].add_(torch.count_nonzero(pred.argmax(1) == target))
            self.__dict__["seen"] += self._size
        else:
            right, counted = self._judged(pred, target)
            self.__dict__["correct"].add_(torch.count_nonzero(right))
            self.seen = self.seen + (right.numel() if counted is None else torch.count_nonzero(counted))

    def _prepare(self, pred: Tensor, target: Tensor) -> None:
        """Check a shape that was not seen before, and make room for its counts."""
        kind = kind_of(self.called(), pred, target, self.task, self.num_classes)
        if self.top_k > 1 and not (kind.scored and self.top_k <= (kind.classes or 0)):
            got = f"top_k={self.top_k} for pred of shape {tuple(pred.shape)}"
            raise MetricInputError(
                self.called(), got, f"scores (n, classes, *) of at least {self.top_k} classes"
            )
        self._kind: Kind = kind
        self._simple = kind.scored and self.top_k == 1 and self.ignore_index is None
        self._size = target.numel()
        held = self.correct
        self.correct = (
            held.to(pred.device) if isinstance(held, Tensor) else target.new_full((), held, dtype=torch.int64)
        )

    def _outside(self, target: Tensor) -> Tensor | int:
        """Count the labels that are out of range."""
        if self._kind.classes is None:
            return 0
        outside = (target < 0) | (target >= self._kind.classes)
        return torch.count_nonzero(
            outside if self.ignore_index is None else outside & (target != self.ignore_index)
        )

    def _judged(self, pred: Tensor, target: Tensor) -> tuple[Tensor, Tensor | None]:
        """Tell of each prediction whether it is right, and whether it counts (None: all do)."""
        if self._kind.scored:
            top = pred.topk(self.top_k, dim=1).indices if self.top_k > 1 else pred.argmax(1, keepdim=True)
            right = (top == target.unsqueeze(1)).any(1)
        else:
            guess = pred > self.threshold if pred.is_floating_point() else pred
            right = guess.reshape(target.shape) == target
        counted = None if self.ignore_index is None else target != self.ignore_index
        if self._kind.task == "multilabel":
            right = (right if counted is None else right | ~counted).all(1)
            counted = None if counted is None else counted.any(1)
        return (right if counted is None else right & counted), counted

    def check(self) -> None:
        """Tell of labels that were out of range, where they were looked at."""
        outside = int(self.outside)
        if outside:
            wanted = "labels of the classes that pred has scores for, or an ignore_index"
            raise MetricInputError(self.called(), f"{outside} labels out of range", wanted)

    def result(self) -> Any:
        """Give the share of the right ones."""
        return self.correct.to(wide(self.correct.device)) / self.seen


class Accuracy(Derived[Counts | Hits]):
    """The share of right predictions; sklearn's `accuracy_score`.

    Understands pred `(n, classes, *)` of scores with target `(n, *)`, both `(n, *)` binary (scores or
    0/1), both `(n, *)` of labels, and, with `task="multilabel"`, both `(n, labels, *)`.

    Args:
        task: "binary", "multiclass" or "multilabel"; default: told from the shapes.
        num_classes: How many classes; default: as many as pred has scores.
        threshold: A binary or multilabel score above it is positive; 0.0 suits logits.
        top_k: The target must be among this many highest scores.
        average: "micro" over all predictions; "macro", "weighted" and "none" over the accuracy of each
            class, which is its recall (multiclass) or its share of right answers (multilabel); "macro" is
            over the classes that targets have, as sklearn's `balanced_accuracy_score`.
        subset: Multilabel: a sample is right when all its labels are (scikit-learn). False: each counts.
        ignore_index: A target that counts for nothing.
        output_transform: Makes `(pred, target)` of a step's output.
    """

    def __init__(
        self,
        *,
        task: Task | None = None,
        num_classes: int | None = None,
        threshold: float = 0.5,
        top_k: int = 1,
        average: Average = "micro",
        subset: bool = True,
        ignore_index: int | None = None,
        output_transform: Transform | None = None,
    ) -> None:
        self.average = check_average(type(self).__name__, average)
        check_task(type(self).__name__, task)
        self.top_k = top_k
        self.subset = subset
        counts: Counts | Hits = Counts(task, num_classes, threshold, ignore_index)
        if self.average == "micro" and (task != "multilabel" or subset):
            counts = Hits(task, num_classes, threshold, ignore_index, top_k)
        elif top_k > 1:
            raise MetricInputError("Accuracy", f"top_k={top_k} with average={average!r}", 'average="micro"')
        super().__init__(counts, output_transform=output_transform)

    def adopt(self, leaf: Metric) -> bool:
        """Use another metric's counts, if what is asked for can be told from them."""
        if isinstance(self.counts, Counts) or not isinstance(leaf, Counts):
            return super().adopt(leaf)
        own = self.counts.settings()
        own.pop("top_k")
        if self.top_k > 1 or own["task"] == "multilabel" or leaf.settings() != own:
            return False
        self.counts = leaf
        return True

    def result(self) -> Any:
        """Give the accuracy."""
        if isinstance(self.counts, Hits):
            return self.counts.result()
        table = self.counts.table()
        if self.counts.is_binary() or self.counts.is_multilabel():
            return averaged(lambda t: ratio(t.tp + t.tn, t.tp + t.fp + t.fn + t.tn), table, self.average)
        return averaged(lambda t: ratio(t.tp, t.tp + t.fn), table, self.average, of_targets=True)


class TopK(Accuracy):
    """The share of targets that are among the k highest scores. sklearn's `top_k_accuracy_score`.

    Args:
        k: How many.
        ignore_index: A target that counts for nothing.
        output_transform: Makes `(pred, target)` of a step's output, pred being scores `(n, classes, *)`.
    """

    def __init__(
        self, k: int = 5, *, ignore_index: int | None = None, output_transform: Transform | None = None
    ) -> None:
        if k < 1:
            raise MetricInputError("TopK", f"k={k}", "one or more")
        super().__init__(
            task="multiclass", top_k=k, ignore_index=ignore_index, output_transform=output_transform
        )
