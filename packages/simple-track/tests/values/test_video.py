import imageio.v3 as imageio
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simple_track.values import Video
from simple_track.values.arrays import ValueRangeError, ValueShapeError

pytest.importorskip("av")


def film(count=6, height=32, width=48):
    """A smooth picture that moves."""
    t, y, x = np.meshgrid(np.arange(count), np.arange(height), np.arange(width), indexing="ij")
    wave = np.stack([x * 4 + t * 5, y * 6 + t * 3, (x + y) * 2], axis=-1)
    return (128 + 100 * np.sin(wave / 40)).astype(np.uint8)


@given(
    count=st.integers(1, 4),
    height=st.integers(4, 21),
    width=st.integers(2, 21),
    fps=st.sampled_from([1, 12.5, 23.976, 30, 60]),
    lossless=st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
def test_a_video_comes_back(count, height, width, fps, lossless, round_trip):
    frames = film(count, height, width)
    video = Video(frames, fps=fps, caption="a", lossless=lossless)
    back = round_trip(video)
    assert back == video
    assert back.frames().shape == frames.shape
    if lossless:
        np.testing.assert_array_equal(back.frames(), frames)


def test_what_is_seen_is_close_to_what_was_given(round_trip):
    frames = film()
    error = round_trip(Video(frames)).frames().astype(float) - frames
    assert 10 * np.log10(255**2 / np.mean(error**2)) > 30  # PSNR, dB


def test_another_program_reads_the_file(logged_file):
    path = logged_file(Video(film(10), fps=12))
    assert path.suffix == ".mp4"
    facts = imageio.immeta(path, plugin="pyav")
    assert (facts["codec"], round(facts["fps"])) == ("h264", 12)
    assert imageio.imread(path, plugin="pyav").shape == (10, 32, 48, 3)
    data = path.read_bytes()
    assert data[4:8] == b"ftyp"
    assert data.index(b"moov") < data.index(b"mdat")  # plays while it loads


def test_channels_may_come_first_or_last():
    frames = film()
    assert Video(np.moveaxis(frames, 3, 1)) == Video(frames)
    assert Video(np.moveaxis(frames, 3, 1) / 255) == Video(frames)
    grey = frames[..., 0]
    assert Video(grey) == Video(grey[:, None]) == Video(grey[..., None])


def test_a_file_is_taken(tmp_path, round_trip):
    video = Video(film(), fps=25)
    (tmp_path / "a.mp4").write_bytes(video.data)
    assert round_trip(Video(tmp_path / "a.mp4")) == video


def test_a_file_that_is_no_video_is_refused(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"hello")
    with pytest.raises(ValueRangeError, match="a file that is no video; expected an MP4 file"):
        Video(tmp_path / "a.mp4")


@pytest.mark.parametrize("shape", [(4, 4), (2, 5, 8, 8), (0, 3, 8, 8), (1, 1, 1, 3, 8, 8), (2, 0, 3, 8, 8)])
def test_a_wrong_shape_is_named(shape):
    with pytest.raises(ValueShapeError) as caught:
        Video(np.zeros(shape))
    assert str(caught.value) == (
        f"video: shape {shape} does not fit; "
        "expected (N, T, C, H, W), (T, C, H, W), (T, H, W, C) or (T, H, W) with C = 1, 3 or 4, "
        "and at least one frame."
    )


@pytest.mark.parametrize("fps", [0, -1, float("nan"), 1e6, "30", True, [30], 1e-4, np.array([1, 2])])
def test_a_wrong_rate_is_refused(fps):
    with pytest.raises(ValueRangeError, match="fps is"):
        Video(film(), fps=fps)


@pytest.mark.parametrize("fps", [np.int64(12), np.float32(12), np.array(12), 12.0])
def test_frames_a_second_may_be_a_number_of_any_kind(fps, round_trip):
    video = round_trip(Video(film(2), fps=fps))
    assert (video.fps, type(video.fps)) == (12.0, float)


def test_a_slow_film_keeps_its_speed(tmp_path):
    (tmp_path / "a.mp4").write_bytes(Video(film(2), fps=0.001).data)
    assert Video(tmp_path / "a.mp4").fps == pytest.approx(0.001)


def test_a_file_says_its_own_speed(tmp_path):
    video = Video(film(), fps=25)
    (tmp_path / "a.mp4").write_bytes(video.data)
    assert Video(tmp_path / "a.mp4", fps=np.float32(25)) == video
    with pytest.raises(ValueRangeError) as caught:
        Video(tmp_path / "a.mp4", fps=30)
    assert str(caught.value) == f"video: fps is 30; expected 25, as {tmp_path / 'a.mp4'} says."


@pytest.mark.parametrize("data", [b"", b"\0" * 200, b"RIFF\0\0\0\0WAVE"])
def test_a_file_of_anything_is_refused_by_us(tmp_path, data):
    (tmp_path / "a.mp4").write_bytes(data)
    with pytest.raises(ValueRangeError, match=r"^video: "):
        Video(tmp_path / "a.mp4")


def test_several_films_are_laid_side_by_side():
    films = np.stack([np.full((2, 4, 6, 3), shade, np.uint8) for shade in (50, 100, 150)])
    frames = Video(films, lossless=True).frames()
    assert frames.shape == (2, 8, 12, 3)
    assert [int(frames[0, y, x, 0]) for y, x in ((0, 0), (0, 11), (7, 0), (7, 11))] == [50, 100, 150, 0]
    channels_first = np.moveaxis(films, 4, 2)
    np.testing.assert_array_equal(Video(channels_first, lossless=True).frames(), frames)


def test_what_is_transparent_is_black():
    rgba = np.full((1, 32, 32, 4), 200, np.uint8)
    rgba[..., 3] = 255
    rgba[:, 8:, :, 3], rgba[:, 16:, :, 3], rgba[:, 24:, :, 3] = 128, 1, 0
    for frames in (rgba, np.moveaxis(rgba, 3, 1)):
        seen = Video(frames).frames()[0, [4, 12, 20, 28], 16, 0].astype(int)
        assert np.abs(seen - [200, 100, 1, 0]).max() <= 3
    rgba[..., 3] = 255
    assert Video(rgba) == Video(rgba[..., :3])
    np.testing.assert_array_equal(Video(rgba, lossless=True).frames(), rgba[..., :3])


def test_a_film_that_is_not_opaque_cannot_be_kept_as_it_is():
    with pytest.raises(ValueRangeError, match="video: frames that are not opaque; expected opaque frames"):
        Video(np.full((1, 2, 2, 4), 128, np.uint8), lossless=True)


def test_four_rows_of_colours_are_not_taken_for_four_channels():
    frames = film(2, 4, 8)
    assert Video(frames).height == 4
    assert Video(np.moveaxis(film(2, 8, 8), 3, 1)).height == 8
