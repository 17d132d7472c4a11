"""Names become paths only when they are safe on every system."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.errors import UnsafeNameError
from simple_track.storage.names import check_segment, new_run_id, new_run_name, segment


@pytest.mark.parametrize("name", ["cifar10", "My Project", "träning", "a.b-c_d", "v1.0", "x" * 120])
def test_ordinary_names_are_taken_as_they_are(name):
    assert check_segment(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "is empty"),
        ("..", "begins or ends with a dot or a space"),
        (".hidden", "begins or ends with a dot or a space"),
        ("dot.", "begins or ends with a dot or a space"),
        ("../up", "begins or ends with a dot or a space"),
        ("a/b", "has a character that file systems refuse"),
        ("/etc/passwd", "has a character that file systems refuse"),
        ("a\\b", "has a character that file systems refuse"),
        ("C:", "has a character that file systems refuse"),
        ("nul\0", "has a character that file systems refuse"),
        ("line\nbreak", "has a character that file systems refuse"),
        ("CON", "is the name of a device"),
        ("lpt1.txt", "is the name of a device"),
        ("x" * 121, "is 121 bytes long, more than 120"),
        ("\udc80", "is not valid Unicode"),
    ],
)
def test_unsafe_names_are_refused_with_the_reason(name, reason):
    with pytest.raises(UnsafeNameError) as caught:
        check_segment(name, what="project")
    assert caught.value.reason == reason
    assert str(caught.value).startswith(f"project {name!r} {reason}; use letters")


def test_a_name_that_is_not_text_is_refused():
    with pytest.raises(UnsafeNameError, match="is of type int, not text"):
        check_segment(7)


@given(st.text())
def test_any_text_becomes_a_safe_segment(text):
    made = segment(text)
    assert check_segment(made.replace("%", "")[:1] + "x") is not None
    assert 0 < len(made.encode()) <= 120
    assert re.fullmatch(r"[A-Za-z0-9._~%-]+", made)
    assert made not in (".", "..")
    assert not made.startswith(".")
    assert Path(made).name == made


@given(st.text(), st.text())
def test_different_texts_never_share_a_segment_not_even_where_case_is_folded(one, other):
    if one != other:
        assert segment(one).casefold() != segment(other).casefold()


@given(st.text(alphabet="aA/._~%", max_size=6), st.text(alphabet="aA/._~%", max_size=6))
def test_near_texts_do_not_share_one_either(one, other):
    if one != other:
        assert segment(one).casefold() != segment(other).casefold()


def test_a_plain_name_stays_readable():
    assert segment("loss") == "loss"
    assert segment("train/loss") == "train%2Floss"


def test_run_ids_sort_by_start_and_never_repeat():
    ids = [new_run_id() for _ in range(2000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"\d{8}-\d{9}-[0-9a-z]{8}", run_id) for run_id in ids)


def test_run_names_are_readable_and_do_not_follow_a_seed():
    import random

    random.seed(0)
    one = new_run_name()
    random.seed(0)
    assert re.fullmatch(r"[a-z]+-[a-z]+-\d{1,3}", one)
    assert len({new_run_name() for _ in range(50)}) > 40
