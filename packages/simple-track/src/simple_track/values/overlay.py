"""What is drawn over an image: masks of class numbers, and boxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs
import numpy as np

from simple_track.values.arrays import Array, ValueRangeError, ValueShapeError, as_array, frozen, same
from simple_track.values.checks import distinct, integer, whole

_RARE = ("class_id", "scores")


@attrs.frozen
class Mask:
    """A class number for each pixel.

    Args:
        labels: Class numbers, uint8 or uint16, shape (H, W) like the image.
        classes: The names of the numbers.
    """

    labels: Array = attrs.field(eq=attrs.cmp_using(eq=same), converter=frozen)
    classes: dict[int, str] = attrs.field(factory=dict)

    def visible(self) -> Array:
        """Pixels in which the classes are greys that differ as far as 8 bits allow; class 0 is black."""
        numbers, places = np.unique(self.labels, return_inverse=True)
        steps = np.linspace(0 if numbers[0] == 0 else 64, 255, len(numbers)).astype(np.uint8)
        grey: Array = steps[places.reshape(self.labels.shape)]
        return grey


@attrs.frozen
class Box:
    """A rectangle in pixels of the image, from the upper left corner (x0, y0) to the lower right (x1, y1).

    Args:
        x0: Left, in pixels.
        y0: Top, in pixels.
        x1: Right, in pixels.
        y1: Bottom, in pixels.
        label: What is in it; the number of the class where it has no name.
        score: How sure the model is, when a model drew it.
        class_id: The number of its class, when it was given.
        scores: All scores by name, when there are several; `score` is the first.
    """

    x0: float = attrs.field(converter=float)
    y0: float = attrs.field(converter=float)
    x1: float = attrs.field(converter=float)
    y1: float = attrs.field(converter=float)
    label: str = attrs.field(default="", converter=whole)
    score: float | None = attrs.field(default=None, converter=attrs.converters.optional(float))

    class_id: int | None = None
    scores: dict[str, float] = attrs.field(factory=dict, hash=False)

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in attrs.fields(type(self))}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the state of a pickle; one of version 0.3.0 has no `class_id` and no `scores`."""
        for name, value in {"class_id": None, "scores": {}, **state}.items():
            object.__setattr__(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        """Its fields, without those that few boxes have."""
        fields = attrs.asdict(self)
        return {name: value for name, value in fields.items() if name not in _RARE or value not in (None, {})}

    def __attrs_post_init__(self) -> None:
        if not (self.x0 <= self.x1 and self.y0 <= self.y1):  # NaN fails too
            found = f"({self.x0:g}, {self.y0:g}, {self.x1:g}, {self.y1:g})"
            raise ValueRangeError("box", found, "x0 ≤ x1 and y0 ≤ y1, in pixels")


def as_masks(masks: Mapping[str, Any] | None, size: tuple[int, ...]) -> dict[str, Mask]:
    """Named masks from what an `Image` accepts.

    Raises:
        ValueShapeError: A mask does not have the image's height and width.
        ValueRangeError: A mask has something else than class numbers from 0 to 65535, or has no name.
    """
    if not isinstance(masks, Mapping | None):
        raise ValueRangeError("masks", f"got {type(masks).__name__}", "a dict of masks by name")
    given = masks or {}
    names = distinct("masks", given)
    return {name: _as_mask(name, mask, size) for name, mask in zip(names, given.values(), strict=True)}


def _as_mask(name: str, mask: Any, size: tuple[int, ...]) -> Mask:
    kind = f"mask {name!r}"
    if isinstance(mask, Mask):
        mask = {"mask": mask.labels, "classes": mask.classes}
    if not isinstance(mask, Mapping):
        mask = {"mask": mask}
    given = mask.get("mask", mask.get("mask_data"))
    if given is None:
        raise ValueRangeError(
            kind, f"a dict of {sorted(mask)}", 'an array, or {"mask": array, "classes": {1: "cat"}}'
        )
    labels = as_array(given, kind)
    if labels.shape != size:
        raise ValueShapeError(kind, labels.shape, f"the image's {size}")
    if labels.dtype.kind == "f" or labels.min() < 0 or labels.max() > 65535:
        found = f"{labels.dtype} from {labels.min()} to {labels.max()}"
        raise ValueRangeError(kind, found, "integers in 0…65535")
    small = np.uint8 if labels.max() < 256 else np.uint16
    classes = mask.get("classes") or mask.get("class_labels") or {}
    return Mask(labels.astype(small), _class_names(kind, classes))


def _class_names(kind: str, classes: Any) -> dict[int, str]:
    """Names by class number, from a dict whose keys may be the numbers as text, as in JSON."""
    if not isinstance(classes, Mapping):
        raise ValueRangeError(kind, f"classes are a {type(classes).__name__}", 'a dict such as {1: "cat"}')
    names: dict[int, str] = {}
    for number, name in classes.items():
        plain = int(number) if isinstance(number, str) and number.strip().lstrip("-").isdecimal() else number
        key = integer(kind, "a class number", plain, "a whole number", low=-(2**63), high=2**63)
        if key in names:
            raise ValueRangeError(kind, f"class {key} has two names", "one name for each class")
        names[key] = whole(name)
    return names


def as_boxes(
    boxes: Mapping[str, Any] | Iterable[Any] | None, size: tuple[int, ...]
) -> dict[str, tuple[Box, ...]]:
    """Named groups of boxes from what an `Image` accepts; boxes without a name go into the group "boxes".

    Raises:
        ValueShapeError: A row does not have four numbers.
        ValueRangeError: A box is inside out, or is nothing that can be read as one.
    """
    if boxes is None:
        return {}
    groups = boxes if isinstance(boxes, Mapping) else {"boxes": boxes}
    names = distinct("boxes", groups)
    return {name: tuple(_group(group, size)) for name, group in zip(names, groups.values(), strict=True)}


def _group(group: Any, size: tuple[int, ...]) -> Iterator[Box]:
    if isinstance(group, Mapping):
        names = _class_names("boxes", group.get("class_labels") or {})
        yield from (_from_wandb(box, names, size) for box in group.get("box_data", ()))
        return
    for box in group:
        yield _as_box(box)


def _as_box(box: Any) -> Box:
    if isinstance(box, Box):
        return box
    if isinstance(box, Mapping):
        try:
            return Box(**box)
        except TypeError as error:
            raise ValueRangeError(
                "box", f"a dict of {sorted(box)}", "x0, y0, x1, y1, label, score"
            ) from error
    row = as_array(box, "box")
    if row.shape != (4,):
        raise ValueShapeError("box", row.shape, "(4,): x0, y0, x1, y1 in pixels")
    return Box(*row.tolist())


def _from_wandb(box: Mapping[str, Any], names: Mapping[int, str], size: tuple[int, ...]) -> Box:
    """A box as W&B writes it: in fractions of the image, unless they are said to be pixels."""
    try:
        place = box["position"]
        if "middle" in place:
            (x, y), w, h = place["middle"], place["width"], place["height"]
            corners = [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
        else:
            corners = [place["minX"], place["minY"], place["maxX"], place["maxY"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueRangeError("box", f"{box!r}", 'a "position" with minX, minY, maxX, maxY') from error
    if box.get("domain") != "pixel":
        height, width = size
        corners = [corners[0] * width, corners[1] * height, corners[2] * width, corners[3] * height]
    number = box.get("class_id")
    if number is not None:
        number = integer("box", "class_id", number, "a whole number", low=-(2**63), high=2**63)
    label = box.get("box_caption") or ("" if number is None else names.get(number, str(number)))
    scores = {whole(name): float(score) for name, score in (box.get("scores") or {}).items()}
    x0, y0, x1, y1 = corners
    first = next(iter(scores.values()), None)
    return Box(x0, y0, x1, y1, label, first, number, scores if len(scores) > 1 else {})
