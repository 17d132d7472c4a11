"""Limits and what is counted against them."""

import pytest

from simple_conf.sdn.limits import Budget, Limits
from simple_conf.sdn.parsing.fault import Fault, ValueLimitFault


def test_the_default_limits():
    assert Limits() == Limits(characters=16 * 1024 * 1024, depth=64, values=1_000_000, digits=20_000)


def test_values_are_counted_up_to_the_limit():
    budget = Budget(Limits(values=1_000))
    budget.spend(400, 0)
    budget.spend(600, 0)
    with pytest.raises(ValueLimitFault) as caught:
        budget.spend(1, 9)
    assert (caught.value.message, caught.value.offset, caught.value.limit) == (
        "more than 1,000 values",
        9,
        True,
    )
    assert caught.value.hint == "raise Limits.values to read a larger document"


def test_nesting_is_counted_up_to_the_limit():
    budget = Budget(Limits(depth=2))
    budget.enter(0)
    budget.enter(0)
    budget.leave()
    budget.enter(0)
    with pytest.raises(Fault) as caught:
        budget.enter(7)
    assert (caught.value.message, caught.value.offset, caught.value.limit) == (
        "nested more than 2 levels deep",
        7,
        True,
    )
    assert not isinstance(caught.value, ValueLimitFault)
