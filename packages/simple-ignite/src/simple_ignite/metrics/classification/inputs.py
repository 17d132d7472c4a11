"""What kind of classification a prediction and a target are, told from their shapes and types alone."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.transform import described

Task = Literal["binary", "multiclass", "multilabel"]
TASKS = ("binary", "multiclass", "multilabel")
NO_LABEL = torch.iinfo(torch.int64).min
"""Stands for a target that is not a whole number; it is out of range, and no ignore_index."""


class Kind(NamedTuple):
    """A kind of classification.

    Attributes:
        task: Which of the three.
        classes: Number of classes (2 for binary and multilabel), None when only labels came.
        labels: Number of labels (multilabel), else 1.
        scored: Whether the prediction has one score per class, and the class is the largest.
    """

    task: Task
    classes: int | None
    labels: int
    scored: bool

    def described(self) -> str:
        """Describe the kind for a message."""
        if self.task == "multilabel":
            return f"multilabel data with {self.labels} labels"
        return f"{self.task} data" + (f" with {self.classes} classes" if self.classes is not None else "")


class Input(NamedTuple):
    """A prediction and a target, and how the metric was told to understand them.

    Attributes:
        name: The metric, for messages.
        pred: The prediction.
        target: The target.
        task: The task given by the user; None to tell it from the shapes.
        classes: The number of classes given by the user; None to tell it from the shapes.
        dim: The dimension of pred that holds the classes (multilabel: of both that holds the labels).
        ranked: Whether only the order of the scores matters, so that integers are scores too.
    """

    name: str
    pred: Tensor
    target: Tensor
    task: Task | None = None
    classes: int | None = None
    dim: int = 1
    ranked: bool = False

    def kind(self) -> Kind:
        """Return the kind of classification.

        Raises:
            MetricInputError: Prediction and target do not fit each other or the options.
        """
        pred, target = self.pred, self.target
        if not isinstance(pred, Tensor) or not isinstance(target, Tensor):
            raise self._misfit("two tensors")
        if pred.device != target.device:
            got = f"pred on {pred.device}, target on {target.device}"
            raise MetricInputError(self.name, got, "one device for both")
        if pred.is_complex():
            raise self._misfit("a pred of real numbers")
        kind = self._shaped()
        if target.is_complex() or (target.is_floating_point() and kind.task == "multiclass"):
            raise self._misfit("a target of integer labels; is it target.long() that is meant?")
        return kind

    def _misfit(self, wanted: str) -> MetricInputError:
        """Return an error that shows what came."""
        came = f"pred {described(self.pred)}, target {described(self.target)}"
        return MetricInputError(self.name, came, wanted)

    def _shaped(self) -> Kind:
        """Tell the kind from the shapes."""
        pred, target, task = self.pred, self.target, self.task
        if task == "multilabel":
            if pred.shape != target.shape or pred.ndim < 2:
                raise self._misfit(f"two tensors of the same shape {self._layout('labels')} for multilabel")
            return Kind(task, 2, pred.shape[self._axis()], scored=False)
        if pred.ndim == target.ndim + 1:
            return self._scored()
        if pred.shape != target.shape:
            raise self._misfit(
                f"pred {self._layout('classes')} with target (n, *), or both of the same shape (n, *)"
            )
        undecided = task is None and self.classes in (None, 2)
        if task == "binary" or (undecided and self._binary()):
            return Kind("binary", 2, 1, scored=False)
        if self.ranked or pred.is_floating_point():
            labels = "" if self.ranked else " or integer labels (n, *)"
            raise self._misfit(f"scores {self._layout('classes')}{labels} for multiclass")
        return Kind("multiclass", self.classes, 1, scored=False)

    def _binary(self) -> bool:
        """Tell whether a prediction of the target's shape can only be binary."""
        return self.ranked or self.pred.is_floating_point() or self.pred.dtype == torch.bool

    def _layout(self, of: str) -> str:
        """Describe the shape in which dimension `dim` holds classes or labels."""
        return {1: f"(n, {of}, *)", -1: f"(n, *, {of})"}.get(self.dim, f"with {of} in dimension {self.dim}")

    def _axis(self) -> int:
        """Return `dim`, if pred has such a dimension."""
        if not -self.pred.ndim <= self.dim < self.pred.ndim:
            raise self._misfit(f"a pred with a dimension {self.dim}, since dim={self.dim}")
        return self.dim

    def _scored(self) -> Kind:
        """Tell the kind where the prediction has one dimension more than the target."""
        pred, task = self.pred, self.task
        axis = self._axis() % pred.ndim
        classes = pred.shape[axis]
        rest = tuple(pred.shape[:axis] + pred.shape[axis + 1 :])
        if rest != tuple(self.target.shape):
            raise self._misfit(
                f"a target of shape {rest} for {classes} classes in dimension {self.dim}{self._elsewhere()}"
            )
        if not pred.is_floating_point() and not self.ranked:
            raise self._misfit(f"floating scores {self._layout('classes')}, or integer labels (n, *)")
        if classes == 1 and task != "multiclass":
            return Kind("binary", 2, 1, scored=False)
        if task == "binary":
            raise self._misfit("pred of the target's shape for binary: one score, or label, each")
        if self.classes is not None and self.classes != classes:
            raise self._misfit(f"{self.classes} classes in dimension {self.dim} of pred, as num_classes says")
        return Kind("multiclass", classes, 1, scored=True)

    def _elsewhere(self) -> str:
        """Name another dimension in which the classes could be, if it fits the target."""
        shape, target = tuple(self.pred.shape), tuple(self.target.shape)
        for dim, rest in ((-1, shape[:-1]), (1, shape[:1] + shape[2:])):
            if rest == target and dim != self.dim:
                return f"; if dimension {dim} holds the classes, give the metric dim={dim}"
        return ""


