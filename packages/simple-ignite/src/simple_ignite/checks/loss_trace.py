"""LossTrace: the loss functions of torch that are called, and with what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

__all__ = ["LabelError", "LossTrace"]

ELEMENTWISE = {functional.mse_loss, functional.l1_loss, functional.smooth_l1_loss, functional.huber_loss}
DIFFERENCES = {"sub", "__sub__", "rsub", "__rsub__", "subtract"}
VIEWS = ("View", "Squeeze", "Unsqueeze", "Reshape", "Alias", "ToCopy", "Transpose", "Permute", "Select")
TOLERANCE = 1e-3


class LabelError(Exception):
    """Labels beyond the outputs of the model, found before cross entropy is computed.

    Attributes:
        count: How many.
        example: One of them.
        classes: The number of outputs.
    """

    def __init__(self, count: int, total: int, example: int, classes: int) -> None:
        super().__init__(f"{count} of {total} labels are outside 0..{classes - 1}, such as {example}")
        self.count = count
        self.example = example
        self.classes = classes


class LossTrace(TorchFunctionMode):
    """Looks at calls of torch's losses while it is active.

    Args:
        target: The target of the batch.

    Attributes:
        classes: The number of classes of the last cross entropy, or None.
        ignored: Its `ignore_index`.
        probabilities: Why the outputs given to cross entropy are probabilities, or "".
        broadcast: The shapes of outputs and targets that were broadcast, or None.

    Raises:
        LabelError: From the call, if labels are beyond the outputs.
    """

    def __init__(self, target: Any) -> None:
        super().__init__()
        self.classes: int | None = None
        self.ignored = -100
        self.probabilities = ""
        self.broadcast: tuple[tuple[int, ...], tuple[int, ...]] | None = None
        self._target = target if isinstance(target, Tensor) and target.layout == torch.strided else None

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Look at a call, and make it."""
        given = dict(kwargs or {})
        if func is functional.cross_entropy or func is functional.nll_loss:
            self._look_at_classes(func, *_pair(args, given), given, args)
        elif func is functional.binary_cross_entropy_with_logits:
            output, _ = _pair(args, given)
            if isinstance(output, Tensor) and _made_by(output, "Sigmoid"):
                self.probabilities = "a sigmoid is applied twice: in the model, and in the loss"
        elif func in ELEMENTWISE:
            output, target = _pair(args, given)
            tensors = isinstance(output, Tensor) and isinstance(target, Tensor)
            if tensors and output.shape != target.shape and target.dim() > 0 and output.dim() > 0:
                self.broadcast = (tuple(output.shape), tuple(target.shape))
        elif getattr(func, "__name__", "") in DIFFERENCES and len(args) == 2:
            self._look_at_difference(*args)
        return func(*args, **given)

    def _look_at_classes(
        self, func: Callable[..., Any], output: Any, target: Any, given: dict[str, Any], args: tuple[Any, ...]
    ) -> None:
        if not (isinstance(output, Tensor) and isinstance(target, Tensor)) or output.dim() == 0:
            return
        axis = 1 if output.dim() > 1 else 0
        classes = output.shape[axis]
        if func is functional.cross_entropy and classes > 1 and _are_probabilities(output, axis):
            self.probabilities = "softmax is applied twice: in the model, and in cross_entropy"
        if target.is_floating_point():
            return
        self.ignored = given.get("ignore_index", args[4] if len(args) > 4 else -100)
        self.classes = classes
        check_labels(target, classes, self.ignored)

    def _look_at_difference(self, one: Any, other: Any) -> None:
        """Notice (n, 1) - (n,), whose result is (n, n)."""
        if self._target is None or not (isinstance(one, Tensor) and isinstance(other, Tensor)):
            return
        if self._target.data_ptr() not in (_pointer(one), _pointer(other)) or self._target.numel() < 2:
            return
        try:
            shape = torch.broadcast_shapes(one.shape, other.shape)  # type: ignore[no-untyped-call]
        except RuntimeError:
            return
        if shape not in (one.shape, other.shape):
            first = one if _pointer(other) == self._target.data_ptr() else other
            second = other if first is one else one
            self.broadcast = (tuple(first.shape), tuple(second.shape))


def check_labels(target: Tensor, classes: int, ignored: int) -> None:
    """Raise LabelError if labels are beyond the outputs.

    Args:
        target: Labels of any shape.
        classes: The number of outputs.
        ignored: The label that is ignored.
    """
    outside = ((target < 0) | (target >= classes)) & (target != ignored)
    if bool(outside.any()):
        count = int(outside.sum())
        raise LabelError(count, target.numel(), int(target[outside].reshape(-1)[0]), classes)


def _pair(args: tuple[Any, ...], given: dict[str, Any]) -> tuple[Any, Any]:
    output = args[0] if args else given.get("input")
    target = args[1] if len(args) > 1 else given.get("target")
    return output, target


def _pointer(tensor: Tensor) -> int:
    return tensor.data_ptr() if tensor.layout == torch.strided else -1


def _are_probabilities(output: Tensor, axis: int) -> bool:
    """Return whether values are in [0, 1] and sum to 1 along an axis."""
    with torch.no_grad():
        values = output.detach().float()
        if bool((values < 0).any()):
            return False
        sums = values.sum(axis)
        return bool(((sums - 1).abs() < TOLERANCE).all())


def _made_by(output: Tensor, name: str) -> bool:
    """Return whether a tensor is the result of an operation, or a view of one."""
    node = output.grad_fn
    while node is not None:
        kind = type(node).__name__
        if kind.startswith(name):
            return True
        if not kind.startswith(VIEWS) or not node.next_functions:
            return False
        node = node.next_functions[0][0]
    return False
