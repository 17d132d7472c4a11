"""Accumulation: when a step is due, and what the gradients are then."""

import pytest
import torch
from torch import nn

from simple_ignite import State
from simple_ignite.accumulation import Accumulation, last_of_epoch, parameters_of
from simple_ignite.errors import RunError


def at(iteration, begin=0, **goal):
    state = State()
    state.iteration, state.epoch_begin = iteration, begin
    for name, value in goal.items():
        setattr(state, name, value)
    return state


def made(size=2, grads=(1.0, None)):
    parameters = [nn.Parameter(torch.ones(2)) for _ in grads]
    for parameter, grad in zip(parameters, grads, strict=True):
        parameter.grad = None if grad is None else torch.full((2,), grad)
    return Accumulation(size, lambda: parameters), parameters


def test_a_step_is_due_after_so_many_batches():
    accumulation, _ = made(3)
    due = []
    for iteration in range(1, 8):
        due.append(accumulation.due(at(iteration)))
        if due[-1]:
            accumulation.average()
    assert due == [False, False, True, False, False, True, False]
    assert accumulation.held == 1


@pytest.mark.parametrize(
    ("state", "last"),
    [
        (at(4, epoch_length=4), True),
        (at(3, epoch_length=4), False),
        (at(8, begin=4, epoch_length=4), True),
        (at(8, begin=5, epoch_length=4), False),
        (at(7, max_iterations=7), True),
        (at(6, max_iterations=7, epoch_length=9), False),
        (at(1), False),
    ],
)
def test_a_step_is_due_at_the_end_of_an_epoch_and_of_the_run(state, last):
    accumulation, _ = made(5)
    assert last_of_epoch(state) is last
    assert accumulation.due(state) is last


def test_the_sum_of_gradients_becomes_their_mean():
    accumulation, (first, second) = made(4, (8.0, None))
    for iteration in range(1, 5):
        accumulation.due(at(iteration))
    accumulation.average()
    assert (first.grad.tolist(), second.grad, accumulation.held) == ([2, 2], None, 0)
    accumulation.due(at(5))
    accumulation.average()
    assert first.grad.tolist() == [2, 2], "of one batch it is the gradient"


def test_averaging_without_gradients_does_nothing():
    accumulation, (parameter,) = made(2, (None,))
    accumulation.held = 2
    accumulation.average()
    assert (parameter.grad, accumulation.held) == (None, 0)


def test_only_accumulated_gradients_are_dropped():
    accumulation, (first, _) = made()
    accumulation.forget()
    assert first.grad is not None, "they may be somebody else's"
    accumulation.due(at(1))
    accumulation.forget()
    assert (first.grad, accumulation.held) == (None, 0)


def test_accumulated_gradients_are_saved_as_they_are():
    accumulation, (first, _) = made(4, (2.0, None))
    assert accumulation.state_dict() == {"held": 0}
    accumulation.due(at(1))
    saved = accumulation.state_dict()
    first.grad.zero_()
    assert (saved["held"], saved["grads"][0].tolist(), saved["grads"][1]) == (1, [2, 2], None)
    again, (one, other) = made(4, (None, 5.0))
    again.load_state_dict(saved)
    assert (again.held, one.grad.tolist(), other.grad) == (1, [2, 2], None)


def test_loaded_gradients_have_the_dtype_of_their_parameter():
    accumulation, _ = made()
    accumulation.due(at(1))
    half = nn.Parameter(torch.ones(2, dtype=torch.float16))
    again = Accumulation(2, lambda: [half])
    again.load_state_dict(accumulation.state_dict())
    assert half.grad.dtype == torch.float16
    again.load_state_dict({"held": 0})
    assert (again.held, half.grad is not None) == (0, True)


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "2"])
def test_a_size_that_makes_no_sense_is_refused(size):
    with pytest.raises(RunError) as caught:
        Accumulation(size, list)
    assert str(caught.value) == f"grad_accumulation must be a whole number from 1, not {size!r}"
    assert caught.value.argument == "grad_accumulation"


def test_parameters_of_optimizers_modules_and_iterables():
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD([{"params": [model.bias]}, {"params": [model.weight], "lr": 1.0}], lr=0.1)
    assert [p is q for p, q in zip(parameters_of(optimizer), [model.bias, model.weight], strict=True)] == [
        True
    ] * 2
    assert [p is q for p, q in zip(parameters_of(model), model.parameters(), strict=True)] == [True] * 2
    assert parameters_of(iter([model.bias]))[0] is model.bias
