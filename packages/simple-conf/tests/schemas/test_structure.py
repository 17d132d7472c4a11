"""Values into schemas: plain attrs, dataclasses and @schema behave alike; nothing is converted silently."""

# Both spellings of a union, and enums of text, are what users write.
# ruff: noqa: UP007, UP042, UP045

from __future__ import annotations

import collections.abc
import dataclasses
import datetime
import enum
import math
import pathlib
from typing import Annotated, Any, Generic, Literal, NewType, Optional, TypedDict, TypeVar, Union

import attrs
import pytest

from simple_conf import MISSING, Conf, Secret, ValidationError, schema

UserId = NewType("UserId", int)


class Named(TypedDict):
    name: str


class Movie(Named, total=False):
    year: int


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Mode(str, enum.Enum):
    FAST = "fast"


@attrs.frozen
class AttrsInner:
    width: int
    name: str = "x"


@attrs.frozen
class AttrsOuter:
    inner: AttrsInner
    items: list[AttrsInner] = attrs.field(factory=list)
    lr: float = 0.1


@dataclasses.dataclass
class DataInner:
    width: int
    name: str = "x"


@dataclasses.dataclass
class DataOuter:
    inner: DataInner
    items: list[DataInner] = dataclasses.field(default_factory=list)
    lr: float = 0.1


@schema
class SchemaInner:
    width: int
    name: str = "x"


@schema
class SchemaOuter:
    inner: SchemaInner
    items: list[SchemaInner] = []
    lr: float = 0.1


THREE = pytest.mark.parametrize("outer", [AttrsOuter, DataOuter, SchemaOuter])


def read(kind, value, **options):
    """Reads one value as a field of a type."""
    made = attrs.make_class("Holder", {"value": attrs.field(type=kind)})
    return Conf.validate(made, {"value": value}, **options).value


def refused(kind, value, **options):
    """The message about one value that does not fit a type."""
    with pytest.raises(ValidationError) as caught:
        read(kind, value, **options)
    (issue,) = caught.value.issues
    assert issue.path.startswith("value")
    return issue.message


@THREE
def test_nested_schemas(outer):
    cfg = Conf.parse_sdn("inner:\n  width: 3\nitems |width, name|\n  1, a\n  2, b\nlr: 1e-3\n")
    made = Conf.validate(outer, cfg)
    assert type(made) is outer
    assert (made.inner.width, made.inner.name, made.lr) == (3, "x", 1e-3)
    assert [(item.width, item.name) for item in made.items] == [(1, "a"), (2, "b")]


@THREE
def test_all_issues_at_once_with_path_and_origin(outer):
    text = "inner:\n  wdith: 3\n  name: 5\nitems:\n  - width: 1.5\n    name: true\n  - nme: b\nlr: fast\n"
    issues = Conf.check_schema(Conf.parse_sdn(text, "c.sdn"), outer)
    assert [(issue.path, issue.message, str(issue.origin), issue.hint) for issue in issues] == [
        ("inner.wdith", "unknown key 'wdith'", "c.sdn:2:3", "did you mean 'width'?"),
        ("inner.width", "this key is required: int", "c.sdn:1:1", None),
        ("items[0].width", "expected int, got 1.5", "c.sdn:5:12", "a fraction is never cut off"),
        ("items[0].name", "expected str, got true", "c.sdn:6:11", 'put it in double quotes: "true"'),
        ("items[1].nme", "unknown key 'nme'", "c.sdn:7:5", "did you mean 'name'?"),
        ("items[1].width", "this key is required: int", "c.sdn:7:5", None),
        ("lr", "expected float, got text 'fast'", "c.sdn:8:5", None),
    ]


@THREE
def test_strict_may_be_loosened_and_gaps_filled(outer):
    values = {"inner": {"wdth": 1}, "more": 2}
    made = Conf.validate(outer, values, strict=False, allow_missing=True)
    assert made.inner.width is MISSING
    assert made.lr == 0.1
    assert Conf.validate(outer, {"inner": "???"}, allow_missing=True).inner is MISSING
    with pytest.raises(ValidationError, match="required"):
        Conf.validate(outer, values, strict=False)


