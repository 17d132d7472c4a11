"""Reduction: values from the states of all ranks, which are exchanged in one message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from simple_ignite.distributed import collective
from simple_ignite.errors import RankError
from simple_ignite.metrics.base.state import Value
from simple_ignite.metrics.base.wire_format import packed, unpacked


class Leaf(Protocol):
    """A metric that holds states."""

    def local(self) -> dict[str, Value]:
        """Return the packed states of this rank."""

    def merged(self, parts: list[dict[str, Value]]) -> dict[str, Value]:
        """Return the merged states of all ranks."""

    def hold(self, states: dict[str, Value]) -> object:
        """Use other states until `release` is called with what this returns."""

    def release(self, held: object) -> None:
        """Restore the states from before `hold`."""


class Reducible(Protocol):
    """What the reduction uses of a metric."""

    def leaves(self) -> Iterable[Leaf]:
        """Return the metrics that hold the states from which the value is computed."""

    def value(self) -> object:
        """Return the value from the current states of the leaves."""


def evaluate(metrics: Mapping[str, Reducible]) -> dict[str, object]:
    """Compute every metric over the data of all ranks.

    Without other ranks that is `value()` of each. Otherwise the states of all metrics are exchanged in one
    message, and every rank merges them in the same order, so that all get the same values. Every rank must
    call it, with the same metrics.

    Args:
        metrics: The metrics by name.

    Returns:
        Their values by the same names, in the same order.

    Raises:
        RankError: If another rank failed. What a metric of this rank raises is raised as it is.
    """
    if not collective.is_distributed():
        return valued(metrics)
    leaves = unique(leaf for metric in metrics.values() for leaf in metric.leaves())
    states = exchanged(leaves)
    held: list[tuple[Leaf, object]] = []
    values: dict[str, object] = {}
    failure: Exception | None = None
    try:
        for leaf, parts in zip(leaves, states, strict=True):
            held.append((leaf, leaf.hold(leaf.merged(parts))))
        values = valued(metrics)
    except Exception as error:
        failure = error
    finally:
        for leaf, before in reversed(held):
            leaf.release(before)
    collective.agree(failure, "computing the metrics")
    return values


def valued(metrics: Mapping[str, Reducible]) -> dict[str, object]:
    """Return the value of each metric from its current states; errors get a note with the metric's name."""
    values: dict[str, object] = {}
    failure: Exception | None = None
    for name, metric in metrics.items():
        try:
            values[name] = metric.value()
        except Exception as error:
            if failure is None:  # the others are still computed, because other ranks may wait for them
                error.add_note(f"while computing the metric {name!r}")
                failure = error
    if failure is not None:
        raise failure
    return values


def total(leaves: Iterable[Leaf]) -> list[dict[str, Value]]:
    """Return the states of each leaf, merged over all ranks.

    Every rank must call it, with the same leaves.

    Args:
        leaves: The metrics that hold states.

    Returns:
        The states, in the order of the leaves.
    """
    leaves = list(leaves)
    if not collective.is_distributed():
        return [leaf.local() for leaf in leaves]
    return [leaf.merged(parts) for leaf, parts in zip(leaves, exchanged(leaves), strict=True)]


def exchanged(leaves: list[Leaf]) -> list[list[dict[str, Value]]]:
    """Exchange the states of this rank with those of all others.

    Args:
        leaves: The same on every rank.

    Returns:
        For each leaf, its states on each rank.

    Raises:
        RankError: If another rank could not send its states. An error of this rank is raised as it is.
    """
    failure: Exception | None = None
    own: list[dict[str, Value]] = []
    try:
        own = [leaf.local() for leaf in leaves]
        message = packed(value for states in own for value in states.values())
    except Exception as error:
        failure = error
        message = collective.encoded(collective.described(error))
    answers = collective.gather(torch.cat([torch.tensor([int(failure is not None)]), message]))
    if failure is not None:
        raise failure
    for rank, answer in enumerate(answers):
        if answer[0]:
            raise RankError(rank, f"sending its metrics: {collective.decoded(answer[1:])}")
    parts: list[list[dict[str, Value]]] = [[] for _ in leaves]
    for answer in answers:
        values = iter(unpacked(answer[1:]))
        for states, received in zip(own, parts, strict=True):
            received.append({name: next(values) for name in states})
    return parts


def unique(leaves: Iterable[Leaf]) -> list[Leaf]:
    """Return each leaf once; metrics may share them."""
    return list({id(leaf): leaf for leaf in leaves}.values())


def plain(value: Any) -> Any:
    """Return a value with scalar tensors as numbers, also in dicts, lists and tuples."""
    if isinstance(value, Tensor):
        return value.item() if value.ndim == 0 else value
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(plain(item) for item in value)
    return value
