"""Overrides act on the defaults of the schema that is chosen in the end, in whatever order they are given."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from simple_conf import Conf, ConfError, ValidationError

calls: list[str] = []


def counted() -> list[float]:
    calls.append("decay")
    return [0.5]


@dataclass
class Adam:
    type: Literal["adam"]
    betas: list[float] = field(default_factory=lambda: [0.9, 0.99])
    decay: list[float] = field(default_factory=counted)
    limits: dict[str, int] = field(default_factory=lambda: {"a": 1, "b": 2})


@dataclass
class Sgd:
    type: Literal["sgd"]
    betas: list[float] = field(default_factory=lambda: [0.1])
    limits: dict[str, int] = field(default_factory=lambda: {"c": 3})


@dataclass
class Job:
    opt: Adam | Sgd
    more: list[Adam | Sgd] = field(default_factory=list)
    name: str = "adam"


@dataclass
class Preset:
    opt: Adam | Sgd = field(default_factory=lambda: Sgd("sgd", [7.0]))
    copy: list[float] | str = "${opt.betas}"


@dataclass
class Ints:
    value: int
    sizes: list[int] = field(default_factory=lambda: [1])
    low: int = 0


@dataclass
class Texts:
    value: str
    sizes: list[int] = field(default_factory=lambda: [2])
    high: int = 0


@dataclass
class Untagged:
    part: Ints | Texts
    one: Ints | None = None


def made(kind: type, words: list[str]) -> Any:
    """Return what a command line gives; merge and validate, which keep the order too, give the same."""
    job = Conf.cli(kind, words)
    assert Conf.validate(kind, Conf.parse_dotlist(words)) == job
    if not any("[" in word.partition("=")[0] for word in words):  # a merge does not know the default lists
        assert Conf.validate(kind, Conf.merge({}, *(Conf.parse_dotlist([word]) for word in words))) == job
    return job


@pytest.mark.parametrize(
    ("words", "betas"),
    [
        (["opt.betas+=0.5", "opt.type=adam"], [0.9, 0.99, 0.5]),
        (["opt.betas+=[1, 2]", "opt.type=adam"], [0.9, 0.99, 1, 2]),
        (["opt.betas[1]=0.5", "opt.type=adam"], [0.9, 0.5]),
        (["opt.betas[-1]=0.5", "opt.type=adam"], [0.9, 0.5]),
        (["opt.betas+=0.5", "opt={type: adam}"], [0.9, 0.99, 0.5]),
        (["+opt.betas+=0.5", "+opt.type=adam"], [0.9, 0.99, 0.5]),
        (["opt.betas+=0.5", "name=adam", "opt.type=${name}"], [0.9, 0.99, 0.5]),
        (["opt.betas+=0.5", "opt={type: adam, betas: [7]}"], [7]),
    ],
)
def test_every_order_acts_on_the_default_list_of_the_chosen_schema(words, betas):
    assert made(Job, words).opt == Adam("adam", betas)


@pytest.mark.parametrize(
    "order", list(itertools.permutations(("opt.type=adam", "opt.betas+=1", "~opt.limits.a")))
)
def test_the_order_of_a_choice_and_what_is_done_to_its_defaults_does_not_matter(order):
    words = ["opt.decay=[]", *order]
    assert Conf.cli(Job, words).opt == Adam("adam", [0.9, 0.99, 1], [], {"b": 2})


def test_the_last_of_several_choices_counts():
    words = ["opt.type=sgd", "opt.betas+=0.5", "opt.limits.x=1", "opt.type=adam"]
    assert made(Job, words).opt == Adam("adam", [0.9, 0.99, 0.5], limits={"a": 1, "b": 2, "x": 1})


@pytest.mark.parametrize(
    ("words", "opt"),
    [
        (["opt.betas+=1"], Sgd("sgd", [7, 1])),
        (["opt.betas+=1", "opt.type=adam"], Adam("adam", [0.9, 0.99, 1])),
        (["~opt.limits.a", "opt.type=adam"], Adam("adam", limits={"b": 2})),
        (["~opt.limits", "opt.type=adam"], Adam("adam")),
        (["opt.type=adam", "opt.betas[0]=1", "opt.type=sgd"], Sgd("sgd", [1])),
        (["opt=null", "opt.type=adam", "opt.betas+=1"], Adam("adam", [0.9, 0.99, 1])),
    ],
)
def test_a_default_object_of_another_schema_leaves_nothing_behind(words, opt):
    assert Conf.cli(Preset, words).opt == opt


def test_a_reference_that_was_read_before_the_choice_leaves_nothing_behind():
    job = Conf.cli(Preset, ["copy+=1", "opt.type=adam"])
    assert (job.opt, job.copy) == (Adam("adam"), [0.9, 0.99, 1])


def test_items_of_a_list_choose_by_themselves():
    words = ["opt.type=sgd", "more=[{type: adam}, {type: sgd}]", "more[0].betas+=1"]
    assert Conf.cli(Job, [*words, "more[0].type=sgd"]).more == [Sgd("sgd", [0.1, 1]), Sgd("sgd")]
    assert Conf.cli(Job, [*words, "~more[0]", "more[0].betas+=2"]).more == [Sgd("sgd", [0.1, 2])]


def test_a_file_and_a_variable_choose_too(tmp_path, monkeypatch):
    (tmp_path / "late.sdn").write_text("opt: {type: adam}\n", encoding="utf-8")
    words = ["opt.betas+=0.5", f"@{tmp_path / 'late.sdn'}"]
    assert Conf.cli(Job, words).opt == Adam("adam", [0.9, 0.99, 0.5])
    monkeypatch.setenv("LATE_OPT__TYPE", "adam")
    assert Conf.cli(Job, words[:1], env_prefix="LATE_").opt == Adam("adam", [0.9, 0.99, 0.5])


def test_a_factory_is_called_once_though_the_overrides_are_applied_again():
    calls.clear()
    Conf.cli(Job, ["opt.decay+=1", "opt.type=adam"])
    assert calls == ["decay"]


def test_a_tag_that_is_never_given_is_asked_for():
    with pytest.raises(
        ValidationError, match=r"opt.type: this key is required, it decides which kind"
    ) as caught:
        Conf.cli(Job, ["opt.betas+=0.5"])
    assert "hint" not in str(caught.value)


def test_schemas_without_a_tag_are_chosen_by_later_keys_too():
    words = ["part.sizes+=5", "part.value=x"]
    assert Conf.cli(Untagged, [*words, "part.high=1"]).part == Texts("x", [2, 5], 1)
    assert Conf.cli(Untagged, ["part.high=1", *words]).part == Texts("x", [2, 5], 1)


@pytest.mark.parametrize("word", ["part.sizes+=5", "part.sizes[0]=5"])
def test_what_only_the_types_of_values_would_choose_is_refused_with_what_to_write(word):
    with pytest.raises(ConfError) as caught:
        Conf.cli(Untagged, ["part.value=x", word])
    assert "the keys of part fit Ints or Texts, so the default of 'sizes' is not known" in str(caught.value)
    assert "hint: give part.sizes as a whole" in str(caught.value)
    assert Conf.cli(Untagged, ["part.value=x", "part.sizes=[5]"]).part == Texts("x", [5])
    with pytest.raises(ValidationError, match="the keys of part fit Ints or Texts"):
        Conf.validate(Untagged, Conf.parse_dotlist(["part.value=x", word]))


def test_a_deletion_before_what_it_deletes_says_to_write_it_last():
    words = ["part.value=1", "part.low=1", "~one.sizes", "one.value=3"]
    with pytest.raises(ConfError, match=r"hint: write ~one\.sizes last"):
        Conf.cli(Untagged, words)
    words.append(words.pop(2))
    assert Conf.cli(Untagged, words).one == Ints(3)