@THREE
def test_objects_are_made_configs_again(outer):
    made = Conf.validate(outer, {"inner": {"width": 3}, "items": [{"width": 1}]})
    cfg = Conf.from_object(made)
    assert cfg == {"inner": {"width": 3, "name": "x"}, "items": [{"width": 1, "name": "x"}], "lr": 0.1}
    assert Conf.validate(outer, cfg) == made


@THREE
def test_references_and_holes_are_worked_out_before(outer):
    cfg = Conf.parse_sdn("inner:\n  width: ${n}\n  name: ${nope}\nlr: ???\nn: 4\n", "c.sdn")
    issues = Conf.check_schema(cfg, outer)
    assert [(issue.path, issue.message) for issue in issues] == [
        ("n", "unknown key 'n'"),
        ("inner.name", "${nope}: there is no 'nope'"),
        ("lr", "this value must be filled in (it is ???): float"),
    ]


EXACT = [
    (int, 5, 5),
    (int, "100", 100),
    (int, "-1_000", -1000),
    (int, "0x1F", 31),
    (int, 10.0, 10),
    (int, 10**30, 10**30),
    (float, 3, 3.0),
    (float, "3.14", 3.14),
    (float, "1e-3", 1e-3),
    (float, "inf", math.inf),
    (float, "-inf", -math.inf),
    (bool, True, True),
    (bool, "true", True),
    (bool, "1", True),
    (bool, "yes", True),
    (bool, "ON", True),
    (bool, "false", False),
    (bool, "0", False),
    (bool, "no", False),
    (bool, "off", False),
    (str, "a", "a"),
    (str, 42, "42"),
    (str, 1.5, "1.5"),
    (None, None, None),
    (pathlib.Path, "a/b", pathlib.Path("a/b")),
    (Color, "red", Color.RED),
    (Color, "BLUE", Color.BLUE),
    (Color, Color.RED, Color.RED),
    (Level, 2, Level.HIGH),
    (Level, "LOW", Level.LOW),
    (Mode, "fast", Mode.FAST),
    (Literal["a", 1, None], "a", "a"),
    (Literal["a", 1, None], 1, 1),
    (Literal["a", 1, None], None, None),
    (Literal["a", 1], "1", 1),
    (Literal["1", "2"], 2, "2"),
    (datetime.datetime, "2026-01-31T12:00:00", datetime.datetime(2026, 1, 31, 12)),
    (datetime.date, "2026-01-31", datetime.date(2026, 1, 31)),
    (datetime.time, "12:30", datetime.time(12, 30)),
    (datetime.timedelta, 90, datetime.timedelta(seconds=90)),
    (datetime.timedelta, "1h 30m", datetime.timedelta(minutes=90)),
    (datetime.timedelta, "500ms", datetime.timedelta(milliseconds=500)),
    (datetime.timedelta, "12:30:00", datetime.timedelta(hours=12, minutes=30)),
    (Optional[int], None, None),
    (Optional[int], "5", 5),
    (int | str, "5", "5"),
    (int | str, 5, 5),
    (int | bool, "yes", True),
    (Union[float, list[float]], [1, "2"], [1.0, 2.0]),
    (list[int], [1, "2"], [1, 2]),
    (list, [1, "2"], [1, "2"]),
    (collections.abc.Sequence[int], [1], [1]),
    (tuple[int, ...], [1, 2], (1, 2)),
    (tuple[int, str], [1, "a"], (1, "a")),
    (set[str], ["a", "b"], {"a", "b"}),
    (frozenset[int], [1], frozenset({1})),
    (dict[str, int], {"a": "1"}, {"a": 1}),
    (dict[int, str], {"1": "a"}, {1: "a"}),
    (collections.abc.Mapping[str, Any], {"a": {"b": [1]}}, {"a": {"b": [1]}}),
    (Any, {"a": {"b": [1]}}, {"a": {"b": [1]}}),
    (UserId, "7", 7),
    (Annotated[int, "doc"], "7", 7),
    (list[list[int | None]], [[1, None], []], [[1, None], []]),
    (Secret[str], "s", Secret("s")),
    (Movie, {"name": "x", "year": "1999"}, {"name": "x", "year": 1999}),
    (Literal[Color.RED], "red", Color.RED),
    (pathlib.PurePath, "a", pathlib.Path("a")),
    (collections.abc.Callable[[Any], int], len, len),
    (list[int] | int, ["1"], [1]),
    (str | int, "5", "5"),
    (float | int, 3, 3),
]


