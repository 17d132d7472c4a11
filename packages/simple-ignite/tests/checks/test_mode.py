"""Modes are words."""

import pytest

from simple_ignite.checks import ValidationMode
from simple_ignite.checks.mode import VARIABLE
from simple_ignite.errors import IgniteError


@pytest.mark.parametrize("word", ["check_only", "train_only", "check_and_train"])
def test_a_mode_is_its_word(monkeypatch, word):
    assert ValidationMode.of(word) == word == str(ValidationMode(word))
    assert ValidationMode.of(ValidationMode(word)) is ValidationMode(word)
    monkeypatch.setenv(VARIABLE, word)
    assert ValidationMode.of(None) is ValidationMode(word)


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_variable_is_none(monkeypatch, value):
    monkeypatch.setenv(VARIABLE, value)
    assert ValidationMode.of(None) is ValidationMode.CHECK_AND_TRAIN


@pytest.mark.parametrize("word", ["CHECK_ONLY", "", 1, True])
def test_anything_else_is_refused(word):
    with pytest.raises(IgniteError, match="mode must be one of"):
        ValidationMode.of(word)
