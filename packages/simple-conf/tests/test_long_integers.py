"""Whole numbers of more digits than Python writes: each way out gives them, or an error of this package."""

import pytest

from simple_conf import Conf, ConfError, Secret, UnwritableError, ValidationError, schema
from simple_conf.cli import main
from simple_conf.sdn import parse
from simple_conf.values import Table, digits_of, integer_text, repr_of

LONG = 10**4999
TEXT = f"a: {'1' + '0' * 4999}\nb: [x, {{c: -0x{LONG:x}}}]\n"


@pytest.fixture
def cfg():
    return Conf.parse_sdn(TEXT, "c.sdn")


def test_the_config_shows_them_in_hexadecimal(cfg):
    assert repr(cfg) == f"Config({{'a': {hex(LONG)}, 'b': ['x', {{'c': {hex(-LONG)}}}]}})"
    assert hex(LONG) in str(cfg)
    assert hex(LONG) in repr(Conf.history(cfg, "a"))
    assert hex(LONG) in str(Conf.diff(cfg, Conf.from_dict({})))
    assert hex(LONG) in repr(list(Conf.diff(cfg, Conf.from_dict({})).changes))


def test_sdn_gives_them_back(cfg):
    assert parse(Conf.to_sdn(cfg)).values == {"a": LONG, "b": ["x", {"c": -LONG}]}


def test_json_refuses_them_at_their_path(cfg):
    with pytest.raises(UnwritableError) as caught:
        Conf.to_json(cfg)
    assert str(caught.value) == "a: a number of about 5,000 digits is too long for JSON; make it a text"
    with pytest.raises(UnwritableError, match=r"^b\[0\]\.c: "):
        Conf.to_json(Conf.from_dict({"b": [{"c": LONG}]}))


def test_the_sdn_command_refuses_to_write_them_as_json(tmp_path, capsys):
    (tmp_path / "c.sdn").write_text(TEXT)
    assert main(["to-json", str(tmp_path / "c.sdn")]) == 1
    assert "a: a number of about 5,000 digits is too long for JSON" in capsys.readouterr().err


def test_the_fingerprint_tells_them_apart(cfg):
    same = Conf.fingerprint(Conf.parse_sdn(TEXT))
    assert Conf.fingerprint(cfg) == same
    Conf.set(cfg, "a", LONG + 1)
    assert Conf.fingerprint(cfg) != same


@schema
class Types:
    a: float | None = None
    b: bool = False
    c: str = ""
    d: Secret[str] = Secret("")
    e: list[int] = []


@pytest.mark.parametrize("key", ["a", "b", "c", "d"])
def test_a_schema_that_does_not_take_one_says_so(key):
    with pytest.raises(ValidationError, match=r"about 5,000 digits|••••") as caught:
        Conf.validate(Types, Conf.from_dict({key: LONG}))
    assert len(str(caught.value)) < 500


def test_the_hint_for_one_in_the_place_of_a_list_can_be_followed():
    (issue,) = Conf.check_schema(Conf.from_dict({"e": LONG}), Types)
    assert Conf.validate(Types, Conf.parse_sdn(f"e: {issue.hint.removeprefix('write a list: ')}")).e == [LONG]


def test_a_text_that_refers_to_one_is_an_error_and_a_whole_reference_is_not():
    cfg = Conf.from_dict({"a": LONG, "b": "x${a}", "c": "${a}", "d": "${decode:${a}}", "e": "${get:x,${a}}"})
    assert cfg.c == LONG
    assert cfg.e == LONG
    with pytest.raises(ConfError, match="a number of about 5,000 digits is too long for a text"):
        _ = cfg.b


def test_adding_to_one_is_refused_in_words():
    with pytest.raises(ConfError, match="not a list"):
        Conf.merge({"a": LONG}, Conf.parse_dotlist(["a+=1"]))


def test_marking_one_as_a_secret_hides_it():
    cfg = Conf.from_dict({"a": LONG, "b": "${test.no.such:${a}}"})
    Conf.mark_secret(cfg, "a")
    assert "0x" not in repr(cfg)
    with pytest.raises(ConfError):
        Conf.resolve(cfg)


def test_plain_data_is_shown_as_python_would_read_it():
    assert integer_text(-12) == "-12"
    assert integer_text(LONG) == hex(LONG)
    assert digits_of(10**10) == "about 11 digits"
    assert digits_of(LONG) == "about 5,000 digits"
    assert repr_of({"a": (1, [LONG]), "b": Table(["x"], [[LONG]])}) == (
        f"{{'a': (1, [{hex(LONG)}]), 'b': Table(columns=('x',), rows=[({hex(LONG)},)])}}"
    )
    assert repr_of({"a": 1.5}) == "{'a': 1.5}"
