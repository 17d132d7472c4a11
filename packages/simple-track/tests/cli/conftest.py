"""What the tests of the command line share: a store with runs in it, and the way to call a command."""

import json
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from simple_track.cli import main
from simple_track.track import Track
from simple_track.values import Image, Table


def log_run(
    root: Path, project: str = "digits", name: str = "first", lr: float = 0.1, steps: int = 50, **kwargs
) -> str:
    config = {"train": {"lr": lr, "optimizer": "adam"}}
    with Track.run(project, name=name, config=config, dir=root, system=False, **kwargs) as run:
        for step in range(steps):
            run.log({"train/loss": math.exp(-lr * step), "lr": lr}, step=step)
    return run.id


def fail(root: Path) -> None:
    with Track.run("words", name="third", dir=root, system=False) as run:
        run.log(
            {"loss": float("nan"), "image": Image(np.zeros((4, 4))), "table": Table(["a"], [[1]])}, step=7
        )
        raise ValueError("boom")


@pytest.fixture
def new_run(tmp_path):
    """Log a short run into the store; returns its id."""
    return lambda **kwargs: log_run(tmp_path / "store", **kwargs)


@pytest.fixture
def store(tmp_path):
    """A store with two finished runs, one failed one, media and a table."""
    root = tmp_path / "store"
    first = log_run(root, tags=["base", "line"], notes="the first")
    second = log_run(root, name="second", lr=0.2)
    with pytest.raises(ValueError, match="boom"):
        fail(root)
    third = next(iter((root / "runs" / "words").iterdir())).name
    return SimpleNamespace(root=root, first=first, second=second, third=third)


@pytest.fixture
def call(tmp_path, capsys):
    """Call a command; returns its exit code, and what it printed."""

    def run(*args: object, store: bool = True) -> SimpleNamespace:
        capsys.readouterr()
        code = main([*map(str, args), *(["--dir", str(tmp_path / "store")] if store else [])])
        out, err = capsys.readouterr()
        return SimpleNamespace(code=code, out=out, err=err, lines=out.splitlines())

    return run


@pytest.fixture
def answer(call):
    """Call a command with --json; returns what it printed, read."""

    def run(*args: object) -> object:
        result = call(*args, "--json")
        assert (result.code, result.err) == (0, "")
        return json.loads(result.out)

    return run
