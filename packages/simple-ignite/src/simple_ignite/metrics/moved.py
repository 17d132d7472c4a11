"""Aliases of modules that have moved since 0.3.0: pickles of that version name them."""

from __future__ import annotations

import sys

from simple_ignite.metrics import edit_distance, epoch_metric
from simple_ignite.metrics.base import (
    accept,
    adapters,
    derived,
    metric,
    metric_set,
    reduction,
    sharing,
    state,
    torchmetrics,
    transform,
    wire_format,
)
from simple_ignite.metrics.classification import (
    accuracy,
    averaging,
    calibration,
    confusion,
    counts,
    inputs,
    overlap,
    precision,
    ranking,
)

MOVED = {
    "accept": accept,
    "accuracy": accuracy,
    "attached": metric_set,
    "averaging": averaging,
    "calibration": calibration,
    "collected": epoch_metric,
    "confusion": confusion,
    "counts": counts,
    "derived": derived,
    "foreign": adapters,
    "inputs": inputs,
    "message": wire_format,
    "metric": metric,
    "overlap": overlap,
    "precision": precision,
    "ranking": ranking,
    "reduction": reduction,
    "sharing": sharing,
    "state": state,
    "strings": edit_distance,
    "torchmetric": torchmetrics,
    "transform": transform,
}
"""The modules by their former name in `simple_ignite.metrics`."""

for _name, _module in MOVED.items():
    sys.modules[f"simple_ignite.metrics.{_name}"] = _module
    setattr(sys.modules["simple_ignite.metrics"], _name, _module)
