"""The defaults of a schema are the lowest layer: overrides, references and checks see them."""

from __future__ import annotations

import datetime
import enum
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import attrs
import pytest

from simple_conf import MISSING, Conf, ConfError, Secret, ValidationError, schema


@dataclass
class Sgd:
    lr: float = 0.1
    momentum: float = 0.0


@dataclass
class Nesterov(Sgd):
    damping: float = 0.0


@dataclass
class Train:
    sgd: Sgd = field(default_factory=lambda: Sgd(lr=0.5, momentum=0.9))
    tags: list[str] = field(default_factory=lambda: ["a", "b"])
    sizes: list[int] = field(default_factory=lambda: [8, 4])
    limits: dict[str, int] = field(default_factory=lambda: {"cpu": 4, "gpu": 1})
    name: str = "run"
    out: str = "out/${name}"


def cli(*words: str) -> Train:
    return Conf.cli(Train, words)


def both(kind: type, values: dict[str, Any], words: list[str]) -> Any:
    """Return what a command line gives, after the same overrides have gone through merge and validate."""
    merged = Conf.validate(kind, Conf.merge(values, Conf.parse_dotlist(words)))
    assert repr(Conf.cli(kind, words)) == repr(merged)
    return merged


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["sgd.lr=1"], "sgd", Sgd(1.0, 0.9)),
        (["sgd={lr: 1}"], "sgd", Sgd(1.0, 0.9)),
        (["tags+=c"], "tags", ["a", "b", "c"]),
        (["tags+=[c, d]"], "tags", ["a", "b", "c", "d"]),
        (["tags=[c]"], "tags", ["c"]),
        (["limits.cpu=8"], "limits", {"cpu": 8, "gpu": 1}),
        (["limits={mem: 2}"], "limits", {"cpu": 4, "gpu": 1, "mem": 2}),
        (["name=x"], "out", "out/x"),
        (["name=${sgd.momentum}"], "out", "out/0.9"),
        (["limits.cpu=${limits.gpu}"], "limits", {"cpu": 1, "gpu": 1}),
        (["name=${tags[1]}"], "name", "b"),
        (["name=${get:sgd.lr,7}"], "name", "0.5"),
    ],
)
def test_an_override_acts_on_the_defaults(words, name, value):
    assert getattr(both(Train, {}, words), name) == value


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["~limits.cpu"], "limits", {"gpu": 1}),
        (["~limits", "limits={mem: 2}"], "limits", {"mem": 2}),
        (["~limits"], "limits", {"cpu": 4, "gpu": 1}),
        (["limits.mem=2", "~limits.gpu"], "limits", {"cpu": 4, "mem": 2}),
        (["~sgd.lr"], "sgd", Sgd(0.1, 0.9)),
        (["~sgd", "sgd={lr: 1}"], "sgd", Sgd(1.0, 0.0)),
        (["~name"], "name", "run"),
    ],
)
def test_a_deletion_takes_a_default_away_and_leaves_what_the_class_gives(words, name, value):
    assert getattr(cli(*words), name) == value
    for cfg in (Conf.parse_dotlist(words), Conf.merge({}, Conf.parse_dotlist(words))):
        assert getattr(Conf.validate(Train, cfg), name) == value


def test_a_deletion_of_what_neither_config_nor_schema_has_is_an_error():
    for words in (["~nme"], ["~limits.disk"], ["~limits.cpu", "~limits.cpu"]):
        with pytest.raises(ConfError, match="to delete"):
            cli(*words)
        with pytest.raises(ConfError, match="to delete"):
            Conf.validate(Train, Conf.parse_dotlist(words))


def test_an_item_of_a_default_list_is_set_in_it():
    assert cli("sizes[1]=2").sizes == [8, 2]
    assert cli("sizes[2]=2").sizes == [8, 4, 2]
    with pytest.raises(ConfError, match="sizes has 2 items; there is no item 9"):
        cli("sizes[9]=2")


def test_a_file_is_laid_over_the_defaults(tmp_path):
    (tmp_path / "c.sdn").write_text("sgd: {momentum: 0.1}\nlimits: {mem: 1}\nname: ${tags[0]}\n")
    made = Conf.cli(Train, ["limits.cpu=2"], config=tmp_path / "c.sdn")
    assert (made.sgd, made.limits) == (Sgd(0.5, 0.1), {"cpu": 2, "gpu": 1, "mem": 1})
    assert (made.name, made.out) == ("a", "out/a")