@pytest.mark.parametrize(("kind", "value", "expected"), EXACT)
@pytest.mark.parametrize("wrapped", [False, True], ids=["plain", "config"])
def test_what_is_converted(kind, value, expected, wrapped):
    made = attrs.make_class("Holder", {"value": attrs.field(type=kind)})
    source = Conf.from_dict({"value": value}) if wrapped else {"value": value}
    result = Conf.validate(made, source).value
    assert result == expected
    assert type(result) is type(expected)


def test_not_a_number_is_a_number():
    assert math.isnan(read(float, "nan"))


REFUSED = [
    (int, 2.9, "expected int, got 2.9"),
    (int, True, "expected int, got true"),
    (int, "2.9", "expected int, got text '2.9'"),
    (int, "", "expected int, got text ''"),
    (int, None, "expected int, got null"),
    (int, math.inf, "expected int, got inf"),
    (int, [1], "expected int, got a list of 1"),
    (int, {"a": 1}, "expected int, got a mapping"),
    (float, True, "expected float, got true"),
    (float, "1e999", "expected float, got text '1e999'"),
    (float, 2**60 + 1, "expected float, got 1152921504606846977"),
    (float, 10**400, "expected float, got 1000000000"),
    (bool, 1, "expected bool, got 1"),
    (bool, 0.0, "expected bool, got 0.0"),
    (bool, "maybe", "expected bool, got text 'maybe'"),
    (str, None, "expected str, got null"),
    (str, True, "expected str, got true"),
    (str, ["a"], "expected str, got a list of 1"),
    (None, 0, "expected null, got 0"),
    (pathlib.Path, 3, "expected a path, got 3"),
    (Color, "green", 'expected one of "red", "blue", got text \'green\''),
    (Level, True, 'expected one of "LOW", "HIGH", got true'),
    (Mode, "slow", "expected \"fast\", got text 'slow'"),
    (Literal["a", 1], True, 'expected one of "a", 1, got true'),
    (datetime.date, "31.1.2026", "expected a date such as 2026-01-31, got text '31.1.2026'"),
    (datetime.timedelta, "1 parsec", "expected a time span such as 1h 30m"),
    (list[int], "12", "expected list[int], got text '12'"),
    (list[int], {"a": 1}, "expected list[int], got a mapping"),
    (tuple[int, str], [1], "expected 2 items (tuple[int, str]), got a list of 1"),
    (set[int], [1, 1], "expected set[int] without an item twice, got a list of 2"),
    (dict[str, int], [1], "expected dict[str, int], got a list of 1"),
    (dict[int, int], {"a": 1}, "expected int, got text 'a'"),
    (int | bool, "maybe", "expected int or bool, got text 'maybe'"),
    (Optional[int], "x", "expected int, got text 'x'"),
    (SchemaInner, 3, "expected a mapping (SchemaInner), got 3"),
    (
        dict[int, int],
        {"1": 1, "01": 2},
        "expected dict[int, int] without two keys that read as the same, got a map",
    ),
    (Movie, {"name": "x", "yeer": 1999}, "unknown key 'yeer'"),
    (Movie, [1], "expected a mapping (Movie), got a list of 1"),
    (collections.abc.Callable[[Any], int], "len", "expected Callable"),
    (complex, "1j", "expected complex, got text '1j'"),
]


