"""The character model, run as a user runs it: iterations are counted, and the loss falls."""

import pytest

from simple_track import Track

pytestmark = pytest.mark.slow


def test_it_trains_for_as_many_iterations_as_asked_and_learns(example, tmp_path):
    done = example("char_lm", "train.iterations=150", "train.eval_every=50", "model.width=64")
    assert done.returncode == 0, done.stderr
    Track.set_dir(tmp_path / ".simple")
    (run,) = Track.runs(project="char-lm")
    assert run.state == "finished"
    val = run.history(keys=["val/loss"])
    assert list(val["step"]) == [50, 100, 150]
    assert val["val/loss"][-1] < val["val/loss"][0] < 4.85  # ln(128): knowing nothing
    assert list(run.history(keys=["train/loss"])["step"]) == list(range(10, 151, 10))
    ((_, sample),) = run.media("sample")
    assert str(sample.text).startswith("def ")
    assert len(sample.text) == 304
