"""Merging: what wins, what stays, and the laws that hold for any configs."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_conf import (
    Conf,
    ConfError,
    MergeError,
    MergeStrategy,
    MissingKeyError,
    MissingValueError,
    PlacedError,
    UnknownReferenceError,
)

KEYS = st.sampled_from(["a", "b", "c"])
LEAVES = (
    st.none() | st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2) | st.just("${a}") | st.just("???")
)
TREES = st.dictionaries(
    KEYS, st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=3)), max_size=3
)


def written(node):
    """Everything as it is written, keys on top of references beside them."""
    raw = getattr(node, "__raw__", None)
    if raw is None:
        return [written(item) for item in node] if isinstance(node, list) else repr(node)
    if isinstance(raw, list):
        return [written(item) for item in raw]
    return {
        key: ("on top of", value.reference, written(value.overrides))
        if hasattr(value, "reference")
        else written(value)
        for key, value in raw.items()
    }


@given(TREES, TREES, TREES)
def test_merging_is_associative_and_leaves_its_inputs_alone(a, b, c):
    one, two, three = (Conf.from_dict(each) for each in (a, b, c))
    left = Conf.merge(Conf.merge(one, two), three)
    right = Conf.merge(one, Conf.merge(two, three))
    assert written(left) == written(right) == written(Conf.merge(one, two, three))
    assert [written(each) for each in (one, two, three)] == [
        written(Conf.from_dict(each)) for each in (a, b, c)
    ]


@given(TREES, TREES, TREES, st.sampled_from(["append", "prepend", "by_index"]), st.booleans())
def test_merging_by_a_strategy_is_associative_without_mixed_kinds(a, b, c, arrays, keep):
    strategy = MergeStrategy(arrays)
    one, two, three = (Conf.from_dict(each) for each in (a, b, c))
    left = Conf.merge_with(Conf.merge_with(one, two, strategy), three, strategy)
    right = Conf.merge_with(one, Conf.merge_with(two, three, strategy), strategy)
    if not list_met_something_else(a, b, c):
        assert written(left) == written(right)


ITEMS = st.lists(
    st.integers(0, 2)
    | st.just("${a}")
    | st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(["x", "y", 1, True, None, "???"]),
            "v": st.integers(0, 2)
            | st.just("${w}")
            | st.just("${..xs}")
            | st.dictionaries(KEYS, LEAVES, max_size=2),
            "xs": st.lists(st.integers(0, 2), max_size=2),
        },
    ),
    max_size=4,
)


@given(ITEMS, ITEMS, ITEMS, st.sampled_from(["replace", "append", "prepend", "by_index", {"key": "name"}]))
def test_merging_arrays_is_associative_whatever_is_in_them(a, b, c, arrays):
    """A name may come twice in a list, items may lack one, and may be of other kinds."""
    strategy = MergeStrategy(paths={"items": arrays})
    one, two, three = (
        Conf.from_dict({"items": items, "a": at, "w": at}) for at, items in enumerate((a, b, c))
    )
    left = Conf.merge_with(Conf.merge_with(one, two, strategy), three, strategy)
    right = Conf.merge_with(one, Conf.merge_with(two, three, strategy), strategy)
    assert written(left) == written(right)
    for index in range(len(left["items"])):
        assert Conf.origin(left, ("items", index)) == Conf.origin(right, ("items", index))


def test_the_same_name_twice_pairs_first_with_first_and_second_with_second():
    base = Conf.parse_sdn("items: [{name: a, v: 1}, {v: 0}, {name: a, v: 2}, {name: 1}, {name: true}]\n")
    over = Conf.parse_sdn(
        "items: [{name: a, w: 1}, {name: true, w: 4}, {name: a, w: 2}, {name: a, w: 3}, 5]\n"
    )
    merged = Conf.merge_with(base, over, MergeStrategy({"key": "name"}))
    assert merged["items"] == [
        {"name": "a", "v": 1, "w": 1},
        {"v": 0},
        {"name": "a", "v": 2, "w": 2},
        {"name": 1},
        {"name": True, "w": 4},
        {"name": "a", "w": 3},
        5,
    ]
    assert "'w': 4" in repr(merged["items"][4])


def test_references_in_joined_arrays_stay_references():
    base = Conf.from_dict({"width": 1, "layers": [{"w": 0}]})
    over = Conf.from_dict({"width": 2, "layers": [{"w": "${width}", "v": "${.w}"}, "${width}"]})
    for arrays in ("append", "prepend", "by_index", {"key": "name"}):
        merged = Conf.merge(Conf.merge_with(base, over, MergeStrategy(arrays)), {"width": 5})
        assert {"w": 5, "v": 5} in merged.layers
        assert 5 in merged.layers


def test_references_of_items_stay_references_where_their_partner_stands_elsewhere():
    base = Conf.from_dict({"width": 1, "layers": [{"name": "in"}, {"name": "out", "deep": {"a": 0}}]})
    over = Conf.from_dict(
        {
            "width": 2,
            "layers": [{"name": "out", "w": "${width}", "l": ["${.name}"], "deep": {"b": "${width}"}}],
        }
    )
    merged = Conf.merge(Conf.merge_with(base, over, MergeStrategy({"key": "name"})), {"width": 5})
    assert merged.layers[1].w == merged.layers[1].deep.b == 5


@pytest.mark.parametrize("arrays", ["append", "prepend", "by_index", {"key": "name"}])
def test_a_part_that_is_merged_takes_the_values_of_its_references_along(arrays):
    cfg = Conf.from_dict(
        {"seed": 3, "train": {"xs": [{"name": "a", "s": "${seed}"}, "${seed}"], "t": "${seed}"}}
    )
    base = Conf.from_dict({"seed": 9, "xs": [{"name": "b"}, {"name": "a"}]})
    merged = Conf.merge_with(base, cfg.train, MergeStrategy(arrays))
    assert merged.t == 3
    assert 3 in merged.xs
    assert 3 in [item.s for item in merged.xs if item != 3 and "s" in item]


def test_a_part_with_a_list_that_was_never_read_takes_its_values_along():
    cfg = Conf.from_dict({"seed": 3, "train": {"xs": ["${seed}", ["n-${seed}"]]}})
    assert Conf.from_dict({"part": cfg.train}).part.xs == [3, ["n-3"]]
    assert copy.deepcopy(cfg.train).xs == pickle.loads(pickle.dumps(cfg.train)).xs == [3, ["n-3"]]


def test_what_took_the_place_of_an_item_of_another_kind_takes_it_again():
    one, two, three = (Conf.from_dict({"xs": [item]}) for item in ({"old": 1}, 5, {"new": 2}))
    strategy = MergeStrategy("by_index")
    right = Conf.merge_with(one, Conf.merge_with(two, three, strategy), strategy)
    assert (
        right.xs == [{"new": 2}] == Conf.merge_with(Conf.merge_with(one, two, strategy), three, strategy).xs
    )


def list_met_something_else(*trees):
    """A list that another kind replaced does not say so: only mappings do."""
    kinds: dict[tuple, set] = {}

    def note(path, value):
        kinds.setdefault(path, set()).add(type(value) if isinstance(value, (list, dict)) else None)
        if isinstance(value, dict):
            for key, inner in value.items():
                note((*path, key), inner)

    for tree in trees:
        note((), tree)
    return any(list in found and len(found) > 1 for found in kinds.values())


@given(TREES)
def test_an_empty_config_changes_nothing(a):
    cfg = Conf.from_dict(a)
    assert written(Conf.merge(cfg, {})) == written(Conf.merge({}, cfg)) == written(cfg)
    assert written(Conf.merge(cfg)) == written(cfg)
    assert written(Conf.merge()) == {}


@given(TREES, TREES)
def test_merging_agrees_with_a_plain_recursive_merge(a, b):
    def plainly(base, over):
        result = dict(base)
        for key, value in over.items():
            mine = result.get(key)
            if isinstance(value, dict) and isinstance(mine, dict):
                result[key] = plainly(mine, value)
            elif value != "???" or key not in result:
                result[key] = value
        return result

    if "${" not in repr(a):
        result = Conf.to_dict(Conf.merge(a, b), resolve=False)
        expected = plainly(a, b)
        assert result == expected
        assert list(result) == list(expected)


def test_scalars_replace_mappings_merge_and_arrays_replace():
    base = {"lr": 1, "model": {"type": "a", "layers": [1, 2]}}
    over = {"lr": 2, "model": {"layers": [3], "new": True}}
    assert Conf.merge(base, over) == {"lr": 2, "model": {"type": "a", "layers": [3], "new": True}}


def test_an_override_is_seen_by_everything_that_refers_to_it():
    base = Conf.parse_sdn("lr: 1\ntrain:\n  lr: ${lr}\n  both: [${lr}, ${..lr}]\n")
    assert base.train.both == [1, 1]
    merged = Conf.merge(base, Conf.parse_dotlist(["lr=5"]))
    assert merged.train.both == [5, 5]
    assert base.train.both == [1, 1]


def test_keys_laid_over_a_reference_keep_the_rest_of_what_it_names():
    cfg = Conf.merge(
        Conf.parse_sdn("defaults:\n  lr: 1\n  deep:\n    x: 1\n    y: 2\noptim: ${defaults}\n"),
        Conf.parse_dotlist(["optim.lr=5", "optim.deep.x=9"]),
    )
    assert cfg.optim == {"lr": 5, "deep": {"x": 9, "y": 2}}
    assert cfg.defaults == {"lr": 1, "deep": {"x": 1, "y": 2}}
    cfg.defaults.deep.y = 7
    assert cfg.optim.deep == {"x": 9, "y": 7}
    cfg.optim.lr = 6
    cfg.optim.deep.z = 3
    assert cfg.optim == {"lr": 6, "deep": {"x": 9, "y": 7, "z": 3}}
    assert "z" not in cfg.defaults.deep
    assert Conf.to_dict(cfg)["optim"] == {"lr": 6, "deep": {"x": 9, "y": 7, "z": 3}}
    assert Conf.validate(dict[str, object], Conf.freeze(cfg))["optim"]["lr"] == 6


def test_null_replaces_a_mapping_unless_it_is_told_to_keep_it():
    assert Conf.merge({"a": {"b": 1}}, {"a": None}) == {"a": None}
    assert Conf.merge_with({"a": {"b": 1}}, {"a": None}, MergeStrategy(keep_on_null=True)) == {"a": {"b": 1}}
    with Conf.merge_mode(keep_on_null=True):
        assert Conf.merge({"a": {"b": 1}, "c": 1}, {"a": None, "c": None}) == {"a": {"b": 1}, "c": None}


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        ("replace", [{"name": "b", "x": 9}, {"name": "c"}]),
        ("append", [{"name": "a", "x": 1}, {"name": "b", "y": 2}, {"name": "b", "x": 9}, {"name": "c"}]),
        ("prepend", [{"name": "b", "x": 9}, {"name": "c"}, {"name": "a", "x": 1}, {"name": "b", "y": 2}]),
        ("by_index", [{"name": "b", "x": 9}, {"name": "c", "y": 2}]),
        ({"key": "name"}, [{"name": "a", "x": 1}, {"name": "b", "y": 2, "x": 9}, {"name": "c"}]),
    ],
)
def test_array_strategies(arrays, expected):
    base = Conf.from_dict({"items": [{"name": "a", "x": 1}, {"name": "b", "y": 2}]})
    over = Conf.from_dict({"items": [{"name": "b", "x": 9}, {"name": "c"}]})
    assert Conf.merge_with(base, over, MergeStrategy(arrays)) == {"items": expected}
    assert Conf.merge_with(base, over, MergeStrategy(paths={"items": arrays})) == {"items": expected}
    assert len(base["items"]) == len(over["items"]) == 2


def test_merge_mode_is_scoped_and_nests():
    a, b = {"t": [1]}, {"t": [2]}
    with Conf.merge_mode(append_arrays=True):
        assert Conf.merge(a, b).t == [1, 2]
        with Conf.merge_mode(strategy=MergeStrategy("prepend")):
            assert Conf.merge(a, b).t == [2, 1]
        assert Conf.merge(a, b).t == [1, 2]
    assert Conf.merge(a, b).t == [2]


def test_a_strategy_that_does_not_exist_is_refused():
    with pytest.raises(ConfError, match="unknown array mode 'apend'; use one of replace, append"):
        MergeStrategy("apend")
    with pytest.raises(ConfError, match="identifies an item"):
        MergeStrategy({"name": "x"})


def test_origins_survive_any_number_of_merges():
    base = Conf.parse_sdn("train:\n  lr: 1\n  epochs: 2\n", "base.sdn")
    mid = Conf.parse_sdn("train:\n  lr: 3\n", "mid.sdn")
    top = Conf.parse_dotlist(["train.lr=4"])
    cfg = Conf.merge(base, Conf.merge(mid, top))
    assert str(Conf.origin(cfg, "train.lr")) == "command line: train.lr=4"
    assert [(entry.value, str(entry.origin)) for entry in Conf.history(cfg, "train.lr")] == [
        (4, "command line: train.lr=4"),
        (3, "mid.sdn:2:7"),
        (1, "base.sdn:2:7"),
    ]
    assert str(Conf.origin(cfg, "train.epochs")) == "base.sdn:3:11"
    again = Conf.merge(cfg, {"train": {"lr": 5}})
    assert [entry.value for entry in Conf.history(again, "train.lr")] == [5, 4, 3, 1]
    assert str(Conf.origin(again, "train.lr")).startswith("code: ")
    assert "test_merge.py:" in str(Conf.origin(again, "train.lr"))


def test_setting_a_key_in_a_loop_leaves_one_entry():
    cfg = Conf.from_dict({"step": 0})
    for step in range(100):
        cfg.step = step
    assert [entry.value for entry in Conf.history(cfg, "step")] == [99, 0]


def test_strict_keys_refuse_what_is_not_there():
    base = Conf.parse_sdn("train:\n  epochs: 1\n", "base.sdn")
    with pytest.raises(MergeError) as caught:
        Conf.merge(base, Conf.parse_sdn("train:\n  epocs: 2\n", "top.sdn"), strict_keys=True)
    assert caught.value.path == "train.epocs"
    assert str(caught.value.origin) == "top.sdn:2:3"
    assert caught.value.hint == "did you mean 'epochs'?"
    assert Conf.merge(base, {"train": {"epochs": 2}}, strict_keys=True).train.epochs == 2


def test_the_result_is_independent_of_its_inputs():
    base = Conf.from_dict({"a": {"b": [1, {"c": 2}]}})
    merged = Conf.merge(base, {"x": 1})
    merged.a.b[1].c = 9
    merged.a.b.append(3)
    assert base == {"a": {"b": [1, {"c": 2}]}}
    base.a.b = 0
    assert merged.a.b == [1, {"c": 9}, 3]


def test_origins_behind_a_reference_are_those_of_what_it_names():
    base = Conf.parse_sdn("d:\n  lr: 1\n  hole: ???\n  bad: ${nope}\noptim: ${d}\nplain: ${d}\n", "c.sdn")
    cfg = Conf.merge(base, Conf.parse_dotlist(["optim.lr=5"]))
    assert str(Conf.origin(cfg, "plain.lr")) == "c.sdn:2:7"
    assert str(Conf.origin(cfg, "optim.lr")) == "command line: optim.lr=5"
    assert [entry.value for entry in Conf.history(cfg, "optim.lr")] == [5, 1]
    assert str(Conf.origin(cfg, "optim.hole")) == "c.sdn:3:9"
    for path, error in (("optim.hole", MissingValueError), ("optim.bad", UnknownReferenceError)):
        with pytest.raises(error) as caught:
            Conf.get(cfg, path)
        assert str(caught.value.origin).startswith("c.sdn:")
    with pytest.raises(MissingKeyError) as caught:
        _ = cfg.optim.lrr
    assert caught.value.hint == "did you mean 'lr'?"


def test_keys_laid_over_a_reference_in_a_list():
    base = Conf.parse_sdn("d: {a: 1, b: 2}\nitems: [${d}, 5]\n")
    cfg = Conf.merge(base, Conf.parse_dotlist(["items[0].a=7", "items[0].c=8"]))
    assert cfg["items"] == [{"a": 7, "b": 2, "c": 8}, 5]
    assert cfg.d == {"a": 1, "b": 2}
    cfg.d.b = 9
    assert Conf.to_dict(cfg)["items"] == [{"a": 7, "b": 9, "c": 8}, 5]


def test_nothing_is_deleted_from_what_a_reference_names():
    cfg = Conf.merge({"d": {"a": 1}, "r": "${d}"}, {"r": {"b": 2}})
    with pytest.raises(PlacedError, match="nothing can be deleted"):
        Conf.delete(cfg, "r.a")
    assert cfg.r == {"a": 1, "b": 2}


def raw(cfg, path):
    """The node that is written at a path."""
    for key in path.split("."):
        cfg = cfg.__raw__[key]
    return cfg


def test_a_mapping_that_replaces_another_kind_says_so_and_replaces_again():
    over = Conf.merge({"x": 0}, {"x": {"new": 2}})
    assert raw(over, "x").__barrier__ is True
    again = Conf.merge({"x": {"old": 1}}, over)
    assert again == {"x": {"new": 2}}
    assert raw(again, "x").__barrier__ is True
    assert Conf.merge({"x": {"older": 0}}, again) == {"x": {"new": 2}}


def test_a_mapping_that_replaces_nothing_merges_with_what_is_below():
    for over in (Conf.merge({}, {"x": {"new": 2}}), Conf.merge({"x": {"a": 1}}, {"x": {"new": 2}})):
        assert raw(over, "x").__barrier__ is False
        assert Conf.merge({"x": {"old": 1}}, over).x.old == 1


def test_a_mapping_laid_over_one_that_replaces_is_merged_into_it():
    over = Conf.merge({"x": 0}, {"x": {"new": 2}}, {"x": {"more": 3}})
    assert raw(over, "x").__barrier__ is True
    assert Conf.merge({"x": {"old": 1}}, over) == {"x": {"new": 2, "more": 3}}


def test_a_mapping_that_replaces_a_reference_replaces_it_whole():
    over = Conf.merge({"x": 0}, {"x": {"new": 2}})
    base = {"d": {"a": 1}, "x": "${d}"}
    assert Conf.merge(base, over).x == {"new": 2}
    assert Conf.merge(base, {"x": {"new": 2}}).x == {"a": 1, "new": 2}


def test_setting_a_path_through_a_value_replaces_it():
    cfg = Conf.from_dict({"x": 0, "y": {}})
    for path in ("x.new", "y.new", "z.new"):
        Conf.set(cfg, path, 1)
    assert [raw(cfg, key).__barrier__ for key in "xyz"] == [True, False, False]


def test_a_change_of_a_config_made_of_overrides_is_merged_too():
    changed = Conf.parse_dotlist(["n=1", "tags+=x", "m.a=1"])
    changed.n = 2
    changed.new = [1]
    changed.new.append(2)
    changed.m = {"b": 3}
    base = {"n": 0, "tags": ["b"], "new": [0], "m": {"c": 4}}
    merged = Conf.merge(base, changed)
    assert merged == {"n": 2, "tags": ["b", "x"], "new": [1, 2], "m": {"b": 3}}
    del changed.tags
    assert Conf.merge({"n": 0}, changed) == {"n": 2, "new": [1, 2], "m": {"b": 3}}
    assert Conf.merge(base, pickle.loads(pickle.dumps(changed))).n == 2


def test_overrides_that_were_merged_into_a_config_act_on_what_it_is_merged_over():
    merged = Conf.merge({"lr": 1}, Conf.parse_dotlist(["tags+=x", "lr=2"]))
    assert Conf.merge({"tags": ["a"], "lr": 0, "n": 1}, merged) == {"tags": ["a", "x"], "lr": 2, "n": 1}
    merged.lr = 3
    assert Conf.merge({"tags": ["a"]}, merged) == {"tags": ["a", "x"], "lr": 3}
    Conf.update(merged, {"lr": 4, "m": {"k": 1}})
    assert Conf.merge({"m": {"j": 2}}, merged) == {"tags": ["x"], "lr": 4, "m": {"j": 2, "k": 1}}
    merged.m.k = 5
    assert Conf.merge({"m": {"j": 2}}, merged).m == {"j": 2, "k": 5}


def test_what_is_merged_stays_as_it_was_when_an_input_changes_later():
    first = Conf.from_dict({"lr": 1})
    merged = Conf.merge(first, Conf.parse_dotlist(["n=1"]))
    first.lr = 9
    assert Conf.merge({}, merged).lr == 1


def test_overrides_are_applied_again_by_the_strategy_that_they_were_merged_by():
    rules = MergeStrategy(arrays="append")
    merged = Conf.merge_with({"m": {"t": [1]}}, Conf.parse_dotlist(["m={t: [2]}"]), rules)
    assert Conf.merge({"m": {"t": [0]}}, merged) == merged


@pytest.mark.parametrize("below", [1, "x", None, [1], {"b": 2}, "${c}"])
def test_a_value_that_must_be_filled_in_keeps_what_is_there(below):
    merged = Conf.merge({"a": below, "c": 7}, Conf.parse_sdn("a: ???\n"))
    assert Conf.to_dict(merged, resolve=False)["a"] == below


def test_a_value_that_must_be_filled_in_is_one_where_nothing_is_there():
    merged = Conf.merge({"c": 7}, Conf.parse_sdn("a: ???\n"))
    with pytest.raises(MissingValueError):
        merged.a  # noqa: B018


@pytest.mark.parametrize("below", ["${a}", {"k": 1}, {}, 5, None])
@pytest.mark.parametrize("above", [{}, {"z": 2}])
def test_a_mapping_over_a_hole_is_merged_with_what_is_below_the_hole(below, above):
    one, two, three = ({"a": {"q": 0}, "c": below}, {"c": "???"}, {"c": above})
    left = Conf.merge(Conf.merge(one, two), three)
    right = Conf.merge(one, Conf.merge(two, three))
    assert written(left) == written(right)
    overrides = ["c=???", "c={z: 2}"]
    expected = Conf.merge(one, Conf.parse_dotlist(overrides[:1]), Conf.parse_dotlist(overrides[1:]))
    assert written(Conf.merge(one, Conf.parse_dotlist(overrides))) == written(expected)
