"""Several ranks save and load in every form: `ranks.py FOLDER RANK WORLD` prints what was fine."""

import sys
import warnings
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.fsdp import fully_shard

from simple_ignite import Engine, Events
from simple_ignite.errors import CheckpointError, RankError
from simple_ignite.handlers import Checkpoint
from simple_ignite.metrics import Accuracy

warnings.simplefilter("error")
root, rank, world = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
FORMS = ["plain", "plain asynchronous", "plain sharded", "fsdp sharded", "fsdp sharded asynchronous"]


def built(seed, sharding):
    """Return a trainer, a model and an optimiser; each rank draws its own noise."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 2))
    if sharding:
        fully_shard(model, mesh=dist.init_device_mesh("cpu", (world,)))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    torch.manual_seed(seed + rank)
    drawn = []

    def step(engine, batch):
        drawn.append(torch.rand(()).item())
        optimizer.zero_grad()
        model(torch.full((4, 6), float(batch))).square().mean().backward()
        optimizer.step()

    return Engine(step), model, optimizer, drawn


def full(model):
    """Return all weights, gathered."""
    return [getattr(p, "full_tensor", lambda p=p: p)().detach().clone() for p in model.parameters()]


def saves_and_loads(folder, sharding, **options):
    trainer, model, optimizer, drawn = built(1, sharding)
    parts = {"model": model, "optimizer": optimizer, "trainer": trainer}
    trainer.on(Events.ITERATION_COMPLETED(every=2), Checkpoint(parts, folder, n_saved=2, **options))
    weights = []
    trainer.on(Events.ITERATION_COMPLETED(once=4), lambda: weights.extend(full(model)))
    trainer.run(range(6))
    expected, rest = full(model), drawn[4:]

    dist.barrier()
    trainer, model, optimizer, drawn = built(9, sharding)
    parts = {"model": model, "optimizer": optimizer, "trainer": trainer}
    trainer.on(Events.COMPLETED, Checkpoint(parts, folder / "again"))
    listed = sorted(path.name for path in folder.glob("checkpoint_*"))
    assert [name.split(".")[0] for name in listed] == ["checkpoint_4", "checkpoint_6"], listed
    Checkpoint.load(folder / listed[0], parts)
    assert trainer.state.iteration == 4
    assert all(torch.equal(a, b) for a, b in zip(weights, full(model), strict=True))
    trainer.run(range(6))
    assert all(torch.equal(a, b) for a, b in zip(expected, full(model), strict=True))
    assert drawn == rest, "each rank has its own randomness back"


def a_failure_on_the_first_rank_is_raised_on_all():
    trainer, model, _, _ = built(1, False)
    if rank == 0:
        (root / "file").write_text("in the way of a folder")
    dist.barrier()
    handler = Checkpoint({"model": model}, root / "file")
    trainer.on(Events.ITERATION_COMPLETED(once=1), handler)
    with pytest.raises(RankError if rank else CheckpointError):
        trainer.run(range(2))


def a_rank_without_data_takes_part():
    data = [(torch.eye(3), torch.tensor([0, 1, 1]))] if rank == 0 else []
    for batches in (data, iter(data)):
        evaluator = Engine(lambda engine, batch: batch)
        evaluator.add_metric(Accuracy(), "accuracy")
        assert evaluator.run(batches).metrics["accuracy"] == pytest.approx(2 / 3)
        assert evaluator.state.iteration == (rank == 0)


def main():
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{root}/meet", rank=rank, world_size=world)
    try:
        for form in FORMS:
            options = {"sharded": "sharded" in form, "asynchronous": "asynchronous" in form}
            saves_and_loads(root / form, "fsdp" in form, **options)
            print(form)
        a_failure_on_the_first_rank_is_raised_on_all()
        print("failure")
        a_rank_without_data_takes_part()
        print("no data")
        dist.barrier()
    finally:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
