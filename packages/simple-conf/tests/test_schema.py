"""@schema and @validate."""

from __future__ import annotations

import dataclasses

import attrs
import pytest

from simple_conf import Conf, ValidationError, schema, validate


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
