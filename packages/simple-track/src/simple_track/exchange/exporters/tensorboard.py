"""Runs as TensorBoard's event files."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import attrs

from simple_track.errors import TrackWarning
from simple_track.exchange.exporters.names import distinct_names
from simple_track.exchange.exporters.rows import media_of, rows_of
from simple_track.exchange.exporters.silence import silence
from simple_track.exchange.exporters.target import whole_folders
from simple_track.extras import need
from simple_track.reading.columns import NUMERIC
from simple_track.reading.view import RunView
from simple_track.storage import exact_json
from simple_track.storage.names import segment
from simple_track.values import Audio, Figure, Histogram, Image, Images, Text, Video, read_value
from simple_track.values.audio import to_wav

_TEXT = "/text_summary"  # what tensorboardX, and so everybody, has behind the tags of texts
_LARGEST = (2 - 2**-23) * 2.0**127  # of 32-bit floats
CONFIG, NAMES = ("config", ""), ("names", "")
WORDS = "words"  # what the texts among the metrics are called here, for "text" is a kind of value


def write_tensorboard(runs: Sequence[RunView], target: Path) -> None:
    """Write runs for TensorBoard: scalars, text, histograms, pictures, sound, films, and the config.

    A tag is the name of the metric or value. Where two would have one tag, as a number and a picture of one
    name, the second is called otherwise; the text `simple_track/names` says which. TensorBoard keeps numbers
    as 32-bit floats; one that is beyond them is warned about.

    Args:
        runs: The runs.
        target: The log folder; each run has a folder in it, named by the run's name and id.

    Raises:
        ExportExistsError: One of the runs is there already.
    """
    board = need("tensorboardX", library="tensorboardX", extra="export", purpose="TensorBoard's format")
    folders = {segment(f"{run.name}-{run.id}".lower()): run for run in runs}
    tags = _tags(runs)
    with whole_folders(target, list(folders)) as place:
        for name, run in folders.items():
            with (
                silence("tensorboardX.x2num"),
                board.SummaryWriter(str(place / name), max_queue=1000) as writer,
            ):
                beyond = _write(Events(writer, board.summary, tags), run)
            for key, count in beyond.items():
                reason = f"{count} values of {key!r} are beyond 32-bit floats; TensorBoard has infinity there"
                warnings.warn(TrackWarning(f"{run.id}: {reason}"), stacklevel=4)


def _tags(runs: Sequence[RunView]) -> dict[tuple[str, str], str]:
    """A tag for each kind of thing and name, in all runs the same."""
    wanted: dict[tuple[str, str], str] = {}
    parts = [item for run in runs for item in run.history().columns.parts.items()]
    wanted |= {("scalar", key): key for key, kinds in parts if set(kinds) & NUMERIC}
    wanted |= {(WORDS, key): key + _TEXT for key, kinds in parts if "s" in kinds}
    wanted[CONFIG] = "config" + _TEXT
    for run in runs:
        for key, _, body, _ in media_of(run):
            kind = str(body["kind"])
            items = body.get("items")
            names = [f"{key}/{n}" for n in range(len(items))] if isinstance(items, list) else [key]
            wanted |= {(kind, name): name + _TEXT if kind == "text" else name for name in names}
    wanted[NAMES] = f"simple_track/names{_TEXT}"
    return distinct_names(wanted)


@attrs.frozen
class Events:
    """Writes the events of one run.

    Args:
        writer: The writer of tensorboardX.
        summary: The module that makes summaries.
        tags: The tag of each kind of thing and name.
    """

    writer: Any
    summary: Any
    tags: dict[tuple[str, str], str]

    def add(self, kind: str, key: str, summary: Any, step: int, time: float) -> None:
        """Write a summary under the tag of its kind and name, which tensorboardX would change."""
        if (kind, key) not in self.tags:
            return  # logged since the export began
        summary.value[0].tag = self.tags[kind, key]
        self.writer.file_writer.add_summary(summary, step, walltime=time)

    def text(self, kind: str, key: str, text: str, step: int, time: float) -> None:
        """Write a text."""
        self.add(kind, key, self.summary.text("text", text), step, time)


def _write(events: Events, run: RunView) -> dict[str, int]:
    """Write a run; how many values of each metric are beyond 32-bit floats."""
    beyond: dict[str, int] = {}
    make = events.summary.Summary
    for row in rows_of(run):
        step, time = row.pop("step"), row.pop("timestamp")
        for key, value in row.items():
            if isinstance(value, str):
                events.text(WORDS, key, value, step, time)
                continue
            if math.isfinite(value) and abs(value) > _LARGEST:
                beyond[key] = beyond.get(key, 0) + 1
            scalar = make.Value(tag="", simple_value=float(value))
            events.add("scalar", key, make(value=[scalar]), step, time)
    for key, step, body, time in media_of(run):
        add = _ADD.get(body["kind"])
        if add is not None:
            add(events, key, read_value(body, run.layout), step, time)
    events.text(*CONFIG, _as_markdown(run.config), 0, run.metadata.start_time)
    changed = dict(_changed(events.tags))
    if changed:
        events.text(*NAMES, _as_markdown(changed), 0, run.metadata.start_time)
    return beyond


def _changed(tags: dict[tuple[str, str], str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The tags that are not simply the name, with the kind and the name that they stand for."""
    for (kind, key), tag in tags.items():
        if tag not in (key, key + _TEXT) and (kind, key) not in (CONFIG, NAMES):
            yield tag, {"kind": kind, "name": key}


