"""Documentation of schemas, and schemas of configs."""

from __future__ import annotations

import dataclasses
import textwrap
from typing import Literal

import attrs
import pytest

from simple_conf import Conf, ConfError, Secret, schema


@schema
class Model:
    """What is trained."""

    type: Literal["resnet", "vgg"]
    layers: list[int] = [64, 32]
    """Width of each layer,
    from the first to the last."""
    dropout: float | None = None


@schema
class App:
    """A training run.

    More about it.
    """

    model: Model
    seed: int = 7
    """Where randomness begins."""
    token: Secret[str] = Secret("hunter2")
    name: str = attrs.field(default="x", metadata={"help": "From metadata."})


@dataclasses.dataclass
class Data:
    lr: float
    """How fast."""
    tags: list[str] = dataclasses.field(default_factory=list, metadata={"help": "Words."})


def test_as_markdown():
    assert Conf.describe(App) == textwrap.dedent("""\
        # App

        A training run.

        | key | type | default | |
        | --- | --- | --- | --- |
        | `model.type` | one of "resnet", "vgg" | required |  |
        | `model.layers` | list[int] | `[64, 32]` | Width of each layer, from the first to the last. |
        | `model.dropout` | float or null | `null` |  |
        | `seed` | int | `7` | Where randomness begins. |
        | `token` | str | `••••` |  |
        | `name` | str | `x` | From metadata. |
        """)


def test_as_a_config_file():
    text = Conf.describe(App, "sdn")
    assert text == textwrap.dedent("""\
        model:
            type: ???  # one of "resnet", "vgg"
            # Width of each layer, from the first to the last.
            layers: [64, 32]  # list[int]
            dropout: null  # float or null
        # Where randomness begins.
        seed: 7  # int
        token: ••••  # str
        # From metadata.
        name: x  # str
        """)
    cfg = Conf.merge(Conf.parse_sdn(text), Conf.parse_dotlist(["model.type=vgg"]))
    assert Conf.validate(App, cfg).model == Model(type="vgg")


def test_dataclasses_too():
    assert Conf.describe(Data, "sdn") == "# How fast.\nlr: ???  # float\n# Words.\ntags: []  # list[str]\n"
    with pytest.raises(ConfError, match="choose markdown or sdn"):
        Conf.describe(Data, "html")


@schema
class Part:
    width: int


def test_a_part_that_may_be_null_has_a_row_of_its_own():
    @schema
    class Whole:
        part: Part | None = None

    rows = "| `part` | Part or null | `null` |  |\n| `part.width` | int | required |  |\n"
    assert rows in Conf.describe(Whole)
