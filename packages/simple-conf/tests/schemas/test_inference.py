"""Schema classes inferred from a config."""

from __future__ import annotations

import textwrap

import pytest

from simple_conf import Conf, ConfError

TEXT = """\
seed: 7
train:
  lr: 1e-3
  tags: [a, b]
  mixed: [1, 2.5]
  any: [1, a]
  empty: []
users |id, name|
  1, a
  2, b
stages:
  - name: warmup
    epochs: 1
  - name: main
labels: {0: cat, 1: dog}
nothing: null
copy: ${seed}
"""


def test_the_classes_fit_the_config():
    cfg = Conf.parse_sdn(TEXT)
    source = Conf.schema_of(cfg)
    assert source == textwrap.dedent("""\
        from __future__ import annotations

        from typing import Any

        from simple_conf import schema


        @schema
        class TrainCfg:
            lr: float
            tags: list[str]
            mixed: list[float]
            any: list[int | str]
            empty: list[Any]


        @schema
        class UsersCfg:
            id: int
            name: str


        @schema
        class StagesCfg:
            name: str
            epochs: int | None = None


        @schema
        class AppCfg:
            seed: int
            train: TrainCfg
            users: list[UsersCfg]
            stages: list[StagesCfg]
            labels: dict[str, str]
            nothing: Any
            copy: int
        """)
    space = {"__name__": "made"}
    exec(source, space)
    import sys
    import types

    module = types.ModuleType("made")
    module.__dict__.update(space)
    sys.modules["made"] = module
    try:
        made = Conf.validate(space["AppCfg"], cfg)
    finally:
        del sys.modules["made"]
    assert made.stages[1].epochs is None
    assert made.users[1].name == "b"


def test_classes_of_the_same_name_are_told_apart():
    source = Conf.schema_of(
        Conf.from_dict({"a": {"opt": {"x": 1}}, "b": {"opt": {"y": "t"}}, "c": {"opt": {"x": 2}}})
    )
    assert source.count("class OptCfg:") == 1
    assert source.count("class OptCfg2:") == 1
    assert "opt: OptCfg2" in source


def test_the_name_must_be_one():
    with pytest.raises(ConfError, match="cannot name a class"):
        Conf.schema_of(Conf.from_dict({}), "class")
