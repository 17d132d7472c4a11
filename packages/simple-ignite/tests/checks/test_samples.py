"""Whether the samples of a batch influence each other."""

import pytest
import torch
from torch import nn


class Reshaped(nn.Module):
    """Takes (batch, time, features), and means to swap the first two."""

    def __init__(self, swap):
        super().__init__()
        self.swap = swap
        self.lstm, self.head = nn.LSTM(10, 8), nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.lstm(self.swap(x))[0][-1])


class Ids(nn.Module):
    def __init__(self, swap):
        super().__init__()
        self.embedding, self.positions, self.inner = nn.Embedding(20, 10), nn.Embedding(8, 10), Reshaped(swap)

    def forward(self, ids):
        positions = self.positions(torch.arange(ids.shape[1]))
        return self.inner(self.embedding(ids) + positions)


def view(x):
    return x.view(x.shape[1], x.shape[0], x.shape[2])


def transpose(x):
    return x.transpose(0, 1)


def with_model(parts, model, inputs):
    parts.model = model
    parts.optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    parts.loader = [(inputs, torch.arange(len(inputs)) % 3)]
    return parts


INPUTS = {Reshaped: lambda: torch.randn(8, 5, 10), Ids: lambda: torch.randint(0, 20, (8, 5))}


@pytest.mark.parametrize("kind", [Reshaped, Ids])
def test_a_view_in_place_of_a_transpose_is_a_warning(sound, check, kind):
    parts = with_model(sound["mlp"](), kind(view), INPUTS[kind]())
    (found,) = check(parts).warnings
    assert (found.code, found.where) == ("samples-mixed", "model")
    assert found.message.startswith("the output of sample 0 depends on sample ")


@pytest.mark.parametrize("kind", [Reshaped, Ids])
def test_a_transpose_is_sound(sound, check, kind):
    parts = with_model(sound["mlp"](), kind(transpose), INPUTS[kind]())
    report = check(parts)
    assert report.warnings == ()
    assert "not-checked" not in [finding.code for finding in report.infos]


def test_positions_of_as_many_steps_as_samples_are_no_samples(sound, codes):
    parts = with_model(sound["mlp"](), Ids(transpose), torch.randint(0, 20, (8, 4)))
    assert codes(parts) == []


@pytest.mark.parametrize(
    "norm", [nn.BatchNorm1d(8), nn.BatchNorm1d(8, track_running_stats=False), nn.LayerNorm(8)]
)
def test_a_batch_norm_may_mix_samples(sound, codes, norm):
    model = nn.Sequential(nn.Linear(10, 8), norm, nn.Linear(8, 3))
    assert codes(with_model(sound["mlp"](), model, torch.randn(12, 10))) == []


def test_a_model_for_one_batch_size_is_looked_at_with_that(sound, codes):
    class Fixed(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(10, 3)

        def forward(self, x):
            return self.linear(x.view(12, 10) + torch.arange(12.0)[:, None] + 0.1 * x.roll(1, 0))

    parts = with_model(sound["mlp"](), Fixed(), torch.randn(12, 10))
    assert codes(parts) == ["samples-mixed"]


def test_what_cannot_be_judged_is_an_info(sound, check):
    class Pooled(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(10, 3)

        def forward(self, x):
            return self.linear(x).mean(0)

    parts = with_model(sound["mlp"](), Pooled(), torch.randn(12, 10))
    parts.loss_fn = lambda output, target: output.square().sum()
    report = check(parts)
    assert report.errors == report.warnings == ()
    assert "whether samples are mixed is not known" in [finding.message for finding in report.infos]
