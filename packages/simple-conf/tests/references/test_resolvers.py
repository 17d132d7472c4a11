"""Resolvers: the built-in ones, the user's own, and what happens when one fails."""

from __future__ import annotations

import pytest

from simple_conf import Conf, ConfError, ResolverError, UnknownReferenceError


def read(text, **values):
    return Conf.from_dict({**values, "x": text}).x


@pytest.fixture
def resolver():
    """Registers resolvers for one test."""
    names = []

    def register(name, function, **options):
        names.append(name)
        return Conf.register_resolver(name, function, **options)

    yield register
    for name in set(names):
        Conf.clear_resolver(name)


def test_arguments_are_sdn_values_with_references_inside():
    seen = []
    Conf.register_resolver("test.seen", lambda *arguments: seen.append(arguments) or len(arguments))
    try:
        assert (
            read(
                '${test.seen:1, 2.5, true, null, "a, b", [1, ${n}], {k: ${n}}, ${tree}, a ${n}, }',
                n=3,
                tree={"t": 1},
            )
            == 10
        )
    finally:
        Conf.clear_resolver("test.seen")
    assert seen == [(1, 2.5, True, None, "a, b", [1, 3], {"k": 3}, {"t": 1}, "a 3", "")]


def test_annotated_parameters_are_converted_exactly(resolver):
    @Conf.register_resolver("test.size")
    def size(name: str, factor: float = 1.0, *rest: int) -> float:
        return len(name) * factor + sum(rest)

    try:
        assert read("${test.size:resnet,1.5}") == 9.0
        assert read('${test.size:50,"2",1,2}') == 7.0
        with pytest.raises(ResolverError, match="factor: expected float, got text 'big'"):
            read("${test.size:a,big}")
        with pytest.raises(ResolverError, match="missing a required argument: 'name'"):
            read("${test.size}")
    finally:
        Conf.clear_resolver("test.size")


def test_a_resolver_that_raises_keeps_its_error_as_the_cause(resolver):
    def broken(value):
        raise KeyError(value)

    resolver("test.broken", broken)
    with pytest.raises(ResolverError) as caught:
        read("${test.broken:lr}")
    assert isinstance(caught.value.__cause__, KeyError)
    assert caught.value.path == "x"
    assert caught.value.message == "${test.broken:lr} failed: KeyError: 'lr'"


def test_a_resolver_runs_once_for_each_place(resolver):
    calls = []
    resolver("test.next", lambda: calls.append(1) or len(calls))
    cfg = Conf.from_dict({"a": "${test.next}", "b": "${test.next}", "c": "${a}", "t": "${test.next}-${a}"})
    assert (cfg.a, cfg.a, cfg.b, cfg.c, cfg.t) == (1, 1, 2, 1, "3-1")
    cfg.new = 1
    assert (cfg.a, cfg.b, cfg.c, cfg.t) == (1, 2, 1, "3-1")


def test_a_cached_resolver_runs_once_for_each_set_of_arguments(resolver):
    calls = []
    resolver("test.shared", lambda value: calls.append(value) or len(calls), cache=True)
    cfg = Conf.from_dict({"a": "${test.shared:1}", "b": "${test.shared:1}", "c": "${test.shared:2}"})
    assert (cfg.a, cfg.b, cfg.c) == (1, 1, 2)
    assert calls == [1, 2]


def test_a_key_of_the_name_goes_before_a_resolver_without_arguments(resolver):
    resolver("test.name", lambda: "resolver")
    assert read("${test.name}") == "resolver"
    assert read("${test.name}", test={"name": "key"}) == "key"


def test_names_are_checked_and_not_replaced_by_accident(resolver):
    resolver("test.once", lambda: 1)
    with pytest.raises(ConfError, match=r"there is a resolver 'test\.once' already; pass replace=True"):
        Conf.register_resolver("test.once", lambda: 2)
    resolver("test.once", lambda: 2, replace=True)
    assert read("${test.once}") == 2
    with pytest.raises(ConfError, match="cannot name a resolver"):
        Conf.register_resolver("a b", lambda: 1)


def test_an_unknown_resolver_names_what_was_meant():
    with pytest.raises(UnknownReferenceError) as caught:
        read("${path.joi:a}")
    assert caught.value.hint == "did you mean 'path.join'?"


def test_structures_that_resolvers_give_read_like_the_rest(resolver):
    resolver("test.made", lambda: {"a": 1, "items": [{"b": 2}], "text": "${not}"})
    cfg = Conf.from_dict({"x": "${test.made}", "y": "${x.items[0].b}", "z": "${x}", "n": 1})
    assert (cfg.x.a, cfg.x["items"][0].b, cfg.x.text, cfg.y, cfg.z.a) == (1, 2, "${not}", 2, 1)
    cfg.x.a = 5
    cfg.n = 2
    assert (cfg.x.a, cfg.z.a, cfg.x.text) == (5, 5, "${not}"), "what is written to it stays"
    other = Conf.from_dict({"x": "${decode:[1, 2]}"})
    other.x.append(3)
    other.n = 1
    assert other.x == [1, 2, 3]
    assert Conf.to_dict(Conf.from_dict({"x": "${test.made}"}))["x"]["text"] == "${not}"
