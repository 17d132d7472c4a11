"""Config files of every format: the same values, the same places, clear errors."""

from __future__ import annotations

import sys
import textwrap

import pytest

from simple_conf import (
    Conf,
    ConfError,
    ConfigNotFoundError,
    LoadError,
    MissingExtraError,
    MissingValueError,
    SdnSyntaxError,
    UnwritableError,
)

SAME = {
    "c.sdn": "train:\n    lr: 0.1\n    tags: [a, b]\nname: ${train.lr}\nhole: ???\n",
    "c.yaml": "train:\n  lr: 0.1\n  tags: [a, b]\nname: ${train.lr}\nhole: ???\n",
    "c.json": (
        '{\n  "train": {\n    "lr": 0.1, "tags": ["a", "b"]\n  },\n'
        '  "name": "${train.lr}", "hole": "???"\n}\n'
    ),
    "c.toml": 'name = "${train.lr}"\nhole = "???"\n[train]\nlr = 0.1\ntags = ["a", "b"]\n',
}
PLACES = {"c.sdn": (2, 9), "c.yaml": (2, 7), "c.json": (3, 11), "c.toml": (4, 6)}


@pytest.mark.parametrize("name", SAME)
def test_every_format_says_the_same_and_knows_its_places(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(SAME[name])
    cfg = Conf.load(name)
    assert cfg.train == {"lr": 0.1, "tags": ["a", "b"]}
    assert cfg.name == 0.1
    with pytest.raises(MissingValueError):
        _ = cfg.hole
    line, column = PLACES[name]
    origin = Conf.origin(cfg, "train.lr")
    assert (str(origin), origin.line, origin.column) == (f"{name}:{line}:{column}", line, column)
    assert origin.excerpt().endswith("^")


@pytest.mark.parametrize("suffix", ["sdn", "yaml", "json", "toml"])
def test_a_loader_may_be_named_whatever_the_suffix(tmp_path, suffix):
    path = tmp_path / "config.txt"
    path.write_text(SAME[f"c.{suffix}"])
    assert getattr(Conf, f"load_{suffix}")(path).train.lr == 0.1
    with pytest.raises(LoadError, match=r"a config file ends in \.sdn"):
        Conf.load(path)


def test_yaml_follows_the_rules_of_yaml_1_2(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text(
        "a: on\nb: no\nc: 012\nd: 12:30\ne: 1_000\nf: yes\ng: 2026-01-31\nh: 1e3\n"
        "i: 0x1F\nj: ~\nk: True\nl: .inf\n"
        "m: 0o7\nn: '1'\no: !!str 1\np:\nq: 1.\nr: -5\n1: int key\n"
    )
    assert Conf.to_dict(Conf.load(path)) == {
        "a": "on",
        "b": "no",
        "c": "012",
        "d": "12:30",
        "e": 1000,
        "f": "yes",
        "g": "2026-01-31",
        "h": 1000.0,
        "i": 31,
        "j": None,
        "k": True,
        "l": float("inf"),
        "m": 7,
        "n": "1",
        "o": "1",
        "p": None,
        "q": 1.0,
        "r": -5,
        "1": "int key",
    }


def test_yaml_anchors_and_merge_keys(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("base: &b\n  x: 1\n  y: 2\none:\n  <<: *b\n  y: 3\ntwo: *b\n")
    cfg = Conf.load(path)
    assert cfg.one == {"x": 1, "y": 3}
    cfg.two.x = 9
    assert cfg.base.x == 1, "an alias is a copy"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "c.yaml",
            "a: 1\nb:\n  x: 1\n  x: 2\n",
            """\
            c.yaml:4:3: the key 'x' comes twice in one mapping
              4 |   x: 2
                |   ^""",
        ),
        (
            "c.yaml",
            "a: [1, 2\nb: 3\n",
            """\
            c.yaml:2:2: not YAML: did not find expected ',' or ']'
              2 | b: 3
                |  ^""",
        ),
        (
            "c.yaml",
            "a: !!python/object/apply:os.system [ls]\n",
            """\
            c.yaml:1:4: the tag tag:yaml.org,2002:python/object/apply:os.system is not plain data
              1 | a: !!python/object/apply:os.system [ls]
                |    ^""",
        ),
        (
            "c.json",
            '{"a": 1,\n "b": }',
            """\
            c.json:2:7: not JSON: Expecting value
              2 |  "b": }
                |       ^""",
        ),
        (
            "c.json",
            '{"a": {"b": 1,\n "b": 2}}',
            """\
            c.json:2:2: the key 'b' comes twice in one object
              2 |  "b": 2}}
                |  ^""",
        ),
        (
            "c.json",
            '{"1e999": ["1e999", "a\\"1e999", 1.5, 1e9],\n "b": {"c": [-1, 1e999]}}',
            """\
            c.json:2:18: the number 1e999 is too large for a float; put it in quotes to keep it as text
              2 |  "b": {"c": [-1, 1e999]}}
                |                  ^""",
        ),
        (
            "c.json",
            '{"a": -1e400, "a": 2}',
            """\
            c.json:1:7: the number -1e400 is too large for a float; put it in quotes to keep it as text
              1 | {"a": -1e400, "a": 2}
                |       ^""",
        ),
        (
            "c.toml",
            "# 1e999\n1e999 = '1e999'\nb = [1.5, 1e999]\n",
            """\
            c.toml:3:11: the number 1e999 is too large for a float; put it in quotes to keep it as text
              3 | b = [1.5, 1e999]
                |           ^""",
        ),
        (
            "c.yaml",
            "a: [1.5, 1e999]\n",
            """\
            c.yaml:1:10: the number 1e999 is too large for a float; put it in quotes to keep it as text
              1 | a: [1.5, 1e999]
                |          ^""",
        ),
        ("c.json", "[1]", "c.json: a config must be a mapping at its top, not a list"),
        (
            "c.toml",
            "a = 1\na = 2\n",
            """\
            c.toml:2:6: not TOML: Cannot overwrite a value
              2 | a = 2
                |      ^""",
        ),
        (
            "c.sdn",
            'a: "open\n',
            """\
            c.sdn:1:4: unclosed string
              1 | a: "open
                |    ^
              hint: close it with " or write the text without quotes""",
        ),
    ],
)
def test_a_broken_file_says_where(tmp_path, monkeypatch, name, text, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfError) as caught:
        Conf.load(name)
    assert str(caught.value) == textwrap.dedent(message)
    assert isinstance(caught.value, (LoadError, SdnSyntaxError))
    assert isinstance(caught.value, ValueError)


