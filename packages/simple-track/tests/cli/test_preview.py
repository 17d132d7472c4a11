import numpy as np
import pytest

from simple_track.track import Track
from simple_track.values import Audio, Histogram, Image, Images, Table, Text


@pytest.fixture
def shown(tmp_path, call):
    """Log a value, and show it by its name."""

    def show(value):
        with Track.run("demo", name="one", dir=tmp_path / "store", system=False) as run:
            run.log({"thing": value, "loss": 1.0}, step=4)
        result = call("show", run.id, "thing")
        assert (result.code, result.err) == (0, "")
        assert result.lines[0] == "thing at step 4  (one)"
        return result.lines[1:]

    return show


def test_a_text_is_printed(shown):
    assert shown(Text("a\n\x1b[31mb")) == ["a", "\\x1b[31mb"]


def test_a_table_is_printed_with_its_first_rows(shown):
    lines = shown(Table(["n", "name", "picture"], [[n, "ab", Image(np.zeros((2, 2)))] for n in range(30)]))
    assert lines[0].split() == ["n", "name", "picture"]
    assert lines[1].split() == ["0", "ab", "<image>"]
    assert lines[-1] == "10 more rows"


def test_a_histogram_is_drawn(shown):
    lines = shown(Histogram([0, 0, 0, 0, 1, 1, np.nan], bins=2))
    assert lines == [
        "FROM  COUNT",
        "   0      4  " + "█" * 40,
        " 0.5      2  " + "█" * 20,
        "up to 1",
        "apart: 1 NaN",
    ]


def test_other_media_tell_their_facts_and_files(shown):
    lines = shown(Audio(np.zeros(10), 8000, caption="silence"))
    assert lines[0].split() == ["sample_rate", "8000"]
    assert lines[1].split() == ["caption", "silence"]
    assert lines[2].endswith(".wav")
    lines = shown(Images(np.random.default_rng(0).random((2, 3, 3))))
    assert lines[0] == "2 images"
    assert len(lines) == 3
