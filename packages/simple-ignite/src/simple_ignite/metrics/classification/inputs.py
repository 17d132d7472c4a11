"""What kind of classification a prediction and a target are, told from their shapes and types alone."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.transform import described

Task = Literal["binary", "multiclass", "multilabel"]
TASKS = ("binary", "multiclass", "multilabel")


class Kind(NamedTuple):
    """A kind of classification.

    Attributes:
        task: Which of the three.
        classes: How many classes (2 for binary and multilabel), None when only labels came.
        labels: How many labels (multilabel), else 1.
        scored: Whether the prediction has a score a class in dimension 1, and the class is the largest.
    """

    task: Task
    classes: int | None
    labels: int
    scored: bool


class Named(Protocol):
    """A metric, as messages name it."""

    def called(self) -> str:
        """Give its name."""


def signature(metric: Named, pred: Tensor, target: Tensor) -> tuple[object, ...]:
    """Give what must be alike for two batches to be taken alike: shapes, types, device.

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


def kind_of(name: str, pred: Tensor, target: Tensor, task: Task | None, num_classes: int | None) -> Kind:
    """Tell what kind of classification this is.

    Args:
        name: The metric, for messages.
        pred: `(n, classes, *)` scores, `(n, *)` scores of the positive class, or `(n, *)` labels;
            multilabel: `(n, labels, *)` scores or 0/1.
        target: `(n, *)` labels; multilabel: `(n, labels, *)` of 0/1. 0.0 and 1.0 will do for binary and
            multilabel.
        task: What the user said it is; None to tell from the shapes.
        num_classes: What the user said; None to tell from the shapes.

    Returns:
        The kind.

    Raises:
        MetricInputError: They do not fit each other or what the user said.
    """
    came = f"pred {described(pred)}, target {described(target)}"
    if not isinstance(pred, Tensor) or not isinstance(target, Tensor):
        raise MetricInputError(name, came, "two tensors")
    if pred.device != target.device:
        got = f"pred on {pred.device}, target on {target.device}"
        raise MetricInputError(name, got, "one device for both")
    kind = _shaped(name, came, pred, target, task, num_classes)
    if target.is_complex() or (target.is_floating_point() and kind.task == "multiclass"):
        raise MetricInputError(name, came, "a target of integer labels; is it target.long() that is meant?")
    return kind


def check_task(name: str, task: Task | None) -> None:
    """See that a task is one of those that exist.

    Args:
        name: The metric, for the message.
        task: What the user said.

    Raises:
        MetricInputError: It is none of them.
    """
    if task is not None and task not in TASKS:
        raise MetricInputError(name, f"task={task!r}", f"one of {', '.join(TASKS)}, or None")


def integral(target: Tensor) -> Tensor:
    """Give labels as int64; what is no whole number becomes -1, which is out of range."""
    if target.is_floating_point():
        target = torch.where(target == target.round(), target, -1.0)
    return target.to(torch.int64)


def _shaped(
    name: str, came: str, pred: Tensor, target: Tensor, task: Task | None, num_classes: int | None
) -> Kind:
    """Tell the kind from the shapes."""
    if task == "multilabel":
        if pred.shape != target.shape or pred.ndim < 2:
            raise MetricInputError(name, came, "two tensors of the same shape (n, labels, *) for multilabel")
        return Kind(task, 2, pred.shape[1], scored=False)
    if pred.ndim == target.ndim + 1:
        return _scored(name, came, pred, target, task, num_classes)
    if pred.shape != target.shape:
        wanted = "pred (n, classes, *) with target (n, *), or both of the same shape (n, *)"
        raise MetricInputError(name, came, wanted)
    if task == "binary" or (task is None and num_classes in (None, 2) and _binary(pred)):
        return Kind("binary", 2, 1, scored=False)
    if pred.is_floating_point():
        raise MetricInputError(name, came, "scores (n, classes, *) or integer labels (n, *) for multiclass")
    return Kind("multiclass", num_classes, 1, scored=False)


def _binary(pred: Tensor) -> bool:
    """Tell whether a prediction of the target's shape can only be binary."""
    return pred.is_floating_point() or pred.dtype == torch.bool


def _scored(
    name: str, came: str, pred: Tensor, target: Tensor, task: Task | None, num_classes: int | None
) -> Kind:
    """Tell the kind where the prediction has one dimension more than the target."""
    classes = pred.shape[1]
    if pred.shape[:1] + pred.shape[2:] != target.shape:
        wanted = (
            f"a target of shape {tuple(pred.shape[:1] + pred.shape[2:])} for {classes} classes in dimension 1"
        )
        raise MetricInputError(name, came, wanted)
    if not pred.is_floating_point():
        raise MetricInputError(name, came, "floating scores (n, classes, *), or integer labels (n, *)")
    if classes == 1 and task != "multiclass":
        return Kind("binary", 2, 1, scored=False)
    if task == "binary":
        raise MetricInputError(name, came, "pred of the target's shape for binary: one score, or label, each")
    if num_classes is not None and num_classes != classes:
        raise MetricInputError(
            name, came, f"{num_classes} classes in dimension 1 of pred, as num_classes says"
        )
    return Kind("multiclass", classes, 1, scored=True)
