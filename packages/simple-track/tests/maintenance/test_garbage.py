import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

from simple_track.artifacts.artifact import Artifact, find_artifact, log_artifact
from simple_track.artifacts.collection import Collection
from simple_track.artifacts.objects import ObjectStore
from simple_track.maintenance.garbage import find_garbage, remove_garbage
from simple_track.registry.registry_collection import RegistryCollection
from simple_track.storage.layout import Layout
from simple_track.storage.pack import pack
from simple_track.track import Track
from simple_track.values import Image, Table

LOG_FOR_A_WHILE = """
import sys, time
from pathlib import Path
from simple_track.artifacts.artifact import Artifact, log_artifact
from simple_track.storage.layout import Layout
end = time.time() + float(sys.argv[2])
number = 0
while time.time() < end:
    artifact = Artifact("model", "model")
    artifact.add_bytes(f"content {number}".encode(), "weights")
    log_artifact(Layout(Path(sys.argv[1])), "demo", "run", artifact)
    number += 1
print(number)
"""


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path / "store")


def log(layout, content, name="model"):
    artifact = Artifact(name, "model")
    artifact.add_bytes(content, "weights")
    return log_artifact(layout, "demo", None, artifact)


def orphan(layout, content=b"nobody's"):
    """An object that nothing refers to."""
    return ObjectStore(layout.objects).path(ObjectStore(layout.objects).put_bytes(content).digest)


def paths(garbage):
    return [item.path for item in garbage.items]


def test_only_what_nothing_refers_to_is_found_and_removed(layout):
    version = log(layout, b"kept")
    loose = orphan(layout)
    assert paths(find_garbage(layout, young=0)) == [loose]
    assert loose.exists()
    removed = remove_garbage(layout, young=0)
    assert (paths(removed), removed.size, removed.doubts) == ([loose], 8, [])
    assert not loose.exists()
    version.verify()
    assert paths(find_garbage(layout, young=0)) == []


def test_every_version_keeps_its_content(layout):
    versions = [log(layout, content) for content in (b"0", b"1", b"2")]
    remove_garbage(layout, young=0)
    assert [version.open("weights").read() for version in versions] == [b"0", b"1", b"2"]


def test_what_is_young_is_left_alone(layout):
    loose = orphan(layout)
    assert paths(find_garbage(layout)) == []
    os.utime(loose, (1, 1))
    assert paths(find_garbage(layout)) == [loose]


def test_what_a_run_or_the_registry_mentions_is_kept(layout):
    one, two = orphan(layout, b"one"), orphan(layout, b"two")
    with Track.run("demo", dir=layout.root, system=False, notes=one.parent.name + one.name):
        pass
    layout.registry.mkdir(parents=True)
    (layout.registry / "models.sdn").write_text(f"digest: {two.parent.name + two.name}\n")
    assert find_garbage(layout, young=0).items == []


@pytest.mark.parametrize("damage", ["cut", "remove", "flip"])
def test_in_doubt_no_object_is_removed(layout, damage):
    version = log(layout, b"kept")
    loose = orphan(layout)
    manifest = layout.artifact("demo", "model") / "v0.json"
    if damage == "remove":
        manifest.unlink()
    else:
        data = manifest.read_bytes()
        at = data.index(version.entry("weights").sha256.encode())
        manifest.write_bytes(data[: at + 3] if damage == "cut" else data[:at] + b"f" * 64 + data[at + 64 :])
    removed = remove_garbage(layout, young=0)
    assert removed.items == []
    assert len(removed.doubts) == 1
    assert "restore it from a backup" in removed.doubts[0]
    assert loose.exists()
    assert ObjectStore(layout.objects).read(version.entry("weights").sha256) == b"kept"


def test_leftovers_of_killed_writers_go(layout):
    log(layout, b"x")
    with Track.run("demo", dir=layout.root, system=False) as run:
        run.log({"a": 1})
    left = [
        layout.objects / "tmp" / "123-abc",
        layout.artifact("demo", "model") / ".abc.part",
        layout.run("demo", run.id).dir / ".metrics.jsonl.zst.part",
    ]
    for path in left:
        path.write_bytes(b"half")
    assert paths(remove_garbage(layout, young=0)) == left
    assert not any(path.exists() for path in left)


