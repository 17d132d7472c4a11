"""Accepting any object that is a metric."""

from __future__ import annotations

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.adapters import Foreign
from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.torchmetrics import adapted
from simple_ignite.metrics.base.transform import described


def as_metric(metric: object) -> Metric:
    """Return any metric as a `Metric`.

    Args:
        metric: A `Metric`, one of torchmetrics, or anything with `reset`, `update` and `compute`.

    Returns:
        The metric itself, or a wrapper around it.

    Raises:
        MetricInputError: If it lacks one of these methods.
    """
    if isinstance(metric, Metric):
        return metric
    wanted = "a Metric, or an object with reset, update and compute"
    if isinstance(metric, type):
        raise MetricInputError(
            "add", f"the class {metric.__name__}", f"{wanted}; did you mean {metric.__name__}()?"
        )
    if not all(callable(getattr(metric, method, None)) for method in ("reset", "update", "compute")):
        raise MetricInputError("add", described(metric), wanted)
    theirs = any(base.__module__.partition(".")[0] == "torchmetrics" for base in type(metric).__mro__)
    return adapted(metric) if theirs else Foreign(metric)
