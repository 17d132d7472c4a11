"""Charts are SVG whose every number is a number, whatever is drawn."""

import re
import warnings
from xml.etree import ElementTree

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simple_track.values.notebook.chart import HEIGHT, WIDTH, bars, lines, scatter

FLOATS = arrays(np.float64, st.integers(0, 6), elements=st.floats())


def numbers(html):
    """All coordinates of what is drawn; the SVG has to be XML."""
    root = ElementTree.fromstring(re.search("<svg.*</svg>", html)[0])
    for element in root.iter():
        for name in ("points", "cx", "cy", "x", "y", "width", "height"):
            if name in element.attrib:
                yield from map(float, re.split("[ ,]+", element.attrib[name].strip() or "0"))


def all_inside(html):
    found = list(numbers(html))
    assert all(-1 <= number <= max(WIDTH, HEIGHT) + 1 for number in found), found


@given(FLOATS, st.floats(), st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_any_line_is_drawn_inside_the_frame(y, x, name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        all_inside(lines({name: (np.full(len(y), x), y), "other": (np.arange(len(y)), y)}, name))
        all_inside(scatter(np.stack([y, y[::-1]], axis=1), [0] * len(y), [name]))


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=6), st.floats(-1e308, 1e308))
def test_any_histogram_is_drawn_inside_the_frame(counts, start):
    edges = start + np.arange(len(counts) + 1) * max(1.0, abs(start) * 1e-3)
    all_inside(bars(np.array(counts), edges))


def test_a_gap_cuts_a_line():
    assert lines({"a": ([0, 1, 2, 3], [1, np.nan, 2, 3])}).count("<polyline") == 2
    assert lines({}).count("<polyline") == 0


def test_a_long_line_is_thinned():
    html = lines({"a": (np.arange(100_000), np.arange(100_000))})
    assert len(html) < 100_000
