import os
import stat
import subprocess

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_track.artifacts.object_file import digest_of, hash_file
from simple_track.artifacts.objects import CorruptObjectError, MissingObjectError, ObjectStore
from simple_track.maintenance.doctor import examine
from simple_track.storage.layout import Layout
from simple_track.track import Track


@pytest.fixture
def store(tmp_path):
    return ObjectStore(tmp_path / "objects")


@given(data=st.binary(max_size=300_000))
@settings(max_examples=30, deadline=None)
def test_what_is_put_is_read(data, tmp_path_factory):
    store = ObjectStore(tmp_path_factory.mktemp("objects"))
    ref = store.put_bytes(data)
    assert store.read(ref.digest) == data
    assert ref.size == len(data)
    assert ref.digest in store


def test_content_is_stored_once(store, tmp_path):
    (tmp_path / "a").write_bytes(b"same" * 5000)
    assert store.put_file(tmp_path / "a") == store.put_bytes(b"same" * 5000)
    assert len(list(store.files())) == 1
    assert list(store) == [store.put_bytes(b"same" * 5000).digest]
    assert list(store.leftovers()) == []


def test_text_is_packed_and_any_zstd_reads_it(store):
    ref = store.put_bytes(b"epoch loss\n" * 50_000)
    path = store.path(ref.digest)
    assert path.suffix == ".zst"
    assert path.stat().st_size < ref.size / 100
    zstandard = pytest.importorskip("zstandard")
    with zstandard.open(path, "rb") as plain:
        assert plain.read() == b"epoch loss\n" * 50_000


@pytest.mark.parametrize("size", [5000, 70_000, 100_000, 200_000, 1_000_000])
def test_noise_stays_plain(store, size):
    assert store.path(store.put_bytes(os.urandom(size)).digest).suffix == ""


def test_small_things_stay_plain(store):
    for data in (b"a" * 1000, b""):
        path = store.path(store.put_bytes(data).digest)
        assert path.suffix == ""
        assert path.read_bytes() == data


def test_noise_with_a_compressible_start_stays_plain(store):
    data = b"\0" * 20_000 + os.urandom(2_000_000)
    assert store.path(store.put_bytes(data).digest).suffix == ""


def test_stored_files_are_read_only(store):
    path = store.path(store.put_bytes(b"x").digest)
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert digest_of(path) == hash_file(path).digest


@pytest.mark.parametrize("data", [os.urandom(50_000), b"text " * 20_000], ids=["plain", "packed"])
@pytest.mark.parametrize("where", [0, 0.5, 0.999])
def test_a_flipped_bit_is_an_error_that_names_the_file(store, data, where):
    ref = store.put_bytes(data)
    path = store.path(ref.digest)
    content = bytearray(path.read_bytes())
    content[int(where * len(content))] ^= 4
    path.chmod(0o644)
    path.write_bytes(content)
    with pytest.raises(CorruptObjectError) as caught:
        store.read(ref.digest)
    assert caught.value.path == path
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("data", [os.urandom(50_000), b"text " * 20_000], ids=["plain", "packed"])
def test_a_cut_file_is_an_error(store, data):
    ref = store.put_bytes(data)
    path = store.path(ref.digest)
    os.truncate(path, path.stat().st_size - 1)
    with pytest.raises(CorruptObjectError):
        store.verify(ref.digest)


def bomb(store, data):
    """Store 1 GiB of zeros, packed, under the name of other data."""
    ref = store.put_bytes(data)
    store.path(ref.digest).unlink()
    packed = store.root / ref.digest[:2] / f"{ref.digest[2:]}.zst"
    packer = zstandard.ZstdCompressor().compressobj()
    pieces = [packer.compress(bytes(1 << 20)) for _ in range(1024)]
    packed.write_bytes(b"".join([*pieces, packer.flush()]))
    return ref, packed


def test_a_packed_object_that_unpacks_to_more_than_its_size_is_damaged(store):
    ref, _ = bomb(store, b"model")
    for read in (store.read, store.verify):
        with pytest.raises(CorruptObjectError, match="found more than its 5 bytes"):
            read(ref.digest, ref.size)
    chunks = store.chunks(ref.digest, (3 << 20) - 1)
    assert [len(next(chunks)) for _ in range(2)] == [1 << 20] * 2  # not all of it
    with pytest.raises(CorruptObjectError):
        next(chunks)
    assert store.put_bytes(b"model") == ref  # and it heals as other damage does
    assert store.read(ref.digest, ref.size) == b"model"


def test_a_version_never_unpacks_more_than_its_manifest_says(root, tmp_path):
    with Track.run("demo", system=False) as run:
        artifact = Track.Artifact("m", "model")
        artifact.add_bytes(b"model", "file")
        version = run.log_artifact(artifact)
    store = ObjectStore(root / "artifacts" / "objects")
    _, packed = bomb(store, b"model")
    for read in (version.verify, lambda: version.download(tmp_path / "out"), lambda: version.open("file")):
        with pytest.raises(CorruptObjectError, match="more than its 5 bytes"):
            read()
    assert not (tmp_path / "out" / "file").exists()
    findings = [(finding.level, finding.where) for finding in examine(Layout(root), deep=True)]
    assert findings == [("error", packed)]


def test_the_message_says_what_to_do(store):
    error = CorruptObjectError(store.root / "ab" / "cd", "0" * 64, "f" * 64)
    assert str(error) == (
        f"{store.root}/ab/cd: content is damaged: "
        "expected sha256 0000000000000000…, found ffffffffffffffff…. "
        "Log the artifact again from a good copy, or restore this file from a backup."
    )


def test_putting_a_damaged_object_again_heals_it(store):
    ref = store.put_bytes(b"model" * 10)
    path = store.path(ref.digest)
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    assert store.put_bytes(b"model" * 10) == ref
    assert store.read(ref.digest) == b"model" * 10


def test_a_missing_object_is_named(store):
    with pytest.raises(MissingObjectError) as caught:
        store.read("ab" * 32)
    assert str(caught.value) == (
        f"{store.root}: no object with sha256 abababababababab…. "
        "It was removed, or never synced to this machine: restore it from a backup or sync again."
    )


def test_putting_again_makes_an_object_young(store):
    ref = store.put_bytes(b"x")
    os.utime(store.path(ref.digest), (1, 1))
    store.put_bytes(b"x")
    assert store.path(ref.digest).stat().st_mtime > 1e9


def test_the_hash_is_that_of_other_tools(store, tmp_path):
    (tmp_path / "a").write_bytes(b"hello")
    out = subprocess.run(["sha256sum", tmp_path / "a"], capture_output=True, text=True, check=True)
    assert out.stdout.split()[0] == store.put_file(tmp_path / "a").digest


@pytest.mark.parametrize("data", [b"text " * 5000, os.urandom(100)], ids=["packed", "plain"])
def test_an_object_is_on_disk_before_it_gets_its_name_and_the_name_after_that(store, disk, data):
    path = store.path(store.put_bytes(data).digest)
    assert disk.survives_power_loss(path)
    assert disk.is_synced(store.root)


def test_a_known_object_needs_no_sync(store, disk):
    store.put_bytes(b"x")
    disk.calls.clear()
    store.put_bytes(b"x")
    assert disk.calls == []
