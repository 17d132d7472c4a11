"""One of two ranks whose set-up is checked. Arguments: rank, port, case, folder for the report."""

import json
import os
import sys
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from simple_ignite import Events, supervised_trainer
from simple_ignite.checks import RuntimeValidator

RANK, PORT, CASE, FOLDER = int(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])


class Net(nn.Module):
    """Two layers; one of them is not used in the case "unused"."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(4, 8), nn.Linear(8, 2)
        # in a DistributedDataParallel on CPUs there is no SyncBatchNorm
        self.norm = nn.SyncBatchNorm(8) if CASE == "empty" else nn.LayerNorm(8)
        self.other = nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits."""
        output = self.second(self.norm(self.first(x)))
        return output if CASE == "unused" else output + self.other(x)


def main() -> None:
    """Check, and end as the mode says."""
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=PORT)
    dist.init_process_group("gloo", rank=RANK, world_size=2)
    torch.manual_seed(RANK)
    count = 0 if CASE == "empty" and RANK == 1 else 32
    data = TensorDataset(torch.randn(count, 4), torch.arange(count) % 2)
    loader = DataLoader(data, 8, shuffle=count > 0)
    torch.manual_seed(0)
    net = Net()
    model = net if CASE == "empty" else nn.parallel.DistributedDataParallel(net)
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    validator = RuntimeValidator("check_only")
    trainer = supervised_trainer(model, optimizer, nn.functional.cross_entropy)
    trainer.on(Events.STARTED, validator)
    try:
        trainer.run(loader)
    finally:
        (FOLDER / f"{RANK}.json").write_text(json.dumps(validator.report.to_dict()))
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
