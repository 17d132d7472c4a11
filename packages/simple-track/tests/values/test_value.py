import numpy as np
import pytest

from simple_track.errors import FormatError
from simple_track.values import Image, Text, read_value, write_value
from simple_track.values.value import DamagedValueError


def test_a_key_never_becomes_a_path(run_layout):
    for key in ["../../etc/passwd", "/abs", "a/b", "nul", "x" * 5000, "\0"]:
        body = write_value(Text("x"), key=key, step=0, layout=run_layout)
        path = run_layout.resolve(body["file"]).resolve()
        assert path.parent == run_layout.media("text").resolve()


def test_a_flipped_bit_is_an_error_that_names_the_file(run_layout):
    body = write_value(Image(np.zeros((4, 4))), key="a", step=0, layout=run_layout)
    path = run_layout.resolve(body["file"])
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedValueError) as caught:
        read_value(body, run_layout)
    assert caught.value.path == path
    assert str(caught.value) == (
        f"{path}: content is damaged: expected sha256 {body['sha256'][:16]}…. "
        "Restore this file from a backup; the run's log still names what it was."
    )


def test_a_missing_file_is_named(run_layout):
    body = write_value(Text("x"), key="a", step=0, layout=run_layout)
    run_layout.resolve(body["file"]).unlink()
    with pytest.raises(DamagedValueError, match="the file is missing"):
        read_value(body, run_layout)


def test_an_event_cannot_name_a_file_outside(run_layout):
    with pytest.raises(FormatError, match="not below the run"):
        read_value({"kind": "text", "file": "../../secret.txt", "sha256": "", "size": 0}, run_layout)


def test_nothing_half_written_is_left(run_layout):
    write_value(Text("x"), key="a", step=0, layout=run_layout)
    assert [path.suffix for path in run_layout.media("text").iterdir()] == [".txt"]


def test_a_file_is_on_disk_before_its_event_can_be(run_layout, disk):
    body = write_value(Text("x"), key="a", step=0, layout=run_layout)
    assert disk.survives_power_loss(run_layout.resolve(body["file"]))
