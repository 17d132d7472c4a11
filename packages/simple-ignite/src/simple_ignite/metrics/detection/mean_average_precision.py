"""Mean average precision of boxes, as COCO defines it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from simple_ignite.metrics.base.metric import Metric
from simple_ignite.metrics.base.state import Cat, wide
from simple_ignite.metrics.base.transform import Transform, described
from simple_ignite.metrics.detection.box import FORMATS, BoxFormat, to_xywh
from simple_ignite.metrics.detection.image import image, misfit, sizes
from simple_ignite.metrics.detection.precision_recall import AREAS, Evaluation, Scenes, evaluate

COCO_THRESHOLDS = tuple(np.linspace(0.5, 0.95, 10).tolist())


class MeanAveragePrecision(Metric):
    """The precision of boxes averaged over recalls, overlaps and classes (Lin et al. 2014, COCO).

    pycocotools' `COCOeval(iouType="bbox")`: precision is read at 101 recalls, for overlaps of 0.50, 0.55, …
    0.95, of the 100 highest scores of each class in each image; a crowd may be found any number of times and
    counts for nothing; classes without objects are left out.

    The value is a dictionary of floats, with the names of torchmetrics: "map"; "map_50" and "map_75" for one
    overlap; "map_small", "map_medium", "map_large" for objects of up to 32², up to 96² and more square
    pixels; "mar_1", "mar_10", "mar_100" for the recall with so many detections of each class in an image;
    "mar_small", "mar_medium", "mar_large". What no object contributes to is NaN, where pycocotools says -1.

    Keeps all boxes until the value is computed.

    Args:
        box_format: What the four numbers of a box are: "xyxy" (left, top, right, bottom), "xywh" (left, top,
            width, height) or "cxcywh" (center, width, height), in pixels.
        iou_thresholds: The overlaps that are needed; "map_50" and "map_75" are there if they are among them.
        max_detections: How many detections of a class in an image count, ascending; the last is for
            precision.
        per_class: Add "classes", a dictionary of "map" and "mar_100" (the last of `max_detections`) by label.
        output_transform: Makes `(predictions, targets)` of a step's output.
    """

    boxes = Cat()
    scores = Cat()
    labels = Cat()
    counts = Cat()
    true_boxes = Cat()
    true_labels = Cat()
    true_counts = Cat()
    crowd = Cat()
    areas = Cat()
    order = Cat()

    def __init__(
        self,
        *,
        box_format: BoxFormat = "xyxy",
        iou_thresholds: Sequence[float] = COCO_THRESHOLDS,
        max_detections: Sequence[int] = (1, 10, 100),
        per_class: bool = False,
        output_transform: Transform | None = None,
    ) -> None:
        if box_format not in FORMATS:
            raise misfit(f"box_format={box_format!r}", f"one of {', '.join(FORMATS)}")
        self.iou_thresholds = tuple(float(one) for one in iou_thresholds)
        if not self.iou_thresholds or not all(0 < one <= 1 for one in self.iou_thresholds):
            raise misfit(f"iou_thresholds={list(iou_thresholds)!r}", "numbers above 0, up to 1")
        self.max_detections = tuple(int(one) for one in max_detections)
        ascending = sorted(set(self.max_detections)) == list(self.max_detections)
        if not self.max_detections or not ascending or self.max_detections[0] < 1:
            raise misfit(f"max_detections={list(max_detections)!r}", "ascending numbers from 1 on")
        self.box_format = box_format
        self.per_class = per_class
        super().__init__(output_transform=output_transform)

    def accumulate(
        self, pred: Sequence[Mapping[str, Tensor]], target: Sequence[Mapping[str, Tensor]]
    ) -> None:
        """Keep the boxes of one batch.

        Args:
            pred: For each image a dictionary of "boxes" `(d, 4)`, "scores" `(d,)` and "labels" `(d,)`, as the
                models of torchvision return it.
            target: For each image a dictionary of "boxes" `(g, 4)` and "labels" `(g,)`; and, where known,
                "iscrowd" `(g,)` (default: none is a crowd), "area" `(g,)` in square pixels (default: that of
                the box; COCO's files have that of the outline), and "image_id" (of equal scores in different
                images, that of the smaller one comes first, as in pycocotools; default: as they came).
        """
        lists = isinstance(pred, list | tuple) and isinstance(target, list | tuple)
        if not lists or len(pred) != len(target):
            got = f"pred {described(pred)}, target {described(target)}"
            raise misfit(got, "two lists of one dictionary per image, of the same length")
        images = [image(one, other) for one, other in zip(pred, target, strict=True)]
        if not images:
            return
        if len({part.device for one in images for part in one.values()}) > 1:
            raise misfit("boxes on several devices", "one device for all")
        self._keep(images)

    def _keep(self, images: list[dict[str, Tensor]]) -> None:
        """Keep the boxes of checked images."""
        joined = {name: torch.cat([one[name] for one in images]).detach() for name in images[0]}
        device = joined["boxes"].device
        real = wide(device)
        boxes, true_boxes = (
            to_xywh(joined[name].to(real), self.box_format) for name in ("boxes", "true_boxes")
        )
        areas = joined["true_area"].to(real)
        areas = torch.where(areas.isnan(), true_boxes[:, 2] * true_boxes[:, 3], areas)
        for state, values in (
            (self.boxes, boxes),
            (self.scores, joined["scores"].to(real)),
            (self.labels, joined["labels"].to(torch.int64)),
            (self.counts, sizes([one["scores"] for one in images])),
            (self.true_boxes, true_boxes),
            (self.true_labels, joined["true_labels"].to(torch.int64)),
            (self.true_counts, sizes([one["true_labels"] for one in images])),
            (self.crowd, joined["true_iscrowd"] != 0),
            (self.areas, areas),
            (self.order, joined["true_image_id"].to(torch.int64)),
        ):
            state.append(values)

    def check(self) -> None:
        """Report boxes and scores that cannot be taken.

        Raises:
            MetricInputError: There were some.
        """
        true = self.true_boxes.joined()
        number = int((~(true[:, 2:] >= 0)).any(1).sum())
        if number:
            got = f"{number} boxes of targets with a negative width or height, or NaN"
            raise misfit(got, f"boxes {self.box_format}, as box_format says; it may be {', '.join(FORMATS)}")
        number = int((~self.boxes.joined().isfinite()).any(1).sum())
        if number:
            raise misfit(f"{number} predicted boxes that are not finite", "numbers")
        number = int(self.scores.joined().isnan().sum())
        if number:
            raise misfit(f"{number} scores that are NaN", "numbers, to put in order")

    def result(self) -> dict[str, Any]:
        """Return the means by name."""
        thresholds = torch.tensor(self.iou_thresholds, dtype=self.boxes.joined().dtype)
        evaluation = evaluate(self._scenes(), thresholds.to(self.boxes.joined().device), self.max_detections)
        names = list(AREAS)
        values: dict[str, Any] = {"map": known_mean(evaluation.precision[0])}
        for percent in (50, 75):
            near = [i for i, one in enumerate(self.iou_thresholds) if abs(one - percent / 100) < 1e-9]
            if near:
                values[f"map_{percent}"] = known_mean(evaluation.precision[0, near[0]])
        for area in names[1:]:
            values[f"map_{area}"] = known_mean(evaluation.precision[names.index(area)])
        for i, limit in enumerate(self.max_detections):
            values[f"mar_{limit}"] = known_mean(evaluation.recall[i, 0])
        for area in names[1:]:
            values[f"mar_{area}"] = known_mean(evaluation.recall[-1, names.index(area)])
        if self.per_class:
            values["classes"] = self._by_class(evaluation)
        return values

    def _by_class(self, evaluation: Evaluation) -> dict[str, dict[str, float]]:
        """Return the means of each class, by its label."""
        name = f"mar_{self.max_detections[-1]}"
        return {
            str(label): {
                "map": known_mean(evaluation.precision[0, :, k]),
                name: known_mean(evaluation.recall[-1, 0, :, k]),
            }
            for k, label in enumerate(evaluation.classes.tolist())
        }

    def _scenes(self) -> Scenes:
        """Return all that was kept, with the number of its image for each box, images in order."""
        ids = self.order.joined()
        order = ids.argsort(stable=True)
        rank = torch.empty_like(order).scatter_(0, order, torch.arange(len(order), device=order.device))
        images = rank.repeat_interleave(self.counts.joined())
        true_images = rank.repeat_interleave(self.true_counts.joined())
        return Scenes(
            self.boxes.joined(),
            self.scores.joined(),
            self.labels.joined(),
            images,
            self.true_boxes.joined(),
            self.true_labels.joined(),
            true_images,
            self.crowd.joined(),
            self.areas.joined(),
        )


def known_mean(values: Tensor) -> float:
    """Return the mean of what is not NaN; NaN if all is."""
    return float(values.nanmean())
