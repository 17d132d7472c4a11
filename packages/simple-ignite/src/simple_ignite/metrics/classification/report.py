"""Precision, recall and F1 of every class, and their averages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, Unpack

from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.metric import Feed, Metric
from simple_ignite.metrics.classification import scores
from simple_ignite.metrics.classification.averaging import Average, averaged, check_zero_division, scored
from simple_ignite.metrics.classification.counts import Counted, CountOptions
from simple_ignite.metrics.classification.samples import Samples

Report: TypeAlias = dict[str, Any]
"""By class name, and by "macro avg" and the like, a dictionary of "precision", "recall", "f1-score" and
"support"; and "accuracy", a number, where each sample has one class."""

SCORES = {"precision": scores.precision, "recall": scores.recall, "f1-score": scores.f1}

MEANS = ("accuracy", "micro avg", "macro avg", "weighted avg", "samples avg")


class ClassificationReport(Counted):
    """Precision, recall, F1 and number of targets of every class, and their averages.

    sklearn's `classification_report(output_dict=True)`, with the same names: "0", "1", … or `names`, then
    "accuracy" (of multilabel data "micro avg"), "macro avg", "weighted avg" and, of multilabel data,
    "samples avg". All are floats, so that any tracker that takes nested dictionaries takes the value.

    Args:
        names: The names of the classes or labels; default: their numbers.
        zero_division: The value of a class where it would be 0/0: 0, 1, or `math.nan`, which leaves it out of
            averages.
        **options: See `CountOptions`.
    """

    def __init__(
        self,
        names: Sequence[str] | None = None,
        *,
        zero_division: float = 0.0,
        **options: Unpack[CountOptions],
    ) -> None:
        self.names = None if names is None else tuple(names)
        if self.names is not None and len(set(self.names) - set(MEANS)) != len(self.names):
            wanted = f"names that differ, and differ from {', '.join(map(repr, MEANS))}"
            raise MetricInputError("ClassificationReport", f"names={list(self.names)!r}", wanted)
        self.zero_division = check_zero_division("ClassificationReport", zero_division)
        self._samples: Samples | None = None
        if options.get("task") == "multilabel":
            self._samples = Samples(
                tuple(SCORES.values()),
                options.get("threshold", 0.5),
                options.get("ignore_index"),
                options.get("dim", 1),
                float(self.zero_division),
            )
            self._samples.owner = "ClassificationReport"
        super().__init__(**options)

    def reset(self) -> None:
        """Forget every count."""
        super().reset()
        if self._samples is not None:
            self._samples.reset()

    def accumulate(self, *parts: Any) -> None:
        """Count one batch."""
        super().accumulate(*parts)
        if self._samples is not None:
            self._samples.accumulate(*parts)

    def parts(self) -> tuple[Metric, ...]:
        """Return what counts."""
        return (self.counts,) if self._samples is None else (self.counts, self._samples)

    def feeds(self) -> tuple[Feed, ...]:
        """Feed each of the counts directly."""
        return tuple((self.output_transform, part.accumulate) for part in self.parts())

    def result(self) -> Report:
        """Return the report."""
        multilabel, table = self.counts.is_multilabel(), self.counts.table()
        support = table.tp + table.fn
        names = self._named(len(support))
        zero = float(self.zero_division)
        each = [scored(score, table, zero) for score in SCORES.values()]
        report: Report = {name: row([part[i] for part in each], support[i]) for i, name in enumerate(names)}

        def mean(average: Average) -> dict[str, float]:
            options: Any = {"zero": zero, "exclusive": not multilabel}
            values = [averaged(score, table, average, **options) for score in SCORES.values()]
            return row(values, support.sum())

        if multilabel:
            report["micro avg"] = mean("micro")
        else:
            report["accuracy"] = float(averaged(scores.recall, table, "micro"))
        report["macro avg"], report["weighted avg"] = mean("macro"), mean("weighted")
        if self._samples is not None:
            report["samples avg"] = row(list(self._samples.result()), support.sum())
        return report

    def _named(self, number: int) -> Sequence[str]:
        """Return the names of the classes."""
        if self.names is None:
            return [str(i) for i in range(number)]
        if len(self.names) != number:
            got = f"{len(self.names)} names"
            raise MetricInputError("ClassificationReport", got, f"one for each of {number} classes or labels")
        return self.names


def row(values: Sequence[Tensor], support: Tensor) -> dict[str, float]:
    """Return one line of a report."""
    return {
        **{name: float(value) for name, value in zip(SCORES, values, strict=True)},
        "support": float(support),
    }


def report_text(report: Mapping[str, Any], digits: int = 2) -> str:
    """Return a report as a table to read, laid out as scikit-learn's `classification_report`.

    Args:
        report: The value of `ClassificationReport`.
        digits: Digits after the point.
    """
    width = max(len(name) for name in [*report, "weighted avg"])
    lines = [f"{'':>{width}s} " + "".join(f" {name:>9}" for name in (*SCORES, "support")), ""]
    total = sum(line["support"] for name, line in report.items() if name not in MEANS)
    for name, line in report.items():
        if name in ("accuracy", "micro avg"):
            lines.append("")
        if name == "accuracy":
            line = {"precision": "", "recall": "", "f1-score": f"{line:.{digits}f}", "support": total}
        cells = [line[one] if isinstance(line[one], str) else f"{line[one]:.{digits}f}" for one in SCORES]
        cells.append(f"{line['support']:.0f}")
        lines.append(f"{name:>{width}s} " + "".join(f" {cell:>9}" for cell in cells))
    return "\n".join(lines) + "\n"
