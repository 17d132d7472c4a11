"""The tree: reading, writing, copying, and what happens where a key is not there."""

from __future__ import annotations

import copy
import pickle
import sys
import textwrap

import pytest

from simple_conf import (
    Conf,
    Config,
    FrozenConfigError,
    KeyPathError,
    MissingKeyError,
    MissingValueError,
)

TEXT = """\
seed: 1
train:
    epochs: 10
    lr: 1e-3
    twice: ${.epochs}${.epochs}
    out: ${seed}
layers: [1, ${seed}, {width: 3}]
items: 5
keys: [a]
hole: ???
"""


@pytest.fixture
def cfg():
    return Conf.parse_sdn(TEXT, "c.sdn")


def test_attributes_and_items_read_the_same(cfg):
    assert cfg.train.epochs == cfg["train"]["epochs"] == 10
    assert cfg.train.lr == 1e-3


def test_a_key_may_have_the_name_of_a_method(cfg):
    assert cfg["items"] == cfg.items == 5
    assert cfg.keys == ["a"]
    assert list(cfg) == ["seed", "train", "layers", "items", "keys", "hole"]


def test_a_mapping_unpacks_and_matches_and_equals_a_dict(cfg):
    train = cfg.train
    expected = {"epochs": 10, "lr": 1e-3, "twice": "1010", "out": 1}
    assert train == expected
    assert expected == train
    assert dict(**train) == expected
    assert len(train) == 4
    assert "lr" in train
    assert "rl" not in train
    match train:
        case {"epochs": epochs, **rest}:
            assert (epochs, sorted(rest)) == (10, ["lr", "out", "twice"])


def test_lists_are_lists(cfg):
    assert isinstance(cfg.layers, list)
    assert cfg.layers == [1, 1, {"width": 3}]
    assert cfg.layers[2].width == 3


def test_an_absent_key_names_its_path_and_what_was_meant(cfg):
    with pytest.raises(MissingKeyError) as caught:
        _ = cfg.train.epocs
    assert isinstance(caught.value, AttributeError)
    assert isinstance(caught.value, KeyError)
    assert caught.value.path == "train.epocs"
    assert str(caught.value) == textwrap.dedent("""\
        c.sdn:2:1: train.epocs: there is no key 'epocs' here
          2 | train:
            | ^
          hint: did you mean 'epochs'?""")
    with pytest.raises(MissingKeyError):
        _ = cfg["nope"]
    assert not hasattr(cfg, "nope")
    assert cfg.get("nope", 3) == 3


def test_a_hole_loads_and_reading_it_names_the_place(cfg):
    with pytest.raises(MissingValueError) as caught:
        _ = cfg.hole
    assert str(caught.value) == textwrap.dedent("""\
        c.sdn:10:7: hole: this value must be filled in (it is ???)
          10 | hole: ???
             |       ^
          hint: set it: hole=…""")
    cfg.hole = 3
    assert cfg.hole == 3


def test_every_change_is_seen_by_references(cfg):
    assert (cfg.train.out, cfg.layers[1], cfg.train.twice) == (1, 1, "1010")
    cfg.seed = 2
    assert (cfg.train.out, cfg.layers[1]) == (2, 2)
    cfg["train"]["epochs"] = 7
    assert cfg.train.twice == "77"
    cfg.layers.append("${train.epochs}")
    assert cfg.layers[3] == 7
    cfg.train.epochs = 8
    assert cfg.layers[3] == 8
    del cfg.layers[0]
    assert cfg.layers == [2, {"width": 3}, 8]
    cfg.layers[1].width = "${seed}"
    assert cfg.layers[1] == {"width": 2}
    del cfg.hole
    assert "hole" not in cfg


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda items: items.append("${n}"), [3, 1, 2, 9]),
        (lambda items: items.extend(["${n}", 5]), [3, 1, 2, 9, 5]),
        (lambda items: items.insert(0, "${n}"), [9, 3, 1, 2]),
        (lambda items: items.pop(), [3, 1]),
        (lambda items: items.remove(1), [3, 2]),
        (lambda items: items.clear(), []),
        (lambda items: items.sort(), [1, 2, 3]),
        (lambda items: items.reverse(), [2, 1, 3]),
        (lambda items: items.__setitem__(1, "${n}"), [3, 9, 2]),
        (lambda items: items.__setitem__(slice(0, 2), ["${n}"]), [9, 2]),
        (lambda items: items.__delitem__(slice(0, 2)), [2]),
        (lambda items: items.__iadd__(["${n}"]), [3, 1, 2, 9]),
        (lambda items: items.__imul__(2), [3, 1, 2, 3, 1, 2]),
    ],
)
def test_every_way_to_change_a_list_is_noticed(edit, expected):
    cfg = Conf.from_dict({"n": 9, "items": [3, 1, 2], "copy": "${items}"})
    assert cfg.copy == [3, 1, 2]
    edit(cfg["items"])
    assert cfg["items"] == expected
    assert cfg.copy == expected


