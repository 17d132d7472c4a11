"""Windows of curves: every extreme and odd value of a stretch is there, whatever is cached."""

import math
import random

import numpy as np
import pytest

from simple_track import Track
from simple_track.reading import column_cache
from simple_track.reading.blocks import BLOCK, reduce_values, summarize
from simple_track.reading.series import SeriesReader
from simple_track.storage.pack import pack

POINTS = 100


@pytest.fixture(autouse=True)
def _store(root, monkeypatch):
    monkeypatch.setattr(column_cache, "SMALLEST_UPDATE", 20_000)


def noisy(count, seed=1):
    dice = random.Random(seed)
    values = [dice.gauss(0, 1) for _ in range(count)]
    for place in range(7, count, 997):
        values[place] = dice.choice([math.nan, math.inf, -math.inf])
    return values


def check(window, x, y, first=None, last=None):
    """The window is a part of the curve, with its lowest and highest value and its number of odd ones."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    inside = np.ones(len(x), bool)
    inside &= (x >= first) if first is not None else True
    inside &= (x <= last) if last is not None else True
    assert (window.logged, window.inside) == (len(x), inside.sum())
    assert window.odd == (~np.isfinite(y[inside])).sum()
    logged = {(a, repr(b)) for a, b in zip(x.tolist(), y.tolist(), strict=True)}
    assert {(a, repr(b)) for a, b in zip(window.x.tolist(), window.y.tolist(), strict=True)} <= logged
    finite = y[inside & np.isfinite(y)]
    within = (window.x >= (-np.inf if first is None else first)) & (
        window.x <= (np.inf if last is None else last)
    )
    seen = window.y[within & np.isfinite(window.y)]
    if finite.size:
        assert (seen.min(), seen.max()) == (finite.min(), finite.max())
    assert len(seen) <= max(POINTS, 2) + 6


@pytest.mark.parametrize("count", [1, 50, 5000, 60_000])
def test_a_window_has_the_extremes_of_what_was_logged(count):
    values = noisy(count)
    with Track.run("demo", system=False) as run:
        reader = SeriesReader(Track.load(run.id).layout)
        for number, value in enumerate(values):
            run.log({"y": value}, step=2 * number)
            if number in (count // 3, count // 2):
                check(reader.window("y", points=POINTS), range(0, 2 * number + 2, 2), values[: number + 1])
    x = range(0, 2 * count, 2)
    for first, last in [
        (None, None),
        (10, None),
        (None, count),
        (count // 2, count // 2 + 99),
        (-5, -1),
        (count, 9**9),
    ]:
        check(reader.window("y", first, last, points=POINTS), x, values, first, last)
    assert reader.window("absent") is None


def test_neighbors_of_a_window_come_with_it():
    with Track.run("demo", system=False) as run:
        for number in range(20_000):
            run.log({"y": number})
    window = SeriesReader(Track.load(run.id).layout).window("y", 5000.5, 5010)
    assert window.x.tolist() == list(range(5000, 5012))
    assert window.inside == 10


@pytest.mark.parametrize("how", ["sparse", "ints", "mixed", "unsorted", "rewound", "packed", "two writers"])
def test_any_kind_of_log_gives_the_same_curve(how):
    values = noisy(8000, seed=3)
    steps = list(range(8000))
    with Track.run("demo", system=False) as run:
        for number, value in enumerate(values):
            if how == "ints":
                values[number] = value = number * 7 % 1009
            elif how == "mixed" and number % 3 == 0:
                values[number] = value = number
            elif how == "unsorted":
                steps[number] = number * 7 % 8000
            run.log({"y": value, "other": 1}, step=steps[number])
            if how == "sparse":
                run.log({"other": 2}, step=steps[number])
            if how == "rewound" and number == 6000:
                run.rewind(5000)
                values[5000:6001] = []
                steps[5000:6001] = []
    layout = Track.load(run.id).layout
    if how == "rewound":
        values, steps = values[: len(steps)], steps
    if how == "packed":
        pack(layout)
    if how == "two writers":
        (layout.dir / "metrics.other-1.jsonl").write_text("")
    reader = SeriesReader(layout)
    for _ in range(2):
        history = Track.load(run.id).history(["y"])
        check(reader.window("y", points=POINTS), history["step"], history["y"])
        check(reader.window("y", 100, 6000, points=POINTS), history["step"], history["y"], 100, 6000)
        reader = SeriesReader(layout)


def test_time_is_an_axis():
    with Track.run("demo", system=False) as run:
        for number in range(500):
            run.log({"y": number})
    history = Track.load(run.id).history()
    window = SeriesReader(Track.load(run.id).layout).window("y", points=POINTS, x="timestamp")
    assert (window.x[0], window.x[-1]) == (history["timestamp"][0], history["timestamp"][-1])


def test_blocks_keep_the_place_of_everything():
    values = np.array(noisy(BLOCK * 4))
    values[BLOCK : 2 * BLOCK] = math.nan
    blocks = summarize(values)
    assert blocks["odd"][1] == BLOCK
    assert np.isnan(blocks["low"][1])
    first = values[:BLOCK]
    finite = np.isfinite(first)
    assert first[blocks["low_at"][0]] == first[finite].min() == blocks["low"][0]
    assert first[blocks["high_at"][0]] == first[finite].max() == blocks["high"][0]


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 5000, 100_000])
def test_blocks_and_values_reduce_to_the_same_extremes(count):
    values = np.array(noisy(count))
    blocks = summarize(values[: count // BLOCK * BLOCK])
    for first, last in [(0, count), (count // 3, count), (count // 3, 2 * count // 3)]:
        chosen, odd = reduce_values(values, blocks, first, last, 50)
        assert (np.diff(chosen) > 0).all()
        part = values[first:last]
        assert odd == (~np.isfinite(part)).sum()
        if np.isfinite(part).any():
            seen = values[chosen]
            assert np.nanmin(seen[np.isfinite(seen)]) == part[np.isfinite(part)].min()
            assert np.nanmax(seen[np.isfinite(seen)]) == part[np.isfinite(part)].max()
        for kind in (math.nan, math.inf, -math.inf):
            there = np.isnan(part) if kind != kind else part == kind
            if there.any():
                assert first + there.argmax() in chosen
