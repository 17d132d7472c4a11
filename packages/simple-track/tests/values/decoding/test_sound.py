"""Sound files of other programs become samples, whatever their format."""

import numpy as np
import pytest
import soundfile

from simple_track.values.arrays import ValueRangeError
from simple_track.values.decoding.sound import read_sound

pytest.importorskip("av")
TONE = np.sin(np.arange(4000) / 20) * 0.5


@pytest.mark.parametrize(
    ("name", "subtype", "dtype"),
    [
        ("a.flac", "PCM_16", "int16"),
        ("a.flac", "PCM_24", "int32"),
        ("a.wav", "PCM_24", "int32"),
        ("a.wav", "DOUBLE", "float64"),
        ("a.wav", "ALAW", "int16"),
        ("a.aiff", "PCM_16", "int16"),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_files_without_loss_give_their_samples(tmp_path, name, subtype, dtype, channels):
    given = np.stack([TONE, -TONE][:channels], axis=1)
    soundfile.write(tmp_path / name, given, 16_000, subtype=subtype)
    samples, rate = read_sound(tmp_path / name)
    expected, _ = soundfile.read(tmp_path / name, dtype=dtype, always_2d=True)
    np.testing.assert_array_equal(samples.reshape(-1, channels), expected)
    assert rate == 16_000


@pytest.mark.parametrize("name", ["a.mp3", "a.ogg"])
def test_files_with_loss_come_close(tmp_path, name):
    soundfile.write(tmp_path / name, TONE, 16_000)
    samples, rate = read_sound(tmp_path / name)
    assert rate == 16_000
    assert samples.dtype == np.float32
    power = np.sqrt(np.mean(samples.astype(float) ** 2) / np.mean(TONE**2))
    assert 0.8 < power < 1.2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"RIFF\0\0\0\0WAVE",
        b"RIFF\0\0\0\0WAVEfmt \4\0\0\0\1\0\1\0",
        b"words",
        b"\x89PNG\r\n\x1a\n" + bytes(99),
    ],
)
def test_a_file_that_is_no_sound_is_refused(tmp_path, data):
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(ValueRangeError, match="expected a sound file, such as WAV, FLAC, MP3 or Ogg"):
        read_sound(tmp_path / "a.wav")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing.wav"):
        read_sound(tmp_path / "missing.wav")