def test_what_is_put_in_is_copied():
    mine = {"a": [1, {"b": 2}]}
    cfg = Conf.from_dict(mine)
    cfg.a[1].b = 3
    cfg.more = mine
    cfg.more.a.append(4)
    assert mine == {"a": [1, {"b": 2}]}


def test_quiet_configs_read_none_for_absent_keys(cfg):
    Conf.set_throw_on_missing(cfg, False)
    assert cfg.train.nope is None
    assert cfg["nope"] is None
    Conf.set_throw_on_missing(cfg, True)
    with pytest.raises(MissingKeyError):
        _ = cfg.nope


@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_copies_are_whole_and_independent(cfg, clone):
    cfg.seed = 4
    other = clone(cfg)
    assert isinstance(other, Config)
    other.hole = cfg.hole = 0
    assert other == cfg
    assert str(Conf.origin(other, "train.lr")) == "c.sdn:4:9"
    other.seed = 5
    assert (other.train.out, cfg.train.out) == (5, 4)


@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_a_part_is_copied_without_its_parent(cfg, clone):
    part = clone(cfg.train)
    assert part == {"epochs": 10, "lr": 1e-3, "twice": "1010", "out": 1}
    assert str(Conf.origin(part, "out")) == "c.sdn:6:10"
    assert len(pickle.dumps(cfg.train)) < len(pickle.dumps(cfg)) + 100
    assert "layers" not in repr(pickle.loads(pickle.dumps(cfg.train)))


def test_a_frozen_config_refuses_every_write(cfg):
    frozen = Conf.freeze(cfg)
    writes = [
        lambda: setattr(frozen, "seed", 2),
        lambda: frozen.train.__setitem__("lr", 2),
        lambda: frozen.layers.append(2),
        lambda: frozen.layers[2].__setattr__("width", 2),
        lambda: delattr(frozen.train, "lr"),
        lambda: Conf.set(frozen, "train.lr", 2),
        lambda: Conf.delete(frozen, "train.lr"),
        lambda: Conf.update(frozen, {"a": 1}),
        lambda: frozen.layers[2].__delitem__("width"),
        lambda: Conf.set_throw_on_missing(frozen, False),
        lambda: Conf.set_throw_on_missing(frozen.train, True),
    ]
    for write in writes:
        with pytest.raises(FrozenConfigError):
            write()
    assert frozen.seed == 1
    with pytest.raises(MissingKeyError):
        _ = frozen.nothing
    free = Conf.unfreeze(frozen)
    free.seed = 9
    assert (free.train.out, frozen.train.out, cfg.train.out) == (9, 1, 1)


LIST_WRITES = {
    "item": lambda items: items.__setitem__(0, 1),
    "item beyond the end": lambda items: items.__setitem__(99, 1),
    "slice": lambda items: items.__setitem__(slice(0, 1), [1, 2]),
    "extended slice of another size": lambda items: items.__setitem__(slice(0, 3, 2), [1]),
    "del": lambda items: items.__delitem__(0),
    "del beyond the end": lambda items: items.__delitem__(99),
    "del slice": lambda items: items.__delitem__(slice(None)),
    "+=": lambda items: items.__iadd__([1]),
    "+= of what is no list": lambda items: items.__iadd__(5),
    "*=": lambda items: items.__imul__(2),
    "*= text": lambda items: items.__imul__("x"),
    "append": lambda items: items.append(1),
    "extend": lambda items: items.extend([1]),
    "insert": lambda items: items.insert(0, 1),
    "pop": lambda items: items.pop(),
    "pop beyond the end": lambda items: items.pop(99),
    "remove": lambda items: items.remove(1),
    "remove what is not there": lambda items: items.remove("nothing"),
    "clear": lambda items: items.clear(),
    "sort what cannot be sorted": lambda items: items.sort(),
    "sort by a key": lambda items: items.sort(key=str),
    "sort by a key that fails": lambda items: items.sort(key=lambda item: item.nothing),
    "reverse": lambda items: items.reverse(),
}


