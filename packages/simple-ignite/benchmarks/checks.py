"""Checks before training beside ten training steps of the same set-up.

Run with simple-ignite installed: `python benchmarks/checks.py`. Both take turns in one run; the median of
five is shown, and the ratio, which is to be 1.0 at most.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from simple_ignite import supervised_trainer
from simple_ignite.checks import RuntimeValidator

ROUNDS = 5
STEPS = 10
SAMPLES = 2048

Parts = tuple[nn.Module, torch.optim.Optimizer, DataLoader[Any]]


def loader_of(inputs: torch.Tensor, target: torch.Tensor, batch_size: int, **options: Any) -> DataLoader[Any]:
    """Return a shuffled loader."""
    return DataLoader(TensorDataset(inputs, target), batch_size, shuffle=True, **options)


def mlp(workers: int = 0) -> Parts:
    """Return a network of 0.7 million parameters on batches of 128."""
    model = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))
    data = torch.randn(SAMPLES, 784), torch.randint(0, 10, (SAMPLES,))
    return model, torch.optim.AdamW(model.parameters(), 1e-3), loader_of(*data, 128, num_workers=workers)


def with_workers() -> Parts:
    """Return the same with two workers."""
    return mlp(2)


def cnn() -> Parts:
    """Return a convolutional network with BatchNorm and dropout on batches of 64 pictures."""
    layers: list[nn.Module] = []
    for before, after in ((3, 32), (32, 64), (64, 64)):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
    model = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.3), nn.Linear(1024, 10))
    data = torch.randn(SAMPLES, 3, 32, 32), torch.randint(0, 10, (SAMPLES,))
    return model, torch.optim.SGD(model.parameters(), 0.01, momentum=0.9), loader_of(*data, 64)


class Transformer(nn.Module):
    """A transformer over 64 tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(1000, 128)
        layer = nn.TransformerEncoderLayer(128, 4, 512, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 4)
        self.head = nn.Linear(128, 1000)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the logits, (batch, tokens, time)."""
        return self.head(self.layers(self.embedding(ids))).transpose(1, 2)


def transformer() -> Parts:
    """Return a transformer of 1 million parameters on batches of 32."""
    model, ids = Transformer(), torch.randint(0, 1000, (SAMPLES, 64))
    return model, torch.optim.AdamW(model.parameters(), 1e-3), loader_of(ids, ids, 32)


def measure(make: Callable[[], Parts]) -> tuple[float, float]:
    """Return the median seconds of the checks, and of ten training steps."""
    model, optimizer, loader = make()
    loss_fn = nn.CrossEntropyLoss()
    checks, steps = [], []
    for number in range(ROUNDS + 1):
        begun = time.perf_counter()
        report = RuntimeValidator().validate_all(model, loader, optimizer, loss_fn)
        middle = time.perf_counter()
        supervised_trainer(model, optimizer, loss_fn).run(loader, max_iterations=STEPS)
        ended = time.perf_counter()
        assert report.ok, report
        if number:  # the first round warms up
            checks.append(middle - begun)
            steps.append(ended - middle)
    return statistics.median(checks), statistics.median(steps)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.manual_seed(0)
    print(f"{'set-up':<14} {'checks':>10} {'10 steps':>10} {'ratio':>6}")
    for make in (mlp, with_workers, cnn, transformer):
        checks, steps = measure(make)
        print(f"{make.__name__:<14} {checks * 1000:>7.1f} ms {steps * 1000:>7.1f} ms {checks / steps:>6.2f}")
