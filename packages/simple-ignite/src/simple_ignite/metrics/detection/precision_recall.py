"""Precision and recall of detections, as COCO's evaluation counts them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from simple_ignite.metrics.detection.matching import Detections, Objects, match

RECALLS = torch.from_numpy(np.linspace(0.0, 1.0, 101))
"""Where precision is read; by numpy, so that equal recalls fall on the same side as in pycocotools."""
AREAS = {"all": (0.0, 1e10), "small": (0.0, 32.0**2), "medium": (32.0**2, 96.0**2), "large": (96.0**2, 1e10)}
"""Ranges of areas in square pixels."""
EPSILON = float(np.spacing(1))


class Scenes(NamedTuple):
    """All detections and all objects, as they came.

    Attributes:
        boxes: Left, top, width and height of detections, float64 `(n, 4)`.
        scores: float64 `(n,)`.
        labels: int64 `(n,)`.
        images: int64 `(n,)`, the number of the image; images are in order.
        true_boxes: Left, top, width and height of objects, float64 `(m, 4)`.
        true_labels: int64 `(m,)`.
        true_images: int64 `(m,)`.
        crowd: bool `(m,)`.
        areas: float64 `(m,)`, square pixels.
    """

    boxes: Tensor
    scores: Tensor
    labels: Tensor
    images: Tensor
    true_boxes: Tensor
    true_labels: Tensor
    true_images: Tensor
    crowd: Tensor
    areas: Tensor


class Evaluation(NamedTuple):
    """Precision and recall of every class that has objects.

    Attributes:
        classes: int64 `(k,)`, the labels.
        precision: float64 `(areas, thresholds, k, recalls)`, with the most detections; NaN without objects.
        recall: float64 `(limits, areas, thresholds, k)`, for each limit of detections; NaN without objects.
    """

    classes: Tensor
    precision: Tensor
    recall: Tensor


def evaluate(scenes: Scenes, thresholds: Tensor, limits: tuple[int, ...]) -> Evaluation:
    """Match detections with objects, and count.

    Args:
        scenes: What was predicted, and what is there.
        thresholds: float64 `(t,)`, the overlaps that are needed.
        limits: How many detections of a class in an image count, ascending.
    """
    classes = torch.unique(scenes.true_labels)
    detections, detected_classes = chosen(scenes, classes, limits[-1])
    objects, object_classes = present(scenes, classes)
    ranges = torch.tensor(list(AREAS.values()), dtype=detections.boxes.dtype, device=classes.device)
    matches = match(detections, objects, thresholds)
    sizes = detections.boxes[:, 2] * detections.boxes[:, 3]
    beyond = ((sizes < ranges[:, :1]) | (sizes > ranges[:, 1:]))[:, None] & ~matches.found
    counts = ~(matches.ignored | beyond)
    right, wrong = matches.found & counts, ~matches.found & counts
    shape = (len(limits), len(AREAS), len(thresholds), len(classes))
    recall = scenes.scores.new_full(shape, torch.nan)
    precision = scenes.scores.new_full((*shape[1:], len(RECALLS)), torch.nan)
    order = detections.scores.argsort(descending=True, stable=True)
    order = order[detected_classes[order].argsort(stable=True)]
    ends = torch.searchsorted(detected_classes[order], torch.arange(len(classes) + 1, device=classes.device))
    for k in range(len(classes)):
        where = order[int(ends[k]) : int(ends[k + 1])]
        positives = torch.count_nonzero(~objects.ignored[:, object_classes == k], 1).to(recall.dtype)
        share = torch.where(positives > 0, positives, torch.nan)[:, None, None]
        for i, limit in enumerate(limits):
            among = right[:, :, where] & (detections.places[where] < limit)
            recall[i, :, :, k] = among.sum(2) / share[..., 0]
        precision[:, :, k] = read(right[:, :, where], wrong[:, :, where], share)
    return Evaluation(classes, precision, recall)


def read(right: Tensor, wrong: Tensor, positives: Tensor) -> Tensor:
    """Return the precision at each of the recalls, the best that is had at this recall or a higher one.

    Args:
        right: bool `(areas, thresholds, n)`, from the highest score on.
        wrong: The same.
        positives: float64 `(areas, 1, 1)`, number of objects; NaN for none.

    Returns:
        float64 `(areas, thresholds, recalls)`; 0 at recalls that are not reached.
    """
    found, missed = right.cumsum(2).to(positives.dtype), wrong.cumsum(2).to(positives.dtype)
    recall = found / positives.nan_to_num(1.0)
    precision = found / (found + missed + EPSILON)
    best = precision.flip(2).cummax(2).values.flip(2) if precision.shape[2] else precision
    recalls = RECALLS.to(recall).expand(*recall.shape[:2], -1)
    place = torch.searchsorted(recall.contiguous(), recalls.contiguous())
    best = torch.nn.functional.pad(best, (0, 1))  # 0 beyond the last
    return torch.where(positives.isnan(), torch.nan, best.gather(2, place))


def chosen(scenes: Scenes, classes: Tensor, limit: int) -> tuple[Detections, Tensor]:
    """Return the detections of known classes that count, and their classes.

    Args:
        scenes: What was predicted, and what is there.
        classes: int64 `(k,)`, the labels that objects have, ascending.
        limit: How many detections of a class in an image count, those of the highest scores.
    """
    kind = torch.searchsorted(classes, scenes.labels).clamp(max=max(0, len(classes) - 1))
    known = classes[kind] == scenes.labels if len(classes) else torch.zeros_like(kind, dtype=torch.bool)
    kind, boxes, scores = kind[known], scenes.boxes[known], scenes.scores[known]
    groups = scenes.images[known] * max(1, len(classes)) + kind
    order = scores.argsort(descending=True, stable=True)
    order = order[groups[order].argsort(stable=True)]
    groups = groups[order]
    places = torch.arange(len(groups), device=groups.device) - torch.searchsorted(groups, groups)
    near = places < limit
    order = order[near]
    return Detections(boxes[order], scores[order], groups[near], places[near]), kind[order]


def present(scenes: Scenes, classes: Tensor) -> tuple[Objects, Tensor]:
    """Return the objects, and their classes."""
    kind = torch.searchsorted(classes, scenes.true_labels)
    groups = scenes.true_images * max(1, len(classes)) + kind
    order = groups.argsort(stable=True)
    ranges = torch.tensor(list(AREAS.values()), dtype=scenes.areas.dtype, device=classes.device)
    areas, crowd = scenes.areas[order], scenes.crowd[order]
    ignored = crowd | (areas < ranges[:, :1]) | (areas > ranges[:, 1:])
    return Objects(scenes.true_boxes[order], groups[order], crowd, ignored), kind[order]
