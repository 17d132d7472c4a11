import io

import pytest

from simple_track.artifacts import progress
from simple_track.artifacts.progress import Progress


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def screen(monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "PERIOD", 0.0)
    return Screen()


def test_long_work_shows_a_line_and_erases_it(screen):
    with Progress("data", 4_000_000_000, screen) as bar:
        bar.advance(1_000_000_000)
        assert screen.getvalue().startswith("\rdata [#####...............] 1.0 GB of 4.0 GB, ")
    assert screen.getvalue().endswith(" \r")


@pytest.mark.parametrize("name", ["data", "a-very-long-name-of-an-artifact" * 4])
def test_a_line_fits_a_terminal_of_80_columns(name):
    bar = Progress(name, 10**12)
    bar.advance(10**11)
    assert len(bar.line(1000.0)) <= 79
    assert bar.line(1000.0).endswith("100.0 GB of 1000.0 GB, 100 MB/s, 150 min 0 s left")


def test_short_work_and_pipes_show_nothing(screen, monkeypatch):
    with Progress("data", 10, io.StringIO()) as bar:
        bar.advance(10)
    monkeypatch.setattr(progress, "PATIENCE", 5.0)
    with Progress("data", 10, screen) as bar:
        bar.advance(10)
    assert screen.getvalue() == ""


def test_no_bytes_are_no_division_by_zero():
    assert Progress("data", 0).line(0.0).endswith("0 B of 0 B, 0 B/s, 0 s left")
