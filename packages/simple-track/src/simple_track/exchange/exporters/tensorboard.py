"""Runs as TensorBoard's event files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from simple_track.exchange.exporters.rows import rows_of
from simple_track.exchange.exporters.silence import silence
from simple_track.extras import need
from simple_track.reading.view import RunView
from simple_track.storage.names import segment
from simple_track.values import Audio, Figure, Histogram, Image, Images, Text, Video, read_value
from simple_track.values.audio import to_wav


def write_tensorboard(runs: Sequence[RunView], target: Path) -> None:
    """Write runs for TensorBoard: scalars, text, histograms, pictures, sound, films, and the config.

    Args:
        runs: The runs.
        target: The log folder; each run has a folder in it, named by the run's name and id.
    """
    board = need("tensorboardX", library="tensorboardX", extra="export", purpose="TensorBoard's format")
    for run in runs:
        folder = target / segment(f"{run.name}-{run.id}".lower())
        if folder.exists():
            raise FileExistsError(
                f"{folder}: the run is there already; remove the folder, or export elsewhere"
            )
        with silence("tensorboardX.x2num"), board.SummaryWriter(str(folder), max_queue=1000) as writer:
            _write(writer, run)


def _write(writer: Any, run: RunView) -> None:
    for row in rows_of(run):
        step, time = row.pop("step"), row.pop("timestamp")
        for key, value in row.items():
            if isinstance(value, str):
                writer.add_text(key, value, step, walltime=time)
            else:
                writer.add_scalar(key, float(value), step, walltime=time)
    for event in run.events("media"):
        add = _ADD.get(event["value"]["kind"])
        if add is not None:
            value = read_value(event["value"], run.layout)
            add(writer, event["key"], value, int(event["step"]), float(event["timestamp"]))
    writer.add_text("config", _as_markdown(run.config), 0, walltime=run.metadata.start_time)


def _as_markdown(config: dict[str, Any]) -> str:
    import orjson

    return f"```json\n{orjson.dumps(config, default=str, option=orjson.OPT_INDENT_2).decode()}\n```"


def _histogram(writer: Any, key: str, value: Histogram, step: int, time: float) -> None:
    if not value.total:
        return
    middles = (value.edges[:-1] + value.edges[1:]) / 2
    writer.add_histogram_raw(
        key,
        min=float(value.edges[0]),
        max=float(value.edges[-1]),
        num=value.total,
        sum=float((middles * value.counts).sum()),
        sum_squares=float((middles**2 * value.counts).sum()),
        bucket_limits=value.edges[1:].tolist(),
        bucket_counts=value.counts.tolist(),
        global_step=step,
        walltime=time,
    )


def _image(writer: Any, key: str, value: Image, step: int, time: float) -> None:
    pixels = (value.pixels >> 8).astype("uint8") if value.pixels.dtype.itemsize > 1 else value.pixels
    writer.add_image(key, pixels, step, walltime=time, dataformats="HW" if pixels.ndim == 2 else "HWC")


def _images(writer: Any, key: str, value: Images, step: int, time: float) -> None:
    for n, image in enumerate(value.items):
        _image(writer, f"{key}/{n}", image, step, time)


def _figure(writer: Any, key: str, value: Figure, step: int, time: float) -> None:
    writer.add_image(key, value.pixels()[:, :, :3], step, walltime=time, dataformats="HWC")


def _text(writer: Any, key: str, value: Text, step: int, time: float) -> None:
    writer.add_text(key, value.text, step, walltime=time)


def _summary(writer: Any, step: int, time: float, **value: Any) -> None:
    proto = need(
        "tensorboardX.proto.summary_pb2", library="tensorboardX", extra="export", purpose="a summary"
    )
    writer.file_writer.add_summary(proto.Summary(value=[proto.Summary.Value(**value)]), step, walltime=time)


def _audio(writer: Any, key: str, value: Audio, step: int, time: float) -> None:
    proto = need("tensorboardX.proto.summary_pb2", library="tensorboardX", extra="export", purpose="audio")
    sound = proto.Summary.Audio(
        sample_rate=value.sample_rate,
        num_channels=1 if value.samples.ndim == 1 else value.samples.shape[1],
        length_frames=len(value.samples),
        encoded_audio_string=to_wav(value.samples, value.sample_rate),
        content_type="audio/wav",
    )
    _summary(writer, step, time, tag=key, audio=sound)


def _video(writer: Any, key: str, value: Video, step: int, time: float) -> None:
    """TensorBoard shows films as animated GIFs."""
    pillow = need("PIL.Image", library="pillow", extra="media", purpose="a film for TensorBoard")
    proto = need("tensorboardX.proto.summary_pb2", library="tensorboardX", extra="export", purpose="a film")
    first, *rest = (pillow.fromarray(frame) for frame in value.frames())
    out = BytesIO()
    first.save(out, "gif", save_all=True, append_images=rest, duration=round(1000 / value.fps), loop=0)
    image = proto.Summary.Image(
        height=value.height, width=value.width, colorspace=3, encoded_image_string=out.getvalue()
    )
    _summary(writer, step, time, tag=key, image=image)


_ADD: dict[str, Callable[[Any, str, Any, int, float], None]] = {
    "audio": _audio,
    "figure": _figure,
    "histogram": _histogram,
    "image": _image,
    "images": _images,
    "text": _text,
    "video": _video,
}
