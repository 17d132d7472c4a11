"""Spawned workers under a watch for signals: prints what their `worker_init_fn` left, and who they are.

    spawned_workers.py

One signal goes to the worker before each batch.
"""

import os
import signal

import torch
from torch.utils.data import DataLoader, Dataset

from simple_ignite.engine.signals import SignalWatch
from simple_ignite.engine.workers import iterate_sheltered


class Items(Dataset):
    initialised = 0

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return torch.tensor([os.getpid(), Items.initialised])


def initialise(worker_id):
    Items.initialised = 1


def main():
    loader = DataLoader(Items(), 1, num_workers=1, worker_init_fn=initialise, multiprocessing_context="spawn")
    with SignalWatch(print):
        iterator = iterate_sheltered(loader)
        found = [next(iterator)]
        for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGTERM):
            os.kill(int(found[0][0, 0]), number)
            found.append(next(iterator))
    print(loader.worker_init_fn is initialise, torch.cat(found).unique(dim=0)[:, 1].tolist())


if __name__ == "__main__":
    main()
