"""Files of every format that was ever released are read for ever."""

import shutil
from pathlib import Path

import torch

from simple_ignite import Events, supervised_trainer
from simple_ignite.handlers import EMA, Checkpoint, EarlyStopping, LRScheduler
from simple_ignite.metrics import Accuracy

ASSETS = Path(__file__).parent / "assets"


def test_a_checkpoint_of_format_1_is_read_and_continued(tmp_path):
    folder = tmp_path / "checkpoints"
    shutil.copytree(ASSETS / "checkpoint_v1", folder)
    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    trainer = supervised_trainer(model, optimizer, torch.nn.functional.cross_entropy, grad_accumulation=2)
    trainer.add_metric(Accuracy(), "accuracy")
    stopping, ema = EarlyStopping(3, "accuracy", trainer), EMA(model)
    trainer.on(Events.EPOCH_COMPLETED, stopping)
    trainer.on(
        Events.ITERATION_COMPLETED, LRScheduler(torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9))
    )
    trainer.on(Events.ITERATION_COMPLETED, ema)
    parts = {"model": model, "optimizer": optimizer, "trainer": trainer}
    saving = Checkpoint(parts, folder, score_function=lambda engine: 0.25)
    trainer.on(Events.EPOCH_COMPLETED, saving)
    assert Checkpoint.load_latest(folder, parts).name == "checkpoint_7_score=0.5.pt"
    assert (trainer.state.epoch, trainer.state.iteration, trainer.state.seed) == (1, 7, 1)
    assert trainer.step.accumulation.held == 1
    assert stopping.best is not None
    assert ema.updates == 7
    data = [(torch.zeros(4, 2), torch.zeros(4, dtype=torch.long))] * 4
    assert trainer.run(data).iteration == 8
    assert saving.best.name == "checkpoint_7_score=0.5.pt", "its score is remembered"
