"""Merges of random trees with references, keys on top of them and resolvers, against a simple model."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path

import pytest

from simple_conf import Conf

PATH = Path(__file__).with_name("reference_model.py")
SPEC = importlib.util.spec_from_file_location("reference_model", PATH)
assert SPEC is not None
assert SPEC.loader is not None
model = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(model)


@pytest.fixture(autouse=True)
def resolver():
    Conf.register_resolver("model_of", model.resolver, replace=True)
    yield
    Conf.clear_resolver("model_of")


@pytest.mark.parametrize(
    ("layers", "result"),
    [
        (
            [{"a": "${b}", "b": {"c": 1, "d": 2}}, {"a": {"c": 3}}],
            {"a": {"c": 3, "d": 2}, "b": {"c": 1, "d": 2}},
        ),
        ([{"b": "${d}"}, {"d": {"c": "${b}"}, "b": {"a": 1}}], None),
        ([{"b": "${d}"}, {"d": {"c": "${b.a}"}, "b": {"a": 1}}], {"b": {"c": 1, "a": 1}, "d": {"c": 1}}),
        ([{"a": "${b}", "b": {"c": "${a}"}}, {"a": {"c": 9}}], {"a": {"c": 9}, "b": {"c": {"c": 9}}}),
        ([{"a": "${model_of:2}"}, {"a": {"b": {"c": 5}}}], {"a": {"a": 2, "b": {"c": 5, "a": "${b}"}}}),
    ],
)
def test_the_model_and_conf_agree_on_what_is_known(layers, result):
    assert model.expected(layers) == result
    assert model.found(layers) == result


@pytest.mark.parametrize("seed", [*range(8), 142, 204, 474])
def test_random_merges_give_what_the_model_gives(seed):
    for number in range(seed * 100, seed * 100 + 100):
        assert model.differs(random.Random(number)) is None, number
