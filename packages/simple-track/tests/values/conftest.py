"""What the tests of values share: a run's folder, and the way through it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from simple_track.storage.layout import Layout, RunLayout
from simple_track.values import read_value, write_value


@pytest.fixture
def run_layout(tmp_path: Path) -> RunLayout:
    return Layout(tmp_path / "store").run("demo", "20260110-160000123-4f9k2a7c")


@pytest.fixture
def round_trip(run_layout: RunLayout) -> Callable[..., Any]:
    """Log a value, let its record go through JSON, and read it back."""

    def through(value: Any, key: str = "val/sample", step: int = 3) -> Any:
        body = write_value(value, key=key, step=step, layout=run_layout)
        return read_value(orjson.loads(orjson.dumps(body)), run_layout)

    return through


@pytest.fixture
def logged_file(run_layout: RunLayout) -> Callable[..., Path]:
    """Log a value and say where its file is."""

    def write(value: Any, key: str = "val/sample") -> Path:
        return run_layout.resolve(write_value(value, key=key, step=0, layout=run_layout)["file"])

    return write
