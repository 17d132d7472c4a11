"""Cut off a file while a worker of a DataLoader reads it, and print the error: `cut_off.py PATH`."""

import os
import sys
import warnings

from torch.utils.data import DataLoader, Dataset

from simple_ignite.data import CachedData


class Held(Dataset):
    """Reads on from a view that was taken before the file was cut off, which nothing can notice in time."""

    def __init__(self, path):
        self.path = path
        self.view = CachedData(path).tensor("uint8", (4, -1))

    def __len__(self):
        return 4

    def __getitem__(self, index):
        os.truncate(self.path, 4096)
        return self.view[index].clone()


class Written(Held):
    """Writes to what is read-only."""

    def __getitem__(self, index):
        return self.view[index].add_(1)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    kind = {"cut": Held, "write": Written}[sys.argv[2]]
    for _ in DataLoader(kind(sys.argv[1]), 1, num_workers=1):
        pass
