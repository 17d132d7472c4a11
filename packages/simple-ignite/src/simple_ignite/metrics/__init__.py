"""Values over all the outputs of a run, exact under any batching and on any number of ranks."""

from simple_ignite.metrics.accuracy import Accuracy
from simple_ignite.metrics.attached import MetricSet
from simple_ignite.metrics.average import Average, RunningAverage
from simple_ignite.metrics.confusion import MCC, CohenKappa, ConfusionMatrix
from simple_ignite.metrics.foreign import DistributedMetric
from simple_ignite.metrics.loss import Loss
from simple_ignite.metrics.metric import Metric, MetricsLambda
from simple_ignite.metrics.overlap import Dice, IoU, Jaccard, MeanIoU
from simple_ignite.metrics.precision import F1Score, FBeta, Precision, Recall, Specificity
from simple_ignite.metrics.state import Cat, Max, Min, Reduced, Sum
from simple_ignite.metrics.transform import pair

__all__ = [
    "MCC",
    "Accuracy",
    "Average",
    "Cat",
    "CohenKappa",
    "ConfusionMatrix",
    "Dice",
    "DistributedMetric",
    "F1Score",
    "FBeta",
    "IoU",
    "Jaccard",
    "Loss",
    "Max",
    "MeanIoU",
    "Metric",
    "MetricSet",
    "MetricsLambda",
    "Min",
    "Precision",
    "Recall",
    "Reduced",
    "RunningAverage",
    "Specificity",
    "Sum",
    "pair",
]
