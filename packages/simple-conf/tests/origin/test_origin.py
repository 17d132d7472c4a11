"""An origin: how it prints, compares, and what is left of it where a secret stands in it."""

from __future__ import annotations

import pickle

import pytest

from simple_conf.origin.origin import Origin

FILE = Origin("file", "c.sdn", 7, 5, lambda: "  7 | lr: x\n    |     ^")


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (FILE, "c.sdn:7:5"),
        (Origin("file", "c.sdn"), "c.sdn"),
        (Origin("code", "run.py", 31), "code: run.py:31"),
        (Origin("code", "run.py", None, 4), "code: run.py"),
        (Origin("command line", "lr=1"), "command line: lr=1"),
        (Origin("environment", "APP_LR"), "environment: APP_LR"),
    ],
)
def test_it_prints_its_kind_unless_it_is_a_file(origin, text):
    assert str(origin) == text
    assert repr(origin) == f"<Origin {text}>"


def test_it_equals_and_hashes_by_what_it_prints():
    same = Origin("file", "c.sdn", 7, 5)
    assert same == FILE
    assert hash(same) == hash(FILE)
    assert Origin("file", "c.sdn", 7, 6) != FILE
    assert FILE != "c.sdn:7:5"


def test_there_is_no_excerpt_where_there_is_no_text():
    assert FILE.excerpt() == "  7 | lr: x\n    |     ^"
    assert Origin("file", "c.sdn", 7, 5).excerpt() == ""


def test_a_masked_origin_has_no_excerpt_and_only_the_left_side_of_an_argument():
    masked = FILE.masked()
    assert (str(masked), masked.excerpt()) == ("c.sdn:7:5", "")
    assert str(Origin("command line", "db.password=a=b").masked()) == "command line: db.password=••••"
    assert str(Origin("command line", "~db").masked()) == "command line: ~db"
    assert str(Origin("file", "a=b.sdn", 1, 2).masked()) == "a=b.sdn:1:2"


def test_a_fixed_origin_keeps_the_excerpt_that_it_had():
    shown = ["before"]
    origin = Origin("file", "c.sdn", 1, 1, lambda: shown[0])
    fixed = origin.fixed()
    shown[0] = "after"
    assert (origin.excerpt(), fixed.excerpt(), fixed) == ("after", "before", origin)


def test_it_is_pickled_with_its_excerpt():
    copy = pickle.loads(pickle.dumps(FILE))
    assert (copy, copy.excerpt()) == (FILE, FILE.excerpt())
    assert (copy.kind, copy.name, copy.line, copy.column) == ("file", "c.sdn", 7, 5)
