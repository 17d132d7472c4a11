"""A number in a field that takes text becomes exactly what was written, wherever it was written."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

import pytest

from simple_conf import Conf, Secret, ValidationError

NUMBERS = ["3.10", "1.50", "1e5", "1E-3", "-0", "0.0", "-2.50e+3", "100000000000000000000"]
SDN = [*NUMBERS, "1_000", "0x1F", "-0xff", "1_0.5_0", "0x0010", "7435e10"]


@dataclass
class Texts:
    text: str


def text_of(cfg: Any, kind: Any = Texts) -> str:
    return Conf.validate(kind, cfg).text


@pytest.mark.parametrize("written", SDN)
def test_a_number_of_an_sdn_file_an_argument_and_a_variable_keeps_its_text(written, monkeypatch):
    monkeypatch.setenv("ST_TEXT", f" {written} ")
    cases = [
        Conf.parse_sdn(f"other: 1\ntext: {written}  # 7\n"),
        Conf.parse_sdn(f"text:    {written}\n"),
        Conf.parse_dotlist([f"text={written}"]),
        Conf.parse_dotlist([f"text =  {written} "]),
        Conf.from_env("ST_"),
        Conf.merge({"text": 1}, Conf.parse_sdn(f"text: {written}\n"), {"other": 1}),
        Conf.parse_sdn(f"other: {written}\ntext: ${{other}}\n"),
        Conf.parse_sdn(f"text: ${{.b.c[1]}}\nb: {{c: [1, {written}]}}\n"),
        Conf.parse_sdn(f"text: ${{b[0][1].${{x}}}}\nx: y\nb: [[1, {{y: {written}}}]]\n"),
        Conf.parse_sdn("text: ${env:ST_TEXT}\n"),
        Conf.parse_sdn(f"text: ${{env:ST_NOWHERE, {written}}}\n"),
    ]
    for cfg in cases:
        if "other" in cfg or "b" in cfg:
            assert Conf.validate(Texts, cfg, strict=False).text == written
        else:
            assert text_of(cfg) == written
    assert Conf.cli(Texts, [f"text={written}"]).text == written


@pytest.mark.parametrize("written", [*NUMBERS[:4], "-2.50e+3"])
def test_a_number_of_a_json_file_keeps_its_text(written, tmp_path):
    (tmp_path / "c.json").write_text(f'{{"a": "\\" 5", "text": {written}, "b": [{{"text":{written}}}]}}')
    cfg = Conf.load(tmp_path / "c.json")
    assert Conf.validate(Texts, cfg, strict=False).text == written
    assert text_of(cfg.b[0]) == written


@pytest.mark.parametrize("written", [*NUMBERS, "0x1F", "0o17", "+1", ".5", "1.", ".inf"])
def test_a_number_of_a_yaml_file_keeps_its_text(written, tmp_path):
    (tmp_path / "c.yaml").write_text(
        f"base: &b\n  text: {written} # 1\nmore:\n  <<: *b\n  x: 1\n"
        f"list: [a, &n {written}, *n, !!float 1.50]\n"
    )
    cfg = Conf.load(tmp_path / "c.yaml")
    assert text_of(cfg.base) == written
    assert Conf.validate(Texts, cfg.more, strict=False).text == written
    assert Conf.validate(list[str], cfg.list) == ["a", written, written, "1.50"]


@pytest.mark.parametrize("written", ["3.10", "1e5", "1_000", "0x1F", "0o17", "0b11", "+1", "inf", "-1.50"])
def test_a_number_of_a_toml_file_keeps_its_text(written, tmp_path):
    (tmp_path / "c.toml").write_text(
        f"""
