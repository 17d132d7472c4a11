import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.artifacts.manifest import (
    FileEntry,
    Manifest,
    Reference,
    content_digest,
    entry_path,
    local_path,
)
from simple_track.errors import UnsafeNameError

ENTRIES = (FileEntry("a/b.bin", "0" * 64, 3), FileEntry("c", "1" * 64, 0))
PART = st.text("ab.é _-", min_size=1).filter(lambda part: part.strip(". ") and part[-1] not in ". ")


def test_a_manifest_comes_back():
    manifest = Manifest(
        "resnet", "model", 3, ENTRIES, (Reference("d", "s3://bucket/key"),), "text", {"acc": 0.5}, 1.5, "run"
    )
    assert Manifest.from_bytes(manifest.to_bytes()) == manifest


def test_nan_in_metadata_comes_back():
    back = Manifest.from_bytes(Manifest("a", "b", 0, (), metadata={"loss": math.nan}).to_bytes())
    assert math.isnan(back.metadata["loss"])


def test_the_digest_is_of_the_content_only():
    one = Manifest("a", "model", 0, ENTRIES, metadata={"x": 1})
    two = Manifest("b", "data", 7, ENTRIES[::-1], description="other")
    assert one.digest == two.digest
    assert content_digest(ENTRIES[:1], ()) != one.digest
    assert content_digest(ENTRIES, (Reference("d", "s3://x"),)) != one.digest


def test_a_changed_entry_is_noticed():
    body = orjson.loads(Manifest("a", "model", 0, ENTRIES).to_bytes())
    body["files"][0]["sha256"] = "f" * 64
    with pytest.raises(ValueError, match="do not have the digest it states"):
        Manifest.from_bytes(orjson.dumps(body))


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"format": 99}', b'{"format": 1}'])
def test_what_is_no_manifest_is_refused(data):
    with pytest.raises(ValueError):
        Manifest.from_bytes(data)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/passwd",
        "../a",
        "a/../b",
        "a//b",
        "a/",
        "a\0",
        "x" * 256,
    ],
)
def test_names_that_lead_elsewhere_are_refused(name):
    with pytest.raises(UnsafeNameError):
        entry_path(name)


@pytest.mark.parametrize("name", ["a\\b", "c:x", "nul", "NUL.txt", "a ", "a.", "a\nb", "*", "12:30.log"])
def test_names_that_only_windows_refuses_are_kept_elsewhere(name, monkeypatch):
    assert str(entry_path(name)) == name
    monkeypatch.setattr("simple_track.artifacts.manifest.os.name", "nt")
    with pytest.raises(UnsafeNameError):
        entry_path(name)


DIGEST = "ab" * 32


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"digest": None}, "its digest is None"),
        ({"version": 0}, "its version is 0"),
        ({"version": "v٣"}, "its version is 'v٣'"),
        ({"metadata": 5}, "its metadata is 5"),
        ({"metadata": {"$float": "nan"}}, "its metadata is no object"),
        ({"files": [5]}, "its name is None"),
        ({"files": [{"name": "f", "sha256": "../../x", "size": 1}]}, "is no SHA-256"),
        ({"files": [{"name": "../f", "sha256": DIGEST, "size": 1}]}, "leads out of the artifact"),
        ({"files": [{"name": "f", "sha256": DIGEST, "size": -1}]}, "a size is -1"),
        ({"files": [{"name": "f", "sha256": DIGEST, "size": 1, "executable": 1}]}, "its executable is 1"),
        ({"references": [{"name": "f", "uri": 5}]}, "its uri is 5"),
        ({"folders": [5]}, "a folder is 5"),
        ({"folders": ["../x"]}, "leads out of the artifact"),
        ({"run": 5}, "its run is 5"),
        ({"created": "now"}, "its created is 'now'"),
    ],
)
def test_a_manifest_with_an_odd_entry_is_refused_with_the_entry(change, reason):
    import json

    body = json.loads(Manifest("m", "model", 0, ()).to_bytes()) | change
    with pytest.raises(ValueError, match=reason.replace("(", r"\(")):
        Manifest.from_bytes(json.dumps(body).encode())


def test_executables_and_empty_folders_are_part_of_the_content():
    plain = Manifest("m", "model", 0, (FileEntry("f", DIGEST, 1),))
    program = Manifest("m", "model", 0, (FileEntry("f", DIGEST, 1, executable=True),))
    folder = Manifest("m", "model", 0, (FileEntry("f", DIGEST, 1),), folders=("logs",))
    assert len({plain.digest, program.digest, folder.digest}) == 3
    for manifest in (plain, program, folder):
        assert Manifest.from_bytes(manifest.to_bytes()) == manifest
    assert b"executable" not in plain.to_bytes()
    assert b"folders" not in plain.to_bytes()


@pytest.mark.parametrize("name", ["a#b.txt", "a?b", "a b", "ü%20", "a:b", "a;b"])
def test_a_reference_to_a_local_file_may_have_any_name(tmp_path, name):
    path = tmp_path / name
    assert local_path(path.as_uri()) == path
    assert local_path(f"file://{path}".replace("%", "%25")) == path
    assert local_path(f"FILE://localhost{path}".replace("%", "%25")) == path
    assert local_path(f"s3://{path}") is None


@given(parts=st.lists(PART, min_size=1, max_size=4))
def test_other_names_are_kept(parts):
    assert str(entry_path("/".join(parts))) == "/".join(parts)


def test_hidden_files_are_allowed():
    assert str(entry_path(".gitattributes")) == ".gitattributes"
