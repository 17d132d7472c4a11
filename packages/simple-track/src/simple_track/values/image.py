"""Images, with masks and boxes over them, kept as PNG."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any, ClassVar, Self

import attrs
import numpy as np

from simple_track.extras import need, require
from simple_track.storage import exact_json
from simple_track.values.arrays import Array, ValueShapeError, frozen, same
from simple_track.values.checks import whole
from simple_track.values.decoding.picture import opened
from simple_track.values.notebook.media_html import boxes_svg, picture, side_by_side
from simple_track.values.overlay import Box, Mask, as_boxes, as_masks
from simple_track.values.pixels import as_pixels
from simple_track.values.value import Body, Value, ValueFolder


@attrs.frozen(init=False)
class Image(Value):
    """An image of 8 bits a channel (or 16 bits, grey).

    Args:
        img: An array, a torch tensor, a PIL image, or the path of an image file, which is turned as its EXIF
            data say. The shape is (H, W), (H, W, C) or (C, H, W) with C = 1, 3 (RGB) or 4 (RGBA). Where both
            could be meant, such as (3, 8, 3), a tensor is taken as (C, H, W) and everything else as (H, W,
            C).
            Numbers: uint8 is taken as it is; uint16 too, for grey images; bool becomes black and white; other
            integers must lie in 0…255; floats in 0…1 are scaled to 0…255, floats in -1…1 with some below 0
            are scaled from that range, and floats in 0…255 with some of 2 or more are rounded. What lies up
            to 0.05 outside 0…1 or -1…1, as resizing leaves it, is cut off.
        caption: A line of text for it.
        masks: Named masks, each an array (H, W) of class numbers, or `{"mask": array, "classes": {1:
            "cat"}}`; the form of W&B (`mask_data`, `class_labels`) will do.
        boxes: Boxes as `Box`, as dicts of its fields, or as rows (x0, y0, x1, y1); or a dict of named groups
            of them, where the form of W&B (`box_data`, `class_labels`) will do.
        layout: "HW", "HWC" or "CHW" where the shape alone would be read otherwise.
        value_range: What is black and what is white, such as (-1, 1), instead of the rules above.

    Attributes:
        pixels: uint8 (or uint16) of shape (H, W), (H, W, 3) or (H, W, 4).

    Raises:
        ValueShapeError: The shape is none of these; the message names it.
        ValueRangeError: The numbers lie in none of these ranges.
        MissingExtraError: pillow, which an image is kept with, is not installed.
    """

    kind: ClassVar[str] = "image"
    pixels: Array = attrs.field(eq=attrs.cmp_using(eq=same))
    caption: str = attrs.field(default="", converter=whole)
    masks: dict[str, Mask] = attrs.field(factory=dict)
    boxes: dict[str, tuple[Box, ...]] = attrs.field(factory=dict)

    def __init__(
        self,
        img: Any,
        caption: str | None = "",
        masks: Mapping[str, Any] | None = None,
        boxes: Mapping[str, Iterable[Any]] | Iterable[Any] | None = None,
        *,
        layout: str | None = None,
        value_range: tuple[float, float] | None = None,
    ) -> None:
        require("PIL", library="pillow", extra="media", purpose="an image")
        pixels = frozen(as_pixels(opened(img), layout=layout, value_range=value_range))
        size = pixels.shape[:2]
        self.__attrs_init__(pixels, caption, as_masks(masks, size), as_boxes(boxes, size))

    def _repr_png_(self) -> bytes:
        return encode_png(self.pixels)

    def _repr_html_(self) -> str | None:
        if not (self.caption or self.boxes or self.masks):
            return None  # the picture itself will do
        return self.as_html()

    def as_html(self) -> str:
        """The picture with its boxes, its masks beside it, and its caption."""
        height, width = self.pixels.shape[:2]
        boxes = [(b.x0, b.y0, b.x1, b.y1, b.label) for group in self.boxes.values() for b in group]
        shown = [picture(encode_png(self.pixels), self.caption, boxes_svg(width, height, boxes))]
        shown += [picture(encode_png(mask.visible()), name) for name, mask in self.masks.items()]
        return side_by_side(shown)

    def write(self, folder: ValueFolder) -> Body:
        """A PNG for the image and one for each mask; the boxes as JSON."""
        body = folder.save(encode_png(self.pixels), "images", ".png")
        body |= {"width": self.pixels.shape[1], "height": self.pixels.shape[0], "caption": self.caption}
        if self.masks:
            body["masks"] = {name: _write_mask(mask, folder) for name, mask in self.masks.items()}
        if self.boxes:
            body["boxes"] = exact_json.encode(
                {name: [box.as_dict() for box in group] for name, group in self.boxes.items()}
            )
        return body

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The image from its files."""
        masks = {name: _read_mask(mask, folder) for name, mask in body.get("masks", {}).items()}
        groups = exact_json.decode(body.get("boxes", {}))
        boxes = {name: tuple(Box(**box) for box in group) for name, group in groups.items()}
        made = cls.__new__(cls)
        pixels = frozen(decode_png(folder.load(body)))
        made.__attrs_init__(pixels, body["caption"], masks, boxes)
        return made


