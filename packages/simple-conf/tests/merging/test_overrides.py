"""Overrides mean the config below, whatever they were merged with before; changes by code are kept too."""

import pickle
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_conf import Conf, OverrideError, ValidationError, schema


def merged(*configs):
    return Conf.to_dict(Conf.merge(*configs))


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ({"d": 4}, {"d": 5}, ["~d"]),
        ({"d": 4}, {"c": 1}, ["~d"]),
        ({"d": {"x": 1}}, {"d": {"y": 2}}, ["~d"]),
        ({"m": {"x": 1, "y": 2}}, {"m": {"x": 3}}, ["~m.x"]),
        ({"m": {"x": 1, "y": 2}}, {}, ["~m.x"]),
        ({"tags": [1]}, {"c": 1}, ["tags+=2"]),
        ({"tags": [1]}, {"tags": [3]}, ["tags+=2"]),
        ({"xs": [1, 2]}, {"xs": [3, 4]}, ["xs[1]=3"]),
        ({"d": 1, "e": 2}, {"d": 3}, ["~d", "d=4"]),
        ({"d": {"x": 1}}, {"e": 2}, ["~d", "d.y=4"]),
    ],
)
def test_merging_is_associative_where_overrides_look_below(a, b, words):
    c = Conf.parse_dotlist(words)
    left = merged(Conf.merge(a, b), c)
    assert merged(a, Conf.merge(b, c)) == left
    assert merged(a, Conf.merge(Conf.merge({}, b), c)) == left
    assert merged(a, pickle.loads(pickle.dumps(Conf.merge(b, c)))) == left
    assert merged(a, deepcopy(Conf.merge(b, c))) == left
    assert merged(a, Conf.freeze(Conf.merge(b, c))) == left


LEAVES = st.sampled_from([1, [1], [1, 2], {"x": 1}, {"y": [3]}])
MAPPINGS = st.dictionaries(st.sampled_from("xy"), LEAVES, max_size=2)
CONFIGS = st.fixed_dictionaries({}, optional={"a": LEAVES, "b": LEAVES, "m": MAPPINGS})
WORDS = st.lists(
    st.sampled_from(["~a", "~b", "~m.x", "a=7", "m.x=8", "b=[4]", "~m", "m.y=9", "~z"]), max_size=3
)


@given(CONFIGS, CONFIGS, WORDS, WORDS)
def test_merging_deletions_and_settings_is_associative(a, b, words, more):
    c, d = Conf.parse_dotlist(words), Conf.parse_dotlist(more)
    left = merged(Conf.merge(Conf.merge(a, b), c), d)
    assert merged(a, Conf.merge(Conf.merge(b, c), d)) == left
    assert merged(a, Conf.merge(b, Conf.merge(c, d))) == left
    assert merged(Conf.merge(a, b), Conf.merge(c, d)) == left


def test_what_code_changes_in_a_config_of_overrides_is_merged_too():
    c = Conf.parse_dotlist(["a=1", "m.x=1", "~gone"])
    Conf.set(c, "b", 2)
    c.m.y = 3
    del c["a"]
    c.new = {"k": [1]}
    c.new.k.append("${b}")
    Conf.update(c.m, {"z": 4})
    below = {"a": 0, "gone": 1, "m": {"w": 0}, "new": {"old": 0}}
    expected = {"m": {"w": 0, "x": 1, "y": 3, "z": 4}, "b": 2, "new": {"k": [1, 2]}}
    assert merged(below, c) == expected
    assert merged(below, pickle.loads(pickle.dumps(c))) == expected
    assert merged(Conf.merge(below, c), {}) == expected
    assert merged(below, Conf.merge(c, {})) == expected
    assert "test_overrides.py" in str(Conf.origin(Conf.merge(below, c), "b"))


def test_a_change_after_a_merge_with_overrides_is_kept_in_the_next():
    cfg = Conf.merge({"a": 1}, Conf.parse_dotlist(["~d"]))
    cfg.b = 2
    assert merged({"d": 1, "a": 0}, cfg) == {"a": 1, "b": 2}
    Conf.update(cfg, {"c": 3})
    assert merged({"d": 1}, cfg) == {"a": 1, "b": 2, "c": 3}


def test_a_part_of_a_config_of_overrides_is_merged_as_it_is():
    part = Conf.merge({"m": {"x": 1, "d": 2}}, Conf.parse_dotlist(["~m.d", "~e"])).m
    for one in (part, deepcopy(part), pickle.loads(pickle.dumps(part)), Conf.freeze(part)):
        assert merged({"e": 1, "d": 3}, one) == {"e": 1, "d": 3, "x": 1}
        assert merged(one, {"y": 2}) == {"x": 1, "y": 2}


def test_a_change_of_what_was_merged_does_not_change_the_result():
    b = Conf.from_dict({"a": [1]})
    c = Conf.merge(b, Conf.parse_dotlist(["~d"]))
    b.a.append(2)
    b.e = 3
    assert merged({"d": 1}, c) == {"a": [1]}


@schema
class App:
    a: int = 0


def test_a_deletion_that_no_config_below_can_meet_is_an_error_of_what_uses_the_config():
    cfg = Conf.merge({"a": 1}, Conf.parse_dotlist(["~aa"]))
    assert cfg == {"a": 1}
    with pytest.raises(ValidationError) as caught:
        Conf.validate(App, cfg)
    assert (
        str(caught.value) == "command line: there is no aa to delete\n  ~aa\n   ^\n  hint: did you mean 'a'?"
    )
    assert [str(issue) for issue in Conf.check_schema(cfg, App)] == [str(caught.value)]
    assert Conf.validate(App, Conf.merge({"aa": 2}, cfg)) == App(a=1), "a config below meets it"
    with pytest.raises(OverrideError, match="there is no aa to delete"):
        Conf.merge({"a": 1}, Conf.parse_dotlist(["~aa"]), strict_keys=True)
    with pytest.raises(OverrideError, match="there is no aa to delete"):
        Conf.cli(App, ["~aa", "--show"])


def test_composing_with_a_deletion_of_what_is_not_there_is_an_error(tmp_path):
    (tmp_path / "c.sdn").write_text("a: 1\n")
    with pytest.raises(OverrideError, match="there is no aa to delete"):
        Conf.compose(tmp_path / "c.sdn", ["~aa"])
