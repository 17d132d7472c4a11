"""Checks of the optimizer's parameters and learning rates."""

import pytest
import torch
from torch import nn


def test_parameters_that_are_not_in_the_optimizer_are_named(parts, finding, check):
    parts.optimizer = torch.optim.SGD(parts.model[0].parameters(), 0.1)
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("optimizer-missing", "error", "2.weight")
    assert found.message == "2 trainable parameters are not in the optimizer: 2.weight, 2.bias"
    assert "training-falls" not in [one.code for one in check(parts).infos]  # no steps are taken


def test_an_optimizer_of_another_model_is_an_error(parts, finding):
    parts.optimizer = torch.optim.SGD(nn.Linear(2, 2).parameters(), 0.1)
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("optimizer-foreign", "error", "optimizer")
    assert found.message == "none of its 2 parameters is the model's"


def test_parameters_of_other_models_are_a_warning(parts, finding):
    parts.optimizer.add_param_group({"params": nn.Linear(2, 2).parameters()})
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("optimizer-extra", "warning", "optimizer")
    assert found.message == "2 of its 6 parameters are not the model's"


def test_parameters_of_the_loss_may_be_in_the_optimizer(parts, codes):
    class Weighted(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(3))

        def forward(self, output, target):
            return nn.functional.cross_entropy(output * self.scale, target)

    parts.loss_fn = Weighted()
    parts.optimizer.add_param_group({"params": parts.loss_fn.parameters()})
    assert codes(parts) == []
    assert parts.loss_fn.scale.grad is None
    assert parts.loss_fn.scale.tolist() == [1, 1, 1]


def test_frozen_parameters_in_the_optimizer_are_a_warning(parts, finding):
    parts.model[0].bias.requires_grad_(False)
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("optimizer-frozen", "warning", "0.bias")
    assert found.message == "1 frozen parameter is in the optimizer: 0.bias"


@pytest.mark.parametrize("rate", [0, 0.0, torch.tensor(0.0)])
def test_a_learning_rate_of_0_is_a_warning_and_no_steps_are_taken(parts, finding, check, rate):
    parts.optimizer = torch.optim.Adam(parts.model.parameters(), rate)
    found = finding(parts)
    assert (found.code, found.level) == ("optimizer-lr-zero", "warning")
    assert found.where == "optimizer.param_groups[0]"
    assert check(parts)["training"] == ()


def test_a_warmup_from_0_is_sound(parts, check):
    torch.optim.lr_scheduler.LambdaLR(parts.optimizer, lambda step: step / 10)
    report = check(parts)
    assert report.errors == report.warnings == ()
    assert "training-falls" in [finding.code for finding in report.infos]
    assert parts.optimizer.param_groups[0]["lr"] == 0


def test_one_group_of_two_with_a_rate_of_0(parts, codes, check):
    parts.optimizer = torch.optim.SGD(
        [{"params": parts.model[0].parameters(), "lr": 0.0}, {"params": parts.model[2].parameters()}], 0.1
    )
    assert codes(parts) == ["optimizer-lr-zero"]
    assert [finding.code for finding in check(parts)["training"]] == ["training-falls"]


def test_several_optimizers_are_one(parts, codes):
    halves = [torch.optim.SGD(parts.model[index].parameters(), 0.1) for index in (0, 2)]
    parts.optimizer = halves
    assert codes(parts) == []
    parts.optimizer = halves[:1]
    assert codes(parts) == ["optimizer-missing"]
