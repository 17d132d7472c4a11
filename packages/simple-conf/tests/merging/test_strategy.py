"""Strategies: the array mode of each path, what is refused, and the one around."""

from __future__ import annotations

import pytest

from simple_conf import Conf, MergeStrategy, StrategyError
from simple_conf.merging.strategy import ARRAYS, DEFAULT, checked, current, merge_mode


def test_by_default_arrays_are_replaced_and_null_too():
    assert (DEFAULT.arrays, DEFAULT.paths, DEFAULT.keep_on_null) == ("replace", {}, False)
    assert current() is DEFAULT


def test_a_path_may_have_a_mode_of_its_own():
    strategy = MergeStrategy("append", {"a.b[0]": "prepend", "c": {"key": "name"}})
    assert strategy.paths == {("a", "b", 0): "prepend", ("c",): {"key": "name"}}
    found = [strategy.for_path(path) for path in [("a", "b", 0), ("a", "b"), ("c",), ()]]
    assert found == ["prepend", "append", {"key": "name"}, "append"]
    assert MergeStrategy("append").for_path(("a",)) == "append"


@pytest.mark.parametrize("mode", [*ARRAYS, {"key": "name"}])
def test_modes_that_there_are(mode):
    assert checked(mode) is mode


@pytest.mark.parametrize(
    "mode", ["apend", "", {"name": "x"}, {"key": 5}, {"key": "a", "x": 1}, {}, None, 5, ["key"]]
)
def test_other_modes_are_refused_with_those_that_there_are(mode):
    expected = (
        f"unknown array mode {mode!r}; use one of replace, append, prepend, by_index, "
        "or {'key': 'name'} with the field that identifies an item"
    )
    for make in (lambda: MergeStrategy(mode), lambda: MergeStrategy(paths={"a": mode})):
        with pytest.raises(StrategyError) as caught:
            make()
        assert str(caught.value) == expected
        assert isinstance(caught.value, ValueError)


def test_the_mode_around_is_the_current_one_until_the_block_ends():
    with merge_mode(append_arrays=True, keep_on_null=True) as outer:
        assert current() is outer
        assert (outer.arrays, outer.keep_on_null) == ("append", True)
        with merge_mode(strategy=MergeStrategy("prepend"), append_arrays=True) as inner:
            assert current() is inner
            assert inner.arrays == "prepend"
        assert current() is outer
        with merge_mode():
            assert current().arrays == "replace"
        with pytest.raises(ZeroDivisionError), merge_mode():
            _ = 1 // 0
        assert current() is outer
    assert current() is DEFAULT


@pytest.mark.parametrize("path", ["net.tgas", "nte.tags", "tags", "net.tags.more"])
def test_a_path_that_neither_config_has_is_an_error(path):
    strategy = MergeStrategy(paths={path: "append"})
    with pytest.raises(StrategyError) as caught:
        Conf.merge_with({"net": {"tags": [1]}}, {"net": {"tags": [2]}}, strategy)
    assert f"the strategy names {path}, which neither config has" in str(caught.value)
    if path == "net.tgas":
        assert "hint: did you mean 'net.tags'?" in str(caught.value)


def test_a_path_that_one_of_the_configs_has_is_used():
    strategy = MergeStrategy(paths={"net.tags": "append", "own.more": "append"})
    merged = Conf.merge_with({"net": {"tags": [1]}}, {"net": {"tags": [2]}, "own": {"more": [3]}}, strategy)
    assert merged == {"net": {"tags": [1, 2]}, "own": {"more": [3]}}
