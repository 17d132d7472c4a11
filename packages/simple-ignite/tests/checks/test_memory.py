"""Checks of memory."""

import pytest
import torch
from torch import nn

from simple_ignite.checks import RuntimeValidator


@pytest.fixture
def parts(sound):
    """2 kB of inputs, 8 kB of hidden values, 400 kB of weights."""
    parts = sound["mlp"]()
    parts.model = nn.Sequential(
        nn.Linear(10, 256), nn.Sigmoid(), nn.Linear(256, 256), nn.Sigmoid(), nn.Linear(256, 3)
    )
    parts.optimizer = torch.optim.Adam(parts.model.parameters(), 1e-3)
    parts.loader = [(torch.randn(32, 10), torch.arange(32) % 3)]
    return parts


def test_the_bytes_of_a_step_are_an_info(parts, check):
    (found,) = check(parts)["memory"]
    assert (found.code, found.level) == ("memory-size", "info")
    weights = 4 * (10 * 256 + 256 + 256 * 256 + 256 + 256 * 3 + 3)
    size = f"{weights / 1024:.1f} KiB"
    assert f"parameters {size}, gradients {size}, optimizer " in found.message
    saved = 4 * 32 * (256 + 256 + 3)  # what the sigmoids and cross entropy keep
    activations = found.message.partition("activations ")[2].partition(" KiB")[0]
    assert 0 <= float(activations) * 1024 - saved < 1024


def test_a_step_that_needs_more_than_the_limit_is_an_error(parts, check):
    assert check(parts, memory_limit=10 << 20).ok
    (found,) = check(parts, memory_limit=1 << 20).errors
    assert (found.code, found.section, found.where) == ("memory-does-not-fit", "memory", "model")
    assert found.message.endswith("; there are 1.0 MiB")


def test_running_out_of_memory_is_an_error(parts, check):
    class Hungry(nn.Linear):
        def forward(self, x):
            torch.empty(1 << 60)
            return super().forward(x)

    parts.model = Hungry(10, 3)
    parts.optimizer = torch.optim.Adam(parts.model.parameters(), 1e-3)
    (found,) = check(parts).errors
    assert found.code == "memory-does-not-fit"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_gpu_the_peak_of_the_steps_is_measured(parts):
    parts.model.to("cuda")
    parts.optimizer = torch.optim.Adam(parts.model.parameters(), 1e-3)
    report = RuntimeValidator().validate_all(parts.model, parts.loader, parts.optimizer, parts.loss_fn)
    assert report.ok
    assert [finding.code for finding in report["memory"]] == ["memory-size"]