def test_a_subclass_that_a_factory_makes_stays_one():
    @dataclass
    class Job:
        sgd: Sgd = field(default_factory=lambda: Nesterov(damping=0.5))

    assert Conf.cli(Job, []).sgd == Nesterov(damping=0.5)
    assert both(Job, {}, ["sgd.lr=1"]).sgd == Nesterov(1.0, 0.0, 0.5)
    assert both(Job, {}, ["sgd.damping=1"]).sgd == Nesterov(0.1, 0.0, 1.0)
    assert Conf.validate(Job, {"sgd": {"momentum": 1}}).sgd == Nesterov(0.1, 1.0, 0.5)
    with pytest.raises(ValidationError, match="unknown key 'dampng'"):
        Conf.cli(Job, ["sgd.dampng=1"])


@schema
class Small:
    type: Literal["small"] = "small"
    width: int = 8
    tags: list[str] = ["s"]


@schema
class Large:
    type: Literal["large"] = "large"
    depth: int = 2
    tags: list[str] = ["l"]


@schema
class Net:
    net: Small | Large = Small(width=16)


@pytest.mark.parametrize(
    ("words", "made"),
    [
        (["net.width=1"], Small(width=1)),
        (["net.tags+=x"], Small(width=16, tags=["s", "x"])),
        (["net.type=large"], Large()),
        (["net={type: large}"], Large()),
        (["net={type: large, depth: 3}"], Large(depth=3)),
        (["net.type=large", "net.tags+=x"], Large(tags=["l", "x"])),
        (["net.type=small"], Small(width=16)),
    ],
)
def test_another_schema_of_a_union_replaces_the_default_object(words, made):
    assert both(Net, {}, words).net == made


def test_items_of_lists_and_dicts_have_the_defaults_of_their_schema():
    @schema
    class Job:
        nets: list[Small]
        named: dict[str, Small] = {}
        first: str = "${nets[0].type}"

    made = Conf.validate(
        Job,
        Conf.merge({"nets": [{"width": 1}], "named": {"a": {}}}, Conf.parse_dotlist(["nets[0].tags+=x"])),
    )
    assert made.nets == [Small(width=1, tags=["s", "x"])]
    assert made.named == {"a": Small()}
    assert made.first == "small"


def test_a_required_schema_stays_required_and_has_its_defaults_once_it_is_there():
    @dataclass
    class Job:
        sgd: Sgd
        name: str = "${sgd.momentum}"

    with pytest.raises(ValidationError, match="sgd: this key is required"):
        Conf.cli(Job, [])
    assert Conf.cli(Job, ["sgd.lr=3"]) == Job(Sgd(3.0, 0.0), "0.0")


def test_a_default_is_read_as_its_type():
    @dataclass
    class Job:
        whole: int = "5"  # type: ignore[assignment]
        path: Path = "runs"  # type: ignore[assignment]

    for made in (Conf.validate(Job, {}), Conf.cli(Job, [])):
        assert made == Job(5, Path("runs"))


def test_a_default_that_does_not_fit_its_type_is_an_error_with_its_line():
    @dataclass
    class Job:
        size: int = "wide"  # type: ignore[assignment]
        sizes: list[int] = field(default_factory=lambda: [1, "x"])  # type: ignore[list-item]

    with pytest.raises(ValidationError) as caught:
        Conf.validate(Job, {})
    assert str(caught.value).splitlines()[1].endswith('size: int = "wide"  # type: ignore[assignment]')
    assert [issue.path for issue in caught.value.issues] == ["size", "sizes[1]"]
    assert {issue.origin.kind for issue in caught.value.issues} == {"default"}
    assert [issue.path for issue in Conf.check_schema({}, Job)] == ["size", "sizes[1]"]
    assert Conf.validate(Job, {"size": 1, "sizes": []}) == Job(1, [])


def test_a_default_of_none_says_that_there_is_no_value():
    @dataclass
    class Job:
        seed: int = None  # type: ignore[assignment]
        name: str = "s${seed}"

    assert Conf.cli(Job, []) == Job(None, "snull")  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="expected int, got null"):
        Conf.cli(Job, ["seed=null"])


@pytest.mark.parametrize("hole", [MISSING, "???"])
def test_a_hole_as_a_default_must_be_filled_in(hole):
    Job = attrs.make_class("Job", {"name": attrs.field(type=str, default=hole)})
    with pytest.raises(ValidationError, match="must be filled in"):
        Conf.validate(Job, {})
    assert Conf.validate(Job, {"name": "x"}).name == "x"
    assert Conf.validate(Job, {}, allow_missing=True).name is MISSING


