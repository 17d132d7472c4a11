"""Where the default of a field is declared."""

from __future__ import annotations

from dataclasses import dataclass, make_dataclass
from pathlib import Path

from simple_conf import schema
from simple_conf.origin.layers import shorten
from simple_conf.schemas.defaults.declaration import DefaultLayer, declaration


@dataclass
class Base:
    lr: float = 0.1


@schema
class Job:
    name: str = "x"

    long: dict[str, int] = {
        "a": 1,
    }


@dataclass
class Derived(Base):
    other: int = 0


def line_of(text: str) -> int:
    return next(at for at, line in enumerate(Path(__file__).read_text().splitlines(), 1) if text in line)


def test_a_field_is_found_by_line_in_its_class_and_in_a_base():
    assert declaration(Job, "long") == (__file__, line_of("long: dict"), "    long: dict[str, int] = {")
    assert declaration(Derived, "lr")[1] == line_of("lr: float")


def test_the_origin_names_the_schema_the_field_and_the_line():
    line = line_of("lr: float")
    origin = DefaultLayer(Derived).locate(("lr", "inner"))
    assert str(origin) == f"default of Derived.lr, {shorten(__file__)}:{line}"
    assert origin.excerpt().split("\n")[0] == f"  {line} |     lr: float = 0.1"


def test_a_class_without_source_has_its_name_alone():
    made = make_dataclass("Made", [("size", int, 1)])
    assert str(DefaultLayer(made).locate(("size",))) == "default of Made.size"
    assert str(DefaultLayer(made).locate(())) == "default of Made"
