import subprocess
import sys

import numpy as np
import pytest

from simple_track.errors import ValueKindError
from simple_track.values import Box, Histogram, Image, Plot, Table, Text, is_value, read_value, write_value


@pytest.mark.parametrize("value", [Histogram([1.0]), Image(np.zeros((2, 2))), Table(["a"]), Text("")])
def test_values_are_known(value):
    assert is_value(value)


@pytest.mark.parametrize("other", [1, 1.0, "a", None, [1], [], {"a": 1}, np.zeros(3), object()])
def test_other_things_are_not(other):
    assert not is_value(other)


@pytest.mark.parametrize(
    "value",
    [
        Image(np.zeros((2, 2)), caption="\ud800", boxes=[Box(0, 0, 1, 1, label="\ud800")]),
        Plot(["\ud800"], {"\ud800": [1]}, title="\ud800"),
        Table(["\ud800"], [["\ud800"], [None]]),
    ],
    ids=lambda value: value.kind,
)
def test_text_that_is_no_unicode_does_not_stop_anything(value, round_trip):
    assert round_trip(value) == value


def test_an_unknown_kind_is_named_with_its_key(run_layout):
    with pytest.raises(ValueKindError) as caught:
        write_value(object(), key="train/thing", step=0, layout=run_layout)
    assert str(caught.value).startswith("train/thing: cannot log a value of type object")


def test_a_kind_of_a_later_version_is_named(run_layout):
    with pytest.raises(ValueKindError, match="cannot log a value of type hologram; this version reads"):
        read_value({"kind": "hologram"}, run_layout)


def test_importing_values_imports_nothing_heavy():
    code = (
        "import sys, simple_track.values\n"
        "heavy = {'PIL', 'av', 'pyarrow', 'pandas', 'matplotlib', 'torch', 'polars', 'duckdb'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.strip() == "[]"
