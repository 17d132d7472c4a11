"""Types that name classes inside brackets."""

import importlib
import sys
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple  # noqa: UP035 - they keep the name as it is written

import attrs
import pytest

from simple_conf import Conf, ValidationError, schema


@dataclass
class Node:
    size: int
    parts: List["Node"] = field(default_factory=list)  # noqa: UP006
    named: Dict[str, "Node"] = field(default_factory=dict)  # noqa: UP006
    pair: Optional[Tuple["Node", "Node"]] = None  # noqa: UP006, UP045


def test_a_class_may_hold_itself_in_containers():
    values = {
        "size": 1,
        "parts": [{"size": "2"}],
        "named": {"a": {"size": 3}},
        "pair": [{"size": 4}, {"size": 5}],
    }
    made = Conf.validate(Node, Conf.from_dict(values))
    assert made == Node(1, [Node(2)], {"a": Node(3)}, (Node(4), Node(5)))
    with pytest.raises(ValidationError, match=r"parts\[0\]\.size: expected int"):
        Conf.validate(Node, Conf.from_dict({"size": 1, "parts": [{"size": "x"}]}))


BASES = """\
from dataclasses import dataclass, field
from typing import Dict, List, NamedTuple, Optional, TypedDict, Union

import attrs

from simple_conf import schema


@dataclass
class Tree:
    first: "Leaf"
    parts: List["Tree"] = field(default_factory=list)
    leaves: "list[Leaf]" = field(default_factory=list)
    either: Union["Leaf", List["Tree"], None] = None


@attrs.define
class AttrsTree:
    first: "Leaf"
    parts: List["AttrsTree"] = attrs.Factory(list)
    leaves: List["Leaf"] = attrs.Factory(list)
    either: Union["Leaf", List["AttrsTree"], None] = None


@schema
class SchemaTree:
    first: "Leaf"
    parts: List["SchemaTree"] = []
    leaves: List["Leaf"] = []
    either: Union["Leaf", List["SchemaTree"], None] = None


@dataclass
class Leaf:
    size: int = 0


class Pair(NamedTuple):
    one: "Leaf"
    more: List["Leaf"] = []


class Keys(TypedDict):
    one: "Leaf"
    more: List["Leaf"]
"""


class Leaf:
    """Another class of the name that the base classes of the other module use."""


@pytest.fixture(params=["", "from __future__ import annotations\n"], ids=["evaluated", "as text"])
def bases(request, tmp_path, monkeypatch):
    (tmp_path / "forward_bases.py").write_text(request.param + BASES, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("forward_bases", None)
    yield importlib.import_module("forward_bases")
    sys.modules.pop("forward_bases", None)


VALUES = {
    "first": {"size": "1"},
    "parts": [{"first": {"size": 2}, "parts": [{"first": {"size": 3}}]}],
    "leaves": [{"size": 4}],
    "either": [{"first": {"size": 5}}],
    "extra": 6,
}


@pytest.mark.parametrize("name", ["Tree", "AttrsTree", "SchemaTree"])
def test_names_in_inherited_fields_mean_what_they_mean_in_the_module_of_the_base_class(bases, name):
    base = getattr(bases, name)
    decorate = {"Tree": dataclass, "AttrsTree": attrs.define, "SchemaTree": schema}[name]

    @decorate
    class Derived(base):
        extra: int = 0

    for values in (VALUES, Conf.from_dict(VALUES)):
        made = Conf.validate(Derived, values)
        assert made == Derived(
            first=bases.Leaf(1),
            parts=[base(first=bases.Leaf(2), parts=[base(first=bases.Leaf(3))])],
            leaves=[bases.Leaf(4)],
            either=[base(first=bases.Leaf(5))],
            extra=6,
        )
    wrong = {**VALUES, "parts": [{"first": {"size": 2}, "leaves": [{"size": "x"}]}]}
    with pytest.raises(ValidationError, match=r"parts\[0\]\.leaves\[0\]\.size: expected int"):
        Conf.validate(Derived, Conf.from_dict(wrong))
    assert Conf.cli(Derived, ["first.size=7", "parts=[{first: {size: 8}}]"]).parts[0].first.size == 8
    assert "leaves" in Conf.describe(Derived)
    assert "leaves" in Conf.json_schema(Derived)["properties"]


def test_tuples_and_typed_dicts_of_another_module(bases):
    @dataclass
    class Holder:
        pair: bases.Pair
        keys: bases.Keys

    both = {"one": {"size": 1}, "more": [{"size": 2}]}
    made = Conf.validate(Holder, Conf.from_dict({"pair": both, "keys": both}))
    assert made.pair == bases.Pair(bases.Leaf(1), [bases.Leaf(2)])
    assert made.keys == {"one": bases.Leaf(1), "more": [bases.Leaf(2)]}
