"""The secrets of a schema: where they are in a config, and kept out of the errors of a command line."""

from __future__ import annotations

import dataclasses

import pytest

from simple_conf import (
    Conf,
    ConfError,
    LoadError,
    OverrideError,
    SdnSyntaxError,
    Secret,
    Table,
    ValidationError,
    schema,
)
from simple_conf.schemas.secrets import (
    ENTRIES,
    ITEMS,
    hidden_in,
    hide,
    hiding,
    holds_near,
    inside,
    is_near,
    masked_error,
    members,
    named,
    secret_paths,
)


@schema
class Login:
    user: str
    password: Secret[str]


@schema
class App:
    db: Login
    token: Secret[str] | None = None
    logins: list[Login] = []
    by_name: dict[str, Login] = {}


def paths(values, kind=App):
    cfg = Conf.from_dict(values)
    return set(secret_paths(kind, cfg, ()))


def test_the_secrets_of_a_schema_are_found_whether_they_are_there_or_not():
    assert paths({}) == {("token",)}
    assert paths({"db": {}}) == {("token",), ("db", "password")}
    found = paths({"logins": [{}, {}], "by_name": {"x": {}}})
    assert found == {
        ("token",),
        ("logins", 0, "password"),
        ("logins", 1, "password"),
        ("by_name", "x", "password"),
    }


def test_a_secret_behind_a_reference_is_where_it_is_written():
    assert paths({"shared": {"password": "p"}, "db": "${shared}"}) == {("token",), ("shared", "password")}
    assert paths({"db": "${nope}"}) == {("token",)}


def test_a_value_in_the_place_of_what_holds_secrets_is_one():
    assert paths({"db": "p"}) == {("token",), ("db",)}
    assert paths({"db": None}) == {("token",)}
    assert paths({"logins": 5}) == {("token",), ("logins",)}


def test_the_cells_of_tables_are_secrets():
    assert paths({"logins": Table(["user", "password"], [["a", "p"]])}) == {
        ("token",),
        ("logins", 0, "password"),
    }


def test_keys_on_top_of_a_reference_are_looked_into():
    cfg = Conf.from_dict({"d": {"user": "a"}, "db": "${d}"})
    Conf.set(cfg, "db.password", "p")
    assert ("db", "password") in set(secret_paths(App, cfg, ()))


def test_a_value_inside_is_as_written_or_what_a_reference_of_a_mapping_names():
    cfg = Conf.from_dict(
        {"a": "${b}", "b": {"x": 1}, "c": "${nope}", "items": ["${b}", 2], "t": Table(["n"], [[1]])}
    )
    assert inside(cfg, "a") == {"x": 1}
    assert inside(cfg, "b") is cfg.b
    assert inside(cfg, "c") is inside(cfg, "absent") is None
    assert inside(cfg.__raw__["items"], 0) == "${b}"
    assert inside(Table(["n"], [[1]]), 0) == (1,)


def test_hiding_ends_with_its_block():
    cfg = Conf.from_dict({"db": {"password": "p"}, "r": "${db.password}"})
    Conf.mark_secret(cfg, "r")
    with hiding(cfg, App):
        assert cfg.__tree__.secrets == {("r",), ("db", "password"), ("token",)}
    assert cfg.__tree__.secrets == {("r",)}
    with pytest.raises(ZeroDivisionError), hiding(cfg, App):
        _ = 1 // 0
    assert cfg.__tree__.secrets == {("r",)}


def test_what_is_masked_already_is_not_fresh():
    cfg = Conf.from_dict({"db": {"password": "p"}})
    Conf.mark_secret(cfg, "db.password")
    assert hide(cfg, App) == {("token",)}
    assert hide(cfg, App) == set()


def test_the_types_of_items_and_entries():
    assert members(list[int], ITEMS) == [int]
    assert members(tuple[int, ...], ITEMS) == [int]
    assert members(dict[str, int], ENTRIES) == [int]
    assert members(list[int] | None, ITEMS) == [int]
    assert members(dict[str, int], ITEMS) == members(int, ITEMS) == members(list, ITEMS) == []


def test_the_keys_that_are_secrets():
    assert named(App) == [("db", "password"), ("token",), ("logins", "password"), ("by_name", "password")]
    assert named(Secret[str]) == [()]
    assert named(int) == []


