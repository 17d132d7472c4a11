"""Makes `values-1`: a store of format 1 with all kinds of value, a packed run and an artifact.

It was run once, by the version that brought the format. Never run it again over the same folder: the point
of the files is that they stay.
"""

import sys
from pathlib import Path

import numpy as np

from simple_track.artifacts.artifact import Artifact, log_artifact
from simple_track.storage.layout import Layout
from simple_track.storage.pack import pack
from simple_track.storage.sdn_file import read_sdn, write_sdn
from simple_track.track import Track
from simple_track.values import (
    Audio,
    Box,
    Histogram,
    Html,
    Image,
    Images,
    Mesh,
    Plot,
    PointCloud,
    Scatter,
    Table,
    Text,
    Video,
)


def values():
    """One of each kind, made of plain arithmetic, so that the test can make them again."""
    ramp = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    image = Image(
        ramp,
        caption="ramp",
        masks={"truth": {"mask": np.eye(4, dtype=int) * 300, "classes": {300: "diagonal"}}},
        boxes={"guess": [Box(0, 1, 2, 3, label="cat", score=0.5)]},
    )
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    return {
        "histogram": Histogram([0, 0.5, 1, np.nan, np.inf], bins=4),
        "uneven": Histogram.from_counts([1, 2], [0, 1, 10]),
        "image": image,
        "deep": Image(np.arange(6, dtype=np.uint16).reshape(2, 3) * 1000),
        "images": Images([ramp, 255 - ramp], captions=["a", "b"]),
        "sound": Audio(np.arange(-50, 50, dtype=np.int16), 8000, caption="saw"),
        "stereo": Audio(np.arange(40, dtype=np.float32).reshape(20, 2) / 40, 44_100),
        "plot": Plot([1, 2, 3], {"train": [3, np.nan, 1], "val": [1, np.inf, 2]}, "loss", "epoch", "nats"),
        "words": Plot(["a", "b"], [1, 2]),
        "scatter": Scatter([[0, 1], [2, -np.inf]], ["x", "y"], title="points"),
        "points": PointCloud(corners, corners * 255),
        "mesh": Mesh(corners, [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]),
        "text": Text("Grüße\n"),
        "page": Html("<p>ü</p>"),
        "table": Table(
            ["n", "x", "flag", "name", "list", "picture"],
            [[1, 0.5, True, "ä", [1, {"a": None}], Image(ramp)], [2, np.nan, None, None, [], None]],
        ),
    }


def film():
    """Six frames of a moving ramp."""
    return (np.arange(6)[:, None, None] * 8 + np.arange(32)[:, None] + np.arange(32)).astype(np.uint8)


def main(root: Path) -> None:
    with Track.run("kinds", name="everything", dir=root, system=False) as run:
        for step in range(20):
            run.log({"loss": 1 / (step + 1), "odd": float("nan") if step % 2 else float(step)}, step=step)
        run.log(values(), step=20)
        run.log({"film": Video(film(), fps=12.5, caption="ramp")}, step=21)
    place = Layout(root).run("kinds", run.id)
    metadata = read_sdn(place.metadata)
    metadata["environment"] = {"python": "3.11.0"}  # nothing of the machine it was made on
    write_sdn(place.metadata, metadata)
    for left in (*place.files.glob("*"),):
        left.unlink()
    pack(place)
    place.lock.write_bytes(b"")
    for number in range(2):
        artifact = Artifact(
            "bundle", "model", description="two files", metadata={"loss": float("inf"), "n": number}
        )
        artifact.add_bytes(bytes(range(256)) * 20, "weights.bin")
        artifact.add_bytes(f"line {number}\n".encode() * 500, "logs/train.txt")
        artifact.add_reference("s3://bucket/data.tar")
        log_artifact(Layout(root), "kinds", run.id, artifact, ["first"] if number == 0 else [])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
