"""A number keeps its text: a text around a reference to it has exactly what was written."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from simple_conf import Conf, ConfError, Secret

NUMBERS = ["3.10", "1_000", "0x1F", "1e5", "-0", "1E-3", "0.50", "100000000000000000000", "7", "-2.5"]


def read(text: str, key: str = "text"):
    return Conf.get(Conf.parse_sdn(text), key)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    "text",
    [
        "n: {}\ntext: a${{n}}b\n",
        "n: {}\ntext: a${{.n}}b\n",
        "n: {}\nm: ${{n}}\nl: ${{m}}\ntext: a${{l}}b\n",
        "n: [0, {}]\ntext: a${{n[1]}}b\n",
        "n: [{{m: {}}}]\nkey: m\ntext: a${{n[0].${{key}}}}b\n",
        "n: {}\ninner: a${{n}}\ntext: ${{inner}}b\n",
        "base: {{m: {}}}\nn: ${{base}}\ntext: a${{n.m}}b\n",
        "text: a${{env:NT_NOWHERE,{}}}b\n",
        "n: {}\ntext: a${{env:NT_NOWHERE,${{n}}}}b\n",
        "n: {}\ntext: a${{get:n}}b\n",
        "text: a${{get:nowhere,{}}}b\n",
        "n: {}\ntext: a${{get:nowhere,${{n}}}}b\n",
        'text: a${{decode:"{}"}}b\n',
        "n: {}\ntext: a${{decode:${{n}}}}b\n",
        "n: {}\ntext: a${{path.join:${{n}}}}b\n",
        "text: a${{path.basename:{}}}b\n",
        "rows |m, k|\n  {}, x\ntext: a${{rows[0].m}}b\n",
    ],
)
def test_a_text_around_a_reference_has_the_number_as_it_was_written(text, number):
    assert read(text.format(number)) == f"a{number}b"


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_of_arguments_and_variables_keep_their_texts(number, monkeypatch):
    monkeypatch.setenv("NT_N", number)
    text = Conf.parse_sdn("text: a${n}b\n")
    assert Conf.merge(text, Conf.parse_dotlist([f"n={number}"])).text == f"a{number}b"
    assert Conf.merge(text, Conf.parse_dotlist([f"n=[0, {number}]", "text=${n[1]}!"])).text == f"{number}!"
    assert Conf.merge(text, Conf.from_env("NT_")).text == f"a{number}b"
    assert read("text: a${env:NT_N}b\n") == f"a{number}b"
    assert read("text: a${env.str:NT_N}b\n") == f"a{number}b"


@pytest.mark.parametrize(
    ("suffix", "line", "numbers"),
    [
        (".json", '{{"n": {}, "text": "a${{n}}b"}}', ["3.10", "1e5", "1E-3", "-0"]),
        (".toml", 'n = {}\ntext = "a${{n}}b"\n', ["3.10", "1_000", "0x1F", "+5", "inf", "1e5"]),
        (".yaml", "n: {}\ntext: a${{n}}b\n", ["3.10", "0o17", "0x1F", "+5", ".5", "5.", ".inf", "1_000"]),
        (".yaml", "n: !!float {}\ntext: a${{n}}b\n", ["1", "1.0", "3.10"]),
        (".yaml", "m: &x {}\nn: *x\ntext: a${{n}}b\n", ["3.10"]),
    ],
)
def test_numbers_of_every_format_keep_their_texts(tmp_path, suffix, line, numbers):
    for number in numbers:
        path = tmp_path / f"c{suffix}"
        path.write_text(line.format(number), encoding="utf-8")
        assert Conf.load(path).text == f"a{number}b"


def test_the_same_number_in_two_forms_keeps_both():
    assert read("a: 3.1\nb: 3.10\nc: 31e-1\ntext: ${a} ${b} ${c}\n") == "3.1 3.10 31e-1"


def test_lists_and_mappings_in_a_text_keep_the_texts_of_their_numbers():
    assert read("l: [3.10, [1e5, x], {m: 0x1F}]\ntext: a${l}\n") == "a[3.10, [1e5, x], {m: 0x1F}]"


def test_the_value_itself_stays_a_number():
    cfg = Conf.parse_sdn("n: 3.10\nm: ${n}\nk: ${get:n}\nl: ${decode:3.10}\n")
    assert [type(Conf.get(cfg, key)) for key in "nmkl"] == [float] * 4
    assert json.loads(Conf.to_json(cfg)) == dict.fromkeys("nmkl", 3.1)


def test_a_number_that_code_sets_is_written_as_python_does():
    cfg = Conf.parse_sdn("n: 3.10\ntext: a${n}\n")
    assert cfg.text == "a3.10"
    cfg.n = 3.5
    assert cfg.text == "a3.5"
    assert Conf.from_dict({"n": 1e5, "text": "a${n}"}).text == "a100000.0"
    assert Conf.merge(Conf.parse_sdn("n: 3.10\ntext: a${n}\n"), {"n": 2.5}).text == "a2.5"


def test_resolvers_get_numbers_and_text_where_they_ask_for_it():
    seen = []

    def plain(value, more):
        seen.append((type(value), type(more)))
        return "plain"

    def text(value: str, more: float) -> str:
        return f"{value}/{more}"

    Conf.register_resolver("nt_plain", plain)
    Conf.register_resolver("nt_text", text, cache=True)
    try:
        cfg = "n: 3.10\nm: 3.1\na: ${nt_plain:${n},3.10}\ntext: ${nt_text:${n},1_0.50} ${nt_text:${m},10.5}\n"
        assert read(cfg, "a") == "plain"
        assert seen == [(float, float)]
        assert read(cfg) == "3.10/10.5 3.1/10.5"
    finally:
        Conf.clear_resolver("nt_plain")
        Conf.clear_resolver("nt_text")


def test_an_index_may_be_any_number():
    assert read("i: 0x1\nl: [a, b]\ntext: ${l[${i}]}\n") == "b"


def test_copies_keep_the_texts(tmp_path):
    import copy
    import pickle

    cfg = Conf.parse_sdn("n: 3.10\ntext: a${n}\n")
    for same in (copy.deepcopy(cfg), pickle.loads(pickle.dumps(cfg)), Conf.freeze(cfg), Conf.merge({}, cfg)):
        assert same.text == "a3.10"
    Conf.save(cfg, tmp_path / "c.sdn")
    saved = (tmp_path / "c.sdn").read_text(encoding="utf-8")
    assert saved in ("n: 3.1\ntext: a3.10\n", "n: 3.10\ntext: a3.10\n", "n: 3.1\ntext: a${n}\n"), saved


def test_a_text_that_is_not_found_any_more_is_not_guessed(monkeypatch):
    monkeypatch.setattr("simple_conf.tree.number_text.text_at", lambda layer, path: None)
    with pytest.raises(
        ConfError, match=r"the text that 3\.1 was written as is not found any more\n(.*\n)+.*hint: put it in"
    ):
        read("n: 3.10\ntext: a${n}\n")


def test_a_secret_number_stays_hidden():
    cfg = Conf.from_dict({"n": Secret(3.5), "text": "a${n}"})
    assert cfg.text == "a3.5"
    assert "3.5" not in repr(cfg)


@dataclass
class Job:
    python: str = "3.10"
    lr: float = 1e-3
    name: str = "py${python}-${lr}"


def test_defaults_and_overrides_of_a_schema():
    assert Conf.cli(Job, []).name == "py3.10-0.001"
    assert Conf.cli(Job, ["python=3.20", "lr=1e-4"]).name == "py3.20-1e-4"


@pytest.mark.parametrize("suffix", ["yaml", "sdn"])
def test_an_index_from_the_end_finds_the_text(tmp_path, suffix):
    file = tmp_path / f"job.{suffix}"
    file.write_text("n: [1, 1_000]\ntext: a${n[-1]}b\n")
    assert Conf.load(file).text == "a1_000b"
