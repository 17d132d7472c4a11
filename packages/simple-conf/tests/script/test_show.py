"""The whole config with origins: valid SDN that reads back, defaults of the schema included."""

from __future__ import annotations

import datetime
import enum
import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from attrs import Factory, field
from hypothesis import given
from hypothesis import strategies as st

from simple_conf import Conf, Config, OverrideError, Secret, schema, validate
from simple_conf.schemas.secrets import hide
from simple_conf.script.show import annotate


def shown(cfg: Config, kind: type) -> str:
    """Return a config as it is shown, without the places of defaults, which name lines of this file."""
    return re.sub(r"\.\w+, [^ ;]*test_show\.py:\d+", "", annotate(cfg, kind))


class Device(enum.Enum):
    CPU = "cpu"


@schema
class Block:
    width: int
    act: str = "relu"


@schema
class Sgd:
    type: Literal["sgd"]
    momentum: float = 0.9


@schema
class Adam:
    type: Literal["adam"]
    eps: float = 1e-8


@schema
class Login:
    user: str = "me"
    password: Secret[str] = Secret("hunter2")


@schema
class App:
    optim: Sgd | Adam
    blocks: list[Block] = []
    named: dict[str, Block] = {}
    login: Login = Login()
    token: Secret[str] | None = Secret("s3cret")
    device: Device = Device.CPU
    out: Path = Path("runs/$${x}")
    wait: datetime.timedelta = datetime.timedelta(minutes=1)
    note: str | None = None
    lr: float
    double: float = field(default=Factory(lambda self: self.lr * 2, takes_self=True))


def test_what_the_config_lacks_is_shown_with_the_schema_that_has_it():
    cfg = Conf.parse_sdn(
        """\
lr: ${base}
base: 0.5
optim: {type: adam}
blocks:
  - width: 1
  - width: 2
    act: gelu
named:
    head: {width: 3}
""",
        "c.sdn",
    )
    assert shown(cfg, App) == textwrap.dedent("""\
        lr: 0.5  # c.sdn:1:5: ${base}
        base: 0.5  # c.sdn:2:7
        optim:
            type: adam  # c.sdn:3:15
            eps: 1e-08  # default of Adam
        # c.sdn:4:1; absent keys have their defaults
        blocks |width, act|
          1, relu
          2, gelu
        named:
            head:
                width: 3  # c.sdn:9:19
                act: relu  # default of Block
        login:
            user: me  # default of App
            password: ••••  # default of App
        token: ••••  # default of App
        device: cpu  # default of App
        out: "runs/$${x}"  # default of App: runs/$${x}
        wait: 60.0  # default of App
        note: null  # default of App
        double: 1.0  # default of App
        """)


def test_what_is_shown_is_the_config_that_the_function_gets():
    cfg = Conf.parse_sdn("lr: 0.5\noptim: {type: sgd}\nblocks: [{width: 1}]\nlogin: {}\n", "c.sdn")
    hide(cfg, App)
    again = Conf.parse_sdn(annotate(cfg, App))
    made, remade = Conf.validate(App, cfg), Conf.validate(App, again)
    for name in ("optim", "blocks", "named", "device", "out", "wait", "note", "lr", "double"):
        assert getattr(remade, name) == getattr(made, name)
    assert remade.login.user == "me"
    assert remade.login.password.reveal() == "••••"
    assert "hunter2" not in annotate(cfg, App)
    assert "s3cret" not in annotate(cfg, App)


def test_a_config_that_does_not_fit_is_shown_as_far_as_it_goes():
    cfg = Conf.parse_sdn("lr: fast\noptim: {type: none}\nextra: ${nope}\nlogin: {}\n", "c.sdn")
    text = shown(cfg, App)
    assert text.startswith(
        "lr: fast  # c.sdn:1:5\n"
        "optim:\n    type: none  # c.sdn:2:15\n"
        "extra: ${nope}  # ${nope}: there is no 'nope'\n"
        "login:\n    user: me  # default of App\n    password: ••••  # default of App\n"
        "blocks: []  # default of App\n"
    )
    assert "double" not in text.replace("double: ???", "")
    assert shown(Conf.parse_sdn("lr: 1\n", "c.sdn"), App).splitlines()[:2] == [
        "lr: 1  # c.sdn:1:5",
        "blocks: []  # default of App",
    ]
    assert "\noptim: ???  # required by App: Sgd or Adam\n" in annotate(Conf.parse_sdn("lr: 1\n"), App)


def test_a_default_that_sdn_has_no_form_for_is_a_comment():
    @schema
    class Odd:
        make: Callable[[], int] = len
        anything: Any = None

    text = annotate(Conf.from_dict({}), Odd)
    assert text.startswith("# make: a builtin_function_or_method, which SDN has no form for; default of")
    assert Conf.parse_sdn(text) == {"anything": None}


