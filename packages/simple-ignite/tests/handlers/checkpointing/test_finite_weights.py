"""Weights that are not finite never replace good ones, where a `TerminateOnNan` watches."""

import pytest
import torch
from torch import nn

from simple_ignite import Engine, Events
from simple_ignite.handlers import Checkpoint, TerminateOnNan
from simple_ignite.handlers.checkpointing.finite_weights import has_finite_weights

NAN, INF = float("nan"), float("inf")


def program(folder, watched=True, **options):
    """Return a trainer whose fifth step breaks the weights after its loss was computed."""
    model = nn.Linear(2, 1)

    def step(engine, batch):
        loss = model(torch.ones(1, 2)).sum().detach()
        if engine.state.iteration == 5:
            nn.init.constant_(model.weight, NAN)
        return {"loss": loss}

    trainer = Engine(step)
    if watched:
        trainer.on(Events.ITERATION_COMPLETED, TerminateOnNan())
    parts = {"model": model, "trainer": trainer}
    trainer.on(Events.ITERATION_COMPLETED, Checkpoint(parts, folder, **options))
    return trainer, parts


@pytest.mark.parametrize("options", [{}, {"asynchronous": True}, {"sharded": True}, {"n_saved": 2}])
def test_weights_that_broke_after_the_loss_was_computed_are_saved_apart(tmp_path, options, caplog):
    trainer, _ = program(tmp_path, **options)
    trainer.run(range(9))
    assert trainer.state.stop_reason == "the weights of 'model' are not finite"
    assert [one.getMessage() for one in caplog.records if one.name == "simple_ignite"] == [
        "the weights of 'model' are not finite, so the last good checkpoint stays; the run ends"
    ]
    assert [path.stem for path in tmp_path.glob("failed_*")] == ["failed_5"]
    _, parts = program(tmp_path)
    assert Checkpoint.load_latest(tmp_path, parts).stem == "checkpoint_4"
    assert has_finite_weights(parts["model"])


def test_a_terminated_run_looks_at_the_weights_too(tmp_path):
    trainer, parts = program(tmp_path / "other")
    trainer.on(Events.EPOCH_COMPLETED, Checkpoint(parts, tmp_path / "last", "last"))
    trainer.on(Events.ITERATION_COMPLETED(once=5), Engine.terminate, priority=1)
    trainer.run(range(9))
    assert [path.name for path in (tmp_path / "last").iterdir()] == ["last_failed_5.pt"]


def test_weights_saved_from_an_evaluator_are_looked_at_for_the_trainer(tmp_path):
    trainer, parts = program(tmp_path / "other")
    evaluator = Engine(lambda engine, batch: None)
    best = Checkpoint(
        {"model": parts["model"]}, tmp_path / "best", score_function=lambda: 1, global_step_transform=trainer
    )
    evaluator.on(Events.COMPLETED, best)
    trainer.on(Events.ITERATION_COMPLETED, lambda: evaluator.run([1]), priority=1)
    trainer.run(range(9))
    assert best.best.name == "checkpoint_1_score=1.pt"
    assert trainer.state.iteration == 5


def test_without_a_watch_nothing_is_looked_at(tmp_path):
    trainer, _ = program(tmp_path, watched=False)
    trainer.run(range(5))
    assert (tmp_path / "checkpoint_5.pt").exists()


@pytest.mark.parametrize(
    ("change", "finite"),
    [
        (lambda model: None, True),
        (lambda model: nn.init.constant_(model.bias, INF), False),
        (lambda model: nn.init.constant_(model.weight, NAN), False),
        (lambda model: nn.init.constant_(model.weight, NAN).requires_grad_(False), True),
        (lambda model: model.register_buffer("mask", torch.tensor([-INF])), True),
        (lambda model: model.bfloat16(), True),
        (lambda model: nn.init.constant_(model.bfloat16().bias, NAN), False),
        (lambda model: setattr(model, "bias", None), True),
    ],
)
def test_which_weights_are_finite(change, finite):
    model = nn.Linear(2, 2)
    change(model)
    assert has_finite_weights(model) is finite


def test_models_without_weights_and_with_complex_ones():
    assert has_finite_weights(nn.ReLU())
    model = nn.Module()
    model.weight = nn.Parameter(torch.tensor([complex(1, NAN)]))
    assert not has_finite_weights(model)
