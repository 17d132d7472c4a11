"""CheckpointFormat: what each format collects and writes."""

import pytest
import torch
from torch import nn

from simple_ignite import Engine
from simple_ignite.handlers.checkpointing.formats import SafetensorsFile, ShardedFolder, TorchFile
from simple_ignite.handlers.checkpointing.safetensors_file import read_weights
from simple_ignite.handlers.checkpointing.sharded import read_shards
from simple_ignite.handlers.checkpointing.torch_file import read_file


def parts():
    model = nn.Linear(2, 1)
    return {
        "model": nn.DataParallel(model),
        "optimizer": torch.optim.SGD(model.parameters(), 0.1),
        "trainer": Engine(print),
    }


@pytest.mark.parametrize(
    ("form", "suffix", "every_rank_writes"),
    [
        (TorchFile(), ".pt", False),
        (SafetensorsFile(), ".safetensors", False),
        (ShardedFolder(False), "", True),
    ],
)
def test_names_and_writers(form, suffix, every_rank_writes):
    assert (form.suffix, form.every_rank_writes) == (suffix, every_rank_writes)


def test_a_torch_file_holds_all_states_of_what_is_wrapped(tmp_path):
    saved = parts()
    content = TorchFile().collect(saved)
    assert list(content) == ["model", "optimizer", "trainer"]
    assert list(content["model"]) == ["weight", "bias"]
    assert content["trainer"]["iteration"] == 0
    TorchFile().write(tmp_path / "a.pt", content)
    assert torch.equal(read_file(tmp_path / "a.pt")["model"]["weight"], saved["model"].module.weight)


def test_a_safetensors_file_holds_the_weights_of_what_is_wrapped(tmp_path):
    model = parts()["model"]
    content = SafetensorsFile().collect({"model": model})
    SafetensorsFile().write(tmp_path / "a.safetensors", content)
    assert list(read_weights(tmp_path / "a.safetensors")) == ["bias", "weight"]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_sharded_folder_holds_models_and_optimizers_apart_from_the_rest(tmp_path, asynchronous):
    saved, form = parts(), ShardedFolder(asynchronous)
    shards, rest = form.collect(saved)
    assert (list(shards), list(rest)) == (["model", "optimizer"], ["trainer"])
    assert "weight" in shards["model"]
    form.write(tmp_path / "a", (shards, rest))
    fresh = nn.Linear(2, 1)
    assert read_shards(tmp_path / "a", {"model": fresh})["trainer"]["iteration"] == 0
    assert torch.equal(fresh.weight, saved["model"].module.weight)
