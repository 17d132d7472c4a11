"""The rows of a table know their own file and place, whatever config they were merged into."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass, field

import pytest

from simple_conf import Conf

TEXT = "z: 1\nusers |name, port|\n    Ann, 3.10\n    Bob, 1_0\npairs: table{f64}\n    3.10\n"


@dataclass
class User:
    name: str
    port: str


@dataclass
class App:
    z: int
    users: list[User]
    pairs: list[list[str]] = field(default_factory=list)


def table():
    return Conf.parse_sdn(TEXT, "users.sdn")


def within(key):
    cfg = Conf.from_dict({})
    Conf.set(cfg, key, table())
    return cfg


@pytest.mark.parametrize(
    ("cfg", "at"),
    [
        (table(), ""),
        (Conf.merge({"z": 0}, table()), ""),
        (Conf.merge(Conf.parse_sdn("z: 0\n" * 1, "base.sdn"), table(), {"z": 1}), ""),
        (within("a.b"), "a.b."),
        (copy.deepcopy(Conf.merge({"c": 0}, within("a"))), "a."),
        (pickle.loads(pickle.dumps(Conf.merge({"c": 0}, within("a")))), "a."),
    ],
)
def test_cells_keep_their_text_and_their_place(cfg, at):
    part = Conf.get(cfg, at.rstrip(".")) if at else cfg
    made = Conf.validate(App, part)
    assert made.users == [User("Ann", "3.10"), User("Bob", "1_0")]
    assert made.pairs == [["3.10"]]
    assert str(Conf.origin(cfg, f"{at}users[1].port")) == "users.sdn:4:10"
    assert str(Conf.origin(cfg, f"{at}pairs[0][0]")) == "users.sdn:6:5"
    assert str(Conf.history(cfg, f"{at}users[0].name")[0].origin) == "users.sdn:3:5"


def test_a_table_of_a_choice_and_of_an_extending_file(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/big.sdn").write_text(TEXT)
    (tmp_path / "base.sdn").write_text("data: big\n")
    (tmp_path / "train.sdn").write_text("extends: base.sdn\n")
    cfg = Conf.compose(tmp_path / "train.sdn")
    assert Conf.validate(App, cfg.data).users[0].port == "3.10"
    assert str(Conf.origin(cfg, "data.users[1].port")).endswith("big.sdn:4:10")
