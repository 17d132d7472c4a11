"""Train in a child that is killed again and again, then compare with training that was never stopped.

`killed_training.py FOLDER KILLS SEED`: forks before anything is computed, so that a start is cheap.
"""

import os
import random
import signal
import sys
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from simple_ignite import Events, supervised_trainer
from simple_ignite.handlers import EMA, Checkpoint, LRScheduler
from simple_ignite.metrics import Accuracy

EPOCHS, SIZE, BATCH = 3, 160, 4


class Augmented(Dataset):
    def __len__(self):
        return SIZE

    def __getitem__(self, index):
        return torch.full((8,), index / SIZE) + torch.rand(8) + random.random(), index % 3


def train(folder, progress=None):
    """Train from the last checkpoint on, writing a byte to `progress` after each iteration."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(8, 16), nn.Dropout(0.3), nn.Linear(16, 3))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    trainer = supervised_trainer(model, optimizer, nn.functional.cross_entropy, grad_accumulation=2)
    trainer.add_metric(Accuracy(), "accuracy")
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.999)
    trainer.on(Events.ITERATION_COMPLETED, LRScheduler(scheduler))
    trainer.on(Events.ITERATION_COMPLETED, EMA(model))
    parts = {"model": model, "optimizer": optimizer, "trainer": trainer}
    saving = Checkpoint(parts, folder, n_saved=2, asynchronous=random.random() < 0.5)
    trainer.on(Events.ITERATION_COMPLETED(every=3), saving)
    if progress is not None:
        trainer.on(Events.ITERATION_COMPLETED, lambda: os.write(progress, b"."), priority=-2000)
    Checkpoint.load_latest(folder, parts, required=False)
    loader = DataLoader(Augmented(), BATCH, shuffle=True, num_workers=1)
    state = trainer.run(loader, max_epochs=EPOCHS, seed=3)
    torch.save({"model": model.state_dict(), "accuracy": state.metrics["accuracy"]}, Path(folder) / "final")


def in_child(work, *args):
    """Run `work` in a forked child and return its process id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            random.seed(os.getpid())
            work(*args)
            code = 0
        finally:
            os._exit(code)
    return child


def warm_up():
    """Do here what torch does at its first step, such as importing half of itself: once for all children."""
    torch.set_num_threads(1)
    model = nn.Linear(1, 1)
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.ones(1, 1)).sum().backward()
    optimizer.step()


def killed_after(folder, iterations):
    """Train in a child, kill it after so many iterations; return whether it was alive then."""
    reading, writing = os.pipe()
    child = in_child(train, folder, writing)
    os.close(writing)
    alive = all(os.read(reading, 1) for _ in range(iterations))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reading)
    return alive


def main():
    folder, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    warm_up()
    alive = sum(killed_after(folder / "killed", chance.randint(1, 9)) for _ in range(kills))
    for name in ("killed", "whole"):
        assert os.waitpid(in_child(train, folder / name), 0)[1] == 0, name
    killed, whole = (torch.load(folder / name / "final", weights_only=True) for name in ("killed", "whole"))
    same = all(torch.equal(killed["model"][key], whole["model"][key]) for key in whole["model"])
    print(alive, same, killed["accuracy"] == whole["accuracy"])


if __name__ == "__main__":
    main()
