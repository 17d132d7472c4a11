"""Named tuples are read from a list of their fields in order, or from a mapping by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import pytest

from simple_conf import Conf, ValidationError


class Size(NamedTuple):
    width: int
    height: int = 2
    unit: str = "px"


@dataclass
class Box:
    size: Size
    sizes: list[Size] | None = None


def box(size):
    return Conf.validate(Box, Conf.parse_sdn(f"size: {size}\n"))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{width: 1}", Size(1)),
        ("{unit: em, height: 5, width: 3}", Size(3, 5, "em")),
        ("[1]", Size(1)),
        ("[1, 3]", Size(1, 3)),
        ("[1, 3, em]", Size(1, 3, "em")),
        ("{width: 1, unit: 3.10}", Size(1, unit="3.10")),
        ("[1, 3, 3.10]", Size(1, 3, "3.10")),
    ],
)
def test_it_is_read_by_name_or_by_place(written, expected):
    found = box(written).size
    assert (found, type(found)) == (expected, Size)


def test_it_may_be_within_a_list():
    cfg = Conf.parse_sdn("size: [1]\nsizes:\n    - {width: 2}\n    - [3, 4]\n")
    assert Conf.validate(Box, cfg).sizes == [Size(2), Size(3, 4)]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{width: x}", "<text>:1:15: size.width: expected int, got text 'x'"),
        ("[x]", "<text>:1:8: size[0]: expected int, got text 'x'"),
        ("{height: 1}", "size: expected Size with the field 'width', got a mapping"),
        ("{width: 1, hight: 2}", "size: expected Size without the key 'hight', got a mapping"),
        ("[]", "size: expected the fields of Size: width, height, unit, got a list of 0"),
        ("[1, 2, a, b]", "size: expected the fields of Size: width, height, unit, got a list of 4"),
        ("3", "size: expected Size: a mapping or a list of width, height, unit, got 3"),
    ],
)
def test_what_does_not_fit_is_named(written, message):
    with pytest.raises(ValidationError) as caught:
        box(written)
    assert message in str(caught.value)


def test_a_mistyped_name_is_answered_with_the_right_one():
    with pytest.raises(ValidationError, match="did you mean 'height'"):
        box("{width: 1, hight: 2}")
