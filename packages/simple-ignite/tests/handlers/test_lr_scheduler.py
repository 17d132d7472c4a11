"""LRScheduler: schedulers of torch, and how they continue."""

import pytest
import torch
from torch import nn
from torch.optim import SGD
from torch.optim import lr_scheduler as schedulers

from simple_ignite import Engine, Events
from simple_ignite.errors import HandlerError
from simple_ignite.handlers import LRScheduler


def idle(engine, batch):
    return None


def rates(scheduler_of, iterations=6, resume_at=None):
    """Return the learning rate of each iteration, resuming once if asked."""

    def made():
        optimizer = SGD([nn.Parameter(torch.ones(1))], lr=1.0)
        trainer = Engine(
            lambda engine, batch: (seen.append(optimizer.param_groups[0]["lr"]), optimizer.step())
        )
        trainer.on(Events.ITERATION_COMPLETED, LRScheduler(scheduler_of(optimizer)))
        return trainer, optimizer

    seen = []
    trainer, optimizer = made()
    if resume_at is None:
        trainer.run(range(iterations))
        return seen
    trainer.on(Events.ITERATION_COMPLETED(once=resume_at), Engine.terminate)
    trainer.run(range(iterations))
    resumed, fresh = made()
    fresh.load_state_dict(optimizer.state_dict())
    resumed.load_state_dict(trainer.state_dict())
    resumed.run(range(iterations))
    return seen


@pytest.mark.parametrize(
    "scheduler_of",
    [
        lambda o: schedulers.StepLR(o, 2),
        lambda o: schedulers.LinearLR(o, 0.1, total_iters=4),
        lambda o: schedulers.SequentialLR(
            o,
            [schedulers.LinearLR(o, 0.1, total_iters=2), schedulers.CosineAnnealingLR(o, 4)],
            milestones=[2],
        ),
        lambda o: schedulers.ChainedScheduler(
            [schedulers.ConstantLR(o, 0.5, 2), schedulers.ExponentialLR(o, 0.9)]
        ),
    ],
)
def test_schedulers_of_torch_and_their_resumption(scheduler_of):
    whole = rates(scheduler_of)
    assert len(set(whole)) > 2
    assert rates(scheduler_of, resume_at=3) == whole


def test_reduce_on_plateau_follows_a_metric_of_another_engine():
    optimizer = SGD([nn.Parameter(torch.ones(1))], lr=1.0)
    trainer, evaluator = Engine(idle), Engine(idle)
    evaluator.state.metrics["loss"] = 1.0
    plateau = schedulers.ReduceLROnPlateau(optimizer, patience=1)
    trainer.on(Events.EPOCH_COMPLETED, LRScheduler(plateau, "loss", evaluator))
    trainer.run([1], max_epochs=3)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1)
    with pytest.raises(ValueError, match="give LRScheduler its metric_name"):
        LRScheduler(plateau)


def test_an_optimizer_given_for_a_scheduler_is_refused():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    with pytest.raises(HandlerError) as caught:
        LRScheduler(optimizer)
    assert "LRScheduler takes a scheduler of torch.optim.lr_scheduler, not SGD" in str(caught.value)
