"""Boxes: their formats, areas and overlaps."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

BoxFormat = Literal["xyxy", "xywh", "cxcywh"]
FORMATS = ("xyxy", "xywh", "cxcywh")


def to_xywh(boxes: Tensor, box_format: BoxFormat) -> Tensor:
    """Return boxes as left, top, width and height.

    Args:
        boxes: Floats `(n, 4)`.
        box_format: What the four numbers are: "xyxy" (left, top, right, bottom), "xywh" (left, top, width,
            height) or "cxcywh" (center, width, height).

    Returns:
        The same shape and type.
    """
    if box_format == "xywh":
        return boxes
    first, second = boxes[:, :2], boxes[:, 2:]
    if box_format == "xyxy":
        return torch.cat([first, second - first], 1)
    return torch.cat([first - second / 2, second], 1)


def overlaps(boxes: Tensor, others: Tensor, crowd: Tensor) -> Tensor:
    """Return the intersection over union of each box with each of the others.

    As in pycocotools, it is the intersection over the area of the box where the other is a crowd, a region
    with more objects than were told apart.

    Args:
        boxes: Left, top, width and height, `(n, d, 4)`.
        others: The same, `(n, g, 4)`.
        crowd: bool `(n, g)`.

    Returns:
        `(n, d, g)`, 0 where the boxes do not meet.
    """
    a, b = boxes[:, :, None], others[:, None]
    right = torch.minimum(a[..., :2] + a[..., 2:], b[..., :2] + b[..., 2:])
    sides = right - torch.maximum(a[..., :2], b[..., :2])
    shared = torch.where((sides > 0).all(-1), sides[..., 0] * sides[..., 1], 0.0)
    area = a[..., 2] * a[..., 3]
    union = torch.where(crowd[:, None], area, area + b[..., 2] * b[..., 3] - shared)
    return torch.where(shared > 0, shared / union, 0.0)
