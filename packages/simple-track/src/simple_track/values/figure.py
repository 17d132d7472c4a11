"""Figures of matplotlib, kept as the PNG they are saved as."""

from __future__ import annotations

from io import BytesIO
from typing import Any, ClassVar, Self

import attrs

from simple_track.values.arrays import Array, ValueRangeError
from simple_track.values.checks import whole
from simple_track.values.image import decode_png
from simple_track.values.value import Body, Value, ValueFolder


@attrs.frozen(init=False)
class Figure(Value):
    """A figure as it looks when it is logged.

    Args:
        figure: A `matplotlib.figure.Figure`, or `matplotlib.pyplot` for its current one.
        caption: A line of text for it.
        dpi: Dots an inch.

    Attributes:
        png: The PNG file.

    Raises:
        ValueRangeError: It is not a figure of matplotlib.
    """

    kind: ClassVar[str] = "figure"
    png: bytes = attrs.field(repr=False)
    caption: str = attrs.field(default="", converter=whole)

    def __init__(self, figure: Any, caption: str = "", *, dpi: int = 150) -> None:
        if hasattr(figure, "get_figure") and not hasattr(figure, "savefig"):  # an Axes
            figure = figure.get_figure()
        if not hasattr(figure, "savefig"):
            raise ValueRangeError(
                "figure", f"{type(figure).__name__} has no savefig", "a figure of matplotlib"
            )
        out = BytesIO()
        figure.savefig(out, format="png", dpi=dpi, bbox_inches="tight")
        self.__attrs_init__(out.getvalue(), caption)

    def pixels(self) -> Array:
        """The picture: uint8, shape (H, W, 4), RGBA."""
        return decode_png(self.png)

    def _repr_png_(self) -> bytes:
        return self.png

    def write(self, folder: ValueFolder) -> Body:
        """One PNG file."""
        return folder.save(self.png, "figures", ".png") | {"caption": self.caption}

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The figure from its file."""
        made = cls.__new__(cls)
        made.__attrs_init__(folder.load(body), body["caption"])
        return made
