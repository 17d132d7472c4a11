"""Set-ups that train, and a function that checks one."""

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from simple_ignite.checks import RuntimeValidator

SAMPLES = 48


@dataclass
class Parts:
    """What a validator is given; tests replace one part."""

    model: nn.Module
    loader: Any
    optimizer: Any
    loss_fn: Any


def shuffled(inputs, target, batch_size=12, **options):
    return DataLoader(TensorDataset(inputs, target), batch_size, shuffle=True, **options)


def classes(count, *shape):
    return torch.randint(0, count, shape)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 8)
        self.lstm = nn.LSTM(8, 16, batch_first=True)
        self.head = nn.Linear(16, 2)

    def forward(self, x):
        return self.head(self.lstm(self.embedding(x))[0][:, -1])


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 16)
        self.positions = nn.Parameter(torch.zeros(7, 16))
        layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 2)
        self.head = nn.Linear(16, 20)

    def forward(self, x):
        return self.head(self.layers(self.embedding(x) + self.positions)).transpose(1, 2)


def mlp():
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 3))
    loader = shuffled(torch.randn(SAMPLES, 10), classes(3, SAMPLES))
    return Parts(model, loader, torch.optim.SGD(model.parameters(), 0.1), nn.CrossEntropyLoss())


def cnn():
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.5), nn.Flatten(), nn.Linear(288, 5)
    )
    loader = shuffled(torch.randn(SAMPLES, 1, 8, 8), classes(5, SAMPLES))
    return Parts(model, loader, torch.optim.Adam(model.parameters(), 1e-3), nn.CrossEntropyLoss())


def lstm():
    model = Recurrent()
    loader = shuffled(classes(20, SAMPLES, 7), classes(2, SAMPLES))
    return Parts(model, loader, torch.optim.AdamW(model.parameters(), 1e-3), nn.CrossEntropyLoss())


def transformer():
    model = Transformer()
    loader = shuffled(classes(20, SAMPLES, 7), classes(20, SAMPLES, 7))
    return Parts(model, loader, torch.optim.AdamW(model.parameters(), 1e-3), functional.cross_entropy)


def regression():
    model, inputs = nn.Linear(4, 1), torch.randn(SAMPLES, 4)
    loader = shuffled(inputs, inputs.sum(1, keepdim=True))
    return Parts(model, loader, torch.optim.SGD(model.parameters(), 0.1), functional.mse_loss)


def multilabel():
    model = nn.Linear(4, 6)
    loader = shuffled(torch.randn(SAMPLES, 4), classes(2, SAMPLES, 6).float())
    return Parts(model, loader, torch.optim.SGD(model.parameters(), 0.1), nn.BCEWithLogitsLoss())


def binary():
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1), nn.Sigmoid())
    loader = shuffled(torch.randn(SAMPLES, 4), classes(2, SAMPLES, 1).float())
    return Parts(model, loader, torch.optim.Adam(model.parameters(), 1e-2), nn.BCELoss())


def frozen_body():
    model = nn.Sequential(nn.Linear(4, 8).requires_grad_(False), nn.ReLU(), nn.Linear(8, 2))
    loader = shuffled(torch.randn(SAMPLES, 4), classes(2, SAMPLES))
    return Parts(model, loader, torch.optim.Adam(model[2].parameters(), 1e-2), nn.CrossEntropyLoss())


def list_of_batches():
    model = nn.Linear(4, 2)
    batches = [(torch.randn(8, 4), classes(2, 8)) for _ in range(4)]
    return Parts(model, batches, torch.optim.RMSprop(model.parameters(), 1e-2), nn.CrossEntropyLoss())


def workers():
    parts = mlp()
    parts.loader = DataLoader(parts.loader.dataset, 12, shuffle=True, num_workers=2, persistent_workers=True)
    return parts


SOUND = {
    one.__name__: one
    for one in (
        mlp, cnn, lstm, transformer, regression, multilabel, binary, frozen_body, list_of_batches, workers,
    )
}  # fmt: skip


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.fixture
def sound():
    """The set-ups that train, by name."""
    return SOUND


@pytest.fixture
def check():
    """A function that returns the report of parts."""

    def run(parts, **options):
        validator = RuntimeValidator(**options)
        return validator.validate_all(parts.model, parts.loader, parts.optimizer, parts.loss_fn)

    return run


@pytest.fixture
def codes(check):
    """A function that returns the codes of the errors and warnings of parts."""
    return lambda parts, **options: [f.code for f in check(parts, **options).findings if f.level != "info"]


@pytest.fixture
def parts(sound):
    """A set-up that trains."""
    return sound["mlp"]()


@pytest.fixture
def finding(check):
    """A function that returns the only error or warning of parts."""

    def only(parts):
        (found,) = (finding for finding in check(parts).findings if finding.level != "info")
        return found

    return only
