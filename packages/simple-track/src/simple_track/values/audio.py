"""Audio, kept as WAV."""

from __future__ import annotations

import struct
from typing import Any, ClassVar, Self

import attrs
import numpy as np

from simple_track.values.arrays import Array, ValueRangeError, ValueShapeError, as_array, frozen, same
from simple_track.values.checks import whole
from simple_track.values.value import Body, Value, ValueFolder

_PCM, _FLOAT = 1, 3  # format codes of RIFF WAVE
_DTYPES = {(_PCM, 8): "u1", (_PCM, 16): "<i2", (_PCM, 32): "<i4", (_FLOAT, 32): "<f4"}
_MAX_CHANNELS = 32
_EXPECTED = f"(N,), (N, C) or (C, N) with at most {_MAX_CHANNELS} channels"


@attrs.frozen(init=False)
class Audio(Value):
    """Sound.

    Args:
        samples: An array or tensor of shape (N,), (N, C) or (C, N); the longer side is taken as time. Floats
            lie in -1…1 and are kept as 32-bit floats; int16, int32 and uint8 are kept as they are.
        sample_rate: Samples a second, in Hz.
        caption: A line of text for it.

    Attributes:
        samples: Shape (N,) for one channel, otherwise (N, C).

    Raises:
        ValueShapeError: The shape is none of these; the message names it.
        ValueRangeError: The samples are of another type, or the rate is not positive.
    """

    kind: ClassVar[str] = "audio"
    samples: Array = attrs.field(eq=attrs.cmp_using(eq=same))
    sample_rate: int
    caption: str = attrs.field(default="", converter=whole)

    def __init__(self, samples: Any, sample_rate: int, caption: str = "") -> None:
        number = isinstance(sample_rate, int | float | np.integer)
        if not number or not 0 < sample_rate < 2**31 or int(sample_rate) != sample_rate:
            raise ValueRangeError(
                "audio", f"sample_rate is {sample_rate!r}", "whole samples a second, above 0"
            )
        self.__attrs_init__(frozen(_as_samples(samples)), int(sample_rate), caption)

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.sample_rate

    def write(self, folder: ValueFolder) -> Body:
        """One WAV file."""
        body = folder.save(to_wav(self.samples, self.sample_rate), "audio", ".wav")
        return body | {"sample_rate": self.sample_rate, "samples": len(self.samples), "caption": self.caption}

    @classmethod
    def read(cls, body: Body, folder: ValueFolder) -> Self:
        """The audio from its file."""
        made = cls.__new__(cls)
        made.__attrs_init__(frozen(from_wav(folder.load(body))), body["sample_rate"], body["caption"])
        return made


def _as_samples(samples: Any) -> Array:
    array = as_array(samples, "audio")
    if array.ndim == 2 and array.shape[0] < array.shape[1]:
        array = array.T
    if array.ndim not in (1, 2) or (array.ndim == 2 and not 1 <= array.shape[1] <= _MAX_CHANNELS):
        raise ValueShapeError("audio", np.shape(array), _EXPECTED)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.dtype.kind == "f":
        return array.astype("<f4")
    if array.dtype not in (np.uint8, np.int16, np.int32):
        raise ValueRangeError(
            "audio", f"samples are {array.dtype}", "floats in -1…1, or int16, int32 or uint8"
        )
    return array


def to_wav(samples: Array, sample_rate: int) -> bytes:
    """Samples as a WAV file (RIFF WAVE, Microsoft and IBM 1991, with the `fact` chunk that floats need)."""
    channels = samples.shape[1] if samples.ndim == 2 else 1
    code = _FLOAT if samples.dtype.kind == "f" else _PCM
    width = samples.dtype.itemsize
    rates = (sample_rate, sample_rate * channels * width, channels * width, width * 8)
    form = struct.pack("<HHIIHH", code, channels, *rates)
    chunks = _chunk(b"fmt ", form + (b"\0\0" if code == _FLOAT else b""))
    if code == _FLOAT:
        chunks += _chunk(b"fact", struct.pack("<I", len(samples)))
    data = samples.astype(samples.dtype.newbyteorder("<"), copy=False).tobytes()
    return _chunk(b"RIFF", b"WAVE" + chunks + _chunk(b"data", data))


def from_wav(data: bytes) -> Array:
    """The samples of a WAV file that `to_wav` made."""
    chunks, at = {}, 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        chunks[name] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    code, channels, _, _, _, bits = struct.unpack_from("<HHIIHH", chunks[b"fmt "])
    samples = np.frombuffer(chunks[b"data"], dtype=_DTYPES[code, bits])
    return samples if channels == 1 else samples.reshape(-1, channels)


def _chunk(name: bytes, content: bytes) -> bytes:
    if len(content) > 0xFFFFFFF0:
        raise ValueRangeError(
            "audio", f"{len(content)} bytes of samples", "less than 4 GiB, the most a WAV file holds"
        )
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
