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
SOUND = st.tuples(DTYPES, SHAPES).flatmap(lambda pair: arrays(*pair))
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