def test_toml_places_inside_tables_and_arrays_of_tables(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.toml").write_text(
        '[a]\nx.y = 1\n"q k" = 2 # note\n[[rows]]\nn = 1\n[[rows]]\nn = 2\n'
        "[rows.deep]\nz = 3\nlist = [\n 1,\n]\n"
    )
    cfg = Conf.load("c.toml")
    places = {
        path: str(Conf.origin(cfg, path))
        for path in ("a.x.y", 'a."q k"', "rows[0].n", "rows[1].n", "rows[1].deep.z", "rows[1].deep.list[0]")
    }
    assert places == {
        "a.x.y": "c.toml:2:7",
        'a."q k"': "c.toml:3:9",
        "rows[0].n": "c.toml:5:5",
        "rows[1].n": "c.toml:7:5",
        "rows[1].deep.z": "c.toml:9:5",
        "rows[1].deep.list[0]": "c.toml:10:8",
    }


def test_a_file_that_is_not_there_names_one_that_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.sdn").write_text("a: 1\n")
    with pytest.raises(ConfigNotFoundError) as caught:
        Conf.load("tran.sdn")
    assert str(caught.value) == f"there is no file tran.sdn in {tmp_path}\n  hint: did you mean 'train.sdn'?"
    assert isinstance(caught.value, FileNotFoundError)
    with pytest.raises(ConfigNotFoundError, match="there is no folder confg"):
        Conf.load("confg/train.sdn")
    (tmp_path / "dir.sdn").mkdir()
    with pytest.raises(LoadError, match=r"dir\.sdn is a folder"):
        Conf.load("dir.sdn")


def test_from_dict_takes_whole_number_keys_and_refuses_others():
    assert Conf.from_dict({1: "a", "b": {2: "c"}}) == {"1": "a", "b": {"2": "c"}}
    with pytest.raises(ConfError, match="two keys read as '1'"):
        Conf.from_dict({1: "a", "1": "b"})
    with pytest.raises(ConfError, match="a key must be text or a whole number, not float"):
        Conf.from_dict({1.5: "a"})
    loop: dict = {}
    loop["me"] = loop
    with pytest.raises(ConfError, match="contain itself"):
        Conf.from_dict(loop)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.json", '{"a":' + "[" * 900 + "]" * 900 + "}"),
        ("c.json", '{"a":' + "[" * 300 + "]" * 300 + "}"),
        ("c.toml", "a=" + "[" * 300 + "]" * 300),
        ("c.yaml", "a: " + "[" * 300 + "]" * 300),
        ("c.sdn", "a: " + "[" * 300 + "]" * 300),
        (
            "c.yaml",
            "a: &a [1,2,3,4,5,6,7,8,9]\n"
            + "".join(
                f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
            ),
        ),
    ],
)
def test_hostile_files_are_refused_quickly(tmp_path, monkeypatch, name, text):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfError, match=name):
        Conf.load(name)


def test_without_pyyaml_the_error_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "c.yaml").write_text("a: 1\n")
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(MissingExtraError) as caught:
        Conf.load(tmp_path / "c.yaml")
    assert str(caught.value) == (
        "reading YAML needs pyyaml>=6; install it with: pip install 'pyyaml>=6' (it is in the extra [yaml])"
    )
    with pytest.raises(MissingExtraError, match="writing YAML needs pyyaml"):
        Conf.to_yaml(Conf.from_dict({}))


@pytest.mark.parametrize("number", ["1e999", "1" * 5000])
@pytest.mark.parametrize(
    ("name", "form"), [("c.json", '{{"a": {}}}'), ("c.toml", "a = {}"), ("c.yaml", "a: {}")]
)
def test_a_number_that_python_cannot_hold_is_an_error(tmp_path, monkeypatch, name, form, number):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(form.format(number))
    with pytest.raises(LoadError, match=name):
        Conf.load(name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.json", '{"b": 2,\n "a": [1, %s]}'),
        ("c.toml", "b = 2\na = [1, %s]\n"),
        ("c.yaml", "b: 2\na: [1, %s]\n"),
    ],
)
def test_a_number_with_too_many_digits_is_shown(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text % ("9" * 5000))
    with pytest.raises(LoadError, match="a number of 5,000 digits is too long") as caught:
        Conf.load(path)
    assert caught.value.origin.line == 2
    assert text.split("\n")[1][caught.value.origin.column - 1] == "%"


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_json_refuses_numbers_that_it_has_no_form_for(number):
    with pytest.raises(UnwritableError, match=r"a\.b\[1\]: JSON has no number"):
        Conf.to_json(Conf.from_dict({"a": {"b": [1, number]}}))
