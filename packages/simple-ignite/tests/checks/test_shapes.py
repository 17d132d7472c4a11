"""Checks of shapes: forward, loss, labels, broadcasting."""

import pytest
import torch
from torch import nn
from torch.nn import functional


def with_model(parts, model):
    parts.model = model
    parts.optimizer = torch.optim.SGD(model.parameters(), 0.1)
    return parts


@pytest.mark.parametrize(
    ("batch", "form"),
    [
        ({"x": torch.randn(8, 10), "y": torch.arange(8) % 3}, "a mapping of 'x', 'y'"),
        ((torch.randn(8, 10), torch.arange(8) % 3, torch.ones(8)), "a tuple of 3"),
        ([torch.randn(8, 10)], "a list of 1"),
        (torch.randn(8, 10), "a Tensor"),
    ],
)
def test_a_batch_that_is_no_pair_is_an_error(parts, finding, batch, form):
    parts.loader = [batch]
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("batch-form", "error", "batch")
    assert found.message == f"a batch must be (input, target), not {form}"


@pytest.mark.parametrize(
    "loss_fn", [functional.cross_entropy, lambda p, t: functional.one_hot(t, 3).sub(p[:1]).sum()]
)
def test_different_numbers_of_inputs_and_targets_are_an_error(parts, finding, loss_fn):
    parts.loader, parts.loss_fn = [(torch.randn(8, 10), torch.arange(7) % 3)], loss_fn
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("batch-mismatch", "error", "batch[1]")
    assert found.message == "8 inputs, and 7 targets"


def test_inputs_whose_first_dimension_is_time_are_no_mismatch(parts, codes):
    class TimeFirst(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm, self.head = nn.LSTM(10, 4), nn.Linear(4, 3)

        def forward(self, x):
            return self.head(self.lstm(x)[0][-1])

    with_model(parts, TimeFirst()).loader = [(torch.randn(5, 8, 10), torch.arange(8) % 3)]
    assert codes(parts) == []


def test_an_error_in_forward_names_the_innermost_module_and_its_input(parts, finding):
    with_model(parts, nn.Sequential(nn.Linear(10, 32), nn.Sequential(nn.ReLU(), nn.Linear(31, 3))))
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("forward-raises", "error", "1.1")
    assert found.message == (
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (12x32 and 31x3); its input is (12, 32)"
    )


def test_an_error_of_the_loss_shows_the_shapes(parts, finding):
    with_model(parts, nn.Linear(10, 1)).loss_fn = nn.BCEWithLogitsLoss()
    parts.loader = [(torch.randn(8, 10), torch.ones(8))]
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("loss-raises", "error", "loss_fn")
    assert found.message == (
        "ValueError: Target size (torch.Size([8])) must be the same as input size (torch.Size([8, 1])); "
        "the output is (8, 1), the target (8,)"
    )


LOSSES = {
    "module": nn.CrossEntropyLoss(),
    "function": functional.cross_entropy,
    "lambda": lambda output, target: 2 * functional.cross_entropy(output, target, label_smoothing=0.1),
    "nll": lambda output, target: functional.nll_loss(output.log_softmax(1), target),
}


@pytest.mark.parametrize("loss_fn", LOSSES.values(), ids=LOSSES)
def test_labels_beyond_the_outputs_are_counted(parts, finding, loss_fn):
    parts.loader, parts.loss_fn = [(torch.randn(9, 10), torch.arange(9) % 3 + 1)], loss_fn
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("label-out-of-range", "error", "batch[1]")
    assert found.message == "3 of 9 labels are outside 0..2, such as 3; the model has 3 outputs"


def test_labels_of_later_batches_are_looked_at(parts, finding):
    good, bad = torch.arange(8) % 3, torch.arange(8) % 4
    parts.loader = [(torch.randn(8, 10), good), (torch.randn(8, 10), good), (torch.randn(8, 10), bad)]
    assert finding(parts).code == "label-out-of-range"


def test_the_ignored_index_is_no_label(parts, codes):
    target = torch.arange(8) % 3
    target[0] = -100
    parts.loader = [(torch.randn(8, 10), target)]
    assert codes(parts) == []
    target[0] = 255
    assert codes(parts) == ["label-out-of-range"]
    parts.loss_fn = nn.CrossEntropyLoss(ignore_index=255)
    assert codes(parts) == []


BROADCAST = {
    "mse": functional.mse_loss,
    "module": nn.SmoothL1Loss(),
    "difference": lambda output, target: (output - target).square().mean(),
    "reversed": lambda output, target: (target - output).abs().mean(),
}


@pytest.mark.parametrize("loss_fn", BROADCAST.values(), ids=BROADCAST)
def test_a_target_that_is_broadcast_is_an_error(parts, finding, loss_fn):
    with_model(parts, nn.Linear(10, 1)).loss_fn = loss_fn
    parts.loader = [(torch.randn(8, 10), torch.randn(8))]
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("target-broadcast", "error", "batch[1]")
    assert found.message == "the output is (8, 1), the target (8,): they are broadcast"


def quantiles(output, target):
    error = target - output
    return torch.maximum(0.9 * error, -0.1 * error).mean()


@pytest.mark.parametrize(
    ("outputs", "shape", "loss_fn"),
    [
        (1, (8,), lambda output, target: functional.mse_loss(output.squeeze(1), target)),
        (3, (8, 1), quantiles),
        (1, (8, 1), functional.mse_loss),
    ],
    ids=["squeezed by the loss", "quantiles", "same shape"],
)
def test_shapes_that_the_loss_means_to_differ_are_sound(parts, codes, outputs, shape, loss_fn):
    with_model(parts, nn.Linear(10, outputs)).loss_fn = loss_fn
    parts.loader = [(torch.randn(8, 10), torch.randn(shape))]
    assert codes(parts) == []


@pytest.mark.parametrize(
    ("loss_fn", "came"),
    [
        (nn.CrossEntropyLoss(reduction="none"), "a tensor of shape (12,)"),
        (lambda output, target: functional.cross_entropy(output, target).item(), "a float"),
        (lambda output, target: (functional.cross_entropy(output, target), {}), "a tuple"),
        (lambda output, target: None, "a NoneType"),
    ],
)
def test_a_loss_that_is_no_scalar_is_an_error(parts, finding, loss_fn, came):
    parts.loss_fn = loss_fn
    found = finding(parts)
    assert (found.code, found.level, found.where) == ("loss-not-scalar", "error", "loss_fn")
    assert found.message == f"the loss is {came}"
