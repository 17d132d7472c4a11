import json
import math
import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of TensorBoard's own imports
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from simple_track import Track, TrackError, TrackWarning
from simple_track.exchange.exporters.tensorboard import write_tensorboard
from simple_track.storage import exact_json
from simple_track.values import Image, Images, Text


@pytest.fixture
def board(runs, tmp_path, caplog):
    """What TensorBoard itself reads from the export."""
    write_tensorboard(runs, tmp_path / "logs")
    assert caplog.records == []  # the NaN that was logged is no news
    folders = sorted((tmp_path / "logs").iterdir())
    assert [folder.name for folder in folders] == [f"first-{runs[0].id}", f"second-{runs[1].id}"]
    accumulator = EventAccumulator(str(folders[0]), size_guidance={"images": 0})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        accumulator.Reload()
    return accumulator


def test_scalars_have_their_steps_and_times(board, runs):
    events = board.Scalars("loss")
    assert [event.step for event in events] == [0, 1, 2, 3, 4]
    assert [event.value for event in events[:3]] == [np.float32(v) for v in (0.1, 0.3, 0.5)]
    assert math.isnan(events[3].value)
    assert events[0].wall_time == runs[0].history()["timestamp"][0]
    assert [event.value for event in board.Scalars("best")] == [0, 0, 1]


def test_pictures_are_those_that_were_logged(board, runs):
    (event,) = board.Images("image")
    pixels = np.asarray(PIL.Image.open(BytesIO(event.encoded_image_string)))
    np.testing.assert_array_equal(pixels, runs[0].media("image")[0][1].pixels)
    assert {"images/0", "images/1", "deep", "figure", "video"} <= set(board.Tags()["images"])
    with PIL.Image.open(BytesIO(board.Images("video")[0].encoded_image_string)) as film:
        assert (film.format, film.n_frames) == ("GIF", 3)


def test_histograms_keep_their_counts(board, runs):
    (event,) = board.Histograms("histogram")
    histogram = runs[0].media("histogram")[0][1]
    assert event.histogram_value.bucket == histogram.counts.tolist()
    assert event.histogram_value.num == 100


def test_text_config_and_sound_are_there(board):
    tags = board.Tags()
    assert {"text/text_summary", "phase/text_summary", "config/text_summary"} <= set(tags["tensors"])
    (sound,) = board.Audio("audio")
    assert (sound.sample_rate, sound.length_frames) == (8000, 800)
    assert sound.encoded_audio_string[:4] == b"RIFF"


def test_a_run_is_not_written_over(runs, tmp_path, board):
    with pytest.raises(
        FileExistsError, match="the run is there already; remove the folder, or export elsewhere"
    ):
        write_tensorboard(runs, tmp_path / "logs")


def accumulated(folder):
    accumulator = EventAccumulator(str(folder), size_guidance={"images": 0, "scalars": 0, "tensors": 0})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        accumulator.Reload()
    return accumulator


def text_of(accumulator, tag):
    (event,) = accumulator.Tensors(tag)
    return event.tensor_proto.string_val[0].decode()


def exported(tmp_path, log, config=None):
    root = tmp_path / "store"
    with Track.run("demo", config=config, dir=root, system=False) as run:
        log(run)
    write_tensorboard([Track.load(run.id, dir=root)], tmp_path / "logs")
    (folder,) = (tmp_path / "logs").iterdir()
    return accumulated(folder)


NAMES = [
    "acc@1",
    "acc#1",
    "train loss",
    "train_loss",
    "/a",
    "a",
    "é/ü",
    "a:b",
    "<script>",
    "",
    "x" * 300,
    "~step",
]


def test_every_metric_has_its_own_name(tmp_path):
    values = {name: float(number) for number, name in enumerate(NAMES)}
    board = exported(tmp_path, lambda run: run.log(values))
    assert {tag: board.Scalars(tag)[0].value for tag in board.Tags()["scalars"]} == values


def test_things_of_one_name_and_several_kinds_are_told_apart(tmp_path):
    def log(run):
        run.log({"a": 1, "a/text_summary": 2, "config": "words", "b": Text("in b"), "a_2": 3})
        run.log({"a": Image(np.zeros((2, 2))), "b": "metric", "c": Images(np.zeros((1, 2, 2))), "c/0": 4})
        run.log({"a": "now words"})

    board = exported(tmp_path, log)
    tags = board.Tags()
    every = [tag for kind in ("scalars", "images", "tensors") for tag in tags[kind]]
    assert len(set(every)) == len(every)
    names = json.loads(text_of(board, "simple_track/names/text_summary").strip("`json\n"))
    assert {"a", "a/text_summary", "a_2", "c/0"} == set(tags["scalars"])
    assert {names[tag]["kind"] for tag in every if tag in names} == {"words", "image", "images", "text"}
    for tag, told in names.items():
        if told == {"kind": "words", "name": "a"}:
            assert text_of(board, tag) == "now words"
        if told == {"kind": "text", "name": "b"}:
            assert text_of(board, tag) == "in b"
    assert text_of(board, "b/text_summary") == "metric"
    assert text_of(board, "config/text_summary") == "words"


def test_any_config_is_shown(tmp_path):
    config = {"clip": math.inf, "big": 2**70, "fence": "```\n````", "nested": {"a": [1, None]}, "": {}}
    board = exported(tmp_path, lambda run: run.log({"a": 1}), config)
    shown = text_of(board, "config/text_summary")
    fence, text = shown.split("json\n", 1)
    assert fence == "`````"
    assert exact_json.decode(json.loads(text.removesuffix(f"\n{fence}"))) == config


def test_a_number_beyond_32_bits_is_warned_about(tmp_path):
    with pytest.warns(
        TrackWarning, match="2 values of 'x' are beyond 32-bit floats; TensorBoard has infinity there"
    ):
        board = exported(
            tmp_path, lambda run: (run.log({"x": 1e300}), run.log({"x": -1e39}), run.log({"x": math.inf}))
        )
    assert [event.value for event in board.Scalars("x")] == [math.inf, -math.inf, math.inf]


def test_a_failure_leaves_nothing(runs, tmp_path):
    (file,) = (runs[0].layout.dir / "media" / "audio").iterdir()
    file.write_bytes(b"damaged")
    with pytest.raises(TrackError, match="content is damaged"):
        write_tensorboard(runs[::-1], tmp_path / "logs")
    assert not (tmp_path / "logs").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]
    write_tensorboard(runs[1:], tmp_path / "logs")
    assert len(list((tmp_path / "logs").iterdir())) == 1


def test_events_of_no_known_form_are_passed_over(tmp_path):
    def log(run):
        run.log({"a": 1})
        with Path(run.dir, "history.jsonl").open("a") as file:
            for value in ("[]", "5", "null", "{}", '{"kind":"hologram"}'):
                file.write(f'{{"event":"media","key":"k","step":0,"value":{value},"timestamp":9e9}}\n')

    assert exported(tmp_path, log).Scalars("a")[0].value == 1