class Named(Protocol):
    """A metric, as messages name it."""

    def called(self) -> str:
        """Return its name."""


def signature(metric: Named, pred: Tensor, target: Tensor) -> tuple[object, ...]:
    """Return what must be equal for two batches to be treated alike: shapes, types, device.

    Args:
        metric: Whose name the message gives.
        pred: A tensor.
        target: A tensor.

    Raises:
        MetricInputError: They are not tensors.
    """
    try:
        return (pred.shape, target.shape, pred.dtype, target.dtype, pred.device)
    except AttributeError:
        came = f"pred {described(pred)}, target {described(target)}"
        raise MetricInputError(metric.called(), came, "two tensors") from None


def check_task(name: str, task: Task | None) -> None:
    """Check that a task is one of those that exist.

    Args:
        name: The metric, for the message.
        task: The task given by the user.

    Raises:
        MetricInputError: It is none of them.
    """
    if task is not None and task not in TASKS:
        raise MetricInputError(name, f"task={task!r}", f"one of {', '.join(TASKS)}, or None")


def integral(target: Tensor) -> Tensor:
    """Return labels as int64, with `NO_LABEL` in place of what is not a whole number."""
    if not target.is_floating_point():
        return target.to(torch.int64)
    whole = target == target.round()
    return torch.where(whole, target, 0).to(torch.int64).masked_fill_(~whole, NO_LABEL)


def outside(target: Tensor, classes: int | None, ignore_index: int | None = None) -> Tensor:
    """Tell which labels are not in 0 … classes - 1.

    Args:
        target: int64 labels of any shape.
        classes: Number of classes; None if unknown, when only negative labels are out of range.
        ignore_index: A label that is never out of range.

    Returns:
        bool, the shape of target.
    """
    beyond = target < 0
    if classes is not None:
        beyond = beyond | (target >= classes)
    return beyond if ignore_index is None else beyond & (target != ignore_index)


def labels_error(name: str, number: int | str, classes: int | None) -> MetricInputError:
    """Return the error about labels that are out of range.

    Args:
        name: The metric.
        number: How many labels.
        classes: Number of classes, or None if unknown.
    """
    if classes is None:
        wanted = "labels from 0 to below the number of classes, or an ignore_index"
        return MetricInputError(name, f"{number} labels out of range", wanted)
    got = f"{number} labels outside 0…{classes - 1}"
    return MetricInputError(name, got, f"labels of {classes} classes, or an ignore_index")
