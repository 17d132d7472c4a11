"""Deep, long and large inputs end in an error of this package, soon."""

import datetime
import time
from dataclasses import make_dataclass
from enum import Enum
from pathlib import Path
from typing import Literal

import pytest

from simple_conf import Conf, ConfError, InterpolationError, InterpolationLimitError, LoadError, OverrideError
from simple_conf.errors import ValidationError
from simple_conf.sdn import SdnDocument

DEEP = 5000


@pytest.mark.parametrize(
    "text",
    [
        "${get:" * 300 + "a" + "}" * 300,
        "${" * 2000 + "b" + "}" * 2000,
        "${" * 2000,
        '${get:"' * 300,
        '${a."' * 200,
        "${get:[" * 300 + "]}" * 300,
        "${decode:{a: " * 300 + "}}" * 300,
    ],
)
def test_references_that_nest_deeply_are_refused(text):
    with pytest.raises(InterpolationError, match="references nest more than 64 deep"):
        Conf.to_dict(Conf.from_dict({"a": text}))


def test_references_that_nest_are_read_up_to_the_limit():
    assert Conf.from_dict({"a": "${get:" * 64 + "b" + "}" * 64, "b": "b"}).a == "b"
    assert Conf.from_dict({"a": "${b}" * 100 + "{" * 100, "b": "b"}).a == "b" * 100 + "{" * 100


CHAIN = {**{f"m{index}": {"x": f"${{m{index + 1}}}"} for index in range(400)}, "m400": {"x": 1}}
USES = {
    "to_dict": Conf.to_dict,
    "to_sdn": Conf.to_sdn,
    "to_yaml": Conf.to_yaml,
    "resolve": Conf.resolve,
    "fingerprint": Conf.fingerprint,
}


@pytest.mark.parametrize("use", USES)
def test_a_chain_of_mappings_that_refer_to_each_other_ends(use):
    with pytest.raises(ConfError):
        USES[use](Conf.from_dict(CHAIN))


def test_nested_references_along_a_chain_end():
    nested = {f"m{index}": "${get:" * 50 + f"m{index + 1}" + "}" * 50 for index in range(60)}
    with pytest.raises(ConfError):
        _ = Conf.from_dict({**nested, "m60": "y"}).m0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.toml", f"a = {'[' * DEEP}{']' * DEEP}\n"),
        ("b.toml", f"a = {'{a=' * DEEP}1{'}' * DEEP}\n"),
        ("c.toml", f"{'.'.join('a' * 1000)} = 1\n"),
        ("d.toml", f"[{'.'.join('a' * 1000)}]\n"),
        ("a.json", '{"a":' * DEEP + "1" + "}" * DEEP),
        ("b.json", '{"a":' + "[" * 500 + "]" * 500 + "}"),
        ("a.yaml", f"a: {'[' * DEEP}{']' * DEEP}\n"),
        ("b.yaml", "- " * DEEP + "1"),
    ],
)
def test_files_that_nest_deeply_are_refused(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(LoadError, match=rf"{name}.*(nest|deep)"):
        Conf.load(tmp_path / name)


@pytest.mark.parametrize(
    "word", ["a[99999999999]=1", "a[10001]=1", "a[1][99999]=1", "a[99999].b=1", "b.a[99999]+=1"]
)
def test_an_index_that_would_make_a_long_list_of_holes_is_refused(word):
    with pytest.raises(OverrideError, match=r"would make a list of [0-9,]+ items") as caught:
        Conf.parse_dotlist([word])
    assert "hint: give the list as a whole: " in str(caught.value)


def test_an_index_beyond_the_end_leaves_holes_up_to_the_limit():
    assert len(Conf.to_dict(Conf.parse_dotlist(["a[10000]=1"]), resolve=False)["a"]) == 10_001
    assert Conf.parse_dotlist(["a[2]=1", "a[4]=2"]) == {"a": ["???", "???", 1, "???", 2]}
    assert Conf.parse_dotlist(["a=[x]", "a[2]=1"]) == {"a": ["x", "???", 1]}
    assert Conf.parse_dotlist(["a[1].b[1]=1"]) == {"a": ["???", {"b": ["???", 1]}]}


class Color(Enum):
    RED = "red"


TYPES = [
    int, float, bool, str | None, Path, Color, Literal["a", "b"], datetime.date, datetime.datetime,
    datetime.time, datetime.timedelta, float | int, list[float], dict[str, float],
]  # fmt: skip
TEXTS = [
    unit * 20_000 + end for unit in ("1", "1_", "1.", "1e", " ", "1:", "1h", "x", "-") for end in ("!", "")
]


def test_long_texts_are_converted_or_refused_soon():
    begin = time.perf_counter()
    for kind in TYPES:
        schema = make_dataclass("Schema", [("x", kind)])
        for text in TEXTS:
            issues = Conf.check_schema(Conf.from_dict({"x": text}), schema)
            assert all(len(str(issue)) < 70_000 for issue in issues)
    assert time.perf_counter() - begin < 20


def test_a_text_of_more_digits_than_python_converts_is_refused_in_words():
    with pytest.raises(ValidationError, match="it has more digits than Python converts"):
        Conf.validate(make_dataclass("Schema", [("x", int)]), Conf.from_dict({"x": "1" * 5000}))


def test_resolving_that_goes_deeper_than_python_is_an_error_of_limits():
    with pytest.raises(InterpolationLimitError, match="references nest too deeply"):
        Conf.resolve(Conf.from_dict(CHAIN))


@pytest.mark.parametrize(
    ("text", "path", "edited"),
    [
        ("r |id, value|\n    14, # note\n", "r[0].value", "r |id, value|\n    14,7 # note\n"),
        ("r |id, value|\n    14,   # note\n", "r[0].value", "r |id, value|\n    14, 7  # note\n"),
        ("r |id, value|\n    14, , # note\n", "r[0].value", "r |id, value|\n    14, 7, # note\n"),
        ("r |id, value, c|\n    14,, # note\n", "r[0].c", "r |id, value, c|\n    14,,7 # note\n"),
        ("r |id, value|\n    , 14 # note\n", "r[0].id", "r |id, value|\n    7, 14 # note\n"),
        ("r |id, value|\n    14,\n", "r[0].value", "r |id, value|\n    14,7\n"),
    ],
)
def test_an_empty_cell_before_a_comment_is_set_and_the_comment_kept(text, path, edited):
    document = SdnDocument(text)
    document.set(path, 7)
    assert document.text == edited
