"""Configs from environment variables."""

from __future__ import annotations

import pytest

from simple_conf import Conf, OverrideError
from simple_conf.sources.environment import from_env


def test_names_are_paths_and_texts_are_values(monkeypatch):
    monkeypatch.setenv("TEST_APP_TRAIN__LR", "5e-4")
    monkeypatch.setenv("TEST_APP_TAGS", "[a, b]")
    monkeypatch.setenv("TEST_APP_DEBUG", "true")
    cfg = Conf.from_env("TEST_APP_")
    assert cfg == {"debug": True, "tags": ["a", "b"], "train": {"lr": 5e-4}}
    assert str(Conf.origin(cfg, "train.lr")) == "environment: TEST_APP_TRAIN__LR"


def test_merged_over_a_file_it_wins_and_reaches_into_lists():
    base = Conf.from_dict({"layers": [1, 2], "train": {"lr": 1, "epochs": 2}})
    env = from_env("X_", variables={"X_TRAIN__LR": "3", "X_LAYERS__0": "9", "OTHER": "1", "X_": "1"})
    cfg = Conf.merge(base, env)
    assert cfg == {"layers": [9, 2], "train": {"lr": 3, "epochs": 2}}
    assert str(Conf.origin(cfg, "layers[0]")) == "environment: X_LAYERS__0"


def test_the_separator_can_be_chosen():
    assert from_env("X_", "_", variables={"X_A_B": "1"}) == {"a": {"b": 1}}


def test_mistakes_name_the_variable():
    with pytest.raises(OverrideError) as caught:
        from_env("X_", variables={"X_A": "[1"})
    assert str(caught.value) == (
        "environment: X_A: its text is not an SDN value: unclosed [, at character 1\n  hint: close it with ]"
    )
    with pytest.raises(OverrideError, match="empty part"):
        from_env("X_", variables={"X_A____B": "1"})
    with pytest.raises(OverrideError) as caught:
        Conf.merge({"train": {"lr": 1}}, from_env("X_", variables={"X_TRAIN__LRR": "1"}), strict_keys=True)
    assert str(caught.value) == (
        "environment: X_TRAIN__LRR: train.lrr: unknown key 'lrr'\n  hint: did you mean 'lr'?"
    )


def test_a_variable_that_is_a_value_and_one_that_sets_a_key_in_it_are_an_error():
    with pytest.raises(
        OverrideError,
        match=r"X_A sets a to a value, this one a key in it(.|\n)*unset one of the two: X_A or X_A__B",
    ):
        from_env("X_", variables={"X_A": "1", "X_A__B": "2"})


def test_two_variables_that_set_one_key_are_an_error():
    with pytest.raises(
        OverrideError, match=r"X_A__B sets a\.b, too(.|\n)*unset one of the two: X_A__B or X_a__b"
    ):
        from_env("X_", variables={"X_a__b": "1", "X_A__B": "1", "X_C": "3"})


def test_names_meet_keys_of_any_case_when_merged():
    env = from_env("X_", variables={"X_DB__HOST": "new", "X_PORT": "1"})
    assert Conf.merge({"DB": {"Host": "old"}}, env) == {"DB": {"Host": "new"}, "port": 1}
    assert Conf.merge({"db": {"host": 1}, "DB": 2}, env).db == {"host": "new"}
    with pytest.raises(OverrideError, match="may mean 'Db' or 'DB'"):
        Conf.merge({"Db": {}, "DB": {}}, env)
