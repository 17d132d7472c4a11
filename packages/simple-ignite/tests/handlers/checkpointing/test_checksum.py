"""The checksum of an archive's directory."""

import zipfile

import pytest
import torch

from simple_ignite.handlers.checkpointing.checksum import LENGTH, add_checksum, checksum_matches


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.pt"
    torch.save({"a": torch.arange(4.0), "b": 1}, path)
    return path


def test_a_file_without_a_checksum_matches(path):
    assert checksum_matches(path)


def test_the_archive_can_still_be_read(path):
    add_checksum(path)
    assert checksum_matches(path)
    assert torch.load(path, weights_only=True)["a"].tolist() == [0, 1, 2, 3]
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.comment.startswith(b"simple-ignite ")
        assert len(archive.comment) == LENGTH


def test_every_flipped_bit_of_the_directory_is_found(path):
    add_checksum(path)
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        start = archive.start_dir
    mark = len(whole) - LENGTH  # a comment that is damaged itself is no checksum
    for offset in range(start, mark):
        content = bytearray(whole)
        content[offset] ^= 1 << offset % 8
        path.write_bytes(content)
        assert not checksum_matches(path), offset


def test_a_damaged_sum_does_not_match(path):
    add_checksum(path)
    content = path.read_bytes()
    last = content[-1:]
    path.write_bytes(content[:-1] + (b"0" if last != b"0" else b"1"))
    assert not checksum_matches(path)


def test_a_start_beyond_the_end_does_not_match(path):
    add_checksum(path)
    content = path.read_bytes()
    path.write_bytes(content[:-LENGTH] + content[-LENGTH:].replace(content[-25:-9], b"f" * 16))
    assert not checksum_matches(path)


@pytest.mark.parametrize("content", [b"", b"x", b"simple-ignite 0 0"])
def test_files_that_are_too_short_have_no_checksum(tmp_path, content):
    path = tmp_path / "short"
    path.write_bytes(content)
    assert checksum_matches(path)
