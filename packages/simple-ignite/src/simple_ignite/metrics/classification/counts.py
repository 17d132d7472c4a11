"""How often each class was taken for each: the counts that most classification metrics are made of."""

from __future__ import annotations

from typing import Any, NamedTuple, TypedDict, Unpack

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError, NoDataError
from simple_ignite.metrics.base.derived import Derived
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Sum, wide
from simple_ignite.metrics.base.transform import Transform
from simple_ignite.metrics.classification.inputs import (
    TASKS,
    Input,
    Kind,
    Task,
    check_task,
    integral,
    labels_error,
    signature,
)

MARGIN_ROWS, MARGIN_COLUMNS = 3, 2
"""Targets below 0, beyond the classes and ignored, and predictions below 0 and beyond, are counted apart."""


class Table(NamedTuple):
    """Counts of each class, or of each label, as float64 of shape `(k,)`."""

    tp: Tensor
    fp: Tensor
    fn: Tensor
    tn: Tensor

    def total(self) -> Tensor:
        """Return the number of samples of each class, itself and the rest."""
        return self.tp + self.fp + self.fn + self.tn


class Counts(Metric):
    """Counts how often each class was taken for each, without a host sync.

    Labels that are out of range are counted in a margin, and reported when the value is computed.

    Args:
        task: "binary", "multiclass" or "multilabel"; default: told from the first batch's shapes.
        num_classes: How many classes; default: as many as pred has scores.
        threshold: A binary or multilabel score above it is positive. Default 0.5; 0.0 suits logits.
        ignore_index: A target that counts for nothing.
        dim: The dimension of the classes in a pred of scores (multilabel: of the labels in both).
    """

    binary = Sum()
    multiclass = Sum()
    multilabel = Sum()

    def __init__(
        self,
        task: Task | None = None,
        num_classes: int | None = None,
        threshold: float = 0.5,
        ignore_index: int | None = None,
        dim: int = 1,
    ) -> None:
        self.task = task
        self.num_classes = num_classes
        self.threshold = threshold
        self.ignore_index = ignore_index
        self.dim = dim
        super().__init__()

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update({"dim": 1, **state})  # version 0.3 had no dim

    def reset(self) -> None:
        """Forget every count."""
        super().reset()
        self._prepared: tuple[Any, ...] | None = None

    def unpack(self, states: Any) -> None:
        """Take saved counts as one's own."""
        super().unpack(states)
        self._prepared = None

    def accumulate(self, pred: Tensor, target: Tensor) -> None:
        """Count one batch.

        Args:
            pred: `(n, classes, *)` scores, `(n, *)` scores of the positive class, or `(n, *)` labels;
                multilabel: `(n, labels, *)` scores or 0/1.
            target: `(n, *)` labels; multilabel: `(n, labels, *)` of 0/1.
        """
        seen = signature(self, pred, target)
        if self._prepared is None or self._prepared[0] != seen:
            kind = Input(self.called(), pred, target, self.task, self.num_classes, self.dim).kind()
            if not target.numel():
                return
            with torch.inference_mode(False):
                self._prepared = (seen, *self._prepare(kind, pred, target))
        _, kind, ones, offset, columns = self._prepared
        target = integral(target)
        index = target.clamp(-1, kind.classes)
        if self.ignore_index is not None and not 0 <= self.ignore_index < kind.classes:
            index = index.masked_fill_(target == self.ignore_index, kind.classes + 1)
        if kind.scored:
            guess = pred.argmax(self.dim)
        elif pred.is_floating_point():
            guess = (pred > self.threshold).reshape(target.shape)
        else:
            guess = pred.reshape(target.shape).to(torch.int64).clamp(-1, kind.classes)
        index = torch.add(guess, index, alpha=columns).add_(offset)
        self.__dict__[kind.task].view(-1).scatter_add_(0, index.reshape(-1), ones)

    def _prepare(self, kind: Kind, pred: Tensor, target: Tensor) -> tuple[Any, ...]:
        """Make the storage for the counts of a shape that was not seen before."""
        if kind.classes is None:
            wanted = "num_classes=, since labels alone do not tell how many classes there are"
            raise MetricInputError(self.called(), "integer labels as pred", wanted)
        shape = (kind.labels, kind.classes + MARGIN_ROWS, kind.classes + MARGIN_COLUMNS)
        self._check_same(kind, shape)
        held = getattr(self, kind.task)
        matrix = (
            held.to(pred.device) if isinstance(held, Tensor) else pred.new_zeros(shape, dtype=torch.int64)
        )
        setattr(self, kind.task, matrix)
        columns = kind.classes + MARGIN_COLUMNS
        offset: Tensor | int = columns + 1
        if kind.task == "multilabel":
            each = (
                torch.arange(kind.labels, device=pred.device) * (kind.classes + MARGIN_ROWS) * columns
                + offset
            )
            offset = each.reshape(-1, *[1] * (pred.ndim - 1 - self.dim % pred.ndim))
        ones = torch.ones((), dtype=torch.int64, device=pred.device).expand(target.numel())
        return kind, ones, offset, columns

    def _check_same(self, kind: Kind, shape: tuple[int, ...]) -> None:
        """See that this batch is of the kind of those before."""
        for task in TASKS:
            other = getattr(self, task)
            if isinstance(other, Tensor) and (task != kind.task or tuple(other.shape) != shape):
                before = f"{task} data with {described_size(task, other.shape)}, as in the batches before"
                now = f"{kind.task} data with {described_size(kind.task, shape)}"
                raise MetricInputError(self.called(), now, before)

    def confusion(self) -> Tensor:
        """Give the confusion matrix or matrices.

        Returns:
            float64 of shape `(labels, classes, classes)`, rows are targets, columns predictions; labels is 1
            unless multilabel. The ignored class keeps its row and column, with no targets in it.

        Raises:
            NoDataError: Nothing was seen.
        """
        held = self._held()
        classes = held.shape[1] - MARGIN_ROWS
        matrix = held[:, 1 : classes + 1, 1 : classes + 1].to(wide(held.device))
        if self.ignore_index is not None and 0 <= self.ignore_index < classes:
            matrix[:, self.ignore_index] = 0
        return matrix

    def out_of_range(self) -> Tensor | int:
        """Return the number of labels that were out of range, without a host sync."""
        held = self._held()
        classes = held.shape[1] - MARGIN_ROWS
        counted = held[:, : classes + 2]
        if self.ignore_index is not None and 0 <= self.ignore_index < classes:
            counted = counted.clone()
            counted[:, self.ignore_index + 1] = 0
        return counted.sum() - self.confusion().sum().to(counted.dtype)

    def check(self) -> None:
        """Report labels that were out of range.

        Raises:
            MetricInputError: There were some.
        """
        outside = int(self.out_of_range())
        if outside:
            raise labels_error(self.called(), outside, self._held().shape[1] - MARGIN_ROWS)

    def _held(self) -> Tensor:
        """Give the counts of the task that came."""
        for task in TASKS:
            held = getattr(self, task)
            if isinstance(held, Tensor):
                return held
        raise NoDataError(repr(self))

    def is_binary(self) -> bool:
        """Tell whether the counts are of a binary task."""
        return isinstance(self.binary, Tensor)

    def is_multilabel(self) -> bool:
        """Tell whether the counts are of a multilabel task."""
        return isinstance(self.multilabel, Tensor)

    def table(self, *, positive: bool = False) -> Table:
        """Give the counts of each class against the rest.

        Args:
            positive: Of binary data only those of class 1.

        Returns:
            Four tensors of shape `(k,)`: k is the number of classes or labels; 1 for class 1 alone.
        """
        matrix = self.confusion()
        if positive or self.is_multilabel():
            return Table(matrix[:, 1, 1], matrix[:, 0, 1], matrix[:, 1, 0], matrix[:, 0, 0])
        tp = matrix[0].diagonal()
        fp, fn = matrix[0].sum(0) - tp, matrix[0].sum(1) - tp
        return Table(tp, fp, fn, matrix.sum() - tp - fp - fn)


