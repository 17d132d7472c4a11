"""Aliases of modules that have moved since 0.3.0: pickles of that version name them."""

from __future__ import annotations

import sys

from simple_ignite.metrics import epoch_metric
from simple_ignite.metrics.base import adapters, metric, metric_set, state, torchmetrics, transform
from simple_ignite.metrics.classification import (
    accuracy,
    calibration,
    confusion,
    counts,
    inputs,
    overlap,
    precision,
    ranking,
)

MOVED = {
    "accuracy": accuracy,
    "attached": metric_set,
    "calibration": calibration,
    "collected": epoch_metric,
    "confusion": confusion,
    "counts": counts,
    "foreign": adapters,
    "inputs": inputs,
    "metric": metric,
    "overlap": overlap,
    "precision": precision,
    "ranking": ranking,
    "state": state,
    "torchmetric": torchmetrics,
    "transform": transform,
}
"""The modules by their former name in `simple_ignite.metrics`."""

sys.modules.update({f"simple_ignite.metrics.{name}": module for name, module in MOVED.items()})
