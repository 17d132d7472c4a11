import os
import subprocess
import sys

import pytest

from simple_track import MissingExtraError, values
from simple_track.extras import require
from simple_track.values import Media
from simple_track.values.value import Value


def test_every_kind_hangs_on_media():
    kinds = {
        name for name, kind in vars(values).items() if isinstance(kind, type) and issubclass(kind, Value)
    }
    assert kinds - {"Table", "Value"} == {name for name in vars(Media) if not name.startswith("_")}


@pytest.mark.parametrize(
    ("library", "code", "message"),
    [
        (
            "PIL",
            "Image(np.zeros((2, 2)))",
            "an image needs pillow; install it with: pip install 'pillow>=10' (it is in the extra [media])",
        ),
        (
            "av",
            "Video(np.zeros((1, 2, 2)))",
            "a video needs av; install it with: pip install 'av>=12' (it is in the extra [media])",
        ),
        (
            "pyarrow",
            "Table(['a'], [[1]])",
            "a table needs pyarrow; install it with: pip install 'pyarrow>=15' (it is in the extra [tables])",
        ),
    ],
)
def test_a_missing_library_is_named_with_the_command_when_the_value_is_made(library, code, message):
    out = made_without(library, code)
    assert out.splitlines() == [message]


@pytest.mark.parametrize(
    ("library", "code"), [("PIL", "Image(np.zeros((2, 2)))"), ("pyarrow", "Table(['a'], [[1]])")]
)
def test_what_is_never_kept_needs_no_library(library, code):
    assert made_without(library, code, mode="disabled").splitlines() == ["made"]


def made_without(library, code, mode="offline"):
    script = f"""
import sys
sys.modules[{library!r}] = None
import numpy as np
from simple_track.values import *
try:
    {code}
    print("made")
except ImportError as error:
    print(error)
"""
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "SIMPLE_TRACK_MODE": mode},
    ).stdout


def test_a_library_that_is_not_installed_is_missing():
    with pytest.raises(MissingExtraError) as caught:
        require("no_such_library", library="nothing", extra="media", purpose="a thing")
    assert str(caught.value) == (
        "a thing needs nothing; install it with: pip install nothing (it is in the extra [media])"
    )
