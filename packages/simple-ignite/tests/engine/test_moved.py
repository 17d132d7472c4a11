"""Modules that have moved since 0.3.0 can be imported by their former names."""

import importlib

import pytest

from simple_ignite.engine import events, state


@pytest.mark.parametrize(
    ("former", "module"), [("simple_ignite.events", events), ("simple_ignite.state", state)]
)
def test_a_former_name_is_the_same_module(former, module):
    assert importlib.import_module(former) is module
