"""Accuracy: the share of what was predicted that is right."""

from __future__ import annotations

from typing import Any, Unpack

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.derived import Derived
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.transform import Transform
from simple_ignite.metrics.classification import scores
from simple_ignite.metrics.classification.averaging import Average, averaged, check_average
from simple_ignite.metrics.classification.counts import CountOptions, Counts
from simple_ignite.metrics.classification.hits import Hits
from simple_ignite.metrics.classification.inputs import check_task
from simple_ignite.metrics.classification.samples import Samples


class Accuracy(Derived[Counts | Hits | Samples]):
    """The share of right predictions; sklearn's `accuracy_score`.

    Understands pred `(n, classes, *)` of scores with target `(n, *)`, both `(n, *)` binary (scores or
    0/1), both `(n, *)` of labels, and, with `task="multilabel"`, both `(n, labels, *)`.

    Args:
        top_k: The target must be among this many highest scores.
        average: "micro" over all predictions; "macro", "weighted" and "none" over the accuracy of each
            class, which is its recall (binary and multiclass) or its share of right answers (multilabel).
            "macro" is over the classes that targets have, as sklearn's `balanced_accuracy_score`.
            "samples" (multilabel) is the mean over samples of their share of right labels.
        subset: Multilabel, "micro": a sample is right when all its labels are (scikit-learn). False: each
            label counts.
        **options: See `CountOptions`.
    """

    def __init__(
        self,
        *,
        top_k: int = 1,
        average: Average = "micro",
        subset: bool = True,
        **options: Unpack[CountOptions],
    ) -> None:
        name, task = type(self).__name__, options.get("task")
        check_task(name, task)
        self.average = check_average(name, average, task)
        self.top_k = top_k
        self.subset = subset
        if top_k < 1:
            raise MetricInputError(name, f"top_k={top_k!r}", "one or more")
        classes, threshold = options.get("num_classes"), options.get("threshold", 0.5)
        ignored, dim = options.get("ignore_index"), options.get("dim", 1)
        counts: Counts | Hits | Samples
        if self.average == "micro" and (task != "multilabel" or subset):
            counts = Hits(task, classes, threshold, ignored, dim, top_k)
        elif top_k > 1:
            raise MetricInputError("Accuracy", f"top_k={top_k} with average={average!r}", 'average="micro"')
        elif self.average == "samples":
            counts = Samples((scores.accuracy,), threshold, ignored, dim)
        else:
            counts = Counts(task, classes, threshold, ignored, dim)
        super().__init__(counts, output_transform=options.get("output_transform"))

    def adopt(self, leaf: Metric) -> bool:
        """Use another metric's counts, if what is asked for can be told from them."""
        if not isinstance(self.counts, Hits) or not isinstance(leaf, Counts):
            return super().adopt(leaf)
        own = self.counts.settings()
        own.pop("top_k")
        if self.top_k > 1 or own["task"] == "multilabel" or leaf.settings() != own:
            return False
        self.counts = leaf
        return True

    def result(self) -> Any:
        """Return the accuracy."""
        if isinstance(self.counts, Hits):
            return self.counts.result()
        if isinstance(self.counts, Samples):
            return self.counts.result()[0]
        multilabel = self.counts.is_multilabel()
        return averaged(
            scores.accuracy if multilabel else scores.recall,
            self.counts.table(),
            self.average,
            exclusive=not multilabel,
            of_targets=True,
        )


class TopK(Accuracy):
    """The share of targets that are among the k highest scores. sklearn's `top_k_accuracy_score`.

    Args:
        k: How many.
        ignore_index: A target that counts for nothing.
        dim: The dimension of the classes in pred.
        output_transform: Makes `(pred, target)` of a step's output, pred being scores `(n, classes, *)`.
    """

    def __init__(
        self,
        k: int = 5,
        *,
        ignore_index: int | None = None,
        dim: int = 1,
        output_transform: Transform | None = None,
    ) -> None:
        if k < 1:
            raise MetricInputError("TopK", f"k={k}", "one or more")
        super().__init__(
            task="multiclass", top_k=k, ignore_index=ignore_index, dim=dim, output_transform=output_transform
        )
