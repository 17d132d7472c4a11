"""Modules that have moved since 0.3.0 can be imported by their former names."""

import importlib
import importlib.machinery
import subprocess
import sys

import pytest

from simple_ignite import metrics
from simple_ignite.metrics.moved import MOVED


@pytest.mark.parametrize("name", MOVED)
def test_a_former_name_is_the_same_module(name):
    assert importlib.import_module(f"simple_ignite.metrics.{name}") is MOVED[name]


@pytest.mark.parametrize("name", MOVED)
def test_a_former_name_hides_no_module(name):
    assert importlib.machinery.PathFinder.find_spec(f"simple_ignite.metrics.{name}", metrics.__path__) is None


def test_it_need_not_be_imported_after_the_package():
    code = "from simple_ignite.metrics.accuracy import Accuracy; print(Accuracy.__module__)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout == "simple_ignite.metrics.classification.accuracy\n"
