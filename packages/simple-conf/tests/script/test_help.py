"""The help page: every key of a schema, whatever its type."""

from __future__ import annotations

import textwrap
from typing import Literal

import pytest

from simple_conf import Conf, Secret, schema
from simple_conf.script.help import page


@schema
class Sgd:
    type: Literal["sgd"]
    momentum: float = 0.9
    """Share of the last step."""


@schema
class Adam:
    type: Literal["adam"]
    eps: float = 1e-8


@schema
class Login:
    user: str
    password: Secret[str] = Secret("hunter2")


@schema
class Node:
    name: str
    kid: Node | None = None


@schema
class App:
    """Train something."""

    login: Login
    """Who asks."""
    optim: Sgd | Adam
    warm: Sgd | None = None
    tree: Node


def test_unions_optional_parts_and_schemas_in_themselves_are_shown():
    cfg = Conf.parse_sdn("optim: {type: adam}\nlogin: {user: me, password: s3cret}\n", "c.sdn")
    text = page("train.py", App, cfg, None, "")
    assert text.split("\n\noverrides:")[0] == textwrap.dedent("""\
        usage: train.py [FILE] [overrides…]

        Train something.

        keys:
          login:
              Who asks.
          login.user: str   (now me, c.sdn:2:15)
          login.password: str = ••••   (now ••••, c.sdn:2:29)
          optim: Sgd or Adam   (now {type: adam}, c.sdn:1:8)
            Sgd:
              optim.type: "sgd"   (required)
              optim.momentum: float = 0.9
                  Share of the last step.
            Adam:
              optim.type: "adam"   (now adam, c.sdn:1:15)
              optim.eps: float = 1e-08
          warm: Sgd or null = null
            Sgd:
              warm.type: "sgd"   (required)
              warm.momentum: float = 0.9
                  Share of the last step.
          tree.name: str   (required)
          tree.kid: Node or null = null""")


@pytest.mark.parametrize("kind", [dict, dict[str, int], object])
def test_what_has_no_keys_has_a_page_all_the_same(kind):
    text = page("train.py", kind, Conf.from_dict({"a": 1}), None, "About it.")
    assert text.startswith("usage: train.py [FILE] [overrides…]\n\nAbout it.\n\noverrides:")
