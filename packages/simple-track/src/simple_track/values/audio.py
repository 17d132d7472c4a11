"""Audio, kept as WAV."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, ClassVar, Self

import attrs
import numpy as np

from simple_track.values.arrays import Array, ValueRangeError, ValueShapeError, as_array, frozen, same
from simple_track.values.checks import integer, whole
from simple_track.values.decoding.sound import FLOAT, PCM, from_wav, read_sound
from simple_track.values.notebook.media_html import sound
from simple_track.values.value import Body, Value, ValueFolder

_MAX_CHANNELS = 32
_LOUDEST = 2.0  # decoders and resamplers overshoot 1; what lies beyond is on another scale
_RATE = "whole samples a second, above 0"
_RATES = {"low": 1, "high": 2**31 - 1}
_SCALE = "floats in -1…1; scale them, or convert numbers of 16 bits to int16"
_EXPECTED = f"(N,), (N, C) or (C, N) with at most {_MAX_CHANNELS} channels"


@attrs.frozen(init=False)
class Audio(Value):
    """Sound.

    Args:
        samples: An array or tensor of shape (N,), (N, C) or (C, N); the longer side is taken as time. Floats
            lie in -1…1 and are kept as 32-bit floats; what lies up to 2 outside is kept too, for decoders and
            resamplers overshoot. int16, int32 and uint8 are kept as they are. Or the path of a sound file:
            WAV, and with PyAV installed also FLAC, MP3, Ogg and others, whose decoded samples are kept.
        sample_rate: Samples a second, in Hz; a file says its own.
        caption: A line of text for it.

    Attributes:
        samples: Shape (N,) for one channel, otherwise (N, C).

    Raises:
        ValueShapeError: The shape is none of these; the message names it.
        ValueRangeError: The samples are of another type, NaN or out of range; or the rate is not positive, or
            not that of the file.
    """

    kind: ClassVar[str] = "audio"
    samples: Array = attrs.field(eq=attrs.cmp_using(eq=same))
    sample_rate: int
    caption: str = attrs.field(default="", converter=whole)

    def __init__(self, samples: Any, sample_rate: int | None = None, caption: str | None = "") -> None:
        if isinstance(samples, str | Path):
            path, (samples, rate) = samples, read_sound(samples)
            if (
                sample_rate is not None
                and integer("audio", "sample_rate", sample_rate, _RATE, **_RATES) != rate
            ):
                raise ValueRangeError("audio", f"sample_rate is {sample_rate}", f"{rate}, as {path} says")
            sample_rate = rate
        else:
            samples = _time_first(as_array(samples, "audio"))
        rate = integer("audio", "sample_rate", sample_rate, _RATE, **_RATES)
        self.__attrs_init__(frozen(_as_samples(samples)), rate, caption)

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.sample_rate

    def _repr_html_(self) -> str:
        return sound(to_wav(self.samples, self.sample_rate), self.caption)

    def write(self, folder: ValueFolder) -> Body:
        """One WAV file."""
        body = folder.save(to_wav(self.samples, self.sample_rate), "audio", ".wav")
        return body | {"sample_rate": self.sample_rate, "samples": len(self.samples), "caption": self.caption}

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The audio from its file."""
        made = cls.__new__(cls)
        samples, _ = from_wav(folder.load(body))
        made.__attrs_init__(frozen(samples), body["sample_rate"], body["caption"])
        return made


def _time_first(array: Array) -> Array:
    return array.T if array.ndim == 2 and array.shape[0] < array.shape[1] else array


def _as_samples(array: Array) -> Array:
    if array.ndim not in (1, 2) or (array.ndim == 2 and not 1 <= array.shape[1] <= _MAX_CHANNELS):
        raise ValueShapeError("audio", np.shape(array), _EXPECTED)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.dtype.kind == "f":
        low, high = (float(array.min()), float(array.max())) if array.size else (0.0, 0.0)
        if not (low >= -_LOUDEST and high <= _LOUDEST):  # NaN fails too
            raise ValueRangeError("audio", f"{array.dtype} from {low:g} to {high:g}", _SCALE)
        return array.astype("<f4")
    if array.dtype not in (np.uint8, np.int16, np.int32):
        raise ValueRangeError(
            "audio", f"samples are {array.dtype}", "floats in -1…1, or int16, int32 or uint8"
        )
    return array


def to_wav(samples: Array, sample_rate: int) -> bytes:
    """Samples as a WAV file (RIFF WAVE, Microsoft and IBM 1991, with the `fact` chunk that floats need)."""
    channels = samples.shape[1] if samples.ndim == 2 else 1
    code = FLOAT if samples.dtype.kind == "f" else PCM
    width = samples.dtype.itemsize
    rates = (sample_rate, sample_rate * channels * width, channels * width, width * 8)
    form = struct.pack("<HHIIHH", code, channels, *rates)
    chunks = _chunk(b"fmt ", form + (b"\0\0" if code == FLOAT else b""))
    if code == FLOAT:
        chunks += _chunk(b"fact", struct.pack("<I", len(samples)))
    data = samples.astype(samples.dtype.newbyteorder("<"), copy=False).tobytes()
    return _chunk(b"RIFF", b"WAVE" + chunks + _chunk(b"data", data))


def _chunk(name: bytes, content: bytes) -> bytes:
    if len(content) > 0xFFFFFFF0:
        raise ValueRangeError(
            "audio", f"{len(content)} bytes of samples", "less than 4 GiB, the most a WAV file holds"
        )
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
