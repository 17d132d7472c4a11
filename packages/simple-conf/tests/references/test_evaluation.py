"""Interpolation: late, typed, bounded, and clear where it fails."""

from __future__ import annotations

import copy
import itertools
import pickle
import textwrap
import threading

import pytest

from simple_conf import (
    Conf,
    ConfError,
    InterpolationCycleError,
    InterpolationError,
    InterpolationLimitError,
    MissingValueError,
    ResolveError,
    UnknownReferenceError,
)


def parse(text):
    return Conf.parse_sdn(textwrap.dedent(text), "c.sdn")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${n}", 3),
        ("${x}", 1.5),
        ("${yes}", True),
        ("${none}", None),
        ("${items}", [1, "a"]),
        ("${items[1]}", "a"),
        ("${items.0}", 1),
        ("${tree}", {"leaf": 7}),
        ("${tree.leaf}", 7),
        ("n=${n}", "n=3"),
        ("${n}${n}", "33"),
        ("${yes} ${none} ${x}", "true null 1.5"),
        ("${items} ${tree}", "[1, a] {leaf: 7}"),
        ("$${n}", "${n}"),
        ("a$${n}b${n}", "a${n}b3"),
        ("$$", "$$"),
        ("${ n }", 3),
        ("${which.${kind}}", "found"),
        ("${which[${kind}]}", None),
        ('${"a.b".c}', "dotted"),
        ("${hop}", 3),
    ],
)
def test_what_a_text_reads_as(text, expected):
    cfg = Conf.from_dict(
        {
            "n": 3,
            "x": 1.5,
            "yes": True,
            "none": None,
            "items": [1, "a"],
            "tree": {"leaf": 7},
            "kind": "k",
            "which": {"k": "found"},
            "a.b": {"c": "dotted"},
            "hop": "${n}",
            "text": text,
        }
    )
    if expected is None and "[" in text:
        with pytest.raises(InterpolationError):
            _ = cfg.text
    else:
        value = cfg.text
        assert value == expected
        assert type(value) is type(expected) or isinstance(expected, (list, dict))


def test_relative_references_count_the_mappings_and_lists_around_them():
    cfg = parse("""
        seed: 1
        train:
          lr: 2
          same: ${.lr}
          above: ${..seed}
          inner:
            up: ${..lr}
            top: ${...seed}
          items: [10, ${.[0]}, ${..lr}, {deep: ${..[0]}, far: ${...lr}}]
    """)
    assert (cfg.train.same, cfg.train.above, cfg.train.inner.up, cfg.train.inner.top) == (2, 1, 2, 1)
    assert cfg.train["items"] == [10, 10, 2, {"deep": 10, "far": 2}]


def test_above_the_root_is_an_error():
    with pytest.raises(InterpolationError, match=r"leads above the root"):
        _ = parse("a: ${...x}\n").a


def test_a_whole_reference_to_a_mapping_is_that_mapping():
    cfg = parse("a:\n  x: 1\nb: ${a}\n")
    assert cfg.b is cfg.a
    cfg.b.x = 2
    assert cfg.a.x == 2


def test_reads_are_remembered_until_something_changes():
    calls = []
    Conf.register_resolver("test.count", lambda value: calls.append(value) or value)
    try:
        cfg = parse("n: 1\nx: ${test.count:${n}}\nother: 0\n")
        assert [cfg.x, cfg.x, cfg["x"]] == [1, 1, 1]
        cfg.other = 5
        assert cfg.x == 1
        assert calls == [1], "an unrelated change runs no resolver again"
        cfg.n = 2
        assert cfg.x == 2
        assert calls == [1, 2]
    finally:
        Conf.clear_resolver("test.count")


def test_an_unknown_reference_names_what_was_meant():
    with pytest.raises(UnknownReferenceError) as caught:
        _ = parse("train:\n  epochs: 1\nx: ${train.epocs}\n").x
    assert str(caught.value) == textwrap.dedent("""\
        c.sdn:3:4: x: ${train.epocs}: there is no 'train.epocs'
          3 | x: ${train.epocs}
            |    ^
          hint: did you mean 'epochs'?""")


def test_a_cycle_shows_the_whole_chain():
    cfg = parse("a: ${b}\nb: x ${c.d}\nc:\n  d: ${a}\n")
    with pytest.raises(InterpolationCycleError) as caught:
        _ = cfg.a
    assert str(caught.value) == textwrap.dedent("""\
        c.sdn:1:4: a: this reference leads back to itself:
            a = ${b}  (c.sdn:1:4)
            b = x ${c.d}  (c.sdn:2:4)
            c.d = ${a}  (c.sdn:4:6)
            a = ${b}  (c.sdn:1:4)
          1 | a: ${b}
            |    ^""")
    cfg.c.d = 1
    assert cfg.a == "x 1"


