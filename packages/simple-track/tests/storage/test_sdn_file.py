"""SDN files are read as mappings and replaced whole."""

import pytest

from simple_track.errors import FormatError
from simple_track.storage.sdn_file import read_sdn, write_sdn

TREE = {"name": "ünï", "tags": ["a", "true"], "config": {"lr": 0.1, "none": None}, "empty": {}}


def test_a_tree_reads_back_and_the_file_survives_power_loss(tmp_path, disk):
    path = tmp_path / "metadata.sdn"
    write_sdn(path, {"old": 1})
    disk.calls.clear()
    write_sdn(path, TREE)
    assert read_sdn(path) == TREE
    assert disk.survives_power_loss(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["metadata.sdn"]


def test_a_tree_that_cannot_be_written_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "metadata.sdn"
    write_sdn(path, TREE)
    with pytest.raises(Exception, match="object"):
        write_sdn(path, {"x": object()})
    assert read_sdn(path) == TREE
    assert [entry.name for entry in tmp_path.iterdir()] == ["metadata.sdn"]


def test_a_missing_file_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_sdn(tmp_path / "none.sdn")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a: [1", "not readable as SDN ("),
        (b"\xff\xfe", "not readable as SDN ("),
        (b"- a\n- b\n", "holds a list, expected a mapping"),
    ],
)
def test_a_damaged_file_is_named_with_the_reason(tmp_path, data, reason):
    path = tmp_path / "metadata.sdn"
    path.write_bytes(data)
    with pytest.raises(FormatError) as caught:
        read_sdn(path)
    assert caught.value.path == path
    assert caught.value.reason.startswith(reason)


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path):
    with pytest.raises(FormatError, match="cannot be read"):
        read_sdn(tmp_path)
