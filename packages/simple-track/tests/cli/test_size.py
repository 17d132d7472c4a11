import pytest

from simple_track.cli.size import said


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (150 * 1024, "150 KiB"),
        (5 << 20, "5.0 MiB"),
        (3 << 40, "3072 GiB"),
    ],
)
def test_sizes_are_said_as_people_do(size, text):
    assert said(size) == text