@pytest.mark.parametrize(
    "text",
    [
        "a: ${a}\n",
        "a:\n  b: ${a}\n",
        "a: [1, ${a}]\n",
        "a:\n  b:\n    c: ${..b}\n",
        "a: ${${b}}\nb: a\n",
    ],
)
def test_a_value_cannot_hold_itself(text):
    with pytest.raises(InterpolationCycleError, match="leads back to itself"):
        Conf.resolve(parse(text))


@pytest.mark.parametrize(
    ("text", "path"),
    [("a:\n  b: x ${c}\nc:\n  d: ${get:a}\n", "a.b"), ("a: x ${c}\nc:\n  d: ${a}\n", "a")],
)
def test_a_text_cannot_hold_a_mapping_that_holds_it(text, path):
    with pytest.raises(InterpolationCycleError, match="leads back to itself"):
        Conf.get(parse(text), path)


def test_two_mappings_cannot_hold_each_other():
    cfg = parse("a:\n  x: ${b}\nb:\n  y: ${a}\n")
    with pytest.raises(ResolveError) as caught:
        Conf.to_dict(cfg)
    assert [str(error).split("\n")[0] for error in caught.value.errors] == [
        "c.sdn:1:1: a: this mapping contains itself through a reference",
        "c.sdn:3:1: b: this mapping contains itself through a reference",
    ]


def test_an_item_may_refer_to_another_item_of_its_list():
    assert parse("a: [1, ${a[0]}, ${a[1]}]\n").a == [1, 1, 1]
    with pytest.raises(InterpolationCycleError):
        _ = parse("a: [${a[1]}, ${a[0]}]\n").a


def test_growth_fails_clearly_instead_of_filling_memory():
    lines = ["x0: 0123456789"] + [f"x{n}: ${{x{n - 1}}}${{x{n - 1}}}" for n in range(1, 40)]
    with pytest.raises(InterpolationLimitError, match="grows beyond 16,777,216 characters"):
        _ = Conf.parse_sdn("\n".join(lines)).x39
    nested = ["y0: [1, 2]"] + [f"y{n}: [${{y{n - 1}}}, ${{y{n - 1}}}]" for n in range(1, 40)]
    with pytest.raises(InterpolationLimitError, match="values"):
        Conf.to_dict(Conf.parse_sdn("\n".join(nested)))


@pytest.mark.parametrize(
    "values",
    [
        {"a": {"c": "${get:a,0}"}, "text": "${a}-"},
        {"a": [{"c": "${get:a,0}"}], "text": "${a}-"},
        {"a": {"c": "${b}"}, "b": {"d": "${a}"}, "text": "${b}-"},
    ],
)
def test_a_text_cannot_contain_itself_through_what_it_names(values):
    cfg = Conf.from_dict(values)
    with pytest.raises(InterpolationCycleError, match="this text contains itself") as caught:
        _ = cfg.text
    assert caught.value.path == "text"
    with pytest.raises((InterpolationCycleError, ResolveError)):
        Conf.resolve(cfg)


def test_the_text_of_mappings_is_bounded_before_it_fills_memory():
    levels = {f"m{n}": {"x": f"${{m{n - 1}}}", "y": f"${{m{n - 1}}}"} for n in range(1, 40)}
    cfg = Conf.from_dict({"m0": {"text": "x" * 1000}, **levels, "text": "${m39}-"})
    with pytest.raises(InterpolationLimitError, match="grows beyond 16,777,216 characters"):
        _ = cfg.text
    deep = {f"m{n}": {"x": f"${{m{n - 1}}}"} for n in range(1, 300)}
    cfg = Conf.from_dict({"m0": {"text": "x"}, **deep, "text": "${m299}-", "fine": "${m150}-"})
    assert cfg.fine.count("{") == 151
    with pytest.raises(InterpolationLimitError, match="nests more than 200 deep"):
        _ = cfg.text


