"""Checkpoint files: written atomically, verified, and read without running code."""

import os
import shutil
import zipfile
from collections import OrderedDict, namedtuple
from types import SimpleNamespace

import pytest
import torch

from simple_ignite.errors import CheckpointError, DamagedCheckpointError
from simple_ignite.handlers.checkpointing.torch_file import read_file, verify_file, write_file

PLAIN = {
    "tensor": torch.arange(3.0),
    "parameter": torch.nn.Parameter(torch.ones(2)),
    "ordered": OrderedDict(a=torch.ones(1)),
    "nested": [1, (2.5, {"x": None}), True, "text", b"bytes"],
    "others": {"size": torch.Size([2]), "dtype": torch.float32, "device": torch.device("cpu"), "set": {1, 2}},
}


def test_what_was_written_is_read(tmp_path):
    path = tmp_path / "a.pt"
    write_file(path, PLAIN)
    loaded = read_file(path)
    assert loaded["tensor"].tolist() == [0, 1, 2]
    assert loaded["ordered"]["a"].item() == 1
    assert (loaded["nested"], loaded["others"]) == (PLAIN["nested"], PLAIN["others"])
    assert [one.name for one in tmp_path.iterdir()] == ["a.pt"]


def test_tensors_are_put_where_asked(tmp_path):
    write_file(tmp_path / "a.pt", {"a": torch.ones(2)})
    assert read_file(tmp_path / "a.pt", "meta")["a"].is_meta


Point = namedtuple("Point", "x y")


class Odd(dict):
    pass


@pytest.mark.parametrize(
    ("state", "where"),
    [
        ({"a": {"b": [1, SimpleNamespace()]}}, "a['b'][1] is a types.SimpleNamespace"),
        ({"a": SimpleNamespace()}, "a is a types.SimpleNamespace"),
        ({"a": (1, {3: SimpleNamespace()})}, "a[1][3] is a types.SimpleNamespace"),
        ({"a": [{"x": print}]}, "a[0]['x'] is a builtin_function_or_method"),
    ],
)
def test_an_entry_that_could_not_be_loaded_is_named_and_not_written(tmp_path, state, where):
    path = tmp_path / "a.pt"
    write_file(path, {"a": 1})
    with pytest.raises(CheckpointError) as caught:
        write_file(path, state)
    assert str(caught.value) == (
        f"{path}: not written, because it could not be loaded again: {where}; save plain values and tensors"
    )
    assert caught.value.path == path
    assert (read_file(path), [one.name for one in tmp_path.iterdir()]) == ({"a": 1}, ["a.pt"])


def test_containers_of_other_classes_are_named(tmp_path):
    for state, kind in (({"a": Odd(x=1)}, "Odd"), ({"a": Point(1, 2)}, "Point")):
        with pytest.raises(CheckpointError, match=rf"a is a \S*{kind}; save plain values"):
            write_file(tmp_path / "a.pt", state)


def test_what_cannot_be_pickled_is_an_error_of_writing(tmp_path):
    with pytest.raises(CheckpointError, match=r"a\.pt: cannot write the checkpoint: .*pickle"):
        write_file(tmp_path / "a.pt", {"a": lambda: 0})
    with pytest.raises(CheckpointError, match="cannot write the checkpoint") as caught:
        write_file(tmp_path / "no folder" / "a.pt", {"a": 1})
    assert caught.value.__cause__ is not None


def test_a_full_disk_is_called_by_its_name(tmp_path, monkeypatch):
    def fail(states, path):
        raise RuntimeError("PytorchStreamWriter failed writing file")

    monkeypatch.setattr(torch, "save", fail)
    free = 1 << 30
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))
    with pytest.raises(CheckpointError, match="PytorchStreamWriter failed"):
        write_file(tmp_path / "a.pt", {"a": 1})
    free = 1000
    with pytest.raises(CheckpointError, match="cannot write the checkpoint: No space left on device"):
        write_file(tmp_path / "a.pt", {"a": 1})


def test_a_whole_file_is_verified(tmp_path):
    write_file(tmp_path / "a.pt", PLAIN)
    assert verify_file(tmp_path / "a.pt") is None
    torch.save(PLAIN, tmp_path / "plain.pt")
    assert verify_file(tmp_path / "plain.pt") is None, "torch's own files have no checksum of the directory"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content[: len(content) // 2], "damaged: File is not a zip file"),
        (lambda content: b"", "damaged: File is not a zip file"),
    ],
)
def test_a_truncated_file_is_damaged(tmp_path, change, message):
    path = tmp_path / "a.pt"
    write_file(path, PLAIN)
    path.write_bytes(change(path.read_bytes()))
    for read in (verify_file, read_file):
        with pytest.raises(DamagedCheckpointError) as caught:
            read(path)
        assert str(caught.value) == f"{path}: {message}"


def test_a_damaged_record_and_a_damaged_directory_are_named(tmp_path):
    path = tmp_path / "a.pt"
    write_file(path, {"a": torch.full((4,), 5.0)})
    whole = path.read_bytes()
    content = bytearray(whole)
    content[whole.index(torch.tensor(5.0).numpy().tobytes() * 4)] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedCheckpointError, match=r"the checksum of \S*/data/0 does not match"):
        verify_file(path)
    with zipfile.ZipFile(path) as archive:
        start = archive.start_dir
    content = bytearray(whole)
    content[start + 12] ^= 1  # a time
    path.write_bytes(content)
    with pytest.raises(DamagedCheckpointError, match="the checksum of its directory does not match"):
        verify_file(path)


@pytest.mark.parametrize("read", [verify_file, read_file])
def test_a_missing_file_is_not_called_damaged(tmp_path, read):
    with pytest.raises(FileNotFoundError) as caught:
        read(tmp_path / "none.pt")
    assert not isinstance(caught.value, CheckpointError)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_not_called_damaged(tmp_path):
    path = tmp_path / "a.pt"
    write_file(path, {"a": 1})
    path.chmod(0)
    with pytest.raises(PermissionError):
        read_file(path)


def test_a_file_of_something_else_is_explained(tmp_path):
    torch.save([1, 2], tmp_path / "list.pt")
    with pytest.raises(DamagedCheckpointError, match="holds a list, not states by name"):
        read_file(tmp_path / "list.pt")


def test_code_in_a_file_is_not_run(tmp_path):
    class Evil:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "owned"),))

    torch.save({"a": Evil()}, tmp_path / "a.pt")
    with pytest.raises(DamagedCheckpointError, match="cannot be read"):
        read_file(tmp_path / "a.pt")
    assert not (tmp_path / "owned").exists()
