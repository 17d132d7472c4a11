"""Pictures of pillow and of files become the arrays that they show."""

import numpy as np
import PIL.Image
import pytest

from simple_track.values import Image
from simple_track.values.arrays import ValueRangeError
from simple_track.values.decoding.picture import opened

RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 256, (6, 5, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    "array",
    [
        RGB,
        RGB[..., 0],
        np.dstack([RGB, RGB[..., :1]]),
        RGB[..., 0] > 100,
        RNG.random((6, 5)).astype(np.float32),
        RNG.integers(0, 256, (6, 5)).astype(np.int32),
        RNG.integers(0, 65536, (6, 5)).astype(np.uint16),
    ],
    ids=["RGB", "L", "RGBA", "1", "F", "I", "I;16"],
)
def test_a_picture_of_pillow_is_read_as_its_array(array):
    assert Image(PIL.Image.fromarray(array)) == Image(array)


@pytest.mark.parametrize("mode", ["P", "CMYK", "YCbCr", "HSV", "RGBX", "LA", "PA", "La", "RGBa", "LAB"])
def test_other_modes_become_colours_or_are_refused_by_name(mode):
    try:
        picture = PIL.Image.new("RGB", (4, 3), (200, 100, 50)).convert(mode)
    except ValueError:
        picture = PIL.Image.new(mode, (4, 3))
    try:
        pixels = Image(picture).pixels
    except ValueRangeError as error:
        assert str(error) == f"image: a PIL image of mode {mode}; expected one that converts to RGB."  # noqa: PT017
    else:
        assert pixels.shape == (3, 4, 4 if mode in {"LA", "PA", "La", "RGBa"} else 3)


def test_transparent_colours_are_kept():
    palette = PIL.Image.fromarray(RGB).convert("P", palette=PIL.Image.Palette.ADAPTIVE)
    palette.info["transparency"] = 0
    assert Image(palette).pixels.shape == (6, 5, 4)
    grey = PIL.Image.fromarray(RGB[..., 0])
    grey.info["transparency"] = int(RGB[0, 0, 0])
    assert Image(grey).pixels[0, 0, 3] == 0


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif"])
def test_a_file_is_turned_as_its_exif_data_say(tmp_path, turn, name):
    picture = PIL.Image.new("RGB", (8, 4), (0, 0, 0))
    picture.paste((255, 255, 255), (0, 0, 4, 2))  # white in the upper left
    exif = PIL.Image.Exif()
    exif[0x0112] = turn
    picture.save(tmp_path / name, exif=exif)
    pixels = Image(tmp_path / name).pixels
    assert pixels.shape == ((4, 8, 3) if turn < 5 else (8, 4, 3))
    height, width = pixels.shape[:2]
    corners = {(y, x) for y in (0, height - 1) for x in (0, width - 1) if pixels[y, x, 0] > 128}
    white = {1: (0, 0), 2: (0, 1), 3: (1, 1), 4: (1, 0), 5: (0, 0), 6: (0, 1), 7: (1, 1), 8: (1, 0)}[turn]
    assert corners == {((height - 1) * white[0], (width - 1) * white[1])}


def test_the_pixels_of_pillow_are_taken_as_they_are(tmp_path):
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.new("RGB", (8, 4)).save(tmp_path / "a.png", exif=exif)
    with PIL.Image.open(tmp_path / "a.png") as picture:
        assert Image(picture).pixels.shape == (4, 8, 3)  # as masks and boxes of it are


def test_sixteen_bits_of_a_file_are_sixteen_bits(tmp_path):
    grey = RNG.integers(0, 200, (6, 5)).astype(np.uint16)
    PIL.Image.fromarray(grey).save(tmp_path / "a.png")
    np.testing.assert_array_equal(Image(tmp_path / "a.png").pixels, grey)
    assert Image(tmp_path / "a.png").pixels.dtype == np.uint16


def test_a_file_of_several_pictures_is_refused(tmp_path):
    frames = [PIL.Image.new("RGB", (8, 4), (shade, 0, 0)) for shade in (0, 255)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    with pytest.raises(ValueRangeError) as caught:
        Image(tmp_path / "a.gif")
    assert str(caught.value) == (
        f"image: {tmp_path / 'a.gif'} has 2 frames; expected one picture; give its frames as Images, or as a Video."  # noqa: E501 - a message, whole
    )


@pytest.mark.parametrize("keep", [20, 60, 0.5, -5])
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.gif"])
def test_a_damaged_file_is_refused_by_us(tmp_path, name, keep):
    PIL.Image.fromarray(RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: int(len(data) * keep) if isinstance(keep, float) else keep])
    try:
        Image(tmp_path / name)
    except ValueRangeError as error:
        assert str(tmp_path / name) in str(error)  # noqa: PT017


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="missing"):
        Image(tmp_path / "missing.png")


def test_anything_else_is_left_as_it_is():
    assert opened(RGB) is RGB
