"""Findings: levels, sections, and the texts of errors."""

import pytest

from simple_ignite.checks.reporting.finding import CODES, SECTIONS
from simple_ignite.checks.reporting.findings import Findings, error_text, listed


def test_every_code_has_a_section_and_a_level():
    assert {section for section, _ in CODES.values()} == set(SECTIONS)
    assert {level for _, level in CODES.values()} == {"error", "warning", "info"}


def test_a_code_that_is_left_out_still_ends_the_chain():
    found = Findings(ignore=["batch-form"])
    found.add("batch-form", "text", "batch")
    assert found.all == []
    assert found.failed("shapes")
    assert not found.failed("optimizer", "training")


def test_strict_turns_warnings_into_errors_but_does_not_end_a_chain():
    found = Findings(strict=True)
    found.add("grad-none", "text", "a")
    found.add("memory-size", "text", "model")
    assert [one.level for one in found.all] == ["error", "info"]
    assert not found.failed("gradients")


@pytest.mark.parametrize(
    ("names", "text"),
    [([], ""), (["a"], "a"), (list("abcde"), "a, b, c, d, e"), (list("abcdef"), "a, b, c, d, e and 1 more")],
)
def test_the_first_names(names, text):
    assert listed(names) == text


def test_the_text_of_an_error_is_one_line():
    assert error_text(ValueError("first\nsecond")) == "ValueError: first"
    assert error_text(ValueError()) == "ValueError"
    trace = "Caught KeyError in DataLoader worker process 0.\nOriginal Traceback (most recent call last):\n"
    assert error_text(RuntimeError(trace + "KeyError: 'a'")) == "KeyError: 'a'"
    assert len(error_text(ValueError("x" * 1000))) == 400
