"""A syntax error of any format shows nothing of a line that may hold a secret."""

from __future__ import annotations

import pickle
import subprocess
import sys
import traceback

import pytest

from simple_conf import Conf, ConfError, Secret, schema
from simple_conf.sdn import parse

SDN = [
    'password: "zq7hunter',
    "password: 'zq7hunter'",
    "password: [zq7hunter",
    "password: {zq7hunter",
    "password: {a: zq7hunter",
    'password: "zq7hunter" zq7hunter',
    'password: "zq7hunter\\q"',
    'password: "zq7hunter\\u12"',
    "password: zq7hunter,",
    "password: ${zq7hunter",
    'password: "zq7hunter"#zq7hunter',
    "password: #zq7hunter",
    "password: |zq7hunter",
    "password: >zq7hunter",
    'password: """zq7hunter',
    'password: """\nzq7hunter\n',
    "password: zq7hunter\x01",
    "password zq7hunter",
    "password:zq7hunter",
    "password\tzq7hunter",
    "password : : zq7hunter:\n zq7hunter",
    "pass word: zq7hunter",
    "export password=zq7hunter\nset password=zq7hunter",
    "password: zq7hunter\npassword: zq7hunter",
    "password:\n  zq7hunter: 1\n  zq7hunter: 2",
    "password:\n  - a\n  zq7hunter",
    "password:\n  - zq7hunter\n  - 'zq7hunter'",
    "password:\n  a: 1\n  zq7hunter",
    "password:\n- zq7hunter",
    "password:\nzq7hunter",
    "password:\nzq7:hunter zq7hunter",
    "password:\n\tzq7hunter",
    "passwrod: 'zq7hunter'",
    "db: {user: me, password: zq7hunter",
    "db: {user: me password: zq7hunter}",
    "db: {user: me, password zq7hunter}",
    "db: {user: me, password:zq7hunter}",
    "[password]\nzq7hunter = 1\n",
    "{\n  password: zq7hunter\n}",
    '{"password": "zq7hunter"}',
    '{"password":\n"zq7hunter"}',
    "users |name, password|\n  me, zq7hunter, 3",
    "users |name, password|\n  me, 'zq7hunter'",
    "users |name, password| me, zq7hunter, 3",
    "users |name, password zq7hunter, x|\n  1, 2, 3",
    "password: table{i8}\n  zq7hunter",
    "password: table{zq7hunter}\n  1",
    "password: table{i8} = [(zq7hunter)]",
    "password: table{i8, i8}\n  1, zq7hunter, 3",
    "? password\n: zq7hunter",
    "password: 1\n  zq7hunter",
    "password: 1\n  zq7hunter: 1",
    "// password zq7hunter",
    "&password zq7hunter",
    "*password zq7hunter",
    "!password zq7hunter",
    "password|zq7hunter|zq7hunter|",
    "%password zq7hunter",
    "password(): zq7hunter",
    "zq7hunter password: zq7hunter",
]

JSON = [
    '{"password": "zq7hunter",}',
    '{"password": "zq7hunter" "spare": []}',
    '{\n  "password": "zq7hunter"\n  "x": 1\n}',
    '{"password": zq7hunter}',
    "{'password': 'zq7hunter'}",
    '{"password": "zq7hunter}',
    '{"password": "zq7hunter\\q"}',
    '{"password": "zq7\nhunter zq7hunter"}',
    '{"password":\n"zq7hunter" x}',
    '{"password"\n: "zq7hunter" x}',
    '{"password": [\n"zq7hunter"\n"b"]}',
    '{"password": {\n"zq7hunter": 1, "zq7hunter": 2}}',
    '{"password": {"zq7hunter": 1, "zq7hunter": 2}}',
    '{"password": "zq7hunter"} zq7hunter',
    '{"password": 8071e9999}',
    '["password", "zq7hunter"',
    'password: "zq7hunter"',
    '{"password": "zq7hunter" // zq7hunter\n}',
    '{"password": "zq7hunter\x01"}',
]

