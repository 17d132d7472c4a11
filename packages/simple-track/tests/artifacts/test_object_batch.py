import os
import subprocess
import sys

import pytest

from simple_track.artifacts import object_batch
from simple_track.artifacts.objects import ObjectStore
from simple_track.errors import StorageError

FILL = """
import os, resource, signal, sys
from pathlib import Path
from simple_track.artifacts.artifact import Artifact, log_artifact
from simple_track.artifacts.objects import ObjectStore
from simple_track.errors import StorageError
from simple_track.storage.layout import Layout

layout = Layout(Path(sys.argv[1]))
big = Path(sys.argv[2])
for size in (5_000_000, 200_000):
    big.write_bytes(os.urandom(size))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, -1))
    artifact = Artifact("data", "dataset")
    artifact.add_file(big)
    try:
        log_artifact(layout, "demo", None, artifact)
    except StorageError as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
"""


@pytest.fixture
def store(tmp_path):
    return ObjectStore(tmp_path / "objects")


def test_nothing_has_its_name_before_the_end(store):
    with store.batch(2) as batch:
        ref = batch.add_bytes(b"one")
        assert ref.digest not in store
        assert len(list(store.leftovers())) == 1
    assert store.read(ref.digest) == b"one"
    assert list(store.leftovers()) == []


def test_a_batch_that_fails_leaves_nothing(store):
    with pytest.raises(FileNotFoundError), store.batch(2) as batch:  # noqa: PT012 - the second one fails
        batch.add_bytes(b"one")
        batch.add_file(store.root / "nowhere")
    assert list(store.files()) == []
    assert list(store.leftovers()) == []


def test_equal_contents_are_written_once(store, tmp_path):
    data = os.urandom(object_batch.SMALL * 3)
    (tmp_path / "a").write_bytes(data)
    with store.batch(3) as batch:
        refs = {batch.add_file(tmp_path / "a"), batch.add_file(tmp_path / "a"), batch.add_bytes(data)}
        assert len(list(store.leftovers())) == 1
    assert [store.read(ref.digest) for ref in refs] == [data]


@pytest.mark.parametrize("size", [0, 1, object_batch.SMALL, object_batch.SMALL + 1, object_batch.LARGE + 5])
@pytest.mark.parametrize("unit", [b"text ", None], ids=["packed", "plain"])
def test_files_of_all_sizes_are_kept(store, tmp_path, size, unit):
    data = os.urandom(size) if unit is None else (unit * (size // len(unit) + 1))[:size]
    (tmp_path / "a").write_bytes(data)
    seen = []
    with store.batch(1, seen.append) as batch:
        ref = batch.add_file(tmp_path / "a")
    assert (ref.size, sum(seen)) == (size, size)
    assert store.read(ref.digest) == data


def test_many_objects_survive_power_loss_by_one_sync(store, disk):
    with store.batch(object_batch.FEW + 1) as batch:
        refs = [batch.add_bytes(os.urandom(10)) for _ in range(object_batch.FEW + 1)]
    assert all(ref.digest in store for ref in refs)
    synced_one_by_one = [ref for ref in refs if disk.is_synced(store.path(ref.digest))]
    assert synced_one_by_one == [] or sys.platform != "linux"


def test_a_file_system_without_one_sync_syncs_every_file(store, disk, monkeypatch):
    monkeypatch.setattr(object_batch, "_syncfs", lambda: None)
    with store.batch(object_batch.FEW + 1) as batch:
        ref = batch.add_bytes(b"x")
    assert disk.survives_power_loss(store.path(ref.digest))


def test_a_system_call_that_is_refused_is_made_up_for(store, disk, monkeypatch):
    def refuse(_):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(object_batch, "_syncfs", lambda: refuse)
    with store.batch(object_batch.FEW + 1) as batch:
        ref = batch.add_bytes(b"x")
    assert disk.survives_power_loss(store.path(ref.digest))


def test_a_disk_that_fails_to_sync_names_the_store(store, monkeypatch):
    def fail(_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(object_batch, "_syncfs", lambda: fail)
    batch = store.batch(object_batch.FEW + 1)
    said = r"objects: Input/output error; no version was added"
    with pytest.raises(StorageError, match=said), batch:
        batch.add_bytes(b"x")
    assert list(store.files()) == []


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path):
    command = [sys.executable, "-c", FILL, str(tmp_path / "store"), str(tmp_path / "big.bin")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 2, done.stdout
    for line in lines:
        assert line.startswith(f"{tmp_path / 'store'}/artifacts/objects/tmp/")
        assert line.endswith("; no version was added; make room (simple-track gc may help), and log it again")
    store = ObjectStore(tmp_path / "store" / "artifacts" / "objects")
    assert (list(store.files()), list(store.leftovers())) == ([], [])
    assert not list((tmp_path / "store" / "artifacts" / "demo").glob("*/v*.json"))


def test_a_damaged_packed_object_does_not_hide_the_good_one(store):
    data = b"text " * 10_000
    path = store.path(store.put_bytes(data).digest)
    stale = path.with_suffix("")
    stale.write_bytes(b"damaged")
    path.unlink()
    assert store.read(store.put_bytes(data).digest) == data
    assert not stale.exists()
