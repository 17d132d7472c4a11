"""The kinds of value a run can log beside numbers and text."""

from simple_track.values.codec import is_value, read_value, write_value
from simple_track.values.histogram import Histogram
from simple_track.values.html import Html
from simple_track.values.image import Image, Images
from simple_track.values.media import Media
from simple_track.values.overlay import Box, Mask
from simple_track.values.table import Table
from simple_track.values.text import Text

__all__ = [
    "Box",
    "Histogram",
    "Html",
    "Image",
    "Images",
    "Mask",
    "Media",
    "Table",
    "Text",
    "is_value",
    "read_value",
    "write_value",
]