@pytest.mark.parametrize(("kind", "value", "message"), REFUSED)
def test_what_is_never_converted(kind, value, message):
    assert refused(kind, value).startswith(message)


@pytest.mark.parametrize(
    ("kind", "value"),
    [(int, "1"), (int, 1.0), (float, "1"), (bool, "true"), (str, 1), (pathlib.Path, "a"), (Color, "red")],
)
def test_without_conversion_only_the_type_itself_fits(kind, value):
    refused(kind, value, convert=False)
    assert read(float, 1, convert=False) == 1.0


def test_checking_never_raises():
    assert Conf.check_schema({"width": 1}, SchemaInner) == []
    assert [issue.path for issue in Conf.check_schema({"width": object()}, SchemaInner)] == ["width"]
    assert [issue.message for issue in Conf.check_schema([1], SchemaInner)] == [
        "expected a mapping (SchemaInner), got a list of 1"
    ]


def test_other_types_are_read_by_a_registered_hook():
    class Dtype:
        def __init__(self, name):
            self.name = name

    known = {"float32": Dtype("float32")}
    value = known["float32"]
    assert read(Dtype, value) is value
    assert "expected Dtype" in refused(Dtype, "float32")
    Conf.register_type(Dtype, lambda name: known[name])
    assert read(Dtype, "float32") is value
    assert read(Optional[Dtype], "float32") is value
    assert refused(Dtype, "float31") == "expected Dtype, got text 'float31'"


T = TypeVar("T")


@attrs.frozen
class Box(Generic[T]):
    content: T


def test_generic_schemas():
    assert read(Box[int], {"content": "3"}) == Box(3)
    assert refused(Box[int], {"content": "x"}) == "expected int, got text 'x'"


def test_an_object_that_is_made_already_stays():
    inner = SchemaInner(width=1)
    assert read(SchemaInner, inner) is inner


@schema
class Node:
    name: str
    children: list[Node] = []


def test_a_schema_may_hold_itself():
    made = read(Node, {"name": "a", "children": [{"name": "b", "children": [{"name": "c"}]}]})
    assert made.children[0].children[0] == Node(name="c")
    assert refused(Node, {"name": "a", "children": [{"name": 1.5, "children": "x"}]}).startswith(
        "expected list"
    )
    assert Conf.describe(Node, "sdn") == "name: ???  # str\nchildren: []  # list[Node]\n"


def test_fields_that_are_not_given_at_construction_are_no_keys():
    @attrs.define
    class Part:
        a: int
        b: int = attrs.field(init=False, default=3)

    @dataclasses.dataclass
    class Data:
        a: int
        b: int = dataclasses.field(init=False, default=3)

    for kind in (Part, Data):
        assert read(kind, {"a": 1}).b == 3
        assert refused(kind, {"a": 1, "b": 2}) == "unknown key 'b'"


@attrs.frozen
class Open:
    anything: Any = None
    named: dict[str, Any] | None = None
    several: list[Any] | None = None
    thing: object = None


@pytest.mark.parametrize(
    ("override", "path"),
    [
        ("anything=???", "anything"),
        ("anything={a: [{b: ???}]}", "anything.a[0].b"),
        ("named={a: 1, b: ???}", "named.b"),
        ("several=[1, [2, ???]]", "several"),
        ("thing=???", "thing"),
    ],
)
def test_what_must_still_be_filled_in_is_refused_where_anything_is_taken(override, path):
    cfg = Conf.parse_dotlist([override])
    with pytest.raises(ValidationError, match=r"must be filled in \(it is \?\?\?\)") as caught:
        Conf.validate(Open, cfg)
    assert [issue.path for issue in caught.value.issues] == [path]