@pytest.mark.parametrize("write", LIST_WRITES.values(), ids=LIST_WRITES)
def test_a_list_of_a_frozen_config_refuses_every_write_before_it_looks_at_anything_else(write):
    cfg = Conf.parse_sdn("a: {layers: [1, x, {w: 2}, [1]], empty: [], one: [${ref}]}\nref: 5\n", "c.sdn")
    frozen = Conf.freeze(cfg)
    for items, path in (
        (frozen.a.layers, "a.layers"),
        (frozen.a.layers[3], "a.layers[3]"),
        (frozen.a.empty, "a.empty"),
        (frozen.a.one, "a.one"),
    ):
        with pytest.raises(FrozenConfigError) as caught:
            write(items)
        assert caught.value.path == path
    assert frozen == cfg


def test_a_key_named_keys_needs_another_way_to_unpack():
    """Python itself calls ``keys`` for ``**``, and ``get`` for ``match``: there, too, the key reads."""
    cfg = Conf.parse_sdn("keys: 5\nget: 1\na: ${keys}\n")
    for unpack in (lambda: {**cfg}, lambda: dict(**cfg), lambda: dict(cfg)):
        with pytest.raises(TypeError):
            unpack()
    assert {**Conf.to_dict(cfg)} == {"keys": 5, "get": 1, "a": 5} == cfg
    assert dict(cfg.items()) == cfg
    assert Conf.from_dict({"x": cfg}).x == Conf.merge(cfg, cfg) == cfg
    match Conf.to_dict(cfg):
        case {"keys": found}:
            assert found == 5


def test_absent_keys_read_as_none_through_references_too():
    cfg = Conf.parse_sdn("base: {lr: 1}\noptim: ${base}\n")
    Conf.set(cfg, "optim.momentum", 2)
    assert cfg.optim.lr == 1
    Conf.set_throw_on_missing(cfg, False)
    assert cfg.optim.nothing is None
    assert Conf.freeze(cfg).optim.nothing is None
    Conf.set_throw_on_missing(cfg, True)
    with pytest.raises(MissingKeyError):
        _ = cfg.optim.nothing


def test_frozen_configs_are_hashable_and_have_a_fingerprint(cfg):
    cfg.hole = 1
    with pytest.raises(TypeError, match="freeze"):
        hash(cfg)
    one, two = Conf.freeze(cfg), Conf.freeze(Conf.from_dict(dict(reversed(list(Conf.to_dict(cfg).items())))))
    assert {one: "x"}[two] == "x"
    assert Conf.fingerprint(one) == Conf.fingerprint(two)
    assert Conf.fingerprint(one) != Conf.fingerprint(Conf.merge(one, {"seed": 2}))
    assert Conf.is_frozen(one)
    assert not Conf.is_frozen(cfg)


def test_repr_shows_what_is_written(cfg):
    assert "'twice': '${.epochs}${.epochs}'" in repr(cfg)
    _ = cfg.train.twice
    assert "'twice': '${.epochs}${.epochs}'" in repr(cfg)
    assert "'hole': '???'" in repr(cfg)


def test_from_dict_copies_configs_and_refuses_what_is_no_mapping(cfg):
    other = Conf.from_dict(cfg)
    other.seed = 9
    assert cfg.seed == 1
    assert other.train.out == 9
    with pytest.raises(TypeError, match="from_dict takes a mapping, not list"):
        Conf.from_dict([1])


def test_updating_a_part_keeps_references_late(cfg):
    Conf.update(cfg.train, {"a": 1, "b": "${seed}", "c": "${.a}"})
    cfg.seed, cfg.train.a = 5, 6
    assert (cfg.train.b, cfg.train.c) == (5, 6)


def test_an_empty_path_is_the_whole_and_cannot_be_set(cfg):
    assert Conf.get(cfg, "") is cfg
    for write in (lambda: Conf.set(cfg, "", 1), lambda: Conf.delete(cfg, "")):
        with pytest.raises(KeyPathError, match="the path is empty"):
            write()


def test_paths_read_and_write_anywhere():
    cfg = Conf.from_dict({"a": [{"b": 1}], "x.y": {"z": 2}})
    assert Conf.get(cfg, "a[0].b") == Conf.get(cfg, "a.0.b") == 1
    assert Conf.get(cfg, '"x.y".z') == 2
    assert Conf.get(cfg, "a[5].b", "none") == "none"
    assert Conf.get(cfg.a[0], "b") == 1
    Conf.set(cfg, "a[1].c.d", 3)
    Conf.set(cfg, "new[0].x", 4)
    Conf.set(cfg, "a[0]", 5)
    Conf.delete(cfg, '"x.y".z')
    assert cfg == {"a": [5, {"c": {"d": 3}}], "x.y": {}, "new": [{"x": 4}]}
    assert [Conf.has_path(cfg, path) for path in ("a[1].c", "a[2]", "a[1].x", '"x.y"', "x.y")] == [
        True,
        False,
        False,
        True,
        False,
    ]


