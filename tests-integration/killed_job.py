"""A job that may be killed at any moment and started again with the same command: killed_job.py [PAUSE]"""

import sys
import time

import torch
from torch.utils.data import DataLoader, TensorDataset

from simple_ignite import Engine, Events, supervised_evaluator, supervised_trainer
from simple_ignite.handlers import Checkpoint, LRScheduler, TrackingHandler
from simple_ignite.metrics import Loss
from simple_track import Track

pause = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
torch.manual_seed(3)
points = torch.randn(96, 4)
data = TensorDataset(points, points.sum(1, keepdim=True))
loader = DataLoader(data, batch_size=8, shuffle=True, num_workers=2)
held_out = DataLoader(data, batch_size=48)
model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(0.2), torch.nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters(), 0.01)
trainer = supervised_trainer(model, optimizer, torch.nn.functional.mse_loss, grad_accumulation=3)
evaluator = supervised_evaluator(model, {"loss": Loss(torch.nn.functional.mse_loss)})
everything = {"model": model, "optimizer": optimizer, "trainer": trainer}


def evaluate(engine: Engine) -> None:
    evaluator.run(held_out)


with Track.run(project="killed", name="job", resume=True, system=False) as run:
    run.define_metric("val/loss", summary="min")
    run.define_metric("train/loss", summary="mean")
    checkpoints = f"checkpoints/{run.id}"
    trainer.on(Events.ITERATION_COMPLETED, TrackingHandler(run, output_transform="loss", tag="train"))
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 20, 0.9)
    trainer.on(Events.ITERATION_COMPLETED, LRScheduler(scheduler))
    trainer.on(Events.EPOCH_COMPLETED, evaluate)
    evaluator.on(Events.COMPLETED, TrackingHandler(run, "all", global_step_transform=trainer, tag="val"))
    trainer.on(Events.ITERATION_COMPLETED, lambda: time.sleep(pause))
    trainer.on(Events.ITERATION_COMPLETED(every=4), Checkpoint(everything, checkpoints, n_saved=2))
    Checkpoint.load_latest(checkpoints, everything, required=False)
    trainer.run(loader, max_epochs=12, graceful=True)
torch.save(model.state_dict(), "final.pt")
