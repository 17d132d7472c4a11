"""Sound files as samples and their rate."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

from simple_track.extras import need
from simple_track.values.arrays import Array, ValueRangeError

PCM, FLOAT = 1, 3  # format codes of RIFF WAVE
DTYPES = {(PCM, 8): "u1", (PCM, 16): "<i2", (PCM, 32): "<i4", (FLOAT, 32): "<f4"}
_EXPECTED = "a sound file, such as WAV, FLAC, MP3 or Ogg"


def read_sound(path: str | Path) -> tuple[Array, int]:
    """The samples of a sound file, of shape (N,) or (N, C), and samples a second.

    A WAV file of one of the kinds that `Audio` writes is read as it is; any other is decoded by PyAV.

    Args:
        path: The file.

    Raises:
        ValueRangeError: It holds no sound, or sound of more than 32 bits a sample.
        MissingExtraError: It is no such WAV file, and PyAV is not installed.
        OSError: It cannot be read.
    """
    data = Path(path).read_bytes()
    try:
        return from_wav(data)
    except (KeyError, ValueError, struct.error):
        return _decoded(path)


def from_wav(data: bytes) -> tuple[Array, int]:
    """The samples of a WAV file, and samples a second.

    Args:
        data: The file.

    Raises:
        KeyError: It is no WAV file, or of another kind than those in `DTYPES`.
        ValueError: It is cut off.
        struct.error: Likewise.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise KeyError("RIFF")
    chunks: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        chunks.setdefault(name, data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    code, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunks[b"fmt "])
    samples = np.frombuffer(chunks[b"data"], dtype=DTYPES[code, bits])
    return samples if channels == 1 else samples.reshape(-1, channels), rate


def _decoded(path: str | Path) -> tuple[Array, int]:
    av = need("av", library="av", extra="media", purpose="a sound file that is no plain WAV")
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise ValueRangeError("audio", f"{path} has no sound", _EXPECTED)
            stream = container.streams.audio[0]
            blocks = [_block(frame) for frame in container.decode(stream)]
            rate = int(stream.rate)
    except av.error.FFmpegError as error:
        raise ValueRangeError("audio", f"{path} is no sound that PyAV knows ({error})", _EXPECTED) from error
    if not blocks:
        raise ValueRangeError("audio", f"{path} has no samples", _EXPECTED)
    samples = np.concatenate(blocks)
    if samples.dtype.itemsize > 4 and samples.dtype.kind != "f":
        raise ValueRangeError("audio", f"{path} has samples of {samples.dtype}", "at most 32 bits a sample")
    return samples, rate


def _block(frame: Any) -> Array:
    """The samples of one decoded frame, shape (N, C)."""
    channels = len(frame.layout.channels)
    block: Array = frame.to_ndarray()
    return block.T if frame.format.is_planar else block.reshape(-1, channels)
