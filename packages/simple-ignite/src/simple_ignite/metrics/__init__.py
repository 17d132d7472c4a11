"""Values over all the outputs of a run, exact under any batching and on any number of ranks."""

from simple_ignite.metrics.accuracy import Accuracy
from simple_ignite.metrics.attached import MetricSet
from simple_ignite.metrics.foreign import DistributedMetric
from simple_ignite.metrics.loss import Loss
from simple_ignite.metrics.metric import Metric, MetricsLambda
from simple_ignite.metrics.state import Cat, Max, Min, Reduced, Sum
from simple_ignite.metrics.transform import pair

__all__ = [
    "Accuracy",
    "Cat",
    "DistributedMetric",
    "Loss",
    "Max",
    "Metric",
    "MetricSet",
    "MetricsLambda",
    "Min",
    "Reduced",
    "Sum",
    "pair",
]
