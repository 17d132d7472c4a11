import argparse

import pytest

from simple_track.cli.number import positive, whole


def test_numbers_in_range_are_taken():
    assert (whole(2)("2"), positive("0"), positive("1.5")) == (2, 0.0, 1.5)


@pytest.mark.parametrize(("parse", "text"), [(whole(2), "1"), (positive, "-1"), (positive, "nan")])
def test_others_are_refused(parse, text):
    with pytest.raises(argparse.ArgumentTypeError, match=text):
        parse(text)
