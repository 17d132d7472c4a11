"""OptimizerStep: the step, and the gradients after it."""

import torch
from torch import nn
from torch.optim import SGD

from simple_ignite.handlers import GradientClipper, OptimizerStep


def with_gradient():
    parameter = nn.Parameter(torch.ones(2))
    parameter.grad = torch.full((2,), 0.5)
    return parameter, SGD([parameter], lr=1.0)


def test_the_optimizer_steps_and_the_gradients_are_cleared():
    parameter, optimizer = with_gradient()
    OptimizerStep(optimizer)()
    assert parameter.tolist() == [0.5, 0.5]
    assert parameter.grad is None


def test_scaled_gradients_are_unscaled_and_the_scale_is_updated():
    parameter, optimizer = with_gradient()
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=1)
    parameter.grad = None
    scaler.scale((parameter * 0.25).sum()).backward()
    OptimizerStep(optimizer, scaler)()
    assert parameter.tolist() == [0.75, 0.75]
    assert scaler.get_scale() == 16.0


def test_it_runs_after_a_clipper_and_before_usual_handlers():
    assert 0 < OptimizerStep.priority < GradientClipper.priority
