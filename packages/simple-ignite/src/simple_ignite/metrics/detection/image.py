"""The boxes of one image, as the user gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from simple_ignite.errors import MetricInputError
from simple_ignite.metrics.base.transform import described


def misfit(got: str, wanted: str) -> MetricInputError:
    """Return an error of the metric."""
    return MetricInputError("MeanAveragePrecision", got, wanted)


def image(pred: Mapping[str, Any], target: Mapping[str, Any]) -> dict[str, Tensor]:
    """Check the boxes of one image, and fill in what may be left out.

    Args:
        pred: "boxes", "scores" and "labels".
        target: "boxes" and "labels"; may have "iscrowd", "area" and "image_id".

    Returns:
        Tensors by name, each with one row per box; those of the target as `true_boxes` and so on, an unknown
        area as NaN; `true_image_id` with one row.

    Raises:
        MetricInputError: Something is missing, or does not fit.
    """
    parts = checked(pred, "pred", ("scores", "labels"), {})
    true = checked(target, "target", ("labels",), {"area": torch.nan, "iscrowd": 0})
    true["image_id"] = numbered(target.get("image_id", 0), true["boxes"].device)
    return {**parts, **{f"true_{name}": part for name, part in true.items()}}


def checked(
    given: Mapping[str, Any], side: str, needed: tuple[str, ...], optional: Mapping[str, float]
) -> dict[str, Tensor]:
    """Return the parts of one side.

    Args:
        given: The dictionary of the user.
        side: "pred" or "target".
        needed: What it must have besides "boxes".
        optional: What it may have, and what stands for it.
    """
    keys = ("boxes", *needed)
    if not isinstance(given, Mapping) or not all(isinstance(given.get(key), Tensor) for key in keys):
        wanted = f"a dictionary of the tensors {', '.join(map(repr, keys))}"
        raise misfit(f"an image whose {side} is {described(given)}", wanted)
    boxes = given["boxes"] if given["boxes"].numel() else given["boxes"].reshape(0, 4)
    parts = {name: given[name] for name in needed}
    for name, value in optional.items():
        part = given.get(name)
        parts[name] = torch.full((len(boxes),), value, device=boxes.device) if part is None else part
    sized = all(isinstance(part, Tensor) and part.shape == boxes.shape[:1] for part in parts.values())
    if not sized or boxes.ndim != 2 or boxes.shape[1] != 4:
        wanted = f"boxes (d, 4), and {', '.join(parts)} (d,)"
        raise misfit(f"an image whose {side} is {described(given)}", wanted)
    if parts["labels"].is_floating_point():
        raise misfit(f"labels {described(parts['labels'])} in {side}", "integers")
    return {"boxes": boxes, **parts}


def numbered(given: object, device: torch.device) -> Tensor:
    """Return the number of an image, `(1,)`."""
    if isinstance(given, int):
        return torch.full((1,), given, device=device)
    if isinstance(given, Tensor) and given.numel() == 1 and not given.is_floating_point():
        return given.to(device).reshape(1)
    raise misfit(f"image_id {described(given)}", "one integer per image")


def sizes(parts: list[Tensor]) -> Tensor:
    """Return the lengths of tensors, without a host sync."""
    return torch.cat([torch.full((1,), len(part), device=part.device) for part in parts])
