import os

import pytest

from simple_track.artifacts.materialize import materialize
from simple_track.artifacts.objects import CorruptObjectError, ObjectStore

NOISE = os.urandom(10_000)


@pytest.fixture
def store(tmp_path):
    return ObjectStore(tmp_path / "objects")


@pytest.mark.parametrize("data", [NOISE, b"text " * 5000, b""], ids=["plain", "packed", "empty"])
@pytest.mark.parametrize("link", [True, False, None])
def test_the_content_is_placed(store, tmp_path, data, link):
    target = tmp_path / "a" / "b"
    materialize(store, store.put_bytes(data).digest, target, link=link)
    assert target.read_bytes() == data
    assert [path.name for path in target.parent.iterdir()] == ["b"]


def test_a_link_shares_the_stored_file(store, tmp_path):
    ref = store.put_bytes(NOISE)
    materialize(store, ref.digest, tmp_path / "linked", link=True)
    materialize(store, ref.digest, tmp_path / "copied", link=False)
    stored = store.path(ref.digest)
    if (tmp_path / "linked").stat().st_nlink == 2:  # no reflinks here
        assert stored.samefile(tmp_path / "linked")
    assert not stored.samefile(tmp_path / "copied")


def test_a_copy_may_be_written_to(store, tmp_path):
    ref = store.put_bytes(NOISE)
    materialize(store, ref.digest, tmp_path / "copy", link=False)
    (tmp_path / "copy").write_bytes(b"mine")
    assert store.read(ref.digest) == NOISE


@pytest.mark.parametrize("link", [True, False])
def test_damage_is_found_and_the_target_left_as_it_was(store, tmp_path, link):
    ref = store.put_bytes(NOISE)
    path = store.path(ref.digest)
    path.chmod(0o644)
    path.write_bytes(NOISE[:-1] + b"?")
    (tmp_path / "target").write_bytes(b"old")
    with pytest.raises(CorruptObjectError):
        materialize(store, ref.digest, tmp_path / "target", link=link)
    assert (tmp_path / "target").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["objects", "target"]


def test_what_is_in_place_is_not_placed_again(store, tmp_path):
    ref = store.put_bytes(NOISE)
    (tmp_path / "a").write_bytes(NOISE)
    before = (tmp_path / "a").stat().st_ino
    materialize(store, ref.digest, tmp_path / "a")
    assert (tmp_path / "a").stat().st_ino == before


def test_a_changed_file_is_replaced(store, tmp_path):
    ref = store.put_bytes(NOISE)
    (tmp_path / "a").write_bytes(b"changed")
    materialize(store, ref.digest, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == NOISE


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there is no root")
@pytest.mark.parametrize(("user", "links"), [(0, 1), (1000, 2)])
def test_root_gets_a_copy_as_it_could_write_through_a_link(store, tmp_path, monkeypatch, user, links):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    ref = store.put_bytes(NOISE)
    materialize(store, ref.digest, tmp_path / "target")
    stored = store.path(ref.digest)
    assert stored.stat().st_nlink in (links, 1)  # 1 also where the file system has reflinks
    assert (tmp_path / "target").samefile(stored) == (stored.stat().st_nlink == 2)
    assert user == 1000 or stored.stat().st_nlink == 1
    materialize(store, ref.digest, tmp_path / "asked", link=True)
    assert stored.stat().st_nlink in (links + 1, 1)
