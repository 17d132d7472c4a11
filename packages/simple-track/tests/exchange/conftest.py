"""What the tests of exporting share: runs with everything in them."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas

from simple_track.track import Track
from simple_track.values import Audio, Figure, Histogram, Image, Images, Text, Video


@pytest.fixture
def runs(tmp_path):
    """Two runs: one with scalars of all kinds and media, one with another metric."""
    root = tmp_path / "store"
    rng = np.random.default_rng(0)
    config = {"train": {"lr": 0.1}, "name": "a"}
    with Track.run("demo", name="First", config=config, tags=["base"], dir=root, system=False) as first:
        for step in range(3):
            first.log({"loss": 0.1 + 0.2 * step, "epoch": step, "best": step == 2}, step=step)
        first.log({"loss": math.nan, "phase": "end"}, step=3)
        first.log({"loss": math.inf}, step=4)
        first.log(
            {
                "histogram": Histogram(rng.normal(size=100)),
                "image": Image(rng.random((8, 9, 3))),
                "images": Images(rng.random((2, 4, 4))),
                "deep": Image(rng.integers(0, 65536, (4, 4)).astype(np.uint16)),
                "text": Text("hello"),
                "audio": Audio(np.sin(np.arange(800) / 9), 8000),
                "video": Video(rng.random((3, 8, 8))),
                "figure": Figure(Canvas(figsize=(1, 1))),
            },
            step=5,
        )
    with Track.run("demo", name="second", dir=root, system=False) as second:
        second.log({"acc": 0.5}, step=0)
    return [Track.load(run.id, dir=root) for run in (first, second)]
