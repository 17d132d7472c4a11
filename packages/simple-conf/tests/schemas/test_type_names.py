"""Types in words, as help pages and messages show them."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal, NewType, Optional, Union

import pytest

from simple_conf import Conf, Secret, ValidationError
from simple_conf.schemas.type_names import describe

Rate = NewType("Rate", float)
Rates = NewType("Rates", list[Rate])


class Color(Enum):
    RED = "red"


@dataclass
class Inner:
    rate: Rate = Rate(0.5)
    """How fast."""


@dataclass
class App:
    inner: Inner
    rates: Rates


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (int, "int"),
        (Rate, "float"),
        (Rates, "list[float]"),
        (list[Rate], "list[float]"),
        (Rate | None, "float or null"),
        (Optional[int], "int or null"),  # noqa: UP045
        (Union[int, str], "int or str"),  # noqa: UP007
        (Inner, "Inner"),
        (Inner | Path, "Inner or a path"),
    ],
)
def test_a_type_is_named_by_what_a_config_holds(kind, words):
    assert describe(kind) == words


@pytest.mark.parametrize(
    "kind",
    [
        Any,
        Color,
        Literal["a", 1],
        Secret[str],
        datetime.date,
        Sequence[int],
        dict[str, int],
        tuple[int, ...],
        type(None),
    ],
)
def test_every_type_has_words(kind):
    assert describe(kind)
    assert "typing." not in describe(kind)


def test_help_and_messages_name_what_a_new_type_stands_for(capsys):
    with pytest.raises(SystemExit):
        Conf.cli(App, ["--help"])
    shown = capsys.readouterr().out
    assert "inner.rate: float = 0.5" in shown
    assert "How fast." in shown
    assert "rates: list[float]   (required)" in shown
    with pytest.raises(ValidationError, match=r"rates\[0\]: expected float"):
        Conf.cli(App, ["rates=[x]", "inner={}"])


def test_show_has_the_defaults_of_schemas_inside_schemas(capsys):
    with pytest.raises(SystemExit):
        Conf.cli(App, ["--show", "rates=[1]", "inner={}"])
    assert "    rate: 0.5  # default of" in capsys.readouterr().out