class Color(enum.Enum):
    RED = "red"


def test_an_object_that_nobody_changes_is_the_one_that_the_class_gives():
    @dataclass
    class Job:
        make: Callable[[], list[int]] = list
        kind: type[Exception] = ValueError
        pair: Any = (1, 2)
        color: Color = Color.RED
        day: datetime.date = datetime.date(2026, 1, 31)
        span: datetime.timedelta = datetime.timedelta(seconds=0.1)
        path: Path = Path("x")
        marks: set[str] = field(default_factory=lambda: {"a"})
        by_color: dict[Color, int] = field(default_factory=lambda: {Color.RED: 1})
        note: str = "${color} ${day} ${path} ${pair[1]} ${by_color.red}"

    made = Conf.cli(Job, [])
    assert made.note == "red 2026-01-31 x 2 1"
    assert made == Job(note=made.note)
    assert made.make is list
    assert Conf.cli(Job, ["marks+=b"]).marks == {"a", "b"}
    assert Conf.cli(Job, ["by_color.red=2"]).by_color == {Color.RED: 2}


def test_a_factory_is_called_once_and_only_where_its_value_is_needed():
    calls = itertools.count(1)

    @dataclass
    class Job:
        name: str
        number: int = field(default_factory=lambda: next(calls))
        again: int = 0
        sgd: Sgd | None = field(default_factory=lambda: Sgd(next(calls)))

    made = Conf.cli(Job, ["name=${number}", "again=${number}", "sgd=null"])
    assert made == Job("1", 1, 1, None)
    assert next(calls) == 2
    Conf.validate(Job, {"name": "x", "number": 5, "sgd": None})
    assert next(calls) == 3


def test_a_factory_that_fails_is_an_error_at_its_field():
    def fail() -> int:
        raise RuntimeError("no device")

    @dataclass
    class Job:
        number: int = field(default_factory=fail)
        name: str = "x"

    assert Conf.validate(Job, {"number": 1}) == Job(1)
    for values in ({}, {"name": "${number}"}):
        with pytest.raises(
            ValidationError, match="number: the default cannot be made: RuntimeError: no device"
        ):
            Conf.validate(Job, values)
    assert [issue.path for issue in Conf.check_schema({}, Job)] == ["number"]


@schema
class Log:
    file: str = "${root}/log"
    level: str = "${.file}!"


def test_a_reference_as_a_default_is_resolved_wherever_it_is():
    @schema
    class Job:
        root: str = "r"
        log: Log = Log()
        other: Log = attrs.field(factory=lambda: Log(file="${log.level}"))
        files: list[str] = ["${root}", "$${root}"]
        base: dict[str, str] = {"file": "b"}
        same: Log = "${base}"  # type: ignore[assignment]

    made = both(Job, {}, [])
    assert made.log == Log(file="r/log", level="r/log!")
    assert made.other == Log(file="r/log!", level="r/log!!")
    assert made.files == ["r", "${root}"]
    assert made.same == Log(file="b", level="b!")
    assert both(Job, {}, ["same.level=x"]).same == Log(file="b", level="x")
    with pytest.raises(ValidationError, match=r"there is no 'nowhere'"):
        Conf.validate(attrs.make_class("Odd", {"x": attrs.field(type=str, default="${nowhere}")}), {})


def test_a_mapping_read_through_a_reference_has_the_defaults_of_its_schema():
    @schema
    class Job:
        root: str = "r"
        base: dict[str, str] = {"level": "b"}
        log: Log

    assert Conf.validate(Job, {"log": "${base}"}).log == Log(file="r/log", level="b")
    assert Conf.cli(Job, ["log=${base}", "log.level=x"]).log == Log(file="r/log", level="x")


def test_a_part_of_a_config_is_checked_with_the_defaults_of_its_schema_below_it():
    cfg = Conf.from_dict({"name": "top", "train": {"name": "${name}", "sgd": {"lr": 3}}})
    assert Conf.validate(Train, cfg.train).sgd == Sgd(3.0, 0.9)
    with pytest.raises(ValidationError, match="there is no 'nobody'"):
        Conf.validate(Train, Conf.from_dict({"train": {"name": "${nobody}"}}).train)
    assert cfg == {"name": "top", "train": {"name": "top", "sgd": {"lr": 3}}}  # nothing was added to it


