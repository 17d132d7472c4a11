import math
import wave

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simple_track.values import Audio
from simple_track.values.arrays import ValueRangeError, ValueShapeError

DTYPES = st.sampled_from([np.float32, np.int16, np.int32, np.uint8])
SHAPES = st.one_of(st.tuples(st.integers(0, 40)), st.tuples(st.integers(5, 40), st.integers(2, 5)))
LOUD = st.floats(-2, 2, width=32)
SOUND = st.tuples(DTYPES, SHAPES).flatmap(
    lambda pair: arrays(*pair, elements=LOUD if pair[0] is np.float32 else None)
)
quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


@given(samples=SOUND, rate=st.integers(1, 192_000))
@quick
def test_samples_come_back_as_they_were(samples, rate, round_trip):
    audio = Audio(samples, rate, caption="c")
    back = round_trip(audio)
    assert back == audio
    np.testing.assert_array_equal(back.samples, samples)


@pytest.mark.parametrize(
    ("dtype", "subtype", "scale"),
    [
        ("float32", "FLOAT", 1),
        ("int16", "PCM_16", 2**15),
        ("int32", "PCM_32", 2**31),
        ("uint8", "PCM_U8", 2**7),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_another_library_reads_the_file(logged_file, dtype, subtype, scale, channels):
    unit = np.sin(np.arange(2000 * channels) / 20).reshape(2000, channels) * 0.5
    samples = (unit * scale + (128 if dtype == "uint8" else 0)).astype(dtype)
    path = logged_file(Audio(samples, 16_000))
    heard, rate = soundfile.read(path, always_2d=True)
    assert (rate, heard.shape, soundfile.info(path).subtype) == (16_000, (2000, channels), subtype)
    assert np.abs(heard - unit).max() < 0.01


def test_the_standard_library_reads_sixteen_bits(logged_file):
    path = logged_file(Audio(np.arange(10, dtype=np.int16), 8000))
    with wave.open(str(path)) as stored:
        assert (stored.getnchannels(), stored.getframerate(), stored.getnframes()) == (1, 8000, 10)


def test_time_is_the_longer_side():
    sound = np.random.default_rng(0).random((2, 100)).astype(np.float32)
    assert Audio(sound, 10) == Audio(sound.T, 10)
    assert Audio(sound[:1], 10).samples.shape == (100,)
    assert Audio(sound, 10).duration == 10


@pytest.mark.parametrize("shape", [(), (1, 2, 3), (40, 50)])
def test_a_wrong_shape_is_named(shape):
    with pytest.raises(ValueShapeError, match="audio: shape"):
        Audio(np.zeros(shape, np.float32), 8000)


def test_other_types_and_rates_are_refused():
    with pytest.raises(ValueRangeError) as caught:
        Audio(np.zeros(3, np.int64), 8000)
    assert str(caught.value) == (
        "audio: samples are int64; expected floats in -1…1, or int16, int32 or uint8."
    )
    with pytest.raises(ValueRangeError, match="sample_rate is 0; expected whole samples a second"):
        Audio(np.zeros(3, np.float32), 0)


@pytest.mark.parametrize("odd", [30000.0, -2.1, math.nan, math.inf])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_on_another_scale_are_refused(odd, dtype):
    with pytest.raises(ValueRangeError) as caught:
        Audio(np.array([0.0, odd], dtype), 16000)
    assert str(caught.value).startswith(f"audio: {np.dtype(dtype)} from ")
    assert str(caught.value).endswith(
        "; expected floats in -1…1; scale them, or convert numbers of 16 bits to int16."
    )


def test_what_a_decoder_overshoots_is_kept():
    assert Audio([1.25, -1.5], 10).samples.tolist() == [1.25, -1.5]


@pytest.mark.parametrize("dtype", [">f4", ">i2", ">i4", "<i2"])
def test_the_order_of_bytes_does_not_matter(dtype, round_trip):
    audio = Audio(np.array([0, 1, -1], dtype), 10)
    assert round_trip(audio) == audio
    assert audio.samples.tolist() == [0, 1, -1]


@pytest.mark.parametrize("rate", [np.int32(8000), np.float64(8000), np.array(8000), 8000.0])
def test_a_rate_may_be_a_number_of_any_kind(rate):
    audio = Audio([0.0], rate)
    assert (audio.sample_rate, type(audio.sample_rate)) == (8000, int)


@pytest.mark.parametrize(
    "rate", [None, 0, -1, 2.5, 2**31, True, np.bool_(True), "8000", math.nan, np.array([1, 2])]
)
def test_what_is_no_rate_is_refused(rate):
    with pytest.raises(ValueRangeError, match=r"sample_rate is .*; expected whole samples a second, above 0"):
        Audio([0.0], rate)


def test_no_caption_is_an_empty_one():
    assert Audio([0.0], 10, caption=None).caption == ""


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_U8", "PCM_32", "FLOAT"])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_wav_file_is_read_as_it_is(tmp_path, subtype, channels, round_trip):
    unit = np.sin(np.arange(300 * channels) / 9).reshape(300, channels) * 0.5
    soundfile.write(tmp_path / "a.wav", unit, 8000, subtype=subtype)
    audio = round_trip(Audio(tmp_path / "a.wav", caption="a"))
    dtype = {"PCM_16": "int16", "PCM_32": "int32", "FLOAT": "float32"}.get(subtype)
    expected = soundfile.read(tmp_path / "a.wav", dtype=dtype)[0] if dtype else np.rint(unit * 128 + 128)
    np.testing.assert_allclose(
        audio.samples, expected.reshape(audio.samples.shape), atol=1 if dtype is None else 0
    )
    assert (audio.sample_rate, audio.caption) == (8000, "a")


def test_a_file_says_its_own_rate(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(10), 8000)
    assert Audio(str(tmp_path / "a.wav"), np.int64(8000)).sample_rate == 8000
    with pytest.raises(ValueRangeError) as caught:
        Audio(tmp_path / "a.wav", 16000)
    assert str(caught.value) == f"audio: sample_rate is 16000; expected 8000, as {tmp_path / 'a.wav'} says."


def test_a_stereo_file_of_one_sample_stays_stereo(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.array([[0.5, -0.5]]), 8000, subtype="FLOAT")
    assert Audio(tmp_path / "a.wav").samples.tolist() == [[0.5, -0.5]]


def test_a_notebook_plays_it():
    assert "<audio controls src='data:audio/wav;base64,UklGR" in Audio([0.0], 10)._repr_html_()
