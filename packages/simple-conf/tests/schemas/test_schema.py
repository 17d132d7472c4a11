"""@schema and @validate."""

from __future__ import annotations

import dataclasses
from typing import Literal

import attrs
import pytest

from simple_conf import MISSING, Conf, ValidationError, schema, validate


@schema
class Model:
    dropout: float = 0.1
    """Drop probability."""
    layers: list[int] = [1]
    width: int = 8

    @validate
    def check_dropout(self):
        assert 0 <= self.dropout <= 1, "dropout must be in [0, 1]"

    @validate
    def check_together(self):
        if self.width < len(self.layers):
            raise ValueError(f"width {self.width} is less than {len(self.layers)} layers")


@attrs.frozen
class PlainAttrs:
    dropout: float = attrs.field(default=0.1, validator=attrs.validators.le(1))

    @validate
    def check_dropout(self):
        assert self.dropout >= 0, "dropout must not be negative"


@dataclasses.dataclass
class PlainData:
    dropout: float = 0.1

    def __post_init__(self):
        if self.dropout > 1:
            raise ValueError("'dropout' must be <= 1")

    @validate
    def check_dropout(self):
        assert self.dropout >= 0, "dropout must not be negative"


def first_line(issue):
    """The message without what pytest adds to a failed assert."""
    return issue.message.split("\n")[0]


def test_schemas_are_frozen_and_take_names_only():
    model = Model(dropout=0.5)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        model.dropout = 1
    with pytest.raises(TypeError):
        Model(0.5)
    assert Model() == Model(dropout=0.1, layers=[1], width=8)


def test_objects_do_not_share_a_default_list():
    one, two = Model(), Model()
    one.layers.append(2)
    assert two.layers == [1]


def test_checks_run_wherever_the_object_is_made_and_report_all_at_once():
    with pytest.raises(ValidationError) as caught:
        Model(dropout=2, width=0)
    assert [(issue.path, first_line(issue)) for issue in caught.value.issues] == [
        ("dropout", "dropout must be in [0, 1]"),
        ("", "width 0 is less than 1 layers"),
    ]
    assert isinstance(caught.value, ValueError)


def test_a_failed_check_is_shown_where_the_field_is_written():
    cfg = Conf.parse_sdn("model:\n  dropout: 2\n  width: 0\n", "c.sdn")
    app = attrs.make_class("App", {"model": attrs.field(type=Model)})
    issues = Conf.check_schema(cfg, app)
    assert [(issue.path, str(issue.origin)) for issue in issues] == [
        ("model.dropout", "c.sdn:2:12"),
        ("model", "c.sdn:1:1"),
    ]


@pytest.mark.parametrize("kind", [PlainAttrs, PlainData])
def test_plain_classes_run_their_own_checks_and_ours(kind):
    assert Conf.validate(kind, {"dropout": 1}).dropout == 1
    (issue,) = Conf.check_schema({"dropout": -1}, kind)
    assert (issue.path, first_line(issue)) == ("dropout", "dropout must not be negative")
    (issue,) = Conf.check_schema({"dropout": 2}, kind)
    assert "'dropout' must be <= 1" in issue.message


def test_checks_are_inherited():
    @schema
    class Bigger(Model):
        extra: int = 0

        @validate
        def check_extra(self):
            assert self.extra >= 0, "extra must not be negative"

    with pytest.raises(ValidationError) as caught:
        Bigger(extra=-1, dropout=3)
    assert [issue.path for issue in caught.value.issues] == ["dropout", "extra"]


def test_checks_of_a_gap_wait():
    required = attrs.make_class("R", {"x": attrs.field(type=int)}, bases=(object,))
    assert repr(Conf.validate(required, {}, allow_missing=True).x) == "MISSING"
    assert Conf.validate(Model, {"dropout": "???"}, allow_missing=True).width == 8


@attrs.define(kw_only=True)
class PlainAliased:
    """Attributes that are called otherwise where the class is called."""

    _secret_size: int
    """Help of the size."""
    kind: Literal["a", "b"] = attrs.field(default="a", alias="type")
    rate: float = attrs.field(default=0.5, alias="lr", validator=attrs.validators.gt(0))
    _inner: list[int] = attrs.field(factory=list)


