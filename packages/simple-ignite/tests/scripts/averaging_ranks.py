"""Train a wrapped model with EMA and SWA on one of two ranks, and save it; see test_averaging_ranks.py."""

import sys
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from simple_ignite import Events, supervised_trainer
from simple_ignite.handlers import EMA, Checkpoint, StochasticWeightAveraging


def made(wrapping):
    """Return a wrapped model, its optimizer, trainer and averages."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    if "compiled" in wrapping:
        model = torch.compile(model, backend="eager")
    if "parallel" in wrapping:
        model = DistributedDataParallel(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    trainer = supervised_trainer(model, optimizer, nn.functional.mse_loss, grad_accumulation=2)
    ema, swa = EMA(model, decay=0.9), StochasticWeightAveraging(model, start=1)
    trainer.on(Events.ITERATION_COMPLETED, ema)
    trainer.on(Events.EPOCH_COMPLETED, swa)
    return {"model": model, "optimizer": optimizer, "trainer": trainer}, ema, swa


def weights(model):
    """Return all weights of a model as a list of numbers."""
    return [float(value) for weight in model.parameters() for value in weight.detach().flatten()]


def batches(rank):
    """Return the batches of a rank, which are others than those of the other ranks."""
    x = torch.randn(24, 3, generator=torch.Generator().manual_seed(rank))
    return list(zip(x.split(4), x.sum(1, keepdim=True).split(4), strict=True))


def main():
    """Train for three epochs, or continue from a checkpoint; write the weights of this rank."""
    folder, rank, wrapping, epochs = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet{epochs}", rank=rank, world_size=2)
    parts, ema, swa = made(wrapping)
    trainer = parts["trainer"]
    trainer.on(Events.EPOCH_COMPLETED, Checkpoint(parts, folder / "checkpoints"))
    Checkpoint.load_latest(folder / "checkpoints", parts, required=False)
    trainer.run(batches(rank), max_epochs=epochs)
    found = {"model": weights(parts["model"]), "ema": weights(ema.model), "swa": weights(swa.model.module)}
    torch.save({**found, "iteration": trainer.state.iteration}, folder / f"rank{rank}_{epochs}.pt")
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
