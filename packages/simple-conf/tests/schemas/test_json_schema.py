"""The JSON Schema of a schema takes what the schema takes, as far as JSON Schema can say it."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Literal, NewType

import attrs
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_conf import Conf, Secret, ValidationError, schema

Rate = NewType("Rate", float)


class Color(Enum):
    RED = "red"
    BLUE = "blue"


@schema
class Sgd:
    """Plain gradient descent."""

    type: Literal["sgd"]
    lr: float = 0.1


@schema
class Adam:
    type: Literal["adam"]
    betas: tuple[float, float] = (0.9, 0.999)


@dataclass
class Layer:
    width: int
    inner: list[Layer] = field(default_factory=list)


@schema
class App:
    count: int
    """How many of them."""
    rate: Rate = 0.5
    on: bool = False
    name: str = "x"
    path: Path = Path("runs")
    color: Color = Color.RED
    size: Literal["small", 8, None, True] = 8
    maybe: int | None = None
    either: float | list[int] = 1.0
    optim: Sgd | Adam = Sgd(type="sgd")
    layer: Layer = Layer(3)
    layers: list[Layer] = []
    pair: tuple[int, str] = (1, "a")
    many: tuple[int, ...] = ()
    table: dict[str, list[float]] = {}
    numbered: dict[int, bool] = {}
    token: Secret[str] = Secret("")
    span: datetime.timedelta = datetime.timedelta(seconds=1)
    day: datetime.date = datetime.date(2026, 1, 31)
    anything: Any = None


SCHEMA = Conf.json_schema(App)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def takes(values):
    """Whether `Conf.validate` and the JSON Schema take values."""
    try:
        Conf.validate(App, Conf.from_dict(values))
    except ValidationError:
        return False, VALIDATOR.is_valid(values)
    return True, VALIDATOR.is_valid(values)


def test_it_is_a_json_schema_and_plain_json():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["title"] == "App"
    assert SCHEMA["required"] == ["count"]
    assert SCHEMA["additionalProperties"] is False


def test_help_defaults_and_secrets_are_in_it():
    known = SCHEMA["properties"]
    assert known["count"]["description"] == "How many of them."
    assert "default" not in known["count"]
    assert known["rate"]["default"] == 0.5
    assert known["path"]["default"] == "runs"
    assert known["color"]["default"] == "red"
    assert known["optim"]["default"] == {"type": "sgd", "lr": 0.1}
    assert known["token"]["writeOnly"] is True
    assert "default" not in known["token"]
    assert SCHEMA["$defs"]["SgdKeys"]["description"] == "Plain gradient descent."
    assert SCHEMA["$defs"]["Layer"]["properties"]["inner"]["anyOf"][0]["items"]["anyOf"][0] == {
        "$ref": "#/$defs/Layer"
    }


SAMPLES = [
    ("count", 3), ("count", 3.0), ("count", "3"), ("count", "0x1F"), ("count", 2.5), ("count", True),
    ("count", None), ("count", "three"), ("count", []), ("rate", 1), ("rate", "1e-3"), ("rate", "NaN"),
    ("rate", "-inf"), ("rate", "x"), ("rate", False), ("on", True), ("on", "yes"), ("on", "Off"),
    ("on", 1), ("on", "maybe"), ("name", 3), ("name", 2.5), ("name", True), ("name", None),
    ("name", ["x"]), ("path", "a/b"), ("path", ""), ("path", 3), ("color", "red"), ("color", "BLUE"),
    ("color", "green"), ("size", "small"), ("size", 8), ("size", "8"), ("size", None), ("size", True),
    ("size", "big"), ("size", 9), ("size", False), ("maybe", None), ("maybe", "4"), ("maybe", "x"),
    ("either", 1), ("either", [1]), ("either", ["x"]), ("either", {}),
    ("optim", {"type": "sgd", "lr": "0.1"}), ("optim", {"type": "adam"}),
    ("optim", {"type": "adam", "lr": 1}), ("optim", {"lr": 1}), ("optim", "sgd"), ("layer", {"width": 1}),
    ("layer", {"width": 1, "inner": [{"width": "2", "inner": [{"width": 3}]}]}), ("layer", {"inner": []}),
    ("layer", {"width": 1, "inner": [{"width": "x"}]}), ("layers", [{"width": 1}]), ("layers", [1]),
    ("layers", {"width": 1}), ("pair", [1, "a"]), ("pair", [1]), ("pair", [1, "a", 2]),
    ("pair", ["x", "a"]), ("many", [1, "2"]), ("many", ["x"]), ("table", {"a": [1, "2"]}),
    ("table", {"a": 1}), ("table", []), ("numbered", {"1": "on"}), ("numbered", {"x": True}),
    ("token", "x"), ("token", None), ("span", 5), ("span", "1h 30m"), ("span", "12:30"), ("span", "soon"),
    ("span", True), ("day", "2026-01-31"), ("day", "today"), ("day", 3), ("anything", {"a": [1, None]}),
    ("other", 1),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value"), SAMPLES, ids=str)
def test_both_take_the_same(key, value):
    here, there = takes({"count": 1, key: value})
    assert here == there


SCALARS = st.sampled_from(
    [
        0,
        1,
        -3,
        2.0,
        2.5,
        True,
        False,
        None,
        "",
        "1",
        "0.5",
        "-7",
        "yes",
        "off",
        "x",
        "1_0",
        "_1",
        "0x",
        "1e",
        ".5",
        "+1",
    ]
)
MAPPING_KEYS = st.sampled_from(["width", "inner", "type", "lr", "betas", "1"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(MAPPING_KEYS, inner, max_size=2),
    max_leaves=4,
)
KEYS = [
    "count",
    "rate",
    "on",
    "name",
    "maybe",
    "either",
    "layer",
    "layers",
    "pair",
    "many",
    "table",
    "numbered",
]


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=2))
def test_both_take_the_same_of_any_values(values):
    here, there = takes({"count": 1, **values})
    assert here == there


def test_references_and_extended_files_are_taken_and_holes_are_not():
    assert VALIDATOR.is_valid(
        {"count": "${a.b}", "optim": "${optims.sgd}", "many": ["${x}"], "extends": "base.sdn"}
    )
    assert VALIDATOR.is_valid({"count": 1, "extends": ["a.sdn", "b.sdn"]})
    assert not VALIDATOR.is_valid({"count": "???"})


def test_other_keys_are_taken_where_they_are_not_strict():
    loose = jsonschema.Draft202012Validator(Conf.json_schema(App, strict=False))
    assert loose.is_valid({"count": 1, "other": 2, "layer": {"width": 1, "x": 2}})
    assert not loose.is_valid({"other": 2})


def test_keys_are_those_of_a_config_and_classes_of_one_name_are_kept_apart():
    one = attrs.make_class("Part", {"_a": attrs.field(type=int, alias="first")})
    two = attrs.make_class("Part", {"b": attrs.field(type=str)})
    both = attrs.make_class("Both", {"x": attrs.field(type=one), "y": attrs.field(type=two)})
    made = Conf.json_schema(both)
    assert list(made["$defs"]) == ["reference", "Part", "Part2"]
    assert jsonschema.Draft202012Validator(made).is_valid({"x": {"first": 1}, "y": {"b": "x"}})
    assert not jsonschema.Draft202012Validator(made).is_valid({"x": {"_a": 1}, "y": {"b": "x"}})


def test_a_field_of_the_name_extends_is_that_field():
    made = Conf.json_schema(attrs.make_class("Own", {"extends": attrs.field(type=int)}))
    assert not jsonschema.Draft202012Validator(made).is_valid({"extends": "base.sdn"})


def test_what_is_no_schema_is_refused():
    with pytest.raises(TypeError, match="json_schema takes a schema"):
        Conf.json_schema(dict)
