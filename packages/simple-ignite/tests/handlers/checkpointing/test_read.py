"""Parts of a checkpoint are read before there is anything to load them into; nothing damaged is returned."""

import pytest
import torch

from simple_ignite import Engine, Events
from simple_ignite.errors import CheckpointError, CheckpointNotFoundError, DamagedCheckpointError
from simple_ignite.handlers import Checkpoint

CONFIG = {"widths": [3, 4], "name": "net", "rate": 1e-3, "nested": {"deep": (1, None)}}


@pytest.fixture
def saved(tmp_path):
    """A checkpoint of a model with its config."""
    trainer, model = Engine(lambda engine, batch: None), torch.nn.Linear(3, 4)
    saving = Checkpoint({"model": model, "config": CONFIG, "best": 0.5, "trainer": trainer}, tmp_path)
    trainer.on(Events.EPOCH_COMPLETED, saving)
    trainer.run(range(3), max_epochs=2)
    return saving.latest, model


def test_a_config_and_a_score_are_read_as_they_were_saved(saved):
    path, _ = saved
    assert Checkpoint.read(path, keys=["config", "best"]) == {"config": CONFIG, "best": 0.5}
    assert Checkpoint.read(path, keys="best") == {"best": 0.5}


def test_the_position_of_an_engine_is_read_without_an_engine(saved):
    path, _ = saved
    trainer = Checkpoint.read(path, keys=["trainer"])["trainer"]
    assert (trainer["iteration"], trainer["epochs"]) == (6, 2)


def test_all_parts_are_read_by_default_also_from_the_folder(saved):
    path, model = saved
    for where in (path, path.parent, str(path)):
        parts = Checkpoint.read(where)
        assert list(parts) == ["model", "config", "best", "trainer"]
        assert torch.equal(parts["model"]["weight"], model.weight)


def test_changing_a_tensor_that_was_read_leaves_the_file_as_it_is(saved):
    path, model = saved
    Checkpoint.read(path, keys=["model"])["model"]["weight"].zero_()
    assert torch.equal(Checkpoint.read(path)["model"]["weight"], model.weight)


def test_loading_passes_over_plain_values(saved):
    path, model = saved
    config, again = {"widths": []}, torch.nn.Linear(3, 4)
    Checkpoint.load_latest(path.parent, {"model": again, "config": config})
    assert torch.equal(again.weight, model.weight)
    assert config == {"widths": []}


def damage(path, content):
    """Change a byte in the middle of what is found in the file."""
    data = bytearray(path.read_bytes())
    data[data.index(content) + len(content) // 2] ^= 0xFF
    path.write_bytes(data)


def test_damaged_structure_is_refused(saved):
    path, _ = saved
    damage(path, b"widths")
    with pytest.raises(DamagedCheckpointError):
        Checkpoint.read(path, keys=["config"])


def test_damaged_weights_are_refused_but_do_not_hide_the_config(saved):
    path, _ = saved
    damage(path, Checkpoint.read(path)["model"]["weight"].numpy().tobytes())
    assert Checkpoint.read(path, keys=["config"]) == {"config": CONFIG}
    with pytest.raises(DamagedCheckpointError):
        Checkpoint.read(path, keys=["model"])


def test_missing_parts_and_files_are_named(saved, tmp_path):
    path, _ = saved
    with pytest.raises(CheckpointError) as caught:
        Checkpoint.read(path, keys=["configuration"])
    assert str(caught.value) == (
        f"{path}: has no 'configuration'; it has 'model', 'config', 'best', 'trainer'"
    )
    with pytest.raises(CheckpointNotFoundError, match="no such file"):
        Checkpoint.read(tmp_path / "missing.pt")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CheckpointNotFoundError, match="no checkpoint"):
        Checkpoint.read(tmp_path / "empty")


def test_a_plain_value_is_saved_as_it_is_at_that_time(tmp_path):
    trainer, scores = Engine(lambda engine, batch: None), []
    trainer.on(Events.ITERATION_COMPLETED, lambda engine: scores.append(engine.state.iteration))
    saving = Checkpoint({"scores": scores, "trainer": trainer}, tmp_path, n_saved=None, asynchronous=True)
    trainer.on(Events.ITERATION_COMPLETED, saving)
    trainer.run(range(3))
    found = [Checkpoint.read(tmp_path / f"checkpoint_{n}.pt")["scores"] for n in (1, 2, 3)]
    assert found == [[1], [1, 2], [1, 2, 3]]


def test_what_is_neither_stateful_nor_plain_is_refused_by_its_path(tmp_path):
    with pytest.raises(CheckpointError) as caught:
        Checkpoint({"config": {"a": [1, object()]}}, tmp_path)
    assert str(caught.value) == (
        """"config['a'][1]" cannot be saved: object has no state_dict and load_state_dict, and is """
        "no plain value"
    )


def test_the_rest_of_a_sharded_checkpoint_can_be_read(tmp_path):
    model = torch.nn.Linear(3, 4)
    trainer = Engine(lambda engine, batch: None)
    saving = Checkpoint({"model": model, "config": CONFIG, "trainer": trainer}, tmp_path, sharded=True)
    trainer.on(Events.EPOCH_COMPLETED, saving)
    trainer.run(range(3))
    assert Checkpoint.read(saving.latest, keys=["config"]) == {"config": CONFIG}
    assert Checkpoint.read(tmp_path, keys=["config"]) == {"config": CONFIG}


def test_a_file_of_weights_alone_is_answered_with_what_to_do(tmp_path):
    pytest.importorskip("safetensors")
    trainer = Engine(lambda engine, batch: None)
    saving = Checkpoint({"model": torch.nn.Linear(1, 1)}, tmp_path, safetensors=True)
    trainer.on(Events.EPOCH_COMPLETED, saving)
    trainer.run(range(1))
    with pytest.raises(CheckpointError, match="weights of one model"):
        Checkpoint.read(saving.latest)
