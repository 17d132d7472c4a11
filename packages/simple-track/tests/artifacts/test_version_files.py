import os

import pytest

from simple_track.artifacts.version_files import version_numbers
from simple_track.errors import FormatError


def test_numbers_are_in_ascending_order_and_other_files_are_passed_over(tmp_path):
    for name in (
        "v10.json",
        "v2.json",
        "v0.json",
        "v01.json",
        "v-1.json",
        "v3.json.tmp",
        "events.jsonl",
        "v.json",
    ):
        (tmp_path / name).touch()
    assert version_numbers(tmp_path) == [0, 2, 10]


def test_a_folder_that_is_missing_or_a_file_has_none(tmp_path):
    (tmp_path / "file").touch()
    assert version_numbers(tmp_path / "missing") == version_numbers(tmp_path / "file") == []


def test_a_folder_that_cannot_be_read_is_an_error_that_names_it(tmp_path, monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(FormatError, match="cannot be read") as caught:
        version_numbers(tmp_path)
    assert str(tmp_path) in str(caught.value)
