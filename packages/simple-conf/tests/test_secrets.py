"""Secrets show nowhere unless they are asked for by name."""

from __future__ import annotations

import pickle
import subprocess
import sys

import attrs
import pytest

from simple_conf import Conf, MissingKeyError, Secret, schema

TEXT = """\
db:
  password: hunter2
  url: postgres://me:${.password}@host
  keys: [k1, hunter2]
copy: ${db.password}
plain: shown
"""


@schema
class Db:
    password: int
    url: str = ""
    keys: list[int] = []


@schema
class App:
    db: Db
    copy: int
    plain: str


@schema
class Login:
    password: Secret[str]
    pin: Secret[int] = Secret(0)


@pytest.fixture
def cfg():
    made = Conf.parse_sdn(TEXT, "c.sdn")
    Conf.mark_secret(made, "db.password")
    Conf.mark_secret(made, "db.keys[1]")
    return made


def everything(cfg):
    """Every text that a config shows itself as."""
    other = Conf.merge(cfg, {"db": {"password": "other"}})
    return [
        repr(cfg),
        str(cfg),
        str(Conf.to_dict(cfg)),
        str(Conf.to_dict(cfg, resolve=False)),
        Conf.to_sdn(cfg),
        Conf.to_yaml(cfg),
        Conf.to_json(cfg),
        str(Conf.diff(cfg, other)),
        str(Conf.diff(cfg, other).to_dict()),
        repr(Conf.freeze(cfg)),
        repr(pickle.loads(pickle.dumps(cfg))),
        repr(Conf.merge({"a": 1}, cfg)),
        Conf.to_json(cfg.db),
    ]


def test_a_marked_value_and_all_that_comes_from_it_is_masked(cfg):
    for text in everything(cfg):
        assert "hunter2" not in text
        assert "••••" in text or text == ""
    assert cfg.db.password == "hunter2"
    assert cfg.copy == "hunter2"
    assert Conf.to_dict(cfg, reveal=True)["db"]["url"] == "postgres://me:hunter2@host"
    assert Conf.to_dict(cfg)["db"]["keys"] == ["k1", "••••"]
    assert Conf.to_dict(cfg)["plain"] == "shown"


def test_marking_after_reading_hides_what_was_read_before():
    cfg = Conf.parse_sdn(TEXT)
    assert cfg.copy == "hunter2"
    Conf.mark_secret(cfg, "db.password")
    assert "hunter2" not in Conf.to_sdn(cfg).replace("[k1, hunter2]", "")


def test_errors_do_not_show_it(cfg):
    for text in [str(issue) for issue in Conf.check_schema(cfg, App)]:
        assert "hunter2" not in text
    assert [issue.path for issue in Conf.check_schema(cfg, App)] == [
        "db.password",
        "db.keys[0]",
        "db.keys[1]",
        "copy",
    ]


def test_a_secret_field_is_wrapped_and_never_shown():
    made = Conf.validate(Login, {"password": "hunter2", "pin": "1234"})
    assert "hunter2" not in repr(made)
    assert made.password.reveal() == "hunter2"
    assert made.pin == Secret(1234)
    cfg = Conf.merge(Conf.parse_sdn("password: x\n", "c.sdn"), Conf.parse_dotlist(["pin=abc"]))
    (issue,) = Conf.check_schema(cfg, Login)
    assert str(issue) == "command line: pin=••••: pin: expected int, got ••••"
    assert Conf.validate(Login, Conf.from_object(made)) == made


def test_only_what_is_there_can_be_marked(cfg):
    with pytest.raises(MissingKeyError):
        Conf.mark_secret(cfg, "db.pasword")


SCRIPT = """\
from simple_conf import Conf, Secret, schema

@schema
class App:
    token: Secret[str]
    url: str = ""
    n: int = 0

@Conf.main(App, config="config.sdn")
def main(cfg):
    print(cfg)

main()
"""


@pytest.mark.parametrize(
    "words", [["--help"], ["--show"], [], ["n=x"], ["--show", "token=hunter2"], ["--help", "token=hunter2"]]
)
def test_a_script_shows_it_nowhere(tmp_path, words):
    (tmp_path / "train.py").write_text(SCRIPT)
    (tmp_path / "config.sdn").write_text("token: hunter2\nurl: x\nn: 1\n")
    done = subprocess.run(
        [sys.executable, "train.py", *words], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert "hunter2" not in done.stdout + done.stderr
    assert "••••" in done.stdout + done.stderr or words == ["n=x"]


def test_a_secret_on_the_same_line_as_a_mistake_is_not_quoted():
    @schema
    class Pair:
        user: int
        token: Secret[str]

    (issue,) = Conf.check_schema(Conf.parse_sdn("user: bob\ntoken: hunter2\n", "c.sdn"), Pair)
    assert "user: bob" in str(issue)
    inline = Conf.parse_sdn("login: {user: bob, token: hunter2}\n", "c.sdn")
    holder = attrs.make_class("Holder", {"login": attrs.field(type=Pair)})
    (issue,) = Conf.check_schema(inline, holder)
    assert str(issue) == "c.sdn:1:15: login.user: expected int, got text 'bob'"


@schema
class Aliased:
    password: Secret[int]
    alias: int


def test_what_refers_to_a_secret_field_is_hidden_in_errors_and_histories(cfg):
    made = Conf.parse_sdn("password: hunter2\nalias: ${password}\n", "c.sdn")
    for issue in Conf.check_schema(made, Aliased):
        assert "hunter2" not in str(issue)
    merged = Conf.merge(cfg, Conf.parse_dotlist(["db.password=hunter2"]))
    assert "hunter2" not in repr(Conf.history(merged, "db.password"))


def test_a_marked_part_stays_marked_in_the_config_it_is_put_into():
    cfg = Conf.parse_sdn("db: {user: me, password: hunter2, keys: [k1, k2]}")
    Conf.mark_secret(cfg, "db.password")
    Conf.mark_secret(cfg, "db.keys")
    other = Conf.from_dict({"copy": cfg.db, "deep": {"again": [cfg.db]}, "only": cfg.db["keys"]})
    Conf.set(other, "set", cfg.db)
    for text in (repr(other), Conf.to_sdn(other), Conf.to_json(other), repr(other.copy)):
        assert "hunter2" not in text
        assert "k1" not in text
        assert "me" in text
    assert other.set.password == "hunter2"
    assert other.only == ["k1", "k2"]