def test_configs_whose_references_double_at_every_step_are_compared_at_once():
    text = "a0: {x: 1}\n" + "".join(f"a{i}: {{l: ${{a{i - 1}}}, r: ${{a{i - 1}}}}}\n" for i in range(1, 40))
    one, same = Conf.parse_sdn(text), Conf.parse_sdn(text)
    other = Conf.parse_sdn(text.replace("x: 1", "x: 2"))
    assert one == same
    assert one.a39 == same.a39
    assert one.a39 != other.a39
    assert one.a3 == {
        "l": {"l": {"l": {"x": 1}, "r": {"x": 1}}, "r": {"l": {"x": 1}, "r": {"x": 1}}},
        "r": one.a2,
    }


def test_keys_are_interned_whatever_they_come_from_so_that_attributes_read_at_full_speed(tmp_path):
    """Some interpreters are fast at an attribute only where its name is the very key of the dictionary."""
    (tmp_path / "c.json").write_text('{"outer_key": {"inner_key": 1}}')
    (tmp_path / "c.toml").write_text("[outer_key]\ninner_key = 1\n")
    (tmp_path / "c.yaml").write_text("outer_key:\n  inner_key: 1\n")
    outer, inner = "_".join(["outer", "key"]), "_".join(["inner", "key"])
    made = [
        Conf.parse_sdn("outer_key:\n  inner_key: 1\n"),
        Conf.parse_sdn("outer_key: {inner_key: 1}\n"),
        Conf.parse_sdn('outer_key:\n  "inner_key": [{a: 1}]\n'),
        Conf.from_dict({outer: {inner: 1}}),
        Conf.from_env("A_", variables={"A_OUTER_KEY__INNER_KEY": "1"}),
        Conf.parse_dotlist(["outer_key.inner_key=1"]),
        *(Conf.load(tmp_path / f"c.{suffix}") for suffix in ("json", "toml", "yaml")),
    ]
    made += [pickle.loads(pickle.dumps(made[0])), Conf.merge(*made), copy.deepcopy(made[3])]
    grown = Conf.from_dict({})
    Conf.set(grown, f"{outer}.{inner}", 1)
    table = Conf.parse_sdn("outer_key |inner_key| 1\n")
    made += [grown, Conf.from_dict({"outer_key": table.outer_key[0]})]
    for cfg in made:
        for node, name in ((cfg, "outer_key"), (cfg.outer_key, "inner_key")):
            assert [key is sys.intern(name) for key in node if key == name] == [True]


def test_a_deep_copy_of_a_list_shares_no_list_or_mapping_in_it():
    cfg = Conf.from_dict({"rows": [[1, {"a": 1}], [[2]]]})
    rows = copy.deepcopy(cfg.rows)
    assert type(rows) is type(rows[0]) is type(rows[1][0]) is list
    rows[0].append(9)
    rows[0][1].a = 9
    rows[1][0][0] = 9
    assert cfg.rows == [[1, {"a": 1}], [[2]]]


def test_an_index_that_a_list_does_not_have_has_no_origin():
    cfg = Conf.parse_sdn("items: [1, 2]", "c.sdn")
    assert str(Conf.origin(cfg, "items[-2]")) == "c.sdn:1:9"
    for path in ("items[2]", "items[-3]"):
        with pytest.raises(MissingKeyError, match="there is nothing at"):
            Conf.origin(cfg, path)
        with pytest.raises(MissingKeyError, match="there is nothing at"):
            Conf.history(cfg, path)


def test_a_key_may_have_the_name_of_the_method_that_reads_it():
    cfg = Conf.parse_sdn("__read__: ${a}\na: ${b}\nb: 1\nc: x", "c.sdn")
    assert cfg["__read__"] == 1
    assert Conf.to_dict(cfg) == {"__read__": 1, "a": 1, "b": 1, "c": "x"}
    cfg["__read__"] = "plain"
    assert Conf.to_dict(Conf.merge({"x": cfg}))["x"] == {"__read__": "plain", "a": 1, "b": 1, "c": "x"}


def test_a_hole_equals_the_mark_of_plain_data_and_no_text_of_a_config():
    values = {"a": "???", "b": {"c": ["???", 1]}}
    assert Conf.from_dict(values) == values
    assert values == Conf.from_dict(values)
    assert Conf.from_dict(values) == Conf.from_dict(values)
    assert Conf.from_dict({"a": "???"}) != {"a": "?"}
    assert Conf.parse_sdn("a: ???\n") != Conf.parse_sdn('a: "???"\n')
