"""MetricSet: the metrics of an engine, updated and computed together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from torch import Tensor

from simple_ignite.errors import MetricInputError, MetricStateError
from simple_ignite.metrics.base.accept import as_metric
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.reduction import evaluate, total
from simple_ignite.metrics.base.sharing import members, share
from simple_ignite.metrics.base.transform import Transform

Take = Callable[..., None]
"""What is called with a transformed output."""


class MetricSet:
    """Metrics by name that see the same outputs.

    Those that count the same things share their counts, and the states of all are exchanged between ranks in
    one message.
    """

    def __init__(self) -> None:
        self._metrics: dict[str, Metric] = {}
        self._outer: dict[str, Transform | None] = {}
        self._unplaced = False
        self._running: list[tuple[str, Metric]] = []
        self._plan: list[tuple[Transform | None, Transform, list[Take]]] = []

    def __len__(self) -> int:
        return len(self._metrics)

    def __iter__(self) -> Iterator[str]:
        return iter(self._metrics)

    def __getitem__(self, name: str) -> Metric:
        return self._metrics[name]

    def add(self, name: str, metric: object, output_transform: Transform | None = None) -> Metric:
        """Add a metric; if it counts the same as another of the set, they share the counts.

        Args:
            name: The key of its value.
            metric: A `Metric`, one of torchmetrics, or any object with `reset`, `update` and `compute`.
            output_transform: Applied to the output before the metric's own.

        Returns:
            The metric, wrapped if it is not a `Metric`.

        Raises:
            MetricInputError: If it is not a metric, or the name is taken.
        """
        if name in self._metrics:
            raise MetricInputError(
                "add", f"a second metric of the name {name!r}", "a different name for each metric"
            )
        added = as_metric(metric)
        self._metrics[name] = added
        self._outer[name] = output_transform
        same_output = [other for other, outer in self._outer.items() if outer == output_transform]
        share(member for other in same_output for member in members(self._metrics[other]))
        self._plan = self._planned()
        if added.each_iteration:
            self._running.append((name, added))
        return added

    def reset(self) -> None:
        """Reset every metric."""
        for metric in self._metrics.values():
            metric.reset()

    def update(self, output: Any) -> None:
        """Update every metric with the output of one step; each transform is applied once.

        Args:
            output: What the step returned.
        """
        outer: Transform | None = None
        transform: Transform | None = None
        try:
            for outer, transform, takes in self._plan:
                parts = transform(output if outer is None else outer(output))
                if type(parts) is not tuple:
                    parts = (parts,)
                if self._unplaced:
                    for name in self._fed_by(outer, transform):
                        self._metrics[name].place(parts)
                for take in takes:
                    take(*parts)
            self._unplaced = False
        except Exception as error:
            names = ", ".join(map(repr, self._fed_by(outer, transform)))
            error.add_note(f"while updating the metrics {names}")
            raise

    def compute(self) -> dict[str, object]:
        """Return the value of each metric over the data of all ranks.

        With `torch.distributed` every rank must call it.

        Returns:
            The values by name.
        """
        return evaluate(self._metrics)

    def running(self) -> dict[str, Tensor]:
        """Return the current values, on this rank, of the metrics that are shown after each iteration.

        It does not wait for the device.

        Returns:
            Tensors of shape `()` by name; empty if there is no such metric or nothing was seen.
        """
        return {name: metric.result() for name, metric in self._running if not metric.empty()}

    def state_dict(self) -> dict[str, Any]:
        """Return the states of each metric, merged over all ranks.

        With `torch.distributed` every rank must call it.

        Returns:
            The state dictionaries by name, which can be loaded with `weights_only=True`.
        """
        ours = [
            name for name, metric in self._metrics.items() if type(metric).state_dict is Metric.state_dict
        ]
        leaves = list(dict.fromkeys(leaf for name in ours for leaf in self._metrics[name].leaves()))
        whole = dict(zip(leaves, total(leaves), strict=True))
        return {
            name: metric.assembled([whole[leaf] for leaf in metric.leaves()])
            if name in ours
            else metric.state_dict()
            for name, metric in self._metrics.items()
        }

    def load_state_dict(self, states: Mapping[str, Any]) -> None:
        """Load saved states, with any number of ranks.

        Args:
            states: What `state_dict` returned.

        Raises:
            MetricStateError: If they are the states of other metrics.
        """
        if set(states) != set(self._metrics):
            problem = f"cannot load the states of {sorted(states)}"
            raise MetricStateError("MetricSet", problem, f"those of {sorted(self._metrics)}")
        for name, metric in self._metrics.items():
            metric.load_state_dict(states[name])
        self._unplaced = True

    def _planned(self) -> list[tuple[Transform | None, Transform, list[Take]]]:
        """Group what is fed by the transforms of the output."""
        groups: dict[tuple[Transform | None, Transform], dict[Take, None]] = {}
        for name, metric in self._metrics.items():
            for transform, take in metric.feeds():
                groups.setdefault((self._outer[name], transform), {})[take] = None
        return [(outer, transform, list(takes)) for (outer, transform), takes in groups.items()]

    def _fed_by(self, outer: Transform | None, transform: Transform | None) -> list[str]:
        """Return the names of the metrics of one group."""
        return [
            name
            for name, metric in self._metrics.items()
            if self._outer[name] == outer and transform in {its for its, _ in metric.feeds()}
        ]
