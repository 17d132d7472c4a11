"""Call: how the model and the loss are called with a batch."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from simple_ignite.checks.nested import cloned

__all__ = ["Call", "FormError", "call_of", "cloned_call"]

TARGETS = ("target", "targets", "label", "labels", "y")


class FormError(Exception):
    """A batch that the model and the loss cannot be called with."""


@dataclass(frozen=True)
class Call:
    """The arguments of the model, and the target of the loss, from one batch.

    Attributes:
        args: Positional arguments of the model.
        kwargs: Keyword arguments of the model.
        target: The target, or None if the batch has none.
        in_output: Whether the model gets the target too, so that its output may hold the loss.
    """

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    target: Any = None
    in_output: bool = False

    @property
    def inputs(self) -> Any:
        """What the model gets, without the target."""
        if self.kwargs:
            return {key: value for key, value in self.kwargs.items() if value is not self.target}
        return self.args[0] if len(self.args) == 1 else self.args

    def output(self, model: Callable[..., Any]) -> Any:
        """Call the model."""
        return model(*self.args, **self.kwargs)

    def loss(self, loss_fn: Callable[..., Any] | None, pred: Any) -> Any:
        """Return the loss of the model's output; that in the output if there is no other."""
        own = getattr(pred, "loss", None)
        if own is None and isinstance(pred, Mapping):
            own = pred.get("loss")
        own = own if isinstance(own, Tensor) and own.requires_grad else None
        if loss_fn is None:
            if own is None:
                raise FormError("there is no loss_fn, and the output of the model has no loss")
            return own
        if self.in_output and own is None and self.target is None:
            raise FormError("the batch has no target, and the output of the model has no loss")
        if not self.in_output or own is None:
            return loss_fn(pred, self.target)
        try:
            return loss_fn(pred, self.target)
        except Exception:  # a loss_fn for other outputs: the model computes its own loss
            return own


def cloned_call(call: Call) -> Call:
    """Return a call whose tensors are copies, so that the batch stays as it is."""
    memo: dict[int, Any] = {}
    args = tuple(cloned(one, memo) for one in call.args)
    kwargs = {key: cloned(one, memo) for key, one in call.kwargs.items()}
    return Call(args, kwargs, cloned(call.target, memo), call.in_output)


def call_of(batch: Any, model: nn.Module, *, pairs_only: bool = False, own_step: bool = False) -> Call:
    """Return how `model` is called with a batch.

    Args:
        batch: (input, target); (input, input, ..., target) as the model's forward takes them; or a mapping
            whose keys are parameters of the model's forward.
        model: The model.
        pairs_only: Whether a batch must be (input, target), and the model is called with the input.
        own_step: Whether the step is of one's own, which may take one input from a mapping by its key.

    Raises:
        FormError: If the batch has another form.
    """
    if isinstance(batch, list | tuple) and len(batch) == 2:
        if pairs_only:
            return Call((batch[0],), target=batch[1])
        return _call_of_input(batch[0], batch[1], model)
    if not pairs_only:
        names, required = _parameters(model)
        if isinstance(batch, list | tuple) and len(batch) > 2 and required == len(batch) - 1:
            return Call(tuple(batch[:-1]), target=batch[-1])
        if isinstance(batch, Mapping):
            found = _call_of_mapping(batch, names, own_step)
            if found is not None:
                return found
    raise FormError(f"a batch must be (input, target), not {_form(batch)}")


def _call_of_input(inputs: Any, target: Any, model: nn.Module) -> Call:
    names, required = _parameters(model)
    if isinstance(inputs, Mapping) and inputs and set(inputs) <= names:
        return Call(kwargs=dict(inputs), target=target)
    if isinstance(inputs, list | tuple) and len(inputs) > 1 and required == len(inputs):
        return Call(tuple(inputs), target=target)
    return Call((inputs,), target=target)


def _call_of_mapping(batch: Mapping[Any, Any], names: set[str], own_step: bool) -> Call | None:
    label = next((key for key in TARGETS if key in batch), None)
    target = None if label is None else batch[label]
    if len(batch) > 1 and set(batch) <= names:
        return Call(kwargs=dict(batch), target=target, in_output=True)
    if label is None:
        return None
    rest = {key: value for key, value in batch.items() if key != label}
    if set(rest) <= names and len(rest) > 1:
        return Call(kwargs=rest, target=target)
    if own_step and len(rest) == 1:
        return Call(tuple(rest.values()), target=target)
    return None


def _parameters(model: nn.Module) -> tuple[set[str], int]:
    """Return the names of the parameters of the model's forward, and how many are required."""
    try:
        parameters = list(inspect.signature(model.forward).parameters.values())
    except (TypeError, ValueError):
        return set(), 1
    plain = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = sum(p.default is p.empty for p in plain)
    return {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}, required


def _form(batch: Any) -> str:
    if isinstance(batch, Mapping):
        return f"a mapping of {', '.join(map(repr, list(batch)[:8]))}"
    if isinstance(batch, list | tuple):
        return f"a {type(batch).__name__} of {len(batch)}"
    return f"a {type(batch).__name__}"
