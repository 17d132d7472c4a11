"""Frozen configs, their copies and their fingerprints."""

from __future__ import annotations

import hashlib
import json

import pytest

from simple_conf import Conf, FrozenConfigError, InterpolationError, Secret


def test_freezing_copies_once():
    cfg = Conf.from_dict({"a": {"b": 1}})
    frozen = Conf.freeze(cfg)
    assert frozen is not cfg
    assert Conf.freeze(frozen) is frozen
    assert (Conf.is_frozen(frozen), Conf.is_frozen(frozen.a), Conf.is_frozen(cfg)) == (True, True, False)
    cfg.a.b = 2
    assert frozen.a.b == 1
    with pytest.raises(FrozenConfigError):
        frozen.a.b = 3


def test_unfreezing_copies_always():
    frozen = Conf.freeze(Conf.from_dict({"a": 1}))
    free = Conf.unfreeze(frozen)
    free.a = 2
    assert (free.a, frozen.a, Conf.is_frozen(free), Conf.is_frozen(frozen)) == (2, 1, False, True)
    assert Conf.unfreeze(free) is not free


def test_a_part_is_frozen_as_a_config_of_its_own():
    cfg = Conf.from_dict({"n": 1, "a": {"b": "${n}"}})
    part = Conf.freeze(cfg.a)
    cfg.n = 2
    assert part == {"b": 1}
    assert part.__path__ == ()


def test_a_fingerprint_is_that_of_the_resolved_values_in_any_order():
    cfg = Conf.from_dict({"b": "${a}", "a": 1, "s": Secret("x")})
    text = json.dumps({"a": 1, "b": 1, "s": "x"}, sort_keys=True)
    assert Conf.fingerprint(cfg) == hashlib.sha256(text.encode()).hexdigest()
    same = Conf.from_dict({"s": Secret("x"), "a": 1, "b": 1})
    assert Conf.fingerprint(same) == Conf.fingerprint(cfg)


@pytest.mark.parametrize(
    "other", [{"a": 1.0}, {"a": "1"}, {"a": True}, {"b": 1}, {"a": [1]}, {"a": Secret("1")}]
)
def test_other_values_have_another_fingerprint(other):
    assert Conf.fingerprint(Conf.from_dict(other)) != Conf.fingerprint(Conf.from_dict({"a": 1}))


def test_values_without_a_json_form_are_told_apart_by_type_and_text():
    one, two = Conf.from_dict({"a": 1j}), Conf.from_dict({"a": "1j"})
    assert Conf.fingerprint(one) != Conf.fingerprint(two)
    assert Conf.fingerprint(one) == Conf.fingerprint(Conf.from_dict({"a": 1j}))


def test_what_cannot_be_resolved_has_no_fingerprint():
    with pytest.raises(InterpolationError):
        Conf.fingerprint(Conf.from_dict({"a": "${nope}"}))
