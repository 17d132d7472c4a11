import imageio.v3 as imageio
import numpy as np
import PIL.Image
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simple_track.values import Box, Image, Images, read_value, write_value
from simple_track.values.arrays import ValueRangeError, ValueShapeError

SIDE = st.integers(1, 9)
SHAPES = st.one_of(
    st.tuples(SIDE, SIDE),
    st.tuples(SIDE, SIDE, st.sampled_from([3, 4])),
)
PIXELS = SHAPES.flatmap(lambda shape: arrays(np.uint8, shape))
quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)


@given(pixels=PIXELS)
@quick
def test_pixels_come_back_as_they_were(pixels, round_trip):
    image = Image(pixels, caption="größe\n2", layout="HW" if pixels.ndim == 2 else "HWC")
    back = round_trip(image)
    assert back == image
    np.testing.assert_array_equal(back.pixels, pixels)


@given(pixels=arrays(np.uint16, st.tuples(SIDE, SIDE)))
@quick
def test_sixteen_bits_of_grey_are_kept(pixels, round_trip):
    np.testing.assert_array_equal(round_trip(Image(pixels)).pixels, pixels)


def test_another_library_reads_the_file(logged_file):
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    path = logged_file(Image(pixels))
    assert path.suffix == ".png"
    np.testing.assert_array_equal(imageio.imread(path, plugin="pyav")[0], pixels)


def test_layouts_are_recognised():
    hwc = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    assert Image(np.moveaxis(hwc, 2, 0)) == Image(hwc)
    assert Image(hwc[:, :, :1]) == Image(hwc[:, :, 0]) == Image(hwc[None, :, :, 0])


def test_a_tensor_is_channels_first_where_both_could_be_meant():
    torch = pytest.importorskip("torch")
    array = np.random.default_rng(0).integers(0, 256, (3, 8, 3), dtype=np.uint8)
    np.testing.assert_array_equal(Image(array).pixels, array)
    np.testing.assert_array_equal(Image(torch.from_numpy(array)).pixels, np.moveaxis(array, 0, 2))
    np.testing.assert_array_equal(Image(array, layout="CHW").pixels, np.moveaxis(array, 0, 2))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0.0, 1.0]]), [[0, 255]]),
        (np.array([[-1.0, 1.0]], np.float32), [[0, 255]]),
        (np.array([[0.0, 254.6]]), [[0, 255]]),
        (np.array([[0, 200]], np.int64), [[0, 200]]),
        (np.array([[False, True]]), [[0, 255]]),
    ],
)
def test_ranges_are_recognised(values, expected):
    assert Image(values).pixels.tolist() == expected
    assert Image(values).pixels.dtype == np.uint8


def test_what_resizing_leaves_outside_the_range_is_cut_off():
    assert Image(np.array([[0.0, 0.5, 1.0000001]])).pixels.tolist() == [[0, 128, 255]]
    assert Image(np.array([[-0.01, 0.5, 1.04]])).pixels.tolist() == [[0, 128, 255]]
    assert Image(np.array([[-1.01, 0.0, 1.0]])).pixels.tolist() == [[0, 128, 255]]


def test_floats_that_could_be_either_are_refused():
    with pytest.raises(ValueRangeError, match=r"from 0 to 1\.5; expected .* or say value_range"):
        Image(np.array([[0.0, 1.5]]))


def test_a_range_that_is_given_is_taken():
    assert Image(np.array([[0.0, 0.5, 9.0]]), value_range=(0, 2)).pixels.tolist() == [[0, 64, 255]]


@pytest.mark.parametrize("shape", [(5,), (2, 3, 4, 5), (5, 6, 7), (0, 4)])
def test_a_wrong_shape_is_named(shape):
    with pytest.raises(ValueShapeError) as caught:
        Image(np.zeros(shape))
    assert str(shape) in str(caught.value)
    assert caught.value.shape == shape


def test_numbers_out_of_range_are_named():
    with pytest.raises(ValueRangeError) as caught:
        Image(np.array([[-3.0, 700.0]]))
    assert str(caught.value) == (
        "image: float64 from -3 to 700; expected uint8, bool, integers in 0…255, or floats in 0…1, -1…1 or "
        "0…255; or say value_range=(black, white)."
    )


def test_nan_is_not_drawn_unasked():
    with pytest.raises(ValueRangeError, match="from nan to nan"):
        Image(np.array([[0.0, np.nan]]))


def test_masks_and_boxes_come_back(round_trip):
    mask = np.array([[0, 1, 2], [300, 0, 1]])
    image = Image(
        np.zeros((2, 3)),
        masks={"prediction": {"mask": mask, "classes": {1: "cat", 300: "dog"}}, "truth": mask > 0},
        boxes={"prediction": [Box(0, 0, 2, 1, label="cat", score=0.9), {"x0": 1, "y0": 0, "x1": 2, "y1": 2}]},
    )
    back = round_trip(image)
    assert back == image
    assert back.masks["prediction"].labels.tolist() == mask.tolist()
    assert back.masks["prediction"].classes == {1: "cat", 300: "dog"}
    assert back.boxes["prediction"][0] == Box(0, 0, 2, 1, "cat", 0.9)


