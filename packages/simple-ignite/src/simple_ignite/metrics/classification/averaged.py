"""Metrics with a value per class, and an average over the classes."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.derived import Derived
from simple_ignite.metrics.classification.averaging import (
    Average,
    Score,
    averaged,
    check_average,
    check_zero_division,
)
from simple_ignite.metrics.classification.counts import CountOptions, Counts
from simple_ignite.metrics.classification.inputs import check_task
from simple_ignite.metrics.classification.samples import Samples


class Averaged(Derived[Counts | Samples]):
    """A metric with a value per class, and an average over the classes; both as in scikit-learn.

    Args:
        average: "binary" (the value of class 1), "macro" (the mean over the classes that occur in target or
            prediction; multilabel: over all labels), "micro" (of the counts of all classes together),
            "weighted" (by the targets of each class), "samples" (multilabel: the mean over samples), or
            "none" (one value per class, binary data too). Default "auto": "binary" for binary data, else
            "macro".
        zero_division: The value of a class where it would be 0/0, such as the recall of a label that no
            target has: 0, 1, or `math.nan`, which leaves it out of averages.
        **options: See `CountOptions`.
    """

    score: Score
    """Makes the value of each class from its counts."""
    positive: ClassVar[bool] = True
    """Whether binary data have the value of class 1 unless an average is asked for."""
    of_targets: ClassVar[bool] = False
    """Whether "macro" is over the classes that occur in targets only."""

    def __init__(
        self, *, average: Average = "auto", zero_division: float = 0.0, **options: Unpack[CountOptions]
    ) -> None:
        name = type(self).__name__
        task = options.get("task")
        check_task(name, task)
        self.average = check_average(name, average, task, "auto", "binary")
        self.zero_division = check_zero_division(name, zero_division)
        shared = (options.get("threshold", 0.5), options.get("ignore_index"), options.get("dim", 1))
        counts: Counts | Samples = Counts(task, options.get("num_classes"), *shared)
        if average == "samples":
            counts = Samples((self.score_of("multilabel"),), *shared, float(self.zero_division))
        super().__init__(counts, output_transform=options.get("output_transform"))

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "zero_division" not in state:  # version 0.3, where "macro" of binary data was the value of class 1
            average = "auto" if state["average"] == "macro" and self.positive else state["average"]
            state = {**state, "zero_division": 0.0, "average": average}
        vars(self).update(state)

    def score_of(self, task: str) -> Score:  # noqa: ARG002 (some metrics mean another thing by it)
        """Return what makes the value of each class for a task."""
        return self.score

    def result(self) -> Any:
        """Return the average of the values, or one per class."""
        if isinstance(self.counts, Samples):
            return self.counts.result()[0]
        binary, multilabel = self.counts.is_binary(), self.counts.is_multilabel()
        average = self.average
        if average == "auto":
            average = "binary" if binary else "macro"
        if average == "binary" and not binary:
            got = 'average="binary" for data of several classes or labels'
            raise MetricInputError(type(self).__name__, got, '"macro", "micro", "weighted" or "none"')
        table = self.counts.table(positive=average == "binary")
        value: Tensor = averaged(
            self.score_of("multilabel" if multilabel else "multiclass"),
            table,
            None if average == "binary" else average,
            zero=float(self.zero_division),
            exclusive=not multilabel,
            of_targets=self.of_targets,
        )
        return value[0] if average == "binary" else value
