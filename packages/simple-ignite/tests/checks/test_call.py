"""How model and loss are called with batches of several forms."""

import pytest
import torch
from torch import nn

from simple_ignite.checks.call import Call, FormError, call_of, cloned_call


class Two(nn.Module):
    def forward(self, a, b, scale=1):
        return scale * (a + b)


class One(nn.Module):
    def forward(self, x):
        return x


A, B, Y = torch.ones(2), torch.zeros(2), torch.tensor([0, 1])


@pytest.mark.parametrize(
    ("model", "batch", "args", "kwargs"),
    [
        (One(), (A, Y), (A,), {}),
        (One(), [A, Y], (A,), {}),
        (One(), ((A, B), Y), ((A, B),), {}),
        (One(), ({"a": A}, Y), ({"a": A},), {}),
        (Two(), ((A, B), Y), (A, B), {}),
        (Two(), ({"a": A, "b": B}, Y), (), {"a": A, "b": B}),
        (Two(), (A, B, Y), (A, B), {}),
        (Two(), {"a": A, "b": B, "label": Y}, (), {"a": A, "b": B}),
    ],
)
def test_inputs_are_passed_as_forward_takes_them(model, batch, args, kwargs):
    call = call_of(batch, model)
    assert (call.args, call.kwargs) == (args, kwargs)
    assert call.target is Y
    assert not call.in_output


@pytest.mark.parametrize("batch", [A, (A,), (A, B, Y), {"x": A}, {"x": A, "z": B, "y": Y}, {}, 3])
def test_other_batches_are_refused(batch):
    with pytest.raises(FormError, match=r"a batch must be \(input, target\), not "):
        call_of(batch, One())


@pytest.mark.parametrize("batch", [(A, B, Y), {"a": A, "b": B, "label": Y}])
def test_the_supervised_step_takes_pairs_only(batch):
    call_of(batch, Two())
    with pytest.raises(FormError):
        call_of(batch, Two(), pairs_only=True)
    assert call_of(((A, B), Y), Two(), pairs_only=True).args == ((A, B),)


def test_a_step_of_your_own_may_take_one_input_by_its_key():
    call = call_of({"pixels": A, "label": Y}, One(), own_step=True)
    assert call.args == (A,)
    assert call.target is Y
    with pytest.raises(FormError):
        call_of({"pixels": A, "label": Y}, One())


def test_a_mapping_without_a_target_needs_a_loss_in_the_output():
    call = call_of({"a": A, "b": B}, Two())
    with pytest.raises(FormError, match="the batch has no target, and the output of the model has no loss"):
        call.loss(len, A)


class WithLoss(dict):
    """An output that holds its loss."""


OWN = torch.ones((), requires_grad=True) * 2


@pytest.mark.parametrize(
    ("loss_fn", "in_output", "value"),
    [(None, True, 2), (lambda pred, target: 5, True, 5), (len, True, 2), (lambda pred, target: 5, False, 5)],
)
def test_the_loss_of_the_output_is_used_if_there_is_no_other(loss_fn, in_output, value):
    assert Call((A,), target=Y, in_output=in_output).loss(loss_fn, WithLoss(loss=OWN)) == value


def test_without_any_loss_there_is_an_error_that_says_so():
    with pytest.raises(FormError, match="there is no loss_fn, and the output of the model has no loss"):
        Call((A,)).loss(None, A)


def test_a_cloned_call_has_tensors_of_its_own_and_keeps_what_is_one():
    call = Call((A, {"a": A}), {"b": (B, "text")}, target=A)
    other = cloned_call(call)
    assert other.args[0] is not A
    assert other.args[0] is other.args[1]["a"] is other.target
    assert other.kwargs["b"][1] == "text"
    other.target.add_(1)
    assert A.tolist() == [1, 1]