TOML = [
    "password = zq7hunter",
    'password = "zq7hunter',
    "password = 'zq7hunter",
    'password = """\nzq7hunter\\q"""',
    'password = """\nzq7hunter = 1\nzq7hunter \\q\n"""',
    "password = '''\nzq7hunter\n",
    'password = "zq7hunter" zq7hunter',
    'password = "zq7hunter\\q"',
    "password: zq7hunter",
    "password zq7hunter",
    "password = ['zq7hunter'\nx = 1",
    "password = [\n'zq7hunter',\nzq7hunter]",
    "password = {a = 'zq7hunter'\n}",
    "password = 'zq7hunter'\npassword = 'zq7hunter'",
    "[password]\nzq7hunter = 1\nzq7hunter = 2",
    "[password]\nx = zq7hunter",
    "[db.password]\n'zq7hunter\n",
    "[password.zq7hunter]\n[password.zq7hunter]",
    "password.zq7hunter = 1\npassword.zq7hunter = 2",
    "password = 8071e9999",
    "password = 2020-13-45zq7hunter",
    "password = 'zq7hunter\x01'",
]

YAML = [
    "password: zq7hunter: old",
    "password: @zq7hunter",
    "password: `zq7hunter",
    'password: "zq7hunter',
    'password: "zq7hunter\\q"',
    "password: 'zq7hunter' zq7hunter",
    "password: [zq7hunter",
    "password: {zq7hunter: 1",
    "password: *zq7hunter",
    "password: &zq7hunter &zq7hunter 1",
    "password: !zq7hunter 1",
    "password: !zq7hunter! 1",
    "password: !!zq7hunter 1",
    "password: %zq7hunter",
    "password:\n  zq7hunter: 1\n  zq7hunter: 2",
    "password:\n\tzq7hunter",
    "password:\n  zq7hunter\n  zq7: hunter",
    "password:\n- zq7hunter\n  zq7hunter: - @zq7hunter",
    "password: zq7hunter\npassword: zq7hunter",
    "password: |\n    zq7hunter\n  zq7hunter: x\n @zq7hunter",
    "password zq7hunter\nx: 1",
    "password: 8071e9999",
    "password: !!int zq7hunter",
    "password: !!float zq7hunter",
    "? password\n: @zq7hunter",
    "{password: @zq7hunter}",
    "password: zq7hunter\x01",
    "password:\n  ? [zq7hunter]\n  : 1",
]

CASES = [
    *((".sdn", text) for text in SDN),
    *((".json", text) for text in JSON),
    *((".toml", text) for text in TOML),
    *((".yaml", text) for text in YAML),
]


def shown_by(failure: BaseException) -> str:
    """All that a traceback, a log or a pickle may show of an error."""
    chain = "".join(traceback.format_exception(failure, limit=0))
    return f"{chain} {failure!r} {pickle.dumps(failure)!r} {getattr(failure, 'hint', '')}"


def assert_silent(failure: BaseException) -> None:
    shown = shown_by(failure)
    assert "zq7" not in shown
    assert "hunter" not in shown
    assert "8071" not in shown


@pytest.mark.parametrize(("suffix", "text"), CASES)
def test_a_line_whose_key_sounds_like_a_secret_is_not_shown(tmp_path, suffix, text):
    path = tmp_path / f"config{suffix}"
    path.write_text(f"{text}\n")
    with pytest.raises(ConfError) as caught:
        Conf.load(path)
    assert_silent(caught.value)
    assert f"config{suffix}" in str(caught.value), "the place is named"


@schema
class Login:
    wort: Secret[str]
    x: int = 0


@pytest.mark.parametrize(("suffix", "text"), CASES)
def test_a_line_of_a_key_that_the_schema_has_as_a_secret_is_not_shown(tmp_path, suffix, text):
    path = tmp_path / f"config{suffix}"
    path.write_text(
        text.replace("pass word", "wort wort").replace("password", "wort").replace("passwrod", "worte")
    )
    with pytest.raises(ConfError) as caught:
        Conf.cli(Login, [str(path)])
    assert_silent(caught.value)


@pytest.mark.parametrize("text", SDN)
def test_the_sdn_command_does_not_show_it(tmp_path, text):
    with pytest.raises(ConfError) as caught:
        parse(text)
    assert_silent(caught.value)


def test_a_config_that_is_a_secret_as_a_whole_is_not_shown_at_all(tmp_path):
    (tmp_path / "c.sdn").write_text("plain: x\nzq7hunter\n")
    with pytest.raises(ConfError) as caught:
        Conf.cli(Secret[dict], [str(tmp_path / "c.sdn")])
    assert_silent(caught.value)


