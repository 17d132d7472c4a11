"""Transaction: all states of a checkpoint are loaded, or none."""

import threading

import pytest
import torch
from torch import nn

from simple_ignite import Engine
from simple_ignite.errors import CheckpointError, IgniteWarning
from simple_ignite.handlers import Checkpoint
from simple_ignite.handlers.checkpointing.torch_file import write_file
from simple_ignite.handlers.checkpointing.transaction import Transaction


def built(width=2):
    model = nn.Linear(width, 2)
    return model, torch.optim.Adam(model.parameters()), Engine(lambda _engine, _batch: None)


def saved(tmp_path, **changes):
    model, optimizer, trainer = built()
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    trainer.run([1, 2])
    states = {"model": model, "optimizer": optimizer, "trainer": trainer}
    states = {name: part.state_dict() for name, part in states.items()}
    write_file(tmp_path / "checkpoint_2.pt", {**states, **changes})
    return tmp_path / "checkpoint_2.pt"


@pytest.mark.parametrize(
    "changes",
    [
        {"trainer": {"format": 1}},
        {"trainer": 3},
        {"optimizer": []},
        {"optimizer": {"state": {}, "param_groups": []}},
        {"model": 5},
        {"model": {"weight": torch.ones(2, 2)}},
        {"model": {"weight": torch.ones(9, 9), "bias": torch.ones(2)}},
    ],
)
def test_nothing_is_changed_if_one_part_does_not_fit(changes, tmp_path):
    path = saved(tmp_path, **changes)
    model, optimizer, trainer = built()
    weight = model.weight.detach().clone()
    with pytest.raises(CheckpointError, match=f"its '{next(iter(changes))}' does not fit"):
        Checkpoint.load(path, {"model": model, "optimizer": optimizer, "trainer": trainer})
    assert torch.equal(model.weight, weight)
    assert not optimizer.state
    assert (trainer.state.iteration, trainer.loaded) == (0, False)


def test_moments_of_another_shape_are_refused(tmp_path):
    """torch loads them, and fails at the next step."""
    path = saved(tmp_path)
    model = nn.Linear(3, 2)
    optimizer = torch.optim.Adam(model.parameters())
    with pytest.raises(CheckpointError, match=r"exp_avg of parameter 0 has the shape \(2, 2\)"):
        Checkpoint.load(path, {"optimizer": optimizer})
    assert not optimizer.state


def test_what_fits_is_loaded_if_asked_and_the_rest_reported(tmp_path):
    path = saved(tmp_path)
    model = nn.Sequential(nn.Linear(2, 2))
    other, optimizer, _ = built(3)
    states = {"model": other, "optimizer": optimizer, "head": model}
    with pytest.warns(IgniteWarning, match="'model': of another shape: weight"):
        report = Checkpoint.load(path, states, strict=False)
    assert report.loaded == ["model"]
    assert report.absent == ["head"]
    assert "exp_avg of parameter 0" in report.refused["optimizer"]
    assert report.mismatched == {"model": ["weight"]}
    assert not report.complete
    with pytest.raises(CheckpointError, match="nothing fits"):
        Checkpoint.load(path, {"model": model}, strict=False)
    assert Checkpoint.load(path, {"model": nn.Linear(2, 2)}, strict=False).complete


def test_a_model_that_cannot_be_copied_is_compared_by_its_keys(tmp_path):
    path = saved(tmp_path)
    model = nn.Linear(2, 3)
    model.lock = threading.Lock()  # cannot be copied
    with pytest.raises(CheckpointError, match="keys or shapes differ: weight, bias"):
        Checkpoint.load(path, {"model": model})


def test_engines_that_are_loaded_together_share_the_global_generators(tmp_path):
    first, second = built()[2], built()[2]
    first.run([1])
    states = {"first": first.state_dict(), "second": first.state_dict()}
    others = {"first": built()[2], "second": second}
    Transaction(tmp_path).load(others, states)
    assert others["first"].resume_state.shared is others["second"].resume_state.shared


def test_a_link_to_nowhere_is_passed_over(tmp_path):
    saved(tmp_path)
    (tmp_path / "checkpoint_7.pt").symlink_to(tmp_path / "gone.pt")
    (tmp_path / "checkpoints.json").symlink_to(tmp_path / "gone.json")
    path = Checkpoint.load_latest(tmp_path, {"model": nn.Linear(2, 2)})
    assert path.name == "checkpoint_2.pt"
