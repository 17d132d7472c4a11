"""Secrets show nowhere unless they are asked for by name."""

from __future__ import annotations

import pickle
import subprocess
import sys
import traceback

import attrs
import pytest

from simple_conf import (
    Conf,
    ConfError,
    MergeStrategy,
    MissingKeyError,
    ResolverError,
    Secret,
    schema,
    validate,
)

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


@Conf.register_resolver("test.fails", replace=True)
def fails(text):
    raise ValueError(f"no such thing: {text}")


@Conf.register_resolver("test.number", replace=True)
def number(value: int):
    return value


REFERENCES = [
    "${test.fails:${token}}",
    "${test.number:${token}}",
    "${ref.file:${token}}",
    "${env:${token}}",
    "${get:${token}}",
    "${get:token}",
    "${get:token.x}",
    "${a.${token}}",
    "${path.exists:${token},2}",
    "x-${token}-${nope}",
    "${${token}}",
    "${token.x}",
    "x-${again}",
]


@schema
class Site:
    token: Secret[str]
    again: str = ""
    url: int = 0


def failure_of(read):
    """The error that reading raises, or None."""
    try:
        read()
    except ConfError as failure:
        return failure
    return None


def shown_by(failure):
    """All that a traceback may print of an error."""
    return "" if failure is None else "".join(traceback.format_exception(failure, limit=0)) + repr(failure)


@pytest.mark.parametrize("text", REFERENCES)
@pytest.mark.parametrize("marked", [True, False])
def test_what_fails_because_of_a_secret_does_not_show_it(text, marked):
    cfg = Conf.parse_sdn(f"token: hunter2\nagain: ${{token}}\nurl: {text}\n", "c.sdn")
    with pytest.raises(ConfError) as caught:
        Conf.validate(Site, cfg)
    assert "hunter2" not in shown_by(caught.value)
    if not marked:
        assert cfg.__tree__.secrets == set(), "validating marks nothing for good"
        return
    Conf.mark_secret(cfg, "token")
    for read in (lambda: cfg.url, lambda: Conf.get(cfg, "url"), lambda: Conf.to_dict(cfg)["url"]):
        failure = failure_of(read)
        assert "hunter2" not in shown_by(failure)
        assert failure is None or failure.path == "url"
    for text in (str(Conf.diff(cfg, Conf.from_dict({}))), repr(Conf.history(cfg, "url")), repr(cfg)):
        assert "hunter2" not in text


def test_a_resolver_that_was_given_a_secret_says_only_how_it_failed():
    cfg = Conf.parse_sdn("token: hunter2\nurl: ${test.fails:${token}}\n", "c.sdn")
    Conf.mark_secret(cfg, "token")
    with pytest.raises(ResolverError) as caught:
        _ = cfg.url
    assert str(caught.value) == (
        "c.sdn:2:6: url: ${test.fails:${token}} failed: ValueError; "
        "its message is not shown, since it was given a secret\n"
        "  2 | url: ${test.fails:${token}}\n"
        "    |      ^"
    )
    assert caught.value.__cause__ is caught.value.__context__ is None
    other = Conf.parse_sdn("token: hunter2\nurl: ${test.fails:x}\n")
    Conf.mark_secret(other, "token")
    with pytest.raises(ResolverError, match="no such thing: x") as caught:
        _ = other.url
    assert isinstance(caught.value.__cause__, ValueError)


@schema
class Account:
    token: Secret[str]
    tokens: list[Secret[int]] = []
    named: dict[str, Secret[int]] = {}
    maybe: Secret[int] | None = None
    logins: list[Login] = []
    one: Login | int | None = None


COLLECTIONS = [
    "tokens: [hunter2, 1]",
    "tokens: hunter2",
    "named: {a: hunter2}",
    "named: hunter2",
    "maybe: hunter2",
    "logins: [{password: x, pin: hunter2}]",
    "logins |password, pin|\n    x, hunter2",
    "one: {password: [hunter2]}",
    "one: hunter2",
    "tokne: hunter2",
    "extra: {token: hunter2}",
    "extra: {deep: [{password: hunter2}]}",
    "named: ${other}\nother: {a: hunter2}",
]


@pytest.mark.parametrize("text", COLLECTIONS)
def test_secrets_in_collections_and_under_mistyped_keys_are_hidden_in_issues(text):
    cfg = Conf.parse_sdn(f"token: hunter2\n{text}\n", "c.sdn")
    issues = Conf.check_schema(cfg, Account)
    assert issues
    for issue in issues:
        assert "hunter2" not in f"{issue} {issue!r} {issue.got!r} {pickle.dumps(issue)!r}"
        assert issue.path
    assert "hunter2" in repr(cfg)


@schema
class Checked:
    token: Secret[str]

    @validate
    def known(self):
        assert self.token.reveal() == "x", f"{self.token.reveal()} is wrong"