PATHS = [("db", "password"), ("token",)]


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("db.password", True),
        ("db", True),
        ("db.password.x", True),
        ("password", True),
        ("other.password", True),
        ("passwrd", True),
        ("token", True),
        ('"db.password"', True),
        ("db[0].password", True),
        ("a b password", True),
        ("lr", False),
        ("", False),
        ("train.epochs", False),
        ("a b", False),
    ],
)
def test_whether_a_key_may_be_meant_as_that_of_a_secret(text, near):
    assert is_near(text, PATHS) is near


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("db.password=a b", ["a b", "a", "b"]),
        ("password: x", ["x", "x"]),
        ("+token=[p, q]", ["[p, q]", "p", "q"]),
        ("token+=p", ["p", "p"]),
        ("~token=p", ["p", "p"]),
        ("lr=1", []),
        ("token", []),
    ],
)
def test_the_value_of_a_secret_in_an_override(text, found):
    assert hidden_in(text, PATHS) == found


def test_mappings_with_a_key_named_like_a_secret():
    cfg = Conf.from_dict({"a": {"password": 1}, "b": [{"token": 1}], "c": {"x": 1}, "d": 5})
    assert [holds_near(cfg.__raw__[key], PATHS) for key in "abcd"] == [True, True, False, False]


def test_errors_of_a_command_line_show_no_secret():
    words = ["--token", "hunter2", "db.password=swordfish"]
    failure = masked_error(OverrideError("bad hunter2 and swordfish"), App, words)
    assert failure.message == "bad •••• and ••••"
    plain = LoadError("bad hunter2")
    assert masked_error(plain, int, ["--tag", "hunter2"]) is plain
    assert plain.message == "bad hunter2"
    assert masked_error(plain, int, words).message == "bad ••••", "the option sounds like that of a secret"
    failure = SdnSyntaxError("bad", excerpt="  1 | token: swordfish\n    | ^")
    assert "swordfish" not in str(masked_error(failure, App, []))


def test_an_error_of_a_schema_that_cannot_be_read_stays():
    class Broken:
        __attrs_attrs__ = ()
        __annotations__ = {"x": "Nowhere"}

    failure = ConfError("bad")
    assert masked_error(failure, Broken, ["x=1"]) is failure


@dataclasses.dataclass
class Database:
    password: Secret[str] | None = None
    keys: dict[str, Secret[str]] = dataclasses.field(default_factory=dict)
    codes: list[Secret[str]] = dataclasses.field(default_factory=list)
    port: int = 1


@dataclasses.dataclass
class Service:
    db: Database = dataclasses.field(default_factory=Database)
    api: Secret[str] | None = None


@pytest.mark.parametrize(
    "text",
    [
        "api: {a: hunter2}",
        "api: [[hunter2]]",
        "db: [hunter2]",
        "db: hunter2",
        "db: {codes: {a: hunter2}}",
        "db: {keys: [hunter2]}",
        "db: {passwrd: hunter2}",
        "db: {token: {a: hunter2}}",
        "db: {codes: [{a: hunter2}]}",
    ],
)
def test_what_is_in_the_place_of_a_secret_shows_nowhere(text, tmp_path, capsys):
    file = tmp_path / "c.sdn"
    file.write_text(text + "\n")
    for option in ("--show", "--help"):
        with pytest.raises(SystemExit):
            Conf.cli(Service, [str(file), option])
        assert "hunter2" not in capsys.readouterr().out
    with pytest.raises(ValidationError) as caught:
        Conf.cli(Service, [str(file)])
    assert "hunter2" not in str(caught.value)


def test_an_empty_part_that_may_hold_secrets_is_none():
    cfg = Conf.parse_sdn("db: {codes: [], keys: {}, port: 2}\n")
    hide(cfg, Service)
    assert Conf.to_dict(cfg) == {"db": {"codes": [], "keys": {}, "port": 2}}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.sdn", 'api: "hunter2'),
        ("c.sdn", "api hunter2"),
        ("c.sdn", "api: hunter2,"),
        ("c.sdn", "api: table{i32} = [(hunter2)]"),
        ("c.json", '{"api": "hunter2" "x"}'),
        ("c.toml", 'api = "hunter2'),
        ("c.yaml", 'api: "hunter2'),
    ],
)
def test_no_error_keeps_the_error_of_a_parser_that_quotes_a_secret(name, text, tmp_path):
    file = tmp_path / name
    file.write_text(text)
    for words in ([str(file)], [f"@{file}"], [text.replace(": table", ': "table').replace(": ", "=")]):
        with pytest.raises(ConfError) as caught:
            Conf.cli(Service, words)
        waiting, chain = [caught.value], []
        while waiting:
            one = waiting.pop()
            chain.append(one)
            waiting += [inner for inner in (one.__cause__, one.__context__) if inner is not None]
        for one in chain:
            assert "hunter2" not in f"{one} {one!r} {vars(one)}"
