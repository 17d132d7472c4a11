import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_track.artifacts.manifest import FileEntry, Manifest, Reference, content_digest, entry_path
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
        "a\\b",
        "c:x",
        "a\0",
        "nul",
        "NUL.txt",
        "a ",
        "a.",
        "x" * 256,
    ],
)
def test_names_that_lead_elsewhere_are_refused(name):
    with pytest.raises(UnsafeNameError):
        entry_path(name)


@given(parts=st.lists(PART, min_size=1, max_size=4))
def test_other_names_are_kept(parts):
    assert str(entry_path("/".join(parts))) == "/".join(parts)


def test_hidden_files_are_allowed():
    assert str(entry_path(".gitattributes")) == ".gitattributes"
