"""Videos, kept as MP4 with H.264, which every player and browser shows."""

from __future__ import annotations

import math
import tempfile
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar, Self

import attrs
import numpy as np

from simple_track.extras import need
from simple_track.values.arrays import Array, ValueRangeError, ValueShapeError, as_array, is_tensor
from simple_track.values.checks import number, whole
from simple_track.values.notebook.media_html import film
from simple_track.values.pixels import to_bytes
from simple_track.values.value import Body, Value, ValueFolder

_EXPECTED = (
    "(N, T, C, H, W), (T, C, H, W), (T, H, W, C) or (T, H, W) with C = 1, 3 or 4, and at least one frame"
)
_CHANNELS = (1, 3, 4)
_SPEED = "frames a second, from 0.001 to 1000"


@attrs.frozen(init=False)
class Video(Value):
    """A film without sound. It *is* its MP4 file: it is encoded when it is made, and compared by its bytes.

    Args:
        frames: An array or tensor of shape (T, C, H, W), (T, H, W, C) or (T, H, W), with C = 1 (grey), 3
            (RGB) or 4 (RGBA, over black), and with numbers as `Image` takes them; or the path of an MP4
            file. Where both could be meant it is (T, C, H, W). N films of shape (N, T, C, H, W) or
            (N, T, H, W, C) are laid side by side, row by row, into one that is about square.
        fps: Frames a second; default 30. A file says its own.
        caption: A line of text for it.
        lossless: Keep every pixel as it is, which has to be opaque. Such a file is much larger, and
            browsers do not play it.

    Attributes:
        data: The MP4 file.
        frame_count: How many frames there are.
        width: In pixels.
        height: In pixels.

    Raises:
        ValueShapeError: The shape is none of these; the message names it.
        ValueRangeError: The numbers lie in no known range, or fps is out of range or not that of the file.
    """

    kind: ClassVar[str] = "video"
    data: bytes = attrs.field(repr=False)
    fps: float
    frame_count: int
    width: int
    height: int
    caption: str = attrs.field(default="", converter=whole)

    def __init__(
        self, frames: Any, fps: float | None = None, caption: str | None = "", *, lossless: bool = False
    ) -> None:
        if fps is not None:
            fps = number("video", "fps", fps, _SPEED, above=0.001 - 1e-9, up_to=1000)
        if isinstance(frames, str | Path):
            data = Path(frames).read_bytes()
            speed, count, width, height = _probe(data)
            if fps is not None and abs(fps - speed) > 0.001 * speed:
                raise ValueRangeError("video", f"fps is {fps:g}", f"{speed:g}, as {frames} says")
            self.__attrs_init__(data, speed, count, width, height, caption)
            return
        fps = 30.0 if fps is None else fps
        rgb = _as_frames(frames, lossless=lossless)
        count, height, width = rgb.shape[:3]
        self.__attrs_init__(_encode(rgb, fps, lossless=lossless), fps, count, width, height, caption)

    def frames(self) -> Array:
        """The frames as they are in the file: uint8, shape (T, H, W, 3), RGB."""
        av = need("av", library="av", extra="media", purpose="a video")
        with av.open(BytesIO(self.data)) as container:
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        return np.stack(frames)[:, : self.height, : self.width]

    def _repr_html_(self) -> str:
        return film(self.data, self.caption)

    def write(self, folder: ValueFolder) -> Body:
        """One MP4 file."""
        facts = attrs.asdict(self, filter=lambda field, _: field.name != "data")
        return folder.save(self.data, "videos", ".mp4") | facts

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The video from its file."""
        made = cls.__new__(cls)
        facts = (body["fps"], body["frame_count"], body["width"], body["height"], body["caption"])
        made.__attrs_init__(folder.load(body), *facts)
        return made


def _as_frames(frames: Any, *, lossless: bool) -> Array:
    """Frames as uint8 of shape (T, H, W, 3)."""
    array = as_array(frames, "video")
    given = array.shape
    if array.ndim == 3:
        array = array[:, None]
    if array.ndim not in (4, 5) or 0 in given:
        raise ValueShapeError("video", given, _EXPECTED)
    last = array.shape[-1] in _CHANNELS and not is_tensor(frames)
    if array.shape[-3] in (1, 3) or (array.shape[-3] == 4 and not last):
        array = np.moveaxis(array, -3, -1)
    elif not last:
        raise ValueShapeError("video", given, _EXPECTED)
    pixels = to_bytes(array, kind="video")
    if pixels.shape[-1] == 4:
        pixels = _over_black(pixels, lossless=lossless)
    if pixels.ndim == 5:
        pixels = _side_by_side(pixels)
    return np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:3], 3)))


def _over_black(rgba: Array, *, lossless: bool) -> Array:
    """RGB of RGBA: each colour times its opacity, rounded to the nearest."""
    rgb, alpha = rgba[..., :3], rgba[..., 3:]
    if (alpha == 255).all():
        return rgb
    if lossless:
        raise ValueRangeError("video", "frames that are not opaque", "opaque frames, as films have no alpha")
    return ((rgb.astype(np.uint16) * alpha + 127) // 255).astype(np.uint8)


def _side_by_side(films: Array) -> Array:
    """Films (N, T, H, W, C) as one film (T, rows · H, columns · W, C); places without a film are black."""
    count, time, height, width, channels = films.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    grid = np.zeros((rows * columns, *films.shape[1:]), np.uint8)
    grid[:count] = films
    grid = grid.reshape(rows, columns, time, height, width, channels).transpose(2, 0, 3, 1, 4, 5)
    return grid.reshape(time, rows * height, columns * width, channels)


def _encode(rgb: Array, fps: float, *, lossless: bool) -> bytes:
    av = need("av", library="av", extra="media", purpose="a video")
    with tempfile.TemporaryDirectory() as folder:  # a file, for its index is moved to the front at the end
        path = Path(folder, "video.mp4")
        with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
            _encode_into(container, av, rgb, fps, lossless=lossless)
        return path.read_bytes()


def _encode_into(container: Any, av: Any, rgb: Array, fps: float, *, lossless: bool) -> None:
    rate = Fraction(fps).limit_denominator(1001) or Fraction(1, round(1 / fps))
    stream = container.add_stream("libx264rgb" if lossless else "libx264", rate=rate)
    if not lossless:  # 4:2:0 has one colour for four pixels, so sides must be even: the edge is repeated
        rgb = np.pad(rgb, ((0, 0), (0, rgb.shape[1] % 2), (0, rgb.shape[2] % 2), (0, 0)), mode="edge")
    stream.height, stream.width = rgb.shape[1:3]
    stream.pix_fmt = "rgb24" if lossless else "yuv420p"
    stream.options = {"qp": "0"} if lossless else {"crf": "17"}
    for pixels in rgb:
        container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
    container.mux(stream.encode())


def _probe(data: bytes) -> tuple[float, int, int, int]:
    """Frames a second, frame count, width and height of an MP4 file."""
    av = need("av", library="av", extra="media", purpose="a video file")
    try:
        with av.open(BytesIO(data)) as container:
            if "mp4" not in container.format.name or not container.streams.video:
                raise ValueRangeError("video", f"a file of format {container.format.name}", "an MP4 file")
            stream = container.streams.video[0]
            count = stream.frames or sum(1 for _ in container.decode(stream))
            rate = stream.average_rate or stream.guessed_rate
            if not rate or not count:
                raise ValueRangeError("video", "a film without frames", "an MP4 file with frames")
            return float(rate), count, stream.width, stream.height
    except av.error.FFmpegError as error:
        raise ValueRangeError("video", "a file that is no video", "an MP4 file") from error
