import math
import warnings
from io import BytesIO

import numpy as np
import PIL.Image
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of TensorBoard's own imports
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from simple_track.exchange.exporters.tensorboard import write_tensorboard


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
