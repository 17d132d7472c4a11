import subprocess
import sys

import pytest

from simple_track import values
from simple_track.values import Media
from simple_track.values.value import Value


def test_every_kind_hangs_on_media():
    kinds = {
        name for name, kind in vars(values).items() if isinstance(kind, type) and issubclass(kind, Value)
    }
    assert kinds - {"Table"} == {name for name in vars(Media) if not name.startswith("_")}


@pytest.mark.parametrize(
    ("library", "code", "message"),
    [
        (
            "PIL",
            "Image(np.zeros((2, 2)))",
            "an image needs pillow; install it with: pip install pillow (it is in the extra [media])",
        ),
        (
            "av",
            "Video(np.zeros((1, 2, 2)))",
            "a video needs av; install it with: pip install av (it is in the extra [media])",
        ),
        (
            "pyarrow",
            "Table(['a'], [[1]])",
            "a table needs pyarrow; install it with: pip install pyarrow (it is in the extra [tables])",
        ),
    ],
)
def test_a_missing_library_is_named_with_the_command(tmp_path, library, code, message):
    script = f"""
import sys
sys.modules[{library!r}] = None
from pathlib import Path
import numpy as np
from simple_track.values import *
from simple_track.layout import Layout
try:
    write_value({code}, key="k", step=0, layout=Layout(Path({str(tmp_path)!r})).run("p", "r"))
except ImportError as error:
    print(error)
"""
    out = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert out.stdout.strip() == message
