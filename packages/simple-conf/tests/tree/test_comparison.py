"""Comparing mappings: each pair once in a comparison, and again in the next one."""

from __future__ import annotations

import threading

import pytest

from simple_conf.tree.comparison import EqualPairs


def test_a_pair_is_compared_once_in_a_comparison_and_anew_in_the_next():
    pairs, calls = EqualPairs(), []
    one, other = object(), object()

    def inner():
        calls.append(1)
        return True

    def outer():
        return all(pairs.compare(one, other, inner) for _ in range(3))

    assert pairs.compare(object(), object(), outer) is True
    assert calls == [1]
    assert pairs.pairs is None
    assert pairs.compare(object(), object(), outer) is True
    assert calls == [1, 1]


def test_a_pair_that_differs_is_not_remembered_as_equal():
    pairs = EqualPairs()
    one, other = object(), object()
    found = []

    def outer():
        found.append(pairs.compare(one, other, lambda: False))
        found.append(pairs.compare(one, other, lambda: True))
        found.append(pairs.compare(other, one, lambda: False))
        return False

    assert pairs.compare(object(), object(), outer) is False
    assert found == [False, True, False]


def test_an_error_ends_a_comparison():
    pairs = EqualPairs()
    with pytest.raises(ZeroDivisionError):
        pairs.compare(1, 2, lambda: 1 // 0)
    assert pairs.pairs is None


def test_each_thread_has_pairs_of_its_own():
    pairs, seen = EqualPairs(), []

    def outer():
        thread = threading.Thread(target=lambda: seen.append(pairs.pairs))
        thread.start()
        thread.join()
        return pairs.pairs is not None

    assert pairs.compare(1, 2, outer) is True
    assert seen == [None]
