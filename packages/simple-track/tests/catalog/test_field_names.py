"""What fields are called, and suggestions for wrong ones."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.catalog.field_names import complete_field, field_names, spell, suggest_fields
from simple_track.catalog.where import compile_where

FIELDS = ("state", "name", "config", "summary")
NAMES = [
    ("summary", "val/acc"),
    ("summary", "train/loss"),
    ("summary", "top 5"),
    ("summary", "lr"),
    ("config", "train.lr"),
]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("val/acc", ["summary.val/acc"]),
        ("acc", ["summary.val/acc"]),
        ("loss", ["summary.train/loss"]),
        ("lr", ["summary.lr", "config.train.lr"]),
        ("train.lr", ["config.train.lr"]),
        ("top 5", ['summary["top 5"]']),
        ("top", ['summary["top 5"]']),
        ("val/ac", ["summary.val/acc"]),
        ("sumary.val/acc", ["summary.val/acc"]),
        ("sumary.loss", ["summary.train/loss"]),
        ("confg.seed", ["config.seed"]),
        ("summary.val/ac", ["summary.val/acc"]),
        ("summary.acc", ["summary.val/acc"]),
        ("summary.train.lr", ["config.train.lr"]),
        ("stat", ["state"]),
        ("xyz", []),
    ],
)
def test_what_was_meant(path, expected):
    assert suggest_fields(path, FIELDS, NAMES) == expected


def test_a_name_with_spaces_is_found_by_its_first_word():
    assert complete_field("summary.top", NAMES) == 'summary["top 5"]'
    assert complete_field("summary.val", NAMES) is None


def test_names_are_those_of_summaries_and_configs_once():
    runs = [
        SimpleNamespace(config={"train": {"lr": 1}}, summary={"loss": 1}),
        SimpleNamespace(config={"seed": 1}, summary={"loss": 2}),
    ]
    assert field_names(runs) == [
        ("summary", "loss"),
        ("config", "train"),
        ("config", "train.lr"),
        ("config", "seed"),
    ]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1).filter(lambda key: "'" not in key))
def test_a_condition_finds_what_is_spelled_so(key):
    assert compile_where(f"{spell('summary', key)} == 1", FIELDS)({"summary": {key: 1}}) is True
