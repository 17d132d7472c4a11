"""Unions of schemas: by a Literal tag, or by fitting."""

# Both spellings of a union, and enums of text, are what users write.
# ruff: noqa: UP007

from __future__ import annotations

from typing import Literal, Union

import attrs
import pytest

from simple_conf import MISSING, Conf, ValidationError, schema
from simple_conf.schemas.unions import TagError, chooser


@schema
class Sgd:
    type: Literal["sgd"]
    lr: float
    momentum: float = 0.0


@schema
class Adam:
    type: Literal["adam", "adamw"]
    lr: float
    betas: tuple[float, float] = (0.9, 0.999)


@schema
class App:
    optim: Sgd | Adam
    others: list[Sgd | Adam] = []


@attrs.frozen
class Circle:
    radius: float


@attrs.frozen
class Rect:
    width: float
    height: float = 1.0


@attrs.frozen
class Square:
    width: float


def test_the_tag_chooses():
    app = Conf.validate(App, {"optim": {"type": "adamw", "lr": "1"}, "others": [{"type": "sgd", "lr": 2}]})
    assert app == App(optim=Adam(type="adamw", lr=1.0), others=[Sgd(type="sgd", lr=2.0)])


def test_an_unknown_tag_names_the_known_ones():
    (issue,) = Conf.check_schema(Conf.parse_sdn("optim:\n  type: adm\n  lr: 1\n", "c.sdn"), App)
    assert str(issue) == (
        'c.sdn:2:9: optim.type: expected one of "sgd", "adam", "adamw", got text \'adm\'\n'
        "  2 |   type: adm\n    |         ^\n  hint: did you mean 'adam'?"
    )
    (issue,) = Conf.check_schema({"optim": {"lr": 1}}, App)
    assert issue.path == "optim.type"
    assert (
        issue.message == 'this key is required, it decides which kind is meant: one of "sgd", "adam", "adamw"'
    )


def test_issues_are_those_of_the_schema_that_the_tag_names():
    issues = Conf.check_schema({"optim": {"type": "sgd", "lr": "x", "momentu": 1}}, App)
    assert [(issue.path, issue.message) for issue in issues] == [
        ("optim.momentu", "unknown key 'momentu'"),
        ("optim.lr", "expected float, got text 'x'"),
    ]


def holder(kind):
    return attrs.make_class("Holder", {"shape": attrs.field(type=kind)})


def test_without_a_tag_the_one_that_fits():
    kind = holder(Union[Circle, Rect, None])
    assert Conf.validate(kind, {"shape": {"radius": 1}}).shape == Circle(1.0)
    assert Conf.validate(kind, {"shape": {"width": 1, "height": 2}}).shape == Rect(1.0, 2.0)
    assert Conf.validate(kind, {"shape": None}).shape is None


def test_without_a_tag_issues_are_those_of_the_nearest_schema():
    (issue,) = Conf.check_schema({"shape": {"width": "x", "height": 1}}, holder(Circle | Rect))
    assert (issue.path, issue.message) == ("shape.width", "expected float, got text 'x'")


def test_what_fits_two_is_an_error_that_says_so():
    with pytest.raises(ValidationError, match="fits one schema only; this one fits Rect and Square"):
        Conf.validate(holder(Rect | Square), {"shape": {"width": 1}})


def test_a_schema_or_a_scalar():
    kind = holder(Circle | float | str)
    assert Conf.validate(kind, {"shape": {"radius": 1}}).shape == Circle(1.0)
    assert Conf.validate(kind, {"shape": 2}).shape == 2.0
    assert Conf.validate(kind, {"shape": "big"}).shape == "big"
    (issue,) = Conf.check_schema({"shape": [1]}, kind)
    assert issue.message == "expected Circle or float or str, got a list of 1"


@pytest.mark.parametrize("tag", [True, 1.0, "1"])
def test_a_tag_of_another_kind_that_is_equal_chooses_nothing(tag):
    choose = chooser("kind", {1: "one", 2: "two"})
    assert choose({"kind": 1}) == "one"
    assert choose({"kind": 2}) == "two"
    with pytest.raises(TagError) as caught:
        choose({"kind": tag})
    assert (caught.value.name, caught.value.got) == ("kind", tag)
    assert caught.value.expected == "one of 1, 2"


def test_a_tag_that_is_true_is_not_the_tag_one():
    choose = chooser("kind", {True: "yes", "x": "text"})
    assert choose({"kind": True}) == "yes"
    with pytest.raises(TagError):
        choose({"kind": 1})


def test_an_absent_tag_is_missing():
    with pytest.raises(TagError) as caught:
        chooser("kind", {1: "one"})({})
    assert (caught.value.got, caught.value.hint) == (MISSING, None)
