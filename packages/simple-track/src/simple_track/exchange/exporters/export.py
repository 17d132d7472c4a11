"""Exporting runs, by the name of the format."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from simple_track.errors import SettingError
from simple_track.exchange.exporters.delimited import write_csv
from simple_track.exchange.exporters.json import write_json
from simple_track.exchange.exporters.mlflow import write_mlflow
from simple_track.exchange.exporters.parquet import write_parquet
from simple_track.exchange.exporters.tensorboard import write_tensorboard
from simple_track.reading.view import RunView

Writer = Callable[[Sequence[RunView], str], None]
FORMATS: dict[str, Writer] = {
    "csv": lambda runs, target: write_csv(runs, Path(target)),
    "json": lambda runs, target: write_json(runs, Path(target)),
    "parquet": lambda runs, target: write_parquet(runs, Path(target)),
    "tensorboard": lambda runs, target: write_tensorboard(runs, Path(target)),
    "mlflow": write_mlflow,
}


def export(runs: Sequence[RunView], format: str, target: str | os.PathLike[str]) -> None:
    """Write runs in another format: all of them or, when something goes wrong, nothing.

    Args:
        runs: The runs.
        format: "csv", "json", "parquet": one file. "tensorboard": a log folder with one folder for each run.
            "mlflow": a database file, or the URI of a tracking server.
        target: Where to.

    Raises:
        SettingError: There is no such format.
        MissingExtraError: The library it needs is not installed.
        ExportError: It cannot be written there, or is there already.
    """
    if format not in FORMATS:
        raise SettingError("format", format, tuple(FORMATS))
    FORMATS[format](runs, os.fspath(target))
