"""What a second action sees after a first one: nothing that was remembered before it is left over."""

import copy
import pickle

import pytest

from simple_conf import Conf, ConfError, MissingKeyError


def test_an_update_after_a_read_is_seen_by_references():
    cfg = Conf.from_dict({"a": 1, "b": "${a}", "c": {"d": "${a}"}, "texts": ["x${a}"]})
    assert (cfg.b, cfg.c.d, cfg.texts) == (1, 1, ["x1"])
    Conf.update(cfg, {"a": 2})
    assert (cfg.b, cfg.c.d, cfg.texts) == (2, 2, ["x2"])
    Conf.update(cfg.c, {"e": "${.d}"})
    assert cfg.c.e == 2
    Conf.set(cfg, "a", 3)
    assert (cfg.b, cfg.c.d, cfg.c.e, cfg.texts) == (3, 3, 3, ["x3"])
    del cfg["a"]
    with pytest.raises(ConfError):
        _ = cfg.b


def test_the_origin_of_an_older_item_stays_after_an_append_and_moves_after_an_insert():
    cfg = Conf.parse_sdn("xs: [1, {a: 2}]\n", "c.sdn")
    before = [str(Conf.origin(cfg, f"xs[{index}]")) for index in range(2)]
    assert before == ["c.sdn:1:6", "c.sdn:1:9"]
    cfg.xs.append(3)
    assert [str(Conf.origin(cfg, f"xs[{index}]")) for index in range(2)] == before
    assert "test_second_actions.py" in str(Conf.origin(cfg, "xs[2]"))
    cfg.xs.insert(0, 0)
    assert [str(Conf.origin(cfg, f"xs[{index}]")) for index in (1, 2)] == before
    assert str(Conf.origin(cfg, "xs[2].a")).startswith("c.sdn:1:")
    assert [entry.value for entry in Conf.history(cfg, "xs[1]")] == [1]
    cfg.xs.pop()
    with pytest.raises(MissingKeyError):
        Conf.origin(cfg, "xs[3]")


def test_freezing_a_frozen_config_gives_itself_and_unfreezing_a_free_one_a_copy():
    frozen = Conf.freeze(Conf.from_dict({"a": [1]}))
    assert Conf.freeze(frozen) is frozen
    assert Conf.is_frozen(copy.deepcopy(frozen))
    assert Conf.is_frozen(pickle.loads(pickle.dumps(frozen)))
    free = Conf.unfreeze(frozen)
    free.a.append(2)
    assert (frozen.a, free.a) == ([1], [1, 2])
    again = Conf.unfreeze(free)
    again.a.append(3)
    assert free.a == [1, 2]
    assert Conf.fingerprint(Conf.freeze(free)) == Conf.fingerprint(free) != Conf.fingerprint(frozen)


def test_marking_twice_and_reading_between_keeps_the_secret():
    cfg = Conf.from_dict({"a": "hunter2", "b": "${a}"})
    assert cfg.b == "hunter2"
    Conf.mark_secret(cfg, "a")
    assert "hunter2" not in repr(Conf.to_dict(cfg))
    Conf.mark_secret(cfg, "a")
    Conf.update(cfg, {"a": "hunter3"})
    assert cfg.b == "hunter3"
    assert "hunter" not in repr(Conf.to_dict(cfg)) + repr(cfg) + repr(Conf.history(cfg, "a"))
