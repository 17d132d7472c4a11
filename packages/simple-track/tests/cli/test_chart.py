import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simple_track.cli.chart import MARKS, draw, draw_all, sparkline

SERIES = st.integers(0, 30).flatmap(
    lambda n: st.tuples(
        arrays(np.float64, n, elements=st.floats()), arrays(np.float64, n, elements=st.floats())
    )
)


@given(series=SERIES, width=st.integers(20, 100), height=st.integers(2, 20), braille=st.booleans())
def test_any_series_is_drawn_in_the_space_it_has(series, width, height, braille):
    lines = draw(*series, width=width, height=height, braille=braille)
    if lines != ["(no finite values)"]:
        assert len(lines) == height + 2
        assert max(map(len, lines)) <= max(width, 45)


def test_a_rising_line_rises():
    lines = draw(np.arange(10), np.arange(10), width=20, height=5, braille=False)
    assert lines[0].endswith("*")
    assert lines[4].split("|")[1].startswith("*")
    assert lines[0].startswith("  9 |")
    assert lines[-1].split() == ["0", "9"]


def test_a_gap_stays_open():
    body = draw(np.arange(5), np.array([1, 1, np.nan, 1, 1]), width=30, height=3, braille=False)
    stars = max(line.count("*") for line in body)
    assert 10 < stars < 20


def test_a_constant_is_a_line_in_the_middle():
    lines = draw(np.arange(5), np.full(5, 3.0), width=20, height=5, braille=False)
    assert "*" in lines[2]
    assert lines[2].strip().startswith("3")


def test_sparklines_follow_the_values():
    assert sparkline(np.arange(8)) == "▁▂▃▄▅▆▇█"
    assert sparkline(np.array([0, np.nan, 1])) == "▁ █"
    assert sparkline(np.array([np.inf])) == ""
    assert len(sparkline(np.arange(1000), width=10)) == 10


def test_several_lines_share_their_axes_and_are_told_apart():
    up, down = (np.arange(10), np.arange(10)), (np.arange(5), np.arange(5)[::-1] * 10)
    lines = draw_all([up, down], width=40, height=8, braille=False)
    text = ["".join(part for part, _ in line) for line in lines]
    assert text[0].startswith("40 |")
    assert text[-1].split() == ["0", "9"]
    assert {number for line in lines for _, number in line} == {None, 0, 1}
    assert all(set(part) <= {MARKS[n]} for line in lines for part, n in line if n is not None)
    dots = draw_all([up, down], width=40, height=8)
    assert {number for line in dots for _, number in line} == {None, 0, 1}


def test_long_numbers_leave_room_for_the_chart():
    lines = draw(np.array([-1e9]), np.array([1e9 + 0.875]), width=20, height=2)
    assert max(map(len, lines)) <= 35
