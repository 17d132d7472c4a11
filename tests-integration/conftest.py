"""Fixtures of the whole-path tests: the examples, run as a user runs them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def example(tmp_path: Path) -> Run:
    """A function that runs an example's script in an empty folder and gives what it said."""

    def run(name: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, str(EXAMPLES / name / "train.py"), *arguments]
        settings = {**os.environ, "OMP_NUM_THREADS": "1", "NO_COLOR": "1", **environment}
        return subprocess.run(
            command, cwd=tmp_path, env=settings, capture_output=True, text=True, timeout=300, check=False
        )

    return run
