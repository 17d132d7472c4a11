"""The reader of sharded checkpoints accepts the classes of the format alone."""

import os
import pickle
from collections import OrderedDict
from pathlib import Path

import pytest
import torch

from simple_ignite.errors import DamagedCheckpointError
from simple_ignite.handlers.checkpointing.shard_reader import PlainReader
from simple_ignite.handlers.checkpointing.sharded import read_shards, write_shards


def test_metadata_of_torch_is_read(tmp_path):
    write_shards(tmp_path / "a", {"model": {"weight": torch.ones(2, dtype=torch.bfloat16)}}, {"n": {"x": 1}})
    metadata = PlainReader(tmp_path / "a").read_metadata()
    assert list(metadata.state_dict_metadata) == ["model.weight"]
    assert metadata.storage_meta.load_id is not None


class Evil:
    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (self.folder,)


class Subtle:
    """Reaches a function by the name of a module that is allowed."""

    def __reduce__(self):
        return torch.load, ("x",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda folder: pickle.dumps(Evil(folder)), "posix.mkdir is not a class of the checkpoint format"),
        (lambda folder: pickle.dumps(Subtle()), "torch.serialization.load is not a class"),
        (lambda folder: pickle.dumps(OrderedDict)[:-4], "cannot be read"),
        (lambda folder: b"", "cannot be read"),
        (lambda folder: b"garbage", "cannot be read"),
    ],
)
def test_anything_else_is_refused(tmp_path, content, message):
    (tmp_path / ".metadata").write_bytes(content(str(tmp_path / "owned")))
    with pytest.raises(DamagedCheckpointError, match=message) as caught:
        PlainReader(tmp_path).read_metadata()
    assert caught.value.path == Path(tmp_path) / ".metadata"
    assert not (tmp_path / "owned").exists()


def test_values_that_are_not_tensors_are_read_without_running_code(tmp_path):
    """An optimizer's number of steps is saved as bytes beside its tensors."""
    torch.manual_seed(0)
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.25, momentum=0.9)
    from simple_ignite.handlers.checkpointing.sharded import sharded_states

    parts = {"model": model, "optimizer": optimizer}
    write_shards(tmp_path / "a", sharded_states(parts), {})
    fresh = torch.nn.Linear(2, 1)
    again = torch.optim.SGD(fresh.parameters(), lr=1.0)
    read_shards(tmp_path / "a", {"model": fresh, "optimizer": again})
    assert (again.param_groups[0]["lr"], again.param_groups[0]["momentum"]) == (0.25, 0.9)
    assert torch.equal(fresh.weight, model.weight)
