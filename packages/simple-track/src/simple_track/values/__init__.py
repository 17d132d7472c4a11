"""The kinds of value a run can log beside numbers and text."""

from simple_track.values.arrays import ValueRangeError, ValueShapeError
from simple_track.values.audio import Audio
from simple_track.values.cells import TableCellError
from simple_track.values.codec import is_value, read_value, write_value
from simple_track.values.figure import Figure
from simple_track.values.histogram import Histogram
from simple_track.values.html import Html
from simple_track.values.image import Image, Images
from simple_track.values.media import Media
from simple_track.values.mesh import Mesh
from simple_track.values.overlay import Box, Mask
from simple_track.values.plot import Plot, Scatter
from simple_track.values.plots.confusion_matrix import ConfusionMatrix
from simple_track.values.plots.precision_recall import PrCurve
from simple_track.values.points import PointCloud
from simple_track.values.table import RowError, Table, UnknownColumnError
from simple_track.values.text import Text
from simple_track.values.value import DamagedValueError, Value
from simple_track.values.video import Video

__all__ = [
    "Audio",
    "Box",
    "ConfusionMatrix",
    "DamagedValueError",
    "Figure",
    "Histogram",
    "Html",
    "Image",
    "Images",
    "Mask",
    "Media",
    "Mesh",
    "Plot",
    "PointCloud",
    "PrCurve",
    "RowError",
    "Scatter",
    "Table",
    "TableCellError",
    "Text",
    "UnknownColumnError",
    "Value",
    "ValueRangeError",
    "ValueShapeError",
    "Video",
    "is_value",
    "read_value",
    "write_value",
]