@attrs.frozen(init=False)
class Images(Value):
    """Several images under one key.

    Args:
        images: `Image` values, or whatever an `Image` is made of. One array (N, …) is taken as N images.
        captions: One text for each image.
        value_range: What is black and what is white in each, as for `Image`.
    """

    kind: ClassVar[str] = "images"
    items: tuple[Image, ...]

    def __init__(
        self,
        images: Iterable[Any],
        captions: Iterable[str | None] | None = None,
        value_range: tuple[float, float] | None = None,
    ) -> None:
        given = list(images)
        texts = list(captions) if captions is not None else [None] * len(given)
        if len(texts) != len(given):
            raise ValueShapeError("captions", (len(texts),), f"one for each of the {len(given)} images")
        pairs = zip(given, texts, strict=True)
        self.__attrs_init__(tuple(_captioned(img, text, value_range) for img, text in pairs))

    def _repr_html_(self) -> str:
        return side_by_side(image.as_html() for image in self.items)

    def write(self, folder: ValueFolder) -> Body:
        """What each image writes."""
        return {"items": [image.write(folder) for image in self.items]}

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The images from their files."""
        return cls([Image.read(item, folder) for item in body["items"]])


def _captioned(img: Any, caption: str | None, value_range: tuple[float, float] | None) -> Image:
    if not isinstance(img, Image):
        return Image(img, caption=caption, value_range=value_range)
    if caption is None:
        return img
    made = Image.__new__(Image)
    made.__attrs_init__(img.pixels, caption, img.masks, img.boxes)
    return made


def encode_png(pixels: Array) -> bytes:
    """Pixels as a PNG file."""
    pillow = need("PIL.Image", library="pillow", extra="media", purpose="an image")
    out = BytesIO()
    pillow.fromarray(pixels).save(out, "png", compress_level=2)
    return out.getvalue()


def decode_png(data: bytes) -> Array:
    """The pixels of a PNG file that `encode_png` made."""
    png = need("PIL.PngImagePlugin", library="pillow", extra="media", purpose="an image")
    with png.PngImageFile(BytesIO(data)) as image:  # not PIL.Image.open, which refuses very large ones
        pixels = np.asarray(image)
    return pixels.astype(np.uint16) if pixels.dtype.itemsize > 1 else pixels


def _write_mask(mask: Mask, folder: ValueFolder) -> Body:
    body = folder.save(encode_png(mask.labels), "images", ".mask.png")
    return body | {"classes": {str(number): name for number, name in mask.classes.items()}}


def _read_mask(body: Body, folder: ValueFolder) -> Mask:
    classes = {int(number): name for number, name in body["classes"].items()}
    return Mask(decode_png(folder.load(body)), classes)