text = {written} # 5
a.b = {written}
list = [ 1, # 2, ]
  "x,]", [{written}], {{text = {written}, "y" = [7, {written}]}},
  {written},
]
[table]
text={written}
[[tables]]
text = {written}
"""
    )
    cfg = Conf.load(tmp_path / "c.toml")
    assert Conf.validate(Texts, cfg, strict=False).text == written
    assert Conf.validate(dict[str, str], cfg.a) == {"b": written}
    assert text_of(cfg.table) == text_of(cfg.tables[0]) == written
    made = Conf.validate(tuple[str, str, list[str], dict[str, str | list[str]], str], cfg.list)
    assert made == ("1", "x,]", [written], {"text": written, "y": ["7", written]}, written)


class Named(TypedDict):
    text: str


@dataclass
class Kinds:
    many: list[str] = field(default_factory=list)
    pair: tuple[str, int] = ("", 0)
    marks: set[str] = field(default_factory=set)
    by_name: dict[str, str] = field(default_factory=dict)
    maybe: str | None = None
    secret: Secret[str] = field(default_factory=lambda: Secret(""))
    secrets: list[Secret[str]] = field(default_factory=list)
    either: int | str = 0
    deep: list[dict[str, list[str]]] = field(default_factory=list)
    named: Named | None = None
    choice: Literal["3.10", "3.11"] = "3.11"
    nested: list[Texts] = field(default_factory=list)


@pytest.mark.parametrize(
    ("word", "name", "value"),
    [
        ("many=[3.10, 1_000, x]", "many", ["3.10", "1_000", "x"]),
        ("many+=3.10", "many", ["3.10"]),
        ("many+=[1, 3.10]", "many", ["1", "3.10"]),
        ("pair=[3.10, 1_000]", "pair", ("3.10", 1000)),
        ("marks=[3.10, 3.1]", "marks", {"3.10", "3.1"}),
        ("by_name={a: 3.10}", "by_name", {"a": "3.10"}),
        ("by_name.a=3.10", "by_name", {"a": "3.10"}),
        ("maybe=3.10", "maybe", "3.10"),
        ("maybe=null", "maybe", None),
        ("secret=1_000", "secret", Secret("1_000")),
        ("secrets=[1_000]", "secrets", [Secret("1_000")]),
        ("either=3.10", "either", "3.10"),
        ("either=1_000", "either", 1000),
        ("deep=[{a: [3.10]}]", "deep", [{"a": ["3.10"]}]),
        ("named={text: 3.10}", "named", {"text": "3.10"}),
        ("choice=3.10", "choice", "3.10"),
        ("nested=[{text: 3.10}]", "nested", [Texts("3.10")]),
    ],
)
def test_every_type_that_takes_text_keeps_it(word, name, value):
    made = getattr(Conf.cli(Kinds, [word]), name)
    assert made == value
    assert type(made) is type(value)
    assert all(type(one) in (str, int) for one in (made if isinstance(made, tuple) else ()))


def test_the_cells_of_a_table_keep_their_text():
    cfg = Conf.parse_sdn("rows |text|\n  3.10\n  1_000\n")
    assert Conf.validate(list[Texts], cfg.rows) == [Texts("3.10"), Texts("1_000")]


def test_values_of_code_and_of_resolvers_are_converted():
    assert text_of({"text": 42}) == "42"
    assert text_of(Conf.from_dict({"text": 1.5})) == "1.5"
    Conf.register_resolver("st_number", lambda: {"text": 3.1}, replace=True)
    try:
        cfg = Conf.parse_sdn("made: ${st_number:}\n")
        assert text_of(cfg.made) == "3.1"
        assert Conf.validate(dict[str, Texts], cfg) == {"made": Texts("3.1")}
    finally:
        Conf.clear_resolver("st_number")
    cfg = Conf.parse_sdn("text: 3.10\n")
    cfg.text = 3.1
    assert text_of(cfg) == "3.1"


def test_a_text_that_is_not_found_any_more_is_not_guessed(monkeypatch):
    cfg = Conf.parse_sdn("text: 3.10\n")
    monkeypatch.setattr("simple_conf.tree.number_text.text_at", lambda layer, path: None)
    with pytest.raises(
        ValidationError, match=r"expected str, got 3\.1\n(.*\n)+  hint: put it in double quotes"
    ):
        text_of(cfg)


def test_without_conversion_a_number_is_not_text():
    with pytest.raises(ValidationError, match="expected str"):
        Conf.validate(Texts, Conf.parse_sdn("text: 3.10\n"), convert=False)


def test_copies_and_pickles_keep_the_text():
    import copy
    import pickle

    cfg = Conf.parse_sdn("a: {text: 3.10}\n")
    for same in (copy.deepcopy(cfg), pickle.loads(pickle.dumps(cfg)), Conf.freeze(cfg)):
        assert text_of(same.a) == "3.10"
    assert text_of(pickle.loads(pickle.dumps(cfg.a))) == "3.10"
    moved = Conf.from_dict({"x": cfg.a})
    assert text_of(moved.x) == "3.10"


def test_help_and_show_have_the_text(capsys):
    for option in ("--help", "--show"):
        with pytest.raises(SystemExit):
            Conf.cli(Kinds, [option, "maybe=3.10", "many=[3.10, x]", "nested=[{text: 1_000}]", "either=1_0"])
        out = capsys.readouterr().out
        assert "3.1," not in out
        assert "1000" not in out
        if option == "--show":
            made = Conf.validate(Kinds, Conf.parse_sdn(out), strict=False)
            assert (made.maybe, made.many, made.nested, made.either) == (
                "3.10",
                ["3.10", "x"],
                [Texts("1_000")],
                10,
            )


@pytest.mark.parametrize(
    ("text", "value"), [("1.0", "1.0"), ("1e5", "1e5"), ("3.10", "3.10"), ("5", 5), ("0x1F", 31), ("x", "x")]
)
@pytest.mark.parametrize("kind", [int | str, str | int, int | str | None, bool | int | str])
def test_a_float_where_a_whole_number_or_a_text_is_expected_is_the_text(kind, text, value):
    Job = dataclasses.make_dataclass("Job", [("tag", kind)])
    for cfg in (Conf.parse_sdn(f"tag: {text}\n"), Conf.parse_dotlist([f"tag={text}"])):
        assert repr(Conf.validate(Job, cfg).tag) == repr(value)
    assert Conf.validate(Job, {"tag": 2.0}).tag in (2, "2.0")  # of code: converted as ever
