"""How far a secret reaches in a broken text."""

import time

import pytest

from simple_conf.secret_lines import SecretLines, is_secret_line, masked_argument, masked_excerpt
from simple_conf.secret_names import marking


def secrets_in(text):
    """The numbers of the lines that may show a secret."""
    lines = SecretLines()
    return [number for number, line in enumerate(text.split("\n"), 1) if lines.add(line)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\npassword: x\nb: 2", [2]),
        ("password:\n  a: 1\n\n  b: 2\nc: 3", [1, 2, 3, 4]),
        ("- password: x\n  user: y\n- a: 1", [1]),
        ("db:\n  password:\n    - x\n  user: y", [2, 3]),
        ("password:\n- x\n- y\nb: 2", [1, 2, 3]),
        ("password: x\nnot a key", [1]),
        ("password:\nnot a key\nb: 1\nnot a key", [1, 2]),
        ('password: "x\nrest of it\nb: 1', [1, 2]),
        ('password = """\na = 1\nb = 2\n"""\nc = 3', [1, 2, 3, 4]),
        ("password = '''\na = 1\nx'''\nc = 3", [1, 2, 3]),
        ('{\n"password": {\n"a": 1,\n"b": [2]},\n"c": 3}', [2, 3, 4]),
        ('{\n"password": [")", "]",\n"a"],\n"c": 3}', [2, 3]),
        ('{"password"\n: "x",\n"c": 3}', [1, 2]),
        ("[password]\na = 1\n\nb = 2\n[other]\na = 1", [1, 2, 3, 4]),
        ("[[db.secrets]]\na = 1\n[other]", [1, 2]),
        ("users |id, password|\n  1, x\nb: 2", [1, 2]),
        ("db: {user: x, api_key: y}\nb: 1", [1]),
        ("pasword: x\nb: 1", [1]),
        ("# the password is x\nb: 1", [1]),
        ("? password\n: x\nb: 1", [1, 2]),
        ("url: postgres://me:x@host/db\nurl: http://host:80/@x\n", [1]),
        ("", []),
    ],
)
def test_a_secret_reaches_as_far_as_its_value_may(text, expected):
    assert secrets_in(text) == expected
    for number in range(1, text.count("\n") + 2):
        assert is_secret_line(text, number) == (number in expected)


def test_keys_that_a_schema_marks_are_secrets():
    assert not is_secret_line("pin: 1", 1)
    with marking(["pin"]):
        assert is_secret_line("pin: 1", 1)
        assert is_secret_line("a: {pins: 1}", 1)
        assert not is_secret_line("spin_rate: 1", 1)
    with marking([""]):
        assert is_secret_line("anything", 1), "the whole config is a secret"


@pytest.mark.parametrize(
    ("argument", "shown"),
    [
        ("db.password=x", "db.password=••••"),
        ("db.password+=x", "db.password+=••••"),
        ("db={password: x, y: 1}", "db={password: ••••"),
        ('"password"="x', '"password"=••••'),
        ("password x", "password ••••"),
        ("~password", "~password"),
        ("lr=x", "lr=x"),
        ("", ""),
    ],
)
def test_an_argument_is_shown_up_to_the_secret(argument, shown):
    assert masked_argument(argument) == shown


def test_the_excerpt_of_a_secret_line_has_its_number_only():
    assert masked_excerpt(12) == "  12 | ••••"


def test_the_time_is_linear_in_the_length_of_the_text():
    for unit in ("password", "a: [(", "'", '"', '"\\', "[", "- ", "a.", "x:", "Aa"):
        begin = time.perf_counter()
        is_secret_line(unit * 100_000, 1)
        is_secret_line(f"{unit}\n" * 20_000, 20_000)
        assert time.perf_counter() - begin < 5