def test_a_secret_shows_neither_its_value_nor_what_it_was_read_from():
    cfg = Conf.merge(
        Conf.parse_sdn("token: ${env:NOT_SET_AT_ALL,s3cret}\nlr: 1\n", "c.sdn"),
        Conf.parse_dotlist(["login={password: hunter3, user: x}"]),
    )
    hide(cfg, App)
    text = annotate(cfg, App)
    assert "hunter" not in text
    assert "s3cret" not in text


def test_references_that_fail_below_a_list_stay_as_they_are_written():
    cfg = Conf.parse_sdn("a: [1, ${nope}, {b: ${nope}}]\nc: $${kept}\nd: ${c}\n", "c.sdn")
    text = annotate(cfg)
    assert Conf.to_dict(Conf.parse_sdn(text), resolve=False) == {
        "a": [1, "${nope}", {"b": "${nope}"}],
        "c": "$${kept}",
        "d": "$${kept}",
    }


def test_checks_that_fail_leave_the_defaults_shown():
    @schema
    class Strict:
        low: int = 1
        high: int

        @validate
        def check(self):
            assert self.low < self.high, "low must be below high"

    assert shown(Conf.parse_sdn("high: 0\n", "c.sdn"), Strict) == (
        "high: 0  # c.sdn:1:7\nlow: 1  # default of Strict\n"
    )


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
keys = texts.filter(bool)
trees = st.dictionaries(
    keys,
    st.recursive(leaves, lambda t: st.lists(t, max_size=3) | st.dictionaries(keys, t, max_size=3)),
    max_size=4,
)


@given(trees, texts)
def test_every_tree_reads_back(values, name):
    cfg = Conf.parse_sdn("", name)
    for key, value in values.items():
        cfg[key] = value
    try:
        plain = Conf.to_sdn(cfg)
    except Exception:
        return
    assert Conf.parse_sdn(annotate(cfg)) == Conf.parse_sdn(plain)


@pytest.mark.parametrize("value", ['"""a\n# b\nc"""', "[1,\n2]", '"a\u2028b"', '"\\u0085"'])
def test_an_argument_of_several_lines_does_not_break_the_comment(value):
    cfg = Conf.parse_dotlist(["a=1", f"b={value}", "c=???"])
    again = Conf.parse_sdn(annotate(cfg))
    assert list(again) == ["a", "b", "c"]
    assert again.b == cfg.b


@schema
class Account:
    user: str = "me"
    password: Secret[str] = Secret("")


@schema
class Token:
    token: Secret[str]


@schema
class Accounts:
    listed: list[Account] = []
    named: dict[str, Account] = {}
    either: Account | Token = Account()
    maybe: Secret[str] | None = None
    several: list[Secret[str]] = []
    by_name: dict[str, Secret[str]] = {}


@pytest.mark.parametrize(
    "override",
    [
        "listed=[{password: VALUE}]",
        "named={a: {password: VALUE}}",
        "either={token: VALUE}",
        "maybe=VALUE",
        "several=[VALUE]",
        "by_name={a: VALUE}",
    ],
)
def test_secrets_hide_in_lists_dicts_and_unions(override, capsys):
    with pytest.raises(SystemExit):
        Conf.cli(Accounts, ["--show", override.replace("VALUE", "hunter2")])
    out = capsys.readouterr().out
    assert "hunter2" not in out
    assert "••••" in out
    (issue,) = Conf.check_schema(Conf.parse_dotlist([override.replace("VALUE", "[hunter2]")]), Accounts)
    assert "hunter2" not in str(issue)


def test_a_union_without_a_tag_shows_the_defaults_of_the_schema_that_fits():
    text = shown(Conf.parse_sdn("either: {user: you}\n", "c.sdn"), Accounts)
    assert text.startswith(
        "either:\n    user: you  # c.sdn:1:16\n    password: ••••  # default of Accounts\nlisted: []  #"
    )


def test_a_secret_written_with_a_colon_is_not_repeated():
    with pytest.raises(OverrideError) as caught:
        Conf.cli(Accounts, ["maybe:hunter2"])
    assert "hunter2" not in str(caught.value)


def test_an_item_that_was_set_in_a_list_has_its_own_origin():
    @schema
    class Net:
        blocks: list[Block] = [Block(width=1), Block(width=2)]
        sizes: list[int] = [1, 2]
        nan: float = float("nan")

    cfg = Conf.merge(
        Conf.parse_sdn("sizes: [1,\n    2]\n", "c.sdn"),
        Conf.parse_dotlist(["sizes[1]=9", "blocks[0].width=4"]),
    )
    text = shown(cfg, Net)
    assert "sizes: [1, 9]  # c.sdn:1:8; [1]: command line: sizes[1]=9\n" in text
    assert "# default of Net; [0].width: command line: blocks[0].width=4\n" in text
    assert "nan: nan  # default of Net\n" in text