def with_media(layout):
    masks = {"truth": np.ones((3, 3), int)}
    with Track.run("demo", dir=layout.root, system=False) as run:
        table = Table(["image"], [[Image(np.zeros((2, 2)), masks={"truth": np.ones((2, 2), int)})]])
        run.log({"image": Image(np.zeros((3, 3)), masks=masks), "table": table})
    return Layout(layout.root).run("demo", run.id)


@pytest.mark.parametrize("packed", [False, True])
def test_media_that_events_name_are_kept_and_others_found(layout, packed):
    run = with_media(layout)
    if packed:
        pack(run)
    loose = run.media("images") / "loose.png"
    loose.write_bytes(b"x")
    assert paths(remove_garbage(layout, young=0)) == [loose]
    view = Track.load(run.run_id, dir=layout.root)
    assert view.table("table")[0]["image"].masks["truth"].labels.tolist() == [[1, 1], [1, 1]]
    assert view.media("image")[0][1].masks


def test_media_stay_when_a_line_in_the_middle_cannot_be_read(layout):
    run = with_media(layout)
    lines = run.history.read_bytes().splitlines(keepends=True)
    run.history.write_bytes(
        b"".join(line.replace(b'{"event":"media"', b'{"event":"me', 1) for line in lines) + b"{}\n"
    )
    found = remove_garbage(layout, young=0)
    assert found.items == []
    assert "a line in the middle cannot be read" in found.doubts[0]
    assert len(list(run.media("images").iterdir())) == 4


def test_nothing_is_lost_while_others_log(layout):
    command = [sys.executable, "-c", LOG_FOR_A_WHILE, str(layout.root), "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        time.sleep(0.3)
        while writer.poll() is None:
            remove_garbage(layout, young=0)
        count = int(writer.stdout.read())
    assert count > 3
    for number in range(count):
        find_artifact(layout, "demo", f"model:v{number}").verify()


def test_a_run_whose_events_cannot_be_read_keeps_everything(layout):
    run = with_media(layout)
    loose = orphan(layout)
    pack(run)
    packed = run.history.with_name("history.jsonl.zst")
    data = bytearray(packed.read_bytes())
    data[len(data) // 2] ^= 1
    packed.write_bytes(data)
    before = sorted(run.media("images").iterdir())
    removed = remove_garbage(layout, young=0)
    assert removed.items == []
    assert any("history.jsonl" in doubt for doubt in removed.doubts)
    assert loose.exists()
    assert sorted(run.media("images").iterdir()) == before


def _published(layout):
    artifact = Artifact("model", "model")
    artifact.add_bytes(b"published", "weights.bin")
    version = log_artifact(layout, "demo", None, artifact)
    return RegistryCollection(layout, "Models/Net"), version


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_damaged_version_of_the_registry_is_a_doubt(tmp_path, damage):
    layout = Layout(tmp_path)
    registry, version = _published(layout)
    registry.publish(version)
    shutil.rmtree(layout.artifacts / "demo")
    path = registry.manifest_file(0)
    path.unlink() if damage == "gone" else os.truncate(path, 100)
    garbage = remove_garbage(layout, young=-1)
    assert garbage.items == []
    assert [doubt.startswith(str(path)) for doubt in garbage.doubts] == [True]
    assert list(ObjectStore(layout.objects).files())


def test_a_removed_version_is_no_doubt_and_its_objects_go(tmp_path):
    layout = Layout(tmp_path)
    collection = Collection(layout.artifact("demo", "model"))
    _, version = _published(layout)
    data = collection.manifest_file(0).read_bytes()
    version.remove("old")
    collection.manifest_file(0).write_bytes(data)  # as if the removal had been interrupted
    garbage = remove_garbage(layout, young=-1)
    assert garbage.doubts == []
    assert collection.manifest_file(0) in [item.path for item in garbage.items]
    assert list(ObjectStore(layout.objects).files()) == []
    assert find_garbage(layout, young=-1).items == []