def test_masks_and_boxes_of_wandb_are_read():
    image = Image(
        np.zeros((10, 20)),
        masks={"truth": {"mask_data": np.ones((10, 20), int), "class_labels": {1: "cat"}}},
        boxes={
            "guess": {
                "box_data": [
                    {
                        "position": {"minX": 0.1, "maxX": 0.5, "minY": 0.2, "maxY": 1},
                        "class_id": 1,
                        "scores": {"acc": 0.5},
                    },
                    {
                        "position": {"middle": [5, 5], "width": 4, "height": 2},
                        "domain": "pixel",
                        "box_caption": "a dog",
                    },
                ],
                "class_labels": {1: "cat"},
            }
        },
    )
    assert image.masks["truth"].classes == {1: "cat"}
    assert image.boxes["guess"] == (Box(2, 2, 10, 10, "cat", 0.5, class_id=1), Box(3, 4, 7, 6, "a dog"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"masks": [np.zeros((2, 2), int)]}, "masks: got list; expected a dict of masks by name."),
        ({"masks": {"a": {"data": 1}}}, "mask 'a': a dict of ['data']; expected an array, or {"),
        ({"boxes": [{"left": 1}]}, "box: a dict of ['left']; expected x0, y0, x1, y1, label, score."),
        ({"boxes": {"a": {"box_data": [{"x": 1}]}}}, "box: {'x': 1}; expected a \"position\" with minX,"),
        ({"boxes": [[1, 2, 3]]}, "box: shape (3,) does not fit; expected (4,): x0, y0, x1, y1 in pixels."),
    ],
)
def test_masks_and_boxes_of_another_form_are_named(options, message):
    with pytest.raises(ValueError) as caught:
        Image(np.zeros((2, 2)), **options)
    assert str(caught.value).startswith(message)


def test_boxes_may_be_rows_of_an_array():
    assert Image(np.zeros((4, 4)), boxes=np.array([[0, 1, 2, 3]])).boxes == {"boxes": (Box(0, 1, 2, 3),)}


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(
        ValueShapeError, match=r"mask 'truth': shape \(3, 3\) does not fit; expected the image's \(2, 2\)"
    ):
        Image(np.zeros((2, 2)), masks={"truth": np.zeros((3, 3), int)})


def test_a_box_inside_out_is_refused():
    with pytest.raises(
        ValueRangeError, match=r"box: \(5, 0, 1, 1\); expected x0 ≤ x1 and y0 ≤ y1, in pixels"
    ):
        Box(5, 0, 1, 1)


def test_pillow_images_and_files_are_taken(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (6, 5, 3), dtype=np.uint8)
    picture = PIL.Image.fromarray(pixels)
    picture.save(tmp_path / "a.bmp")
    assert Image(picture) == Image(tmp_path / "a.bmp") == Image(pixels)
    palette = picture.convert("P", palette=PIL.Image.Palette.ADAPTIVE)
    assert Image(palette).pixels.shape == (6, 5, 3)


def test_many_images_under_one_key(round_trip):
    images = Images(np.random.default_rng(0).random((3, 4, 5)), captions=["a", "b", "c"])
    assert [image.caption for image in round_trip(images).items] == ["a", "b", "c"]
    assert round_trip(images) == images
    assert round_trip(list(images.items)) == images


def test_a_very_large_image_is_read_back(round_trip, monkeypatch):
    monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", 10)  # as if 25 pixels were 180 million
    assert round_trip(Image(np.zeros((5, 5)))) == Image(np.zeros((5, 5)))


def test_captions_must_be_as_many_as_images():
    with pytest.raises(
        ValueShapeError, match=r"captions: shape \(1,\) does not fit; expected one for each of the 2"
    ):
        Images(np.zeros((2, 3, 3)), captions=["a"])


def test_several_images_share_a_range_of_values():
    pixels = np.linspace(-3, 3, 48).reshape(1, 6, 8)
    both = Images([pixels, pixels], value_range=(-3, 3))
    alone = Image(pixels, value_range=(-3, 3))
    assert all(np.array_equal(image.pixels, alone.pixels) for image in both.items)


