"""Values over all the outputs of a run, exact under any batching and on any number of ranks."""

from simple_ignite.metrics import moved  # noqa: F401 - so that pickles of 0.3.0 can be loaded
from simple_ignite.metrics.average import Average, RunningAverage
from simple_ignite.metrics.base.adapters import DistributedMetric
from simple_ignite.metrics.base.metric import Metric, MetricsLambda
from simple_ignite.metrics.base.metric_set import MetricSet
from simple_ignite.metrics.base.state import Cat, Max, Min, Reduced, Sum, larger, smaller
from simple_ignite.metrics.base.transform import pair, single
from simple_ignite.metrics.classification.accuracy import Accuracy, TopK
from simple_ignite.metrics.classification.calibration import CalibrationError
from simple_ignite.metrics.classification.confusion import MCC, CohenKappa, ConfusionMatrix
from simple_ignite.metrics.classification.curves import PRCurve, PRPoints, ROCCurve, ROCPoints, curve_table
from simple_ignite.metrics.classification.overlap import Dice, IoU, Jaccard, MeanIoU
from simple_ignite.metrics.classification.precision import (
    F1Score,
    FBeta,
    HammingDistance,
    Precision,
    Recall,
    Specificity,
)
from simple_ignite.metrics.classification.ranking import PRAUC, ROCAUC, AveragePrecision
from simple_ignite.metrics.classification.report import ClassificationReport, report_text
from simple_ignite.metrics.correlation import Pearson, R2Score, Spearman
from simple_ignite.metrics.detection.mean_average_precision import MeanAveragePrecision
from simple_ignite.metrics.divergence import JSDivergence, KLDivergence
from simple_ignite.metrics.epoch_metric import EpochMetric
from simple_ignite.metrics.frechet import FrechetDistance
from simple_ignite.metrics.gpu import GpuInfo
from simple_ignite.metrics.image import PSNR, SSIM
from simple_ignite.metrics.kendall import Kendall
from simple_ignite.metrics.loss import Loss
from simple_ignite.metrics.perplexity import Perplexity
from simple_ignite.metrics.regression import MAE, MAPE, MSE, RMSE, Huber, MaxError, MedianAE
from simple_ignite.metrics.retrieval import MRR, NDCG
from simple_ignite.metrics.similarity import CosineSimilarity
from simple_ignite.metrics.text import BLEU, WER, EditDistance, RougeL
from simple_ignite.metrics.throughput import Frequency

__all__ = [
    "BLEU",
    "MAE",
    "MAPE",
    "MCC",
    "MRR",
    "MSE",
    "NDCG",
    "PRAUC",
    "PSNR",
    "RMSE",
    "ROCAUC",
    "SSIM",
    "WER",
    "Accuracy",
    "Average",
    "AveragePrecision",
    "CalibrationError",
    "Cat",
    "ClassificationReport",
    "CohenKappa",
    "ConfusionMatrix",
    "CosineSimilarity",
    "Dice",
    "DistributedMetric",
    "EditDistance",
    "EpochMetric",
    "F1Score",
    "FBeta",
    "FrechetDistance",
    "Frequency",
    "GpuInfo",
    "HammingDistance",
    "Huber",
    "IoU",
    "JSDivergence",
    "Jaccard",
    "KLDivergence",
    "Kendall",
    "Loss",
    "Max",
    "MaxError",
    "MeanAveragePrecision",
    "MeanIoU",
    "MedianAE",
    "Metric",
    "MetricSet",
    "MetricsLambda",
    "Min",
    "PRCurve",
    "PRPoints",
    "Pearson",
    "Perplexity",
    "Precision",
    "R2Score",
    "ROCCurve",
    "ROCPoints",
    "Recall",
    "Reduced",
    "RougeL",
    "RunningAverage",
    "Spearman",
    "Specificity",
    "Sum",
    "TopK",
    "curve_table",
    "larger",
    "pair",
    "report_text",
    "single",
    "smaller",
]