def test_a_list_of_schemas_is_checked_with_defaults_and_its_texts_stay():
    made = Conf.validate(list[Net], [{}, {"net": {"tags": ["${x}"]}}])
    assert made == [Net(), Net(net=Small(width=16, tags=["${x}"]))]


def test_a_secret_default_comes_out_and_shows_nowhere(capsys):
    @dataclass
    class Job:
        password: Secret[str] = field(default_factory=lambda: Secret("hunter2"))
        url: str = "http://${password}@host"

    made = Conf.cli(Job, [])
    assert made.password.reveal() == "hunter2"
    assert made.url == "http://hunter2@host"
    for option in ("--show", "--help"):
        with pytest.raises(SystemExit):
            Conf.cli(Job, [option])
        assert "hunter2" not in capsys.readouterr().out


def test_a_converter_of_attrs_takes_its_own_default():
    @attrs.define
    class Job:
        parts: list[str] = attrs.field(
            default="a,b", converter=lambda x: x.split(",") if isinstance(x, str) else x
        )
        twice: int = attrs.Factory(lambda self: len(self.parts) * 2, takes_self=True)
        name: str = "x"

    assert Conf.cli(Job, ["name=y"]) == Job(name="y")
    assert Conf.validate(Job, {"name": "${get:nothing,z}"}) == Job(name="z")


def test_what_the_time_is_stays_the_same_in_the_config_and_the_object():
    cfg = Conf.from_dict({"now": "${time.unix}"})

    @dataclass
    class Job:
        now: float
        again: float = "${now}"  # type: ignore[assignment]

    made = Conf.validate(Job, cfg)
    assert made.now == made.again == cfg.now


def test_help_and_show_agree(capsys):
    @dataclass
    class Job:
        sgd: Sgd = field(default_factory=lambda: Nesterov(lr=0.5, damping=0.25))
        name: str = "${sgd.lr}"

    def out(*words: str) -> str:
        with pytest.raises(SystemExit):
            Conf.cli(Job, list(words))
        return capsys.readouterr().out

    page = out("--help", "sgd.momentum=3")
    assert "sgd.lr: float = 0.5\n" in page
    assert "sgd.momentum: float = 0.0   (now 3, command line: sgd.momentum=3)\n" in page
    assert "sgd.damping: float = 0.25\n" in page
    assert 'name: str = ${sgd.lr}   (now "0.5", default of Job.name, ' in page
    shown = out("--show", "sgd.momentum=3")
    assert "    damping: 0.25  # default of Job.sgd, " in shown
    again = Conf.parse_sdn(shown)
    assert Conf.validate(Job, again) == Conf.cli(Job, ["sgd.momentum=3"])


class Point(NamedTuple):
    x: int = 1
    y: int = 2


class Marked(NamedTuple):
    at: Point
    sgd: Sgd


POINT = Point(5, 6)
MARKED = Marked(Point(7, 8), Nesterov(lr=0.5, damping=0.25))


@dataclass
class Drawing:
    origin: Point = POINT
    mark: Marked = MARKED
    corners: list[Point] = field(default_factory=lambda: [Point(3, 4)])
    named: dict[str, Point] = field(default_factory=lambda: {"a": Point(3, 4)})
    note: str = "${mark.at.y} ${mark.sgd.damping}"


@pytest.mark.parametrize(
    ("word", "name", "value"),
    [
        ("origin.x=9", "origin", Point(9, 6)),
        ("origin={x: 9}", "origin", Point(9, 6)),
        ("origin=[9, 6]", "origin", Point(9, 6)),
        ("mark.at.y=9", "mark", Marked(Point(7, 9), Nesterov(lr=0.5, damping=0.25))),
        ("mark.sgd.lr=9", "mark", Marked(Point(7, 8), Nesterov(lr=9.0, damping=0.25))),
        ("corners[0].y=9", "corners", [Point(3, 9)]),
        ("named.a.x=9", "named", {"a": Point(9, 4)}),
        ("note=x", "origin", Point(5, 6)),
    ],
)
def test_the_fields_of_a_named_tuple_are_defaults_of_their_own(word, name, value):
    made = getattr(both(Drawing, {}, [word]), name)
    assert made == value
    assert type(made) is type(value)
    assert Conf.cli(Drawing, []).note == "8 0.25"


@dataclass
class Login:
    port: int = 1
    password: Secret[str] = field(default_factory=lambda: Secret("x"))
    sgd: Any = None


