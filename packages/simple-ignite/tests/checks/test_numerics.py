"""Checks of numbers: outputs and losses that are not finite, and softmax twice."""

import pytest
import torch
from torch import nn
from torch.nn import functional


class Log(nn.Module):
    def forward(self, x):
        return torch.log(x)


def with_model(parts, *layers):
    parts.model = nn.Sequential(*layers)
    parts.optimizer = torch.optim.SGD(parts.model.parameters(), 0.1)
    return parts


def test_the_first_module_whose_output_is_not_finite_is_named(parts, finding):
    with_model(parts, nn.Linear(10, 4), nn.Sequential(nn.ReLU(), Log()), nn.Linear(4, 3))
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("output-non-finite", "error", "1.1")
    assert found.message.endswith(
        "of 48 values of its output are NaN or infinite, although its input is finite"
    )


def test_weights_that_are_nan_are_named(parts, finding):
    nn.init.constant_(parts.model[2].weight, torch.nan)
    assert (finding(parts).code, finding(parts).where) == ("output-non-finite", "2")


def test_a_loss_that_is_not_finite_is_an_error(parts, finding):
    parts.loss_fn = lambda output, target: functional.cross_entropy(output, target) / 0
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("loss-non-finite", "error", "loss_fn")
    assert found.message == "the loss is inf, although the output is finite"


def test_classes_that_are_masked_out_are_sound(parts, codes):
    class Mask(nn.Module):
        def forward(self, x):
            return torch.cat([x, torch.full_like(x[:, :1], -torch.inf)], 1)

    assert codes(with_model(parts, nn.Linear(10, 3), Mask())) == []


@pytest.mark.parametrize(
    "loss_fn", [nn.CrossEntropyLoss(), lambda output, target: functional.cross_entropy(output, target)]
)
def test_softmax_before_cross_entropy_is_a_warning(parts, finding, loss_fn):
    with_model(parts, nn.Linear(10, 3), nn.Softmax(1)).loss_fn = loss_fn
    parts.optimizer.param_groups[0]["lr"] = 0.5
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("double-softmax", "warning", "loss_fn")
    assert found.message == "softmax is applied twice: in the model, and in cross_entropy"


def test_a_sigmoid_before_a_loss_with_logits_is_a_warning(parts, finding):
    with_model(parts, nn.Linear(10, 1), nn.Sigmoid(), nn.Flatten(0)).loss_fn = nn.BCEWithLogitsLoss()
    parts.loader = [(torch.randn(12, 10), (torch.arange(12) % 2).float())]
    found = finding(parts)
    assert (found.code, found.message) == (
        "double-softmax",
        "a sigmoid is applied twice: in the model, and in the loss",
    )


@pytest.mark.parametrize("last", [nn.LogSoftmax(1), nn.Sigmoid(), nn.ReLU()])
def test_other_outputs_are_no_probabilities(parts, codes, last):
    assert codes(with_model(parts, nn.Linear(10, 3), last)) == []
