"""The built-in resolvers: what each returns, and how they say that they are used wrongly."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

import pytest

from simple_conf import Conf, ResolverError
from simple_conf.references.builtins import FUNCTIONS, LIVE
from simple_conf.references.resolvers import Resolver, find, names


def read(text, **values):
    return Conf.from_dict({**values, "x": text}).x


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${path.join:a,b,c.txt}", "a/b/c.txt"),
        ("${path.join:${root},x}", "/data/x"),
        ("${path.basename:/a/b.txt}", "b.txt"),
        ("${path.dirname:/a/b.txt}", "/a"),
        ("${path.abspath:x}", str(Path.cwd() / "x")),
        ("${path.exists:/definitely/not/here}", False),
        ("${sys.cpu_count}", os.cpu_count()),
        ("${sys.hostname}", socket.gethostname()),
        ("${sys.platform}", sys.platform),
        ("${sys.cwd}", str(Path.cwd())),
        ("${decode:[1, a]}", [1, "a"]),
        ("${decode:${listing}}", [1, 2]),
        ('${decode:"5e-4"}', 5e-4),
        ("${get:root}", "/data"),
        ("${get:nope,7}", 7),
        ("${get:nope,null}", None),
    ],
)
def test_built_in_resolvers(text, expected):
    assert read(text, root="/data", listing="[1, 2]") == expected


def test_environment_variables_are_read_as_values(monkeypatch):
    monkeypatch.setenv("SC_N", "5e-4")
    monkeypatch.setenv("SC_LIST", "[1, 2]")
    monkeypatch.setenv("SC_EMPTY", "")
    monkeypatch.delenv("SC_NOT", raising=False)
    assert read("${env:SC_N}") == 5e-4
    assert read("${env.str:SC_N}") == "5e-4"
    assert read("${env:SC_LIST}") == [1, 2]
    assert read("${env.str:SC_EMPTY}") == ""
    assert read("${env:SC_NOT,3}") == 3
    assert read("${env:SC_NOT,null}") is None
    assert read("${env:SC_NOT,${n}}", n="later") == "later"
    with pytest.raises(ResolverError, match="the environment variable SC_NOT is not set") as caught:
        read("${env:SC_NOT}")
    assert caught.value.path == "x"


def test_environment_text_that_is_no_value_stays_text(monkeypatch):
    monkeypatch.setenv("SC_ODD", "[1, 2")
    with pytest.raises(ResolverError, match="SC_ODD"):
        read("${env:SC_ODD}")
    assert read("${env.str:SC_ODD}") == "[1, 2"


def test_one_config_has_one_instant():
    cfg = Conf.from_dict(
        {"a": "${time.now:%Y%m%d_%H%M%S}", "b": "${time.now:%Y%m%d_%H%M%S}", "c": "${time.unix}"}
    )
    first = cfg.a
    time.sleep(1.1)
    assert cfg.b == first
    assert abs(cfg.c - time.time()) < 60
    assert time.strftime("%Y%m%d_%H%M%S", time.localtime(cfg.c)) == first
    assert Conf.freeze(cfg).b == first
    assert Conf.from_dict({"t": "${time.now:%H:%M, %S}"}).t.count(",") == 1


def test_the_text_of_a_file(tmp_path):
    (tmp_path / "key.txt").write_text("s3cret\n")
    assert read(f"${{ref.file:{tmp_path}/key.txt}}") == "s3cret"
    with pytest.raises(ResolverError, match="No such file"):
        read(f"${{ref.file:{tmp_path}/nope.txt}}")


def test_get_sees_every_change():
    cfg = Conf.from_dict({"a": "${get:b,0}"})
    assert cfg.a == 0
    cfg.b = 5
    assert cfg.a == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${path.basename}", "${path.basename}: it takes 1 argument, not 0"),
        ("${env}", "${env}: it takes 1 to 2 arguments, not 0"),
        ("${path.exists:a,b}", "${path.exists:a,b}: it takes 1 argument, not 2"),
        ("${sys.cwd:a}", "${sys.cwd:a}: it takes 0 arguments, not 1"),
    ],
)
def test_built_in_resolvers_count_their_arguments(text, message):
    with pytest.raises(ResolverError) as caught:
        read(text)
    assert caught.value.message == message


def test_every_function_is_a_resolver_that_takes_the_scope_first():
    assert set(FUNCTIONS) <= set(names())
    for name, function in FUNCTIONS.items():
        resolver = find(name)
        assert (resolver.function, resolver.scoped, resolver.shared) == (function, True, False)
        assert resolver.live is (name in LIVE)
        assert function.__code__.co_varnames[0] == "scope"
        assert function.__doc__


def test_a_resolver_without_a_converter_gets_its_arguments_as_they_are():
    seen = []
    assert Resolver("f", lambda *values: seen.append(values)).run([1, "x"], None) is None
    assert seen == [(1, "x")]


def test_a_converter_is_made_once_and_used_for_every_call():
    made = []

    def bind(function):
        made.append(function)
        return lambda values: [value * 2 for value in values]

    resolver = Resolver("f", max, bind=bind)
    assert made == []
    assert [resolver.run([1, 5], None), resolver.run([3, 2], None)] == [10, 6]
    assert made == [max]