def described_size(task: str, shape: tuple[int, ...]) -> str:
    """Say how many labels or classes counts are for."""
    return f"{shape[0]} labels" if task == "multilabel" else f"{shape[1] - MARGIN_ROWS} classes"


class InputOptions(TypedDict, total=False):
    """How prediction and target are understood.

    Attributes:
        task: "binary", "multiclass" or "multilabel"; default: told from the shapes.
        threshold: A binary or multilabel score above it is positive. Default 0.5; 0.0 suits logits.
        ignore_index: A target that counts for nothing.
        dim: The dimension of the classes in a pred of scores (multilabel: of the labels in both); default 1,
            as in `torch.nn.functional.cross_entropy`. Give -1 where the classes are last, as language models
            have them.
        output_transform: Makes `(pred, target)` of a step's output.
    """

    task: Task | None
    threshold: float
    ignore_index: int | None
    dim: int
    output_transform: Transform | None


class CountOptions(InputOptions, total=False):
    """The options of every metric that is made of `Counts`.

    Attributes:
        num_classes: How many classes; default: as many as pred has scores.
    """

    num_classes: int | None


class Counted(Derived[Counts]):
    """A metric that is a function of `Counts`.

    Args:
        **options: See `CountOptions`.
    """

    def __init__(self, **options: Unpack[CountOptions]) -> None:
        check_task(type(self).__name__, options.get("task"))
        counts = Counts(
            options.get("task"),
            options.get("num_classes"),
            options.get("threshold", 0.5),
            options.get("ignore_index"),
            options.get("dim", 1),
        )
        super().__init__(counts, output_transform=options.get("output_transform"))