def test_what_a_check_says_is_shown_without_the_secret():
    (issue,) = Conf.check_schema(Conf.parse_sdn("token: hunter2\n"), Checked)
    assert issue.message.startswith("•••• is wrong")
    (issue,) = Conf.check_schema(Conf.parse_sdn(""), Checked)
    assert issue.message == "this key is required: str"


@schema
class Service:
    db: Login
    n: int = 0


WORDS = [
    ['db.password="hunter2'],
    ["db.password=[hunter2"],
    ["db={password: [hunter2}"],
    ["db={password: hunter2, x: ]}"],
    ["db.passwrod=hunter2"],
    ["password=hunter2"],
    ["db.password[=hunter2"],
    ["--db.password=hunter2"],
    ["--db.password", "hunter2"],
    ["db.password=x", "db.pin=hunter2"],
    ["db.password=hunter2", "n=${env:${db.password}}"],
    ["db.password=hunter2", "n=${no.such:${db.password}}"],
    ["db.password.x=hunter2"],
    ["db.password+=hunter2"],
    ["~db.password=hunter2"],
    ["+db.password=hunter2", "n=x"],
]


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_a_command_line_that_gives_a_secret_wrongly_does_not_show_it(words):
    with pytest.raises(ConfError) as caught:
        Conf.cli(Service, words)
    assert "hunter2" not in shown_by(caught.value)


def test_an_override_that_cannot_be_read_still_says_where():
    with pytest.raises(ConfError) as caught:
        Conf.cli(Service, ['db.password="hunter2'])
    assert str(caught.value) == (
        "command line: db.password=••••: unclosed string\n"
        '  hint: close it with " or write the text without quotes'
    )


def test_a_broken_line_of_a_secret_in_a_config_file_is_not_quoted(tmp_path):
    path = tmp_path / "c.sdn"
    for line in ('  password: "hunter2', "  password: [hunter2", "  password = 'hunter2'"):
        path.write_text(f"db:\n{line}\n")
        with pytest.raises(ConfError, match=r"c\.sdn:2:") as caught:
            Conf.cli(Service, [str(path)])
        assert "hunter2" not in shown_by(caught.value)
    path.write_text('db:\n  pin: 1\nn: "x\n')
    with pytest.raises(ConfError, match='n: "x'):
        Conf.cli(Service, [str(path)])


def test_a_variable_that_cannot_be_read_does_not_show_its_text():
    with pytest.raises(ConfError) as caught:
        Conf.from_env("APP_", variables={"APP_DB__PASSWORD": "[hunter2"})
    assert "hunter2" not in shown_by(caught.value)


def test_whole_parts_lists_and_tables_are_masked():
    cfg = Conf.parse_sdn("db: {user: hunter2, deep: [hunter2]}\nxs: [hunter2, a]\nt |a, b|\n    hunter2, 2\n")
    for path in ("db", "xs[0]", "t[0].a"):
        Conf.mark_secret(cfg, path)
    other = Conf.merge(Conf.from_dict({"db": {"user": "hunter2"}}), cfg)
    for text in (
        repr(cfg.db),
        repr(cfg.db.deep),
        str(cfg.xs),
        Conf.to_sdn(cfg),
        Conf.to_json(cfg.db),
        Conf.to_sdn(cfg.db),
        str(Conf.diff(Conf.from_dict({}), cfg)),
        str(Conf.diff(cfg, Conf.from_dict({})).to_dict()),
        str(Conf.diff(cfg, other)),
        repr(Conf.history(other, "db")),
        repr(Conf.history(other, "db.user")),
        repr(Conf.history(other, "xs")),
        Conf.origin(cfg, "xs").excerpt(),
    ):
        assert "hunter2" not in text
    assert cfg.xs == ["hunter2", "a"]
    assert Conf.to_dict(cfg, reveal=True)["t"] == [{"a": "hunter2", "b": 2}]
    assert str(cfg.xs) == "['••••', 'a']"


def test_short_secrets_are_taken_out_as_words_only():
    cfg = Conf.parse_sdn("pin: 12\nurl: ${test.fails:a12 and 12}\nref: ${pin}\n", "c.sdn")
    Conf.mark_secret(cfg, "pin")
    with pytest.raises(ConfError, match="no such thing: a12 and ••••"):
        _ = cfg.url


def test_a_part_that_is_merged_keeps_its_secrets(cfg):
    for merged in (
        Conf.merge(cfg.db, {"x": 1}),
        Conf.merge({"x": 1}, cfg.db),
        Conf.merge(Conf.merge({}, cfg).db, {}),
        Conf.merge_with(cfg.db, {"keys": ["hunter2"]}, MergeStrategy("append")),
    ):
        assert merged.password == "hunter2"
        assert "password': '••••'" in repr(merged)
        assert "k1" in repr(merged)
    Conf.mark_secret(cfg, "db")
    assert "k1" not in repr(Conf.merge({"x": 1}, cfg.db))
    assert "x" in repr(Conf.merge({"x": 1}, cfg.db))