def _as_markdown(tree: dict[str, Any]) -> str:
    text = json.dumps(exact_json.encode(tree), indent=2, ensure_ascii=False)
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}json\n{text}\n{fence}"


def _histogram(events: Events, key: str, value: Histogram, step: int, time: float) -> None:
    if not value.total:
        return
    middles = (value.edges[:-1] + value.edges[1:]) / 2
    summary = events.summary.histogram_raw(
        "histogram",
        min=float(value.edges[0]),
        max=float(value.edges[-1]),
        num=value.total,
        sum=float((middles * value.counts).sum()),
        sum_squares=float((middles**2 * value.counts).sum()),
        bucket_limits=value.edges[1:].tolist(),
        bucket_counts=value.counts.tolist(),
    )
    events.add("histogram", key, summary, step, time)


def _image(events: Events, key: str, value: Image, step: int, time: float, kind: str = "image") -> None:
    pixels = (value.pixels >> 8).astype("uint8") if value.pixels.dtype.itemsize > 1 else value.pixels
    form = "HW" if pixels.ndim == 2 else "HWC"
    events.add(kind, key, events.summary.image("image", pixels, dataformats=form), step, time)


def _images(events: Events, key: str, value: Images, step: int, time: float) -> None:
    for n, image in enumerate(value.items):
        _image(events, f"{key}/{n}", image, step, time, "images")


def _figure(events: Events, key: str, value: Figure, step: int, time: float) -> None:
    summary = events.summary.image("image", value.pixels()[:, :, :3], dataformats="HWC")
    events.add("figure", key, summary, step, time)


def _text(events: Events, key: str, value: Text, step: int, time: float) -> None:
    events.text("text", key, value.text, step, time)


def _audio(events: Events, key: str, value: Audio, step: int, time: float) -> None:
    make = events.summary.Summary
    sound = make.Audio(
        sample_rate=value.sample_rate,
        num_channels=1 if value.samples.ndim == 1 else value.samples.shape[1],
        length_frames=len(value.samples),
        encoded_audio_string=to_wav(value.samples, value.sample_rate),
        content_type="audio/wav",
    )
    events.add("audio", key, make(value=[make.Value(tag="", audio=sound)]), step, time)


def _video(events: Events, key: str, value: Video, step: int, time: float) -> None:
    """TensorBoard shows films as animated GIFs."""
    pillow = need("PIL.Image", library="pillow", extra="media", purpose="a film for TensorBoard")
    first, *rest = (pillow.fromarray(frame) for frame in value.frames())
    out = BytesIO()
    first.save(out, "gif", save_all=True, append_images=rest, duration=round(1000 / value.fps), loop=0)
    make = events.summary.Summary
    image = make.Image(
        height=value.height, width=value.width, colorspace=3, encoded_image_string=out.getvalue()
    )
    events.add("video", key, make(value=[make.Value(tag="", image=image)]), step, time)


_ADD: dict[str, Callable[..., None]] = {
    "audio": _audio,
    "figure": _figure,
    "histogram": _histogram,
    "image": _image,
    "images": _images,
    "text": _text,
    "video": _video,
}
