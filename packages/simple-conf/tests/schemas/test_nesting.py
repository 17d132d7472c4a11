"""Validating what nests through references: every mapping once, and no cycle ends in a RecursionError."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, Optional

import pytest

from simple_conf import Conf, ConfError, Secret, ValidationError


@dataclass
class Link:
    a: int
    next: Optional["Link"] = None  # noqa: UP037, UP045 - the form that needs looking up


@dataclass
class Chain:
    links: dict[str, Link]


@dataclass
class Either:
    a: int
    next: Optional["Either | Leaf | dict[str, Any]"] = None  # noqa: UP037, UP045


@dataclass
class Leaf:
    b: int


def chain(count: int, closed: bool) -> str:
    """Return a config of mappings that refer to the next one each, the last one to the first if closed."""
    lines = ["links:"]
    for at in range(count):
        lines += [f"    n{at}:", f"        a: {at}"]
        if at < count - 1 or closed:
            lines.append(f"        next: ${{links.n{(at + 1) % count}}}")
    return "\n".join(lines) + "\n"


def calls_of(function) -> int:
    """Return how many Python functions are called."""
    count = 0

    def counting(frame, event, argument):
        nonlocal count
        count += event == "call"

    sys.setprofile(counting)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


KINDS = [Chain, dict[str, dict[str, Any]], dict[str, Any], dict[str, dict[str, Either]]]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [2, 7, 150, 600])
def test_mappings_that_refer_to_each_other_in_a_ring_are_one_issue_with_its_place(kind, count):
    cfg = Conf.parse_sdn(chain(count, closed=True))
    for found in (Conf.check_schema(cfg, kind), errors_of(kind, cfg)):
        assert len(found) == 1
        assert "this mapping contains itself through a reference" in str(found[0])
        assert "<text>:" in str(found[0])


def errors_of(kind: Any, cfg: Any) -> list[Any]:
    with pytest.raises(ValidationError) as caught:
        Conf.validate(kind, cfg)
    return caught.value.issues


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_chain_is_one_issue(kind):
    found = errors_of(kind, Conf.parse_sdn(chain(1500, closed=False)))
    assert [issue.message for issue in found] == [
        "values nest too deeply, by themselves or through references"
    ]


def test_other_mistakes_beside_a_short_chain_are_all_reported():
    cfg = Conf.parse_sdn(chain(20, closed=False).replace("a: 7\n", "a: x\n").replace("a: 9\n", "a: y\n"))
    paths = [issue.path for issue in Conf.check_schema(cfg, Chain)]
    assert "links.n7.a" in paths
    assert "links.n9.a" in paths


@pytest.mark.parametrize("kind", [Chain, dict[str, Any]])
def test_the_work_grows_with_the_number_of_links_and_not_with_its_square(kind):
    def work(count: int) -> int:
        cfg = Conf.parse_sdn(chain(count, closed=True))
        return calls_of(lambda: Conf.check_schema(cfg, kind))

    work(10)
    assert work(1600) < 8 * work(400)


@dataclass
class Login:
    user: str
    password: Secret[str]


@dataclass
class Logins:
    all: list[Login]


def test_finding_secrets_reads_no_source_for_each_item(monkeypatch):
    import inspect

    read = []
    monkeypatch.setattr(inspect, "getsource", lambda cls: read.append(cls) or "")
    cfg = Conf.from_dict({"all": [{"user": 5, "password": "s3cret"}] * 50})
    text = str(Conf.check_schema(cfg, Logins, convert=False))
    assert "s3cret" not in text
    assert len(read) < 10


def test_a_mapping_that_several_references_name_hides_its_secret_once():
    text = "one: {user: a, password: s3cret}\nall: [${one}, ${one}]\nagain: ${all}\n"
    issues = Conf.check_schema(Conf.parse_sdn(text), Logins)
    assert "s3cret" not in str(issues)


def test_comparing_what_nests_too_deeply_is_an_error_of_ours():
    one, other = (Conf.parse_sdn(chain(1500, closed=True)) for _ in range(2))
    with pytest.raises(ConfError, match="nest"):
        _ = one == other


def test_plain_values_of_code_that_nest_too_deeply_are_an_issue():
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(ConfError, match="nest"):
        Conf.validate(list[Any], deep)


def test_a_resolver_whose_argument_nests_too_deeply_is_an_error_of_ours():
    def taking(value: dict[str, Any]) -> int:
        return 1

    Conf.register_resolver("nesting_taking", taking)
    try:
        cfg = Conf.parse_sdn(chain(1500, closed=True) + "x: ${nesting_taking:${links}}\n")
        with pytest.raises(ConfError, match="nest"):
            _ = cfg.x
    finally:
        Conf.clear_resolver("nesting_taking")
