"""A library is imported when one of its names is asked for, and not before."""

import subprocess
import sys

import pytest

from simple_track import lazy_module
from simple_track.lazy_module import LazyModule


def test_the_library_is_imported_at_the_first_use():
    code = (
        "import sys; from simple_track.lazy_module import LazyModule; "
        "json = LazyModule('json.tool'); assert 'json.tool' not in sys.modules; "
        "json.main; assert 'json.tool' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_name_is_looked_up_once():
    import json

    lazy = LazyModule("json")
    assert lazy.dumps is json.dumps
    assert vars(lazy)["dumps"] is json.dumps


def test_what_is_missing_is_missing():
    with pytest.raises(AttributeError, match="nothing"):
        LazyModule("json").nothing  # noqa: B018
    with pytest.raises(ModuleNotFoundError):
        LazyModule("no_such_module").x  # noqa: B018


@pytest.mark.parametrize("name", ["numpy", "cattrs"])
def test_the_libraries_that_reading_needs(name):
    lazy = getattr(lazy_module, name)
    assert isinstance(lazy, LazyModule)
    assert lazy.__version__ if name == "numpy" else lazy.Converter