@attrs.frozen
class Host:
    _size: int = 1
    port: int = attrs.field(default="7", converter=int)


def test_the_fields_of_a_default_object_are_read_as_their_types():
    given, fine = Nesterov(), Login(2, Secret("hunter2"))

    @dataclass
    class Job:
        login: Login = field(default_factory=lambda: Login("3", "hunter2", given))  # type: ignore[arg-type]
        logins: list[Login] = field(default_factory=lambda: [Login("3")])  # type: ignore[arg-type]
        host: Host = Host("4")  # type: ignore[arg-type]
        fine: Login = field(default_factory=lambda: fine)

    made = Conf.cli(Job, [])
    assert made.login == Login(3, Secret("hunter2"), given)
    assert "hunter2" not in repr(made)
    assert made.logins == [Login(3)]
    assert made.host == Host(4)
    assert made.fine is fine


def test_a_field_of_a_default_object_that_does_not_fit_is_an_error():
    @dataclass
    class Job:
        sgd: Sgd = field(default_factory=lambda: Sgd(lr="high"))  # type: ignore[arg-type]

    with pytest.raises(ValidationError, match=r"sgd\.lr: expected float, got text 'high'"):
        Conf.cli(Job, [])


SECRETS = ("alpha1", "bravo2", "charly3", "delta4", "echo5", "foxtrot6", "golf7")


@schema
class Vault:
    key: Secret[str] = "alpha1"
    name: str = "n"


class Pair(NamedTuple):
    open: str
    hidden: Secret[str]


@schema
class Secretive:
    password: Secret[str] = "bravo2"  # type: ignore[assignment]
    maybe: Secret[str] | None = "charly3"  # type: ignore[assignment]
    many: list[Secret[str]] = ["delta4"]  # type: ignore[list-item]
    named: dict[str, Secret[str]] | None = {"k": "echo5"}  # type: ignore[dict-item]
    both: tuple[Secret[str], str] = ("foxtrot6", "x")  # type: ignore[assignment]
    pair: Pair = Pair("x", "golf7")  # type: ignore[arg-type]
    vault: Vault = Vault()
    vaults: list[Vault] = [Vault()]
    by_name: dict[str, Vault] = {"v": Vault()}
    given: Vault = {"key": "alpha1"}  # type: ignore[assignment]
    url: str = "http://${password}@${many[0]}"


@pytest.mark.parametrize(
    "words", [[], ["password=bravo2"], ["many+=delta4"], ["vaults[0].name=x"], ["url=${password}"]]
)
@pytest.mark.parametrize("option", ["--help", "--show"])
def test_secrets_that_are_plain_defaults_show_nowhere(option, words, capsys):
    with pytest.raises(SystemExit):
        Conf.cli(Secretive, [option, *words])
    out = capsys.readouterr().out
    assert not [word for word in SECRETS if word in out]
    assert "••••" in out


def test_documents_of_a_schema_show_no_secret():
    for text in (
        Conf.describe(Secretive),
        Conf.describe(Secretive, "sdn"),
        json.dumps(Conf.json_schema(Secretive)),
    ):
        assert not [word for word in SECRETS if word in text]
    assert 'password: "••••"' not in Conf.describe(Secretive, "sdn")
    made = Conf.cli(Secretive, [])
    assert made.vault.key == made.by_name["v"].key == made.given.key == Secret("alpha1")  # type: ignore[comparison-overlap]


@pytest.mark.parametrize("value", [b"x", object(), [object()], {"a": {1j}}, Sgd(lr=b"x")])  # type: ignore[arg-type]
def test_a_default_that_files_have_no_form_for_is_documented(value, capsys):
    @dataclass
    class Job:
        odd: Any = field(default_factory=lambda: value)
        sgds: list[Sgd] = field(default_factory=lambda: [Sgd()])

    with pytest.raises(SystemExit):
        Conf.cli(Job, ["--help"])
    page = capsys.readouterr().out
    assert "odd: anything = …\n" in page
    assert "sgds: list[Sgd] = [{lr: 0.1, momentum: 0.0}]\n" in page or "sgds: list[Sgd] = …\n" in page
    assert "| `odd` | anything | `…` |" in Conf.describe(Job)
    assert "# odd: a " in Conf.describe(Job, "sdn")
    assert Conf.parse_sdn(Conf.describe(Job, "sdn")) == {"sgds": [{"lr": 0.1, "momentum": 0.0}]}
