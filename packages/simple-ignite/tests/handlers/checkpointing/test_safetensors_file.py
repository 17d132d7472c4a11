"""Safetensors files: the weights of one model."""

import sys

import pytest
import torch
from safetensors.torch import load_file, save_file

from simple_ignite.errors import CheckpointError, DamagedCheckpointError, MissingDependencyError
from simple_ignite.handlers.checkpointing.safetensors_file import read_weights, write_weights


def weights():
    return {
        "weight": torch.arange(6.0).view(2, 3),
        "half": torch.ones(2, dtype=torch.bfloat16),
        "scalar": torch.tensor(3),
        "empty": torch.empty(0),
    }


def test_what_was_written_is_read_and_other_programs_read_it_too(tmp_path):
    path = tmp_path / "a.safetensors"
    write_weights(path, {"model": weights()})
    for loaded in (read_weights(path), load_file(path)):
        assert loaded.keys() == weights().keys()
        for name, value in weights().items():
            assert torch.equal(loaded[name], value)
            assert loaded[name].dtype == value.dtype
    assert [one.name for one in tmp_path.iterdir()] == ["a.safetensors"]


def test_tied_views_and_turned_weights_are_written_as_they_are(tmp_path):
    shared = torch.arange(4.0).view(2, 2).requires_grad_()
    write_weights(
        tmp_path / "a.safetensors", {"model": {"a": shared, "b": shared, "t": shared.t(), "row": shared[1]}}
    )
    loaded = read_weights(tmp_path / "a.safetensors")
    assert loaded["t"].tolist() == [[0, 2], [1, 3]]
    assert (loaded["row"].tolist(), loaded["b"].tolist()) == ([2, 3], [[0, 1], [2, 3]])


@pytest.mark.parametrize(
    ("states", "message"),
    [
        ({"a": {}, "b": {}}, "a safetensors file holds one model, not a, b"),
        ({"a": {"x": torch.ones(1), "y": 3}}, "a safetensors file holds only tensors, and 'y' is a int"),
    ],
)
def test_what_does_not_fit_into_one_is_explained(tmp_path, states, message):
    path = tmp_path / "a.safetensors"
    with pytest.raises(CheckpointError) as caught:
        write_weights(path, states)
    assert (str(caught.value), caught.value.path) == (f"{path}: {message}", path)
    assert not path.exists()


def test_every_damaged_byte_of_the_tensors_is_found(tmp_path):
    path = tmp_path / "a.safetensors"
    write_weights(path, {"model": weights()})
    whole = path.read_bytes()
    begin = 8 + int.from_bytes(whole[:8], "little")
    for offset in range(begin, len(whole)):
        content = bytearray(whole)
        content[offset] ^= 1
        path.write_bytes(content)
        with pytest.raises(DamagedCheckpointError, match="damaged: its checksum does not match"):
            read_weights(path)


def test_exchanged_names_are_found(tmp_path):
    path = tmp_path / "a.safetensors"
    write_weights(path, {"model": {"ab": torch.ones(2), "ba": torch.zeros(2)}})
    content = path.read_bytes()
    changed = content.replace(b'"ab"', b'"xx"').replace(b'"ba"', b'"ab"').replace(b'"xx"', b'"ba"')
    assert changed != content
    path.write_bytes(changed)
    with pytest.raises(DamagedCheckpointError):
        read_weights(path)


def test_a_truncated_file_is_damaged_and_a_missing_one_is_not(tmp_path):
    path = tmp_path / "a.safetensors"
    write_weights(path, {"model": weights()})
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedCheckpointError, match="damaged: "):
        read_weights(path)
    with pytest.raises(FileNotFoundError) as caught:
        read_weights(tmp_path / "none.safetensors")
    assert not isinstance(caught.value, CheckpointError)


def test_files_of_other_programs_have_no_checksum(tmp_path):
    save_file({"a": torch.ones(2)}, tmp_path / "a.safetensors")
    assert read_weights(tmp_path / "a.safetensors")["a"].tolist() == [1, 1]


def test_without_the_library_its_name_is_given(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    for call in (
        lambda: write_weights(tmp_path / "a", {"m": {}}),
        lambda: read_weights(tmp_path / "a"),
    ):
        with pytest.raises(MissingDependencyError) as caught:
            call()
        assert str(caught.value) == (
            "a checkpoint of pure weights needs safetensors; install it with: pip install safetensors"
        )
