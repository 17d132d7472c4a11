"""Media: the kinds of value that are files, by name."""

from __future__ import annotations

from typing import ClassVar

from simple_track.errors import ValueKindError
from simple_track.values.audio import Audio
from simple_track.values.figure import Figure
from simple_track.values.histogram import Histogram
from simple_track.values.html import Html
from simple_track.values.image import Image, Images
from simple_track.values.mesh import Mesh
from simple_track.values.plot import Plot, Scatter
from simple_track.values.plots.confusion_matrix import ConfusionMatrix
from simple_track.values.plots.precision_recall import PrCurve
from simple_track.values.points import PointCloud
from simple_track.values.text import Text
from simple_track.values.value import Body, Value, ValueFolder
from simple_track.values.video import Video


class Media:
    """All kinds of media, as `Track.Media.Image(…)`, `Track.Media.Audio(…)` and so on."""

    Audio: ClassVar[type[Audio]] = Audio
    ConfusionMatrix: ClassVar[type[ConfusionMatrix]] = ConfusionMatrix
    Figure: ClassVar[type[Figure]] = Figure
    Histogram: ClassVar[type[Histogram]] = Histogram
    Html: ClassVar[type[Html]] = Html
    Image: ClassVar[type[Image]] = Image
    Images: ClassVar[type[Images]] = Images
    Mesh: ClassVar[type[Mesh]] = Mesh
    Plot: ClassVar[type[Plot]] = Plot
    PointCloud: ClassVar[type[PointCloud]] = PointCloud
    PrCurve: ClassVar[type[PrCurve]] = PrCurve
    Scatter: ClassVar[type[Scatter]] = Scatter
    Text: ClassVar[type[Text]] = Text
    Video: ClassVar[type[Video]] = Video


KINDS: dict[str, type[Value]] = {
    kind.kind: kind for kind in vars(Media).values() if isinstance(kind, type) and issubclass(kind, Value)
}


def read_media(body: Body, folder: ValueFolder) -> Value:
    """A media value from what was written of it.

    Raises:
        ValueKindError: It is of a kind that this version does not know.
    """
    kind = KINDS.get(body["kind"])
    if kind is None:
        known = f"this version reads {', '.join(KINDS)}; update simple-track"
        raise ValueKindError(folder.key or "value", str(body["kind"]), known)
    return kind.read(body, folder)
