"""The files of every released format are read forever."""

import importlib.util
import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from simple_track.maintenance.doctor import examine
from simple_track.maintenance.garbage import find_garbage
from simple_track.storage.layout import Layout
from simple_track.track import Track
from simple_track.values import Image

ASSETS = Path(__file__).parents[1] / "assets"


@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("make_values_1", ASSETS / "make_values_1.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def root(tmp_path):
    """A copy, for reading makes a cache."""
    return shutil.copytree(ASSETS / "values-1", tmp_path / "store")


@pytest.fixture
def run(root):
    return Track.runs("kinds", dir=root)[0]


def test_every_kind_of_value_is_read(maker, run):
    for name, expected in maker.values().items():
        ((step, value),) = run.media(name)
        assert step == 20
        assert value == expected, name


def test_the_table_is_read_with_its_picture(maker, run):
    assert run.table("table") == maker.values()["table"]
    assert isinstance(run.table("table")[0]["picture"], Image)


def test_the_film_is_read(maker, run):
    ((_, film),) = run.media("film")
    assert (film.fps, film.frame_count, film.width, film.height, film.caption) == (12.5, 6, 32, 32, "ramp")
    assert np.abs(film.frames()[..., 0].astype(int) - maker.film()).mean() < 4


def test_packed_numbers_are_read(run):
    history = run.history()
    assert history["loss"].tolist() == [1 / (step + 1) for step in range(20)]
    assert math.isnan(history["odd"][1])
    assert run.summary["loss"] == 0.05


def test_artifacts_are_read(root):
    first = Track.artifact("bundle:first", project="kinds", dir=root)
    latest = Track.artifact("bundle", project="kinds", dir=root)
    assert (first.version, latest.version) == ("v0", "v1")
    assert latest.metadata == {"loss": math.inf, "n": 1}
    assert first.open("weights.bin").read() == bytes(range(256)) * 20
    assert latest.open("logs/train.txt").read() == b"line 1\n" * 500
    assert [reference.uri for reference in latest.references] == ["s3://bucket/data.tar"]


def test_the_store_is_sound_and_without_garbage(root):
    assert list(examine(Layout(root), deep=True)) == []
    assert find_garbage(Layout(root), young=0).items == []
