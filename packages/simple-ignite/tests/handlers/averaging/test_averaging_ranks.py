"""EMA and SWA of models trained by two processes: same weights on both, in checkpoints of every kind."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from simple_ignite import Events
from simple_ignite.handlers import Checkpoint

SCRIPT = Path(__file__).parents[2] / "scripts" / "averaging_ranks.py"


def program():
    """Return the script as a module."""
    spec = importlib.util.spec_from_file_location("averaging_ranks", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def trained(folder, wrapping, epochs):
    """Train on two ranks, and return what each of them has."""
    ranks = [
        subprocess.Popen(
            [sys.executable, SCRIPT, folder, str(rank), wrapping, str(epochs)], stderr=subprocess.PIPE
        )
        for rank in range(2)
    ]
    for process in ranks:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors.decode()
    return [torch.load(folder / f"rank{rank}_{epochs}.pt") for rank in range(2)]


@pytest.mark.parametrize("wrapping", ["parallel", pytest.param("compiled parallel", marks=pytest.mark.slow)])
def test_averages_are_the_same_on_each_rank_and_load_into_plain_models_and_back(tmp_path, wrapping):
    first, second = trained(tmp_path, wrapping, 2)
    assert first == second
    assert first["model"] != first["ema"] != first["swa"]

    script = program()
    for other in ("plain", "compiled"):
        parts, ema, swa = script.made(other)
        saving = Checkpoint(parts, tmp_path / "checkpoints")
        parts["trainer"].on(Events.COMPLETED, saving)
        Checkpoint.load_latest(tmp_path / "checkpoints", parts)
        found = {"model": parts["model"], "ema": ema.model, "swa": swa.model.module}
        assert {name: script.weights(model) for name, model in found.items()} == {
            name: first[name] for name in found
        }
    parts["trainer"].run(script.batches(0), max_epochs=3)  # continued by one process, not wrapped

    third, fourth = trained(tmp_path, wrapping, 4)
    assert third == fourth
    assert (third["iteration"], first["iteration"]) == (24, 12)
    assert third["ema"] != first["ema"]


def test_averages_on_two_ranks_are_those_of_the_mean_gradients(tmp_path):
    found, _ = trained(tmp_path, "parallel", 1)
    script = program()
    parts, ema, _ = script.made("plain")
    both = [
        (torch.cat([x0, x1]), torch.cat([y0, y1]))
        for (x0, y0), (x1, y1) in zip(script.batches(0), script.batches(1), strict=True)
    ]
    parts["trainer"].run(both)
    assert script.weights(ema.model) == pytest.approx(found["ema"], abs=1e-6)