@pytest.mark.parametrize("name", ["a.sdn", "a.json", "a.toml", "a.yaml"])
def test_bytes_that_are_not_utf_8_do_not_show_the_line_before_them(tmp_path, name):
    (tmp_path / name).write_bytes(b"password: zq7hunter\xff\n")
    with pytest.raises(ConfError) as caught:
        Conf.load(tmp_path / name)
    assert_silent(caught.value)
    assert "0xff" not in str(caught.value)


OVERRIDES = [
    'password="zq7hunter',
    "password=[zq7hunter",
    "password='zq7hunter'",
    "password=+80_71_",
    "password=#zq7hunter",
    "password[=zq7hunter",
    "password[zq7hunter]=1",
    "password:zq7hunter",
    "password zq7hunter",
    "db={password: zq7hunter, x: ]}",
    "--password=zq7hunter",
    "~password=zq7hunter",
    "pass.password..x=zq7hunter",
    "+password=[zq7hunter",
    "password+=[zq7hunter",
    "passwrod=[zq7hunter",
]


@pytest.mark.parametrize("word", OVERRIDES)
def test_an_override_of_a_secret_that_cannot_be_read_does_not_show_it(word):
    with pytest.raises(ConfError) as caught:
        Conf.parse_dotlist([word])
    assert_silent(caught.value)
    with pytest.raises(ConfError) as caught:
        Conf.cli(Login, [word.replace("passwrod", "worte").replace("password", "wort")])
    assert_silent(caught.value)


def test_words_that_give_a_secret_without_an_equals_sign_are_not_shown():
    for words in (["password", "zq7hunter"], ["password", "=", "zq7hunter"], ["password:", "zq7hunter"]):
        with pytest.raises(ConfError, match="write password=…") as caught:
            Conf.parse_dotlist(words)
        assert_silent(caught.value)


def test_adding_to_a_secret_that_is_no_list_does_not_show_it():
    with pytest.raises(ConfError) as caught:
        Conf.merge({"password": "zq7hunter"}, Conf.parse_dotlist(["password+=x"]))
    assert_silent(caught.value)


@pytest.mark.parametrize(
    "text", ['"zq7hunter', "[zq7hunter", "'zq7hunter'", "+80_71_", "zq7hunter\x01", "8071e9999"]
)
def test_a_variable_of_a_secret_that_cannot_be_read_does_not_show_it(monkeypatch, text):
    with pytest.raises(ConfError, match="APP_DB__PASSWORD") as caught:
        Conf.from_env("APP_", variables={"APP_DB__PASSWORD": text})
    assert_silent(caught.value)
    monkeypatch.setenv("ZQ_PASSWORD", text)
    with pytest.raises(ConfError, match="ZQ_PASSWORD") as caught:
        Conf.resolve(Conf.from_dict({"x": "${env:ZQ_PASSWORD}"}))
    assert_silent(caught.value)


def test_a_script_shows_it_neither(tmp_path):
    (tmp_path / "train.py").write_text(
        "from simple_conf import Conf, Secret, schema\n"
        "@schema\nclass App:\n    wort: Secret[str]\n\n"
        '@Conf.main(App, config="c.toml")\ndef main(cfg):\n    pass\n\nmain()\n'
    )
    (tmp_path / "c.toml").write_text('wort = "zq7hunter\n')
    for words in ([], ["--help"], ["--show"], ["--check"]):
        done = subprocess.run(
            [sys.executable, "train.py", *words], capture_output=True, text=True, cwd=tmp_path, timeout=60
        )
        assert "zq7hunter" not in done.stdout + done.stderr
        assert "c.toml:1:" in done.stdout + done.stderr


def test_lines_of_other_keys_are_shown():
    with pytest.raises(ConfError, match=r"1 \| lr: \[1"):
        Conf.parse_sdn("lr: [1\npassword: x\n")
    with pytest.raises(ConfError, match=r"2 \| lr 0\.1"):
        Conf.parse_sdn("password: x\nlr 0.1\n")
    with pytest.raises(ConfError, match=r"4 \| tokenizer 0\.1"):
        Conf.parse_sdn("password: x\ndb:\n  url: x\ntokenizer 0.1\n")
    with pytest.raises(ConfError, match="max_tokens"):
        Conf.parse_sdn("max_tokens: 5_\n")


def test_what_a_secret_line_shows_is_the_place_and_the_kind_of_mistake():
    with pytest.raises(ConfError) as caught:
        Conf.parse_sdn("a: 1\npassword: +80_71_\n", "c.sdn")
    assert str(caught.value) == "c.sdn:2:11: this is not a number, but looks like one\n  2 | ••••"