def test_a_file_that_is_no_picture_is_named(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("words", "utf-8")
    with pytest.raises(ValueRangeError) as caught:
        Image(path)
    assert str(caught.value) == f"image: {path} is no picture that pillow knows; expected an image file."


PLACE = {"minX": 0, "maxX": 0.5, "minY": 0, "maxY": 0.5}


@pytest.mark.parametrize(
    ("box", "names", "label", "number"),
    [
        ({"class_id": 7}, None, "7", 7),
        ({"class_id": np.int64(7)}, {7: "cat"}, "cat", 7),
        ({"class_id": 7}, {"7": "cat"}, "cat", 7),
        ({"class_id": 7}, {np.int32(7): "cat"}, "cat", 7),
        ({"class_id": 0}, {1: "cat"}, "0", 0),
        ({"class_id": 7, "box_caption": "a cat"}, {7: "cat"}, "a cat", 7),
        ({}, {7: "cat"}, "", None),
    ],
)
def test_a_box_keeps_its_class(box, names, label, number, round_trip):
    groups = {"a": {"box_data": [{"position": PLACE, **box}], "class_labels": names}}
    (kept,) = round_trip(Image(np.zeros((8, 8)), boxes=groups)).boxes["a"]
    assert (kept.label, kept.class_id, type(kept.class_id)) == (label, number, type(number))


def test_a_box_keeps_all_its_scores(round_trip):
    box = {"position": PLACE, "class_id": 1, "scores": {"acc": np.float32(0.5), "iou": 0.25}}
    (kept,) = round_trip(Image(np.zeros((8, 8)), boxes={"a": {"box_data": [box]}})).boxes["a"]
    assert (kept.score, kept.scores) == (0.5, {"acc": 0.5, "iou": 0.25})
    assert hash(kept) == hash(kept)


def test_boxes_of_an_earlier_version_are_read(run_layout):
    body = write_value(Image(np.zeros((4, 4)), boxes=[[0, 1, 2, 3]]), key="a", step=0, layout=run_layout)
    assert body["boxes"] == {
        "boxes": [{"x0": 0.0, "y0": 1.0, "x1": 2.0, "y1": 3.0, "label": "", "score": None}]
    }
    assert read_value(body, run_layout).boxes == {"boxes": (Box(0, 1, 2, 3),)}


@pytest.mark.parametrize("number", [1.5, "cat", None, True])
def test_a_class_that_is_no_number_is_refused(number):
    with pytest.raises(ValueRangeError, match=r"a class number is .*; expected a whole number"):
        Image(np.zeros((2, 2)), masks={"a": {"mask": np.zeros((2, 2), int), "classes": {number: "x"}}})


def test_names_that_are_one_as_text_are_refused():
    mask = np.zeros((2, 2), int)
    with pytest.raises(ValueRangeError, match="masks: two names are '1' as text; expected names that differ"):
        Image(np.zeros((2, 2)), masks={1: mask, "1": mask})
    with pytest.raises(ValueRangeError, match="boxes: two names are '1' as text"):
        Image(np.zeros((2, 2)), boxes={1: [], "1": []})
    with pytest.raises(ValueRangeError, match="mask 'a': class 1 has two names"):
        Image(np.zeros((2, 2)), masks={"a": {"mask": mask, "classes": {1: "x", "1": "y"}}})


def test_no_caption_is_an_empty_one(round_trip):
    image = Image(np.zeros((2, 2)), caption=None)
    assert (image.caption, round_trip(image)) == ("", image)
    images = Images(
        [image, Image(np.zeros((2, 2)), caption="kept"), np.zeros((2, 2))], captions=["a", None, None]
    )
    assert [item.caption for item in images.items] == ["a", "kept", ""]


@pytest.mark.parametrize("dtype", [">f4", ">f8", ">i4", ">u2"])
def test_the_order_of_bytes_does_not_matter(dtype):
    pixels = np.array([[0, 1], [1, 0]], dtype)
    assert Image(pixels) == Image(pixels.astype(pixels.dtype.newbyteorder("=")))


def test_masked_pixels_are_no_pixels():
    masked = np.ma.masked_array(np.ones((2, 2), np.uint8), [[0, 0], [0, 1]])
    with pytest.raises(
        ValueRangeError, match="image: a masked array of uint8; expected an array without masked"
    ):
        Image(masked)
    with pytest.raises(ValueRangeError, match="from nan to nan"):
        Image(masked.astype(float))


@pytest.mark.parametrize("value_range", [(1, 1), (0, np.nan), (0,), 5, ("a", "b"), (0, 1, 2)])
def test_a_range_that_is_none_is_refused(value_range):
    with pytest.raises(ValueRangeError, match=r"value_range is .*; expected two numbers \(black, white\)"):
        Image(np.zeros((2, 2)), value_range=value_range)


def test_a_notebook_shows_the_picture_with_all_that_is_over_it():
    assert Image(np.zeros((2, 2)))._repr_html_() is None
    assert Image(np.zeros((2, 2)))._repr_png_().startswith(b"\x89PNG")
    image = Image(
        np.zeros((20, 30)), "<i>", {"<m>": np.eye(20, 30, dtype=int)}, {"p": [Box(1, 2, 11, 12, "<script>")]}
    )
    shown = image._repr_html_()
    assert shown.count("data:image/png") == 2
    assert "<rect x='1' y='2' width='10' height='10'" in shown
    assert all(f"&lt;{text}&gt;" in shown and f"<{text}>" not in shown for text in ("i", "m", "script"))
    assert Images([image, image])._repr_html_().count("data:image/png") == 4
