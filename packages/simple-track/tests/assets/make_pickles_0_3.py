"""Makes `pickles-0.3`: what users of version 0.3 could pickle, each object in a file of its own.

It was run once, by version 0.3.0, in a fresh folder. Never run it again over the same folder: the point of
the files is that they stay.
"""

import pickle
import sys
from pathlib import Path

import numpy as np

from simple_track import (
    FormatError,
    MetricNotFoundError,
    MissingExtraError,
    RunActiveError,
    RunBusyError,
    RunClosedError,
    RunNotFoundError,
    SettingError,
    StorageError,
    Track,
    TrackWarning,
    UnsafeNameError,
    ValueKindError,
    WhereError,
)
from simple_track.values import Box, Mask


def raised(call, *arguments):
    """The error that a call raises."""
    try:
        call(*arguments)
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def values():
    """One of each kind, made of plain arithmetic."""
    ramp = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    media = Track.Media
    yield "image", media.Image(ramp, caption="ramp")
    yield "images", media.Images([media.Image(ramp)])
    yield "audio", media.Audio(np.linspace(-1, 1, 16), 8000, "ramp")
    yield "histogram", media.Histogram([1.0, 2.0, 2.5])
    yield "plot", media.Plot([0, 1], [2, 3], title="line")
    yield "scatter", media.Scatter([[0, 1], [2, 3]])
    yield "points", media.PointCloud([[0, 0, 0], [1, 1, 1]])
    yield "mesh", media.Mesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]])
    yield "text", media.Text("words")
    yield "html", media.Html("<p>words</p>")
    yield "box", Box(0, 0, 1, 1, label="a")
    yield "mask", Mask(np.eye(2, dtype=int))
    yield "table", Track.Table(["n", "x"], [[1, 0.5], [2, None]])


def errors():
    """The errors of the package's front door."""
    yield UnsafeNameError("project", "../x", "begins with a dot")
    yield SettingError("mode", "of", ("online", "offline"))
    yield ValueKindError("train/x", "list")
    yield MissingExtraError("Track.query", "duckdb", "sql")
    yield RunNotFoundError("'abc'", Path("runs"))
    yield MetricNotFoundError("los", "r1", ["loss", "acc"])
    yield RunBusyError("r1", "process 7 on node3")
    yield RunActiveError("r1")
    yield RunClosedError("r1", "run.log")
    yield StorageError(Path("m.jsonl"), "No space left on device", "lines wait", 28)
    yield FormatError(Path("m.sdn"), "is not SDN")
    yield WhereError("a <", 4, "expected a value")
    yield raised(Track.query, "select nothing from nowhere")
    yield raised(Track.artifact, "nothing:v9", "demo")
    yield raised(Track.artifact, "data:v9", "demo")
    yield raised(Track.Artifact("a", "t").add_bytes, "text", "x")
    yield raised(Track.Artifact, "a:b", "t")
    yield raised(Track.Table(["a"]).get_column, "b")
    yield raised(Track.Table(["a"], [[1]]).add_row, ["x"])
    yield raised(Track.Table(["a"]).__getitem__, 7)
    yield raised(Track.Media.Image, np.zeros(3))
    yield raised(Track.Media.Audio, np.zeros(3), -1)


def main(folder):
    """Write all files."""
    artifact = Track.Artifact("data", "dataset", metadata={"n": 1})
    artifact.add_bytes(b"content", "a.txt")
    with Track.run("demo", "calm-otter", {"lr": 0.1}, system=False) as run:
        run.define_metric("val/*", summary="min")
        run.log({"loss": 1.0, "note": "a"})
        run.log({"loss": 0.5, "n": 3})
        version = run.log_artifact(artifact)
    Track.set_mode("disabled")
    disabled = Track.run("demo", "quiet-otter", {"lr": 0.2})
    objects = {
        "run_view": Track.load(run.id),
        "history": run.history(),
        "rule": Track.load(run.id).rules[0],
        "query_result": Track.query("select 1 as one"),
        "artifact": artifact,
        "artifact_version": version,
        "untracked_version": disabled.log_artifact(artifact, ["best"]),
        "disabled_run": disabled,
        "warning": TrackWarning("words"),
        "functions": [Track.run, Track.active, Track.set_mode, Track.load],
        "classes": [Track, Track.Run, Track.Table, Track.Artifact, Track.Media],
        **dict(values()),
        **{type(error).__name__: error for error in errors()},
    }
    folder.mkdir()
    for name, value in objects.items():
        (folder / f"{name}.pickle").write_bytes(pickle.dumps(value, 4))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
