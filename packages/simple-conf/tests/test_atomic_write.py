import os
import stat

import pytest

from simple_conf.atomic_write import replace_file


def test_a_new_file_gets_the_usual_mode(tmp_path):
    path = tmp_path / "new.txt"
    mask = os.umask(0o027)
    try:
        replace_file(path, b"x")
    finally:
        os.umask(mask)
    assert path.read_bytes() == b"x"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_an_existing_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o754)
    link = tmp_path / "link"
    link.symlink_to(path)
    replace_file(link, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o754
    assert link.is_symlink()


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(*_):
        raise OSError("no space")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