def test_chains_end_after_64_references():
    lines = ["x0: 1"] + [f"x{n}: ${{x{n - 1}}}" for n in range(1, 100)]
    cfg = Conf.parse_sdn("\n".join(lines))
    assert cfg.x50 == 1
    deep = Conf.parse_sdn("\n".join(lines))
    with pytest.raises(InterpolationLimitError, match="more than 64 others"):
        _ = deep.x99


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${", "is not closed"),
        ("${a", "is not closed"),
        ("${}", "names nothing"),
        ("${a..b}", "is not a path"),
        ("${nope:1}", "there is no resolver 'nope'"),
        ("${get:[1}", "is not an SDN value: unclosed"),
    ],
)
def test_a_broken_expression_names_its_place(text, message):
    with pytest.raises(InterpolationError, match=message) as caught:
        _ = Conf.from_dict({"x": text}).x
    assert caught.value.path == "x"
    assert "test_evaluation.py" in str(caught.value.origin)


def test_all_failures_are_reported_at_once_when_asked(tmp_path):
    path = tmp_path / "c.sdn"
    path.write_text("a: ${nope}\nb: 1\nc: [${env:SIMPLE_CONF_NOT_SET}]\n")
    Conf.load(path)
    with pytest.raises(ResolveError) as caught:
        Conf.load(path, lazy_resolve=False)
    assert [error.path for error in caught.value.errors] == ["a", "c[0]"]


def test_a_hole_behind_a_reference_names_the_hole():
    with pytest.raises(MissingValueError) as caught:
        _ = parse("a: ${b}\nb: ???\n").a
    assert caught.value.path == "b"


def test_resolved_text_is_not_read_again():
    cfg = Conf.from_dict({"a": "$${b}", "b": 1, "c": "${a}"})
    assert (cfg.a, cfg.c) == ("${b}", "${b}")
    cfg.d = cfg.a
    part = Conf.from_dict({"x": {"y": "${esc}"}, "esc": "$${b}"})
    assert Conf.unfreeze(part.x).y == "${b}"


def test_many_threads_read_alike_and_run_a_resolver_once():
    calls = []
    Conf.register_resolver("test.slow", lambda: calls.append(1) or len(calls))
    try:
        cfg = parse("x: ${test.slow}\ny: ${x}\n")
        seen, barrier = [], threading.Barrier(8)

        def read():
            barrier.wait()
            seen.append((cfg.x, cfg.y))

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen == [(1, 1)] * 8
        assert calls == [1]
    finally:
        Conf.clear_resolver("test.slow")


@pytest.fixture
def preset():
    Conf.register_resolver(
        "te_preset", lambda n=1: {"n": n, "in": {"x": 1, "y": 2}, "l": [1, 2]}, replace=True
    )
    yield
    Conf.clear_resolver("te_preset")


@pytest.mark.parametrize(
    "net", ["${te_preset:1}", '${decode:"{n: 1, in: {x: 1, y: 2}, l: [1, 2]}"}', "${env:TE_NET}"]
)
def test_keys_are_laid_over_what_a_resolver_gives(preset, monkeypatch, net):
    monkeypatch.setenv("TE_NET", "{n: 1, in: {x: 1, y: 2}, l: [1, 2]}")
    base = {"net": net, "n": "${net.n}", "y": "${net.in.y}"}
    cfg = Conf.merge(base, {"net": {"new": 3}}, Conf.parse_dotlist(["net.in.x=7", "net.l+=3", "net.l[0]=9"]))
    assert cfg.net == {"n": 1, "in": {"x": 7, "y": 2}, "l": [9, 2, 3], "new": 3}
    assert (cfg.n, cfg.y) == (1, 2)
    assert Conf.merge(base, {"net": {"n": 5}}).n == 5
    assert Conf.merge(base, {"net": {"n": 5}}, {"net": 1}).net == 1
    set_in = Conf.from_dict(base)
    Conf.set(set_in, "net.in.z", 8)
    set_in.net.n = 6
    assert set_in.net == {"n": 6, "in": {"x": 1, "y": 2, "z": 8}, "l": [1, 2]}
    assert set_in.n == 6


def test_a_resolver_below_keys_runs_once_and_its_texts_stay_texts():
    calls = itertools.count(1)
    Conf.register_resolver("te_once", lambda: {"n": next(calls), "text": "${nowhere}"}, replace=True)
    try:
        cfg = Conf.merge({"a": "${te_once:}"}, {"a": {"x": 1}})
        assert cfg.a == {"n": 1, "text": "${nowhere}", "x": 1}
        cfg.other = 1
        assert cfg.a.n == 1
    finally:
        Conf.clear_resolver("te_once")