@schema
class MarkedAliased:
    """Attributes that are called otherwise where the class is called."""

    _secret_size: int
    """Help of the size."""
    kind: Literal["a", "b"] = attrs.field(default="a", alias="type")
    rate: float = attrs.field(default=0.5, alias="lr", validator=attrs.validators.gt(0))
    _inner: list[int] = attrs.field(factory=list)

    @validate
    def is_even(self):
        assert self._secret_size % 2 == 0, "must be even"


@attrs.define
class OtherTag:
    tag: Literal["c"] = attrs.field(alias="type")


@pytest.mark.parametrize("kind", [PlainAliased, MarkedAliased])
def test_fields_are_read_by_the_alias_that_the_class_takes(kind):
    cfg = Conf.parse_sdn("secret_size: 2\ntype: b\nlr: 0.1\ninner: [1]\n", "c.sdn")
    made = Conf.validate(kind, cfg)
    assert made == kind(secret_size=2, type="b", lr=0.1, inner=[1])
    assert (made._secret_size, made.kind, made.rate, made._inner) == (2, "b", 0.1, [1])
    assert Conf.from_object(made) == cfg
    assert Conf.validate(kind, {}, allow_missing=True)._secret_size is MISSING
    wrong = Conf.parse_sdn("_secret_size: 2\ntype: c\nlr: -1\ninner: [x]\nrate: 1\n", "c.sdn")
    assert [(issue.path, issue.message) for issue in Conf.check_schema(wrong, kind)] == [
        ("_secret_size", "unknown key '_secret_size'"),
        ("rate", "unknown key 'rate'"),
        ("secret_size", "this key is required: int"),
        ("type", 'expected one of "a", "b", got text \'c\''),
        ("inner[0]", "expected int, got text 'x'"),
    ]
    (issue,) = Conf.check_schema(Conf.parse_sdn("secret_size: 2\nlr: -1\n", "c.sdn"), kind)
    assert (issue.path, issue.message, issue.origin.line) == ("lr", "'lr' must be > 0: -1.0", 2)
    table = Conf.describe(kind)
    assert "| `secret_size` | int | required | Help of the size. |" in table
    assert '| `type` | one of "a", "b" | `a` |  |' in table
    assert Conf.describe(kind, "sdn").startswith("# Help of the size.\nsecret_size: ???  # int\ntype: a")


def test_a_check_is_reported_at_the_alias():
    (issue,) = Conf.check_schema(Conf.parse_sdn("secret_size: 3\n", "c.sdn"), MarkedAliased)
    assert str(issue).startswith("c.sdn:1:14: secret_size: must be even")


def test_a_union_is_told_apart_by_the_alias_of_a_tag():
    holder = attrs.make_class("Holder", {"part": attrs.field(type=PlainAliased | OtherTag)})
    assert Conf.validate(holder, {"part": {"type": "c"}}).part == OtherTag(type="c")
    assert Conf.validate(holder, {"part": {"type": "b", "secret_size": 1}}).part.kind == "b"


def test_a_command_line_knows_aliases(capsys):
    made = Conf.cli(MarkedAliased, ["secret_size=4", "lr=2"])
    assert made == MarkedAliased(secret_size=4, lr=2)
    with pytest.raises(SystemExit):
        Conf.cli(MarkedAliased, ["--help"])
    assert "secret_size: int   (required)" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        Conf.cli(MarkedAliased, ["secret_size=4", "--show"])
    assert "lr: 0.5  # default of MarkedAliased" in capsys.readouterr().out


def test_a_check_that_returns_false_says_no():
    @schema
    class Cfg:
        lr: float

        @validate
        def lr_is_positive(self):
            return self.lr > 0

    assert Cfg(lr=1.0).lr == 1.0
    with pytest.raises(ValidationError, match="lr: lr_is_positive returned False"):
        Cfg(lr=-1.0)
