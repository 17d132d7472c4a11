"""Checks of gradients: detached losses, and parameters without a gradient."""

import pytest
import torch
from torch import nn
from torch.nn import functional


def with_model(parts, model):
    parts.model = model
    parts.optimizer = torch.optim.SGD(model.parameters(), 0.1)
    return parts


class Net(nn.Module):
    def __init__(self, use):
        super().__init__()
        self.first, self.second, self.use = nn.Linear(10, 3), nn.Linear(10, 3), use

    def forward(self, x):
        return self.use(self, x)


@pytest.mark.parametrize(
    "loss_fn",
    [
        lambda output, target: functional.cross_entropy(output, target).detach(),
        lambda output, target: torch.tensor(functional.cross_entropy(output, target).item()),
        lambda output, target: (output.argmax(1) == target).float().mean(),
    ],
)
def test_a_loss_without_a_gradient_is_an_error(parts, finding, loss_fn):
    parts.loss_fn = loss_fn
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("loss-detached", "error", "loss_fn")


def test_an_output_without_a_gradient_is_an_error(parts, finding):
    with_model(parts, Net(lambda net, x: net.first(x).detach() + net.second(x).detach()))
    assert finding(parts).code == "loss-detached"


def test_parameters_that_are_not_used_are_a_warning(parts, finding):
    with_model(parts, Net(lambda net, x: net.first(x)))
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("grad-none", "warning", "second.weight")
    assert found.message == "no gradient for 2 parameters: second.weight, second.bias"


def test_only_the_first_five_are_named(parts, finding):
    net = Net(lambda net, x: net.first(x))
    net.second = nn.Sequential(*(nn.Linear(1, 1) for _ in range(4)))
    found = finding(with_model(parts, net))
    assert found.message == (
        "no gradient for 8 parameters: second.0.weight, second.0.bias, second.1.weight, second.1.bias, "
        "second.2.weight and 3 more"
    )


def test_zero_gradients_in_every_step_are_a_warning(parts, finding):
    found = finding(with_model(parts, Net(lambda net, x: net.first(x) + 0 * net.second(x))))
    assert (found.code, found.level, found.where) == ("grad-zero", "warning", "second.weight")
    assert found.message == "the gradient is zero for 2 parameters: second.weight, second.bias"


def test_a_layer_that_begins_at_zero_is_sound(parts, codes):
    """As in LoRA: the gradients of what comes before it are zero in the first step only."""
    net = Net(lambda net, x: net.first(x) + net.up(net.second(x)))
    net.second, net.up = nn.Linear(10, 4, bias=False), nn.Linear(4, 3, bias=False)
    nn.init.zeros_(net.up.weight)
    assert codes(with_model(parts, net)) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_layer_that_is_left_out_at_random_is_sound(parts, codes, seed):
    """As with stochastic depth: whether it is used is drawn anew for other batches."""

    def use(net, x):
        used = torch.rand(()) < 0.5
        return net.first(x) + net.second(x) if used else net.first(x)

    with_model(parts, Net(use))
    torch.manual_seed(seed)
    assert codes(parts) == []


def test_experts_of_other_samples_are_sound(parts, codes):
    net = Net(lambda net, x: net.first(x) if x[0, 0] > 0 else net.second(x))
    inputs = [torch.full((8, 10), value) + torch.rand(8, 10) for value in (0.5, -2.0, 0.5)]
    with_model(parts, net).loader = [(x, torch.arange(8) % 3) for x in inputs]
    assert codes(parts) == []


def test_gradients_that_are_not_finite_are_an_error(parts, finding):
    found = finding(with_model(parts, Net(lambda net, x: net.first(x) + (net.second(x) * 0).abs().sqrt())))
    assert (found.code, found.level, found.where) == ("grad-non-finite", "error", "second.weight")
    assert found.message == "NaN or infinite gradients of 2 parameters: second.weight, second.bias"


def test_an_in_place_change_of_what_autograd_needs_is_an_error(parts, finding):
    def spoiled(net, x):
        hidden = net.first(x).exp()
        result = hidden * 2
        hidden.add_(1)
        return result + net.second(x)

    found = finding(with_model(parts, Net(spoiled)))
    assert (found.code, found.level, found.where) == ("backward-raises", "error", "loss_fn")
    assert "modified by an inplace operation" in found.message


def test_a_custom_function_with_a_wrong_backward_is_an_error(parts, finding):
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            raise ValueError("no backward yet")

    found = finding(with_model(parts, Net(lambda net, x: Wrong.apply(net.first(x)) + net.second(x))))
    assert (found.code, found.message) == ("backward-raises", "ValueError: no backward yet")