@pytest.mark.parametrize("items", ["${base}", '${decode:"[1, 2, 3]"}'])
def test_setting_an_item_of_a_list_that_is_a_reference_starts_from_what_it_gives(items):
    cfg = Conf.merge({"base": [1, 2, 3], "items": items}, Conf.parse_dotlist(["items[1]=9"]))
    assert cfg.items == [1, 9, 3]
    assert cfg.base == [1, 2, 3]


def test_what_lies_below_keys_on_top_is_resolved_where_it_is_written():
    values = {"base": {"in": {"n": 1, "same": "${.n}", "up": "${..name}"}, "name": "base"}, "name": "top"}
    cfg = Conf.merge(values, {"x": {"deep": "${base}"}}, {"x": {"deep": {"in": {"n": 5}, "name": "mine"}}})
    assert cfg.x.deep == {"in": {"n": 5, "same": 1, "up": "base"}, "name": "mine"}
    assert Conf.to_dict(cfg)["x"]["deep"]["in"] == {"n": 5, "same": 1, "up": "base"}
    kept = pickle.loads(pickle.dumps(cfg.x))
    assert kept == copy.deepcopy(cfg.x) == Conf.from_dict({"q": cfg.x}).q == cfg.x


def test_a_secret_below_keys_on_top_shows_nowhere():
    cfg = Conf.merge({"base": {"url": "http://${key}"}, "key": "hunter2", "a": "${base}"}, {"a": {"x": 1}})
    Conf.mark_secret(cfg, "key")
    assert "hunter2" not in str(Conf.to_dict(cfg)) + repr(cfg) + Conf.to_sdn(cfg) + repr(cfg.a)
    assert cfg.a.url == "http://hunter2"


CYCLES = [
    [{"b": "${d}"}, {"d": {"c": "${b}"}, "b": {"e": 1}}],
    [{"d": "${c}", "c": {"b": "p${d}q"}}, {"d": {"a": 1}}],
    [{"a": "${b}", "b": "${a}"}, {"a": {"x": 1}}],
    [{"a": "${b}", "b": "${a}"}, {"a": {"x": 1}, "b": {"y": 1}}],
    [{"a": {"b": "${c}"}, "c": "${a}"}, {"a": {"b": {"x": 1}}, "c": {"y": 1}}],
    [{"a": "${get:b}", "b": {"c": "${get:a}"}}, {"a": {"x": 1}}],
    [{"a": "${.b}", "b": {"c": ["${a}"]}}, {"a": {"x": 1}}],
]


@pytest.mark.parametrize("layers", CYCLES)
@pytest.mark.parametrize(
    "use",
    [
        Conf.to_dict,
        Conf.to_sdn,
        Conf.to_json,
        Conf.resolve,
        Conf.fingerprint,
        lambda cfg: Conf.validate(dict, cfg),
    ],
)
def test_a_cycle_through_keys_on_top_is_an_error_of_its_own(layers, use):
    cfg = Conf.merge(*layers)
    with pytest.raises(ConfError, match=r"leads back to itself|contains itself|too deep"):
        use(cfg)
    assert repr(cfg)
    assert cfg == Conf.merge(*layers)
    assert not Conf.diff(cfg, Conf.merge(*layers))


def test_a_key_on_top_that_takes_the_cycle_away_leaves_none():
    assert Conf.merge({"a": {"b": "${a}", "c": 1}}, {"a": {"b": {"b": 2}}}).a.b == {"b": 2, "c": 1}
    cfg = Conf.merge({"a": "${b}", "b": {"c": "<${a}>", "d": 1}}, {"a": {"c": 9}})
    assert Conf.to_dict(cfg) == {"a": {"c": 9, "d": 1}, "b": {"c": "<{c: 9, d: 1}>", "d": 1}}


def test_a_resolver_that_reads_the_value_it_is_for_is_a_cycle():
    cfg = Conf.from_dict({"a": "${te_self:}"})
    Conf.register_resolver("te_self", lambda: Conf.get(cfg, "a"), replace=True)
    try:
        with pytest.raises(InterpolationCycleError, match="leads back to itself"):
            _ = cfg.a
        with pytest.raises(InterpolationCycleError):
            Conf.get(cfg, "a")
    finally:
        Conf.clear_resolver("te_self")


def test_very_deep_references_are_an_error_and_no_crash():
    cfg = Conf.from_dict({f"a{n}": {"x": f"${{a{n + 1}}}"} for n in range(2000)} | {"a2000": 1})
    with pytest.raises(InterpolationLimitError, match="too deep"):
        Conf.to_dict(cfg)
    assert cfg.a1999.x == 1
