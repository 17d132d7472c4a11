"""The cost of a checkpoint of 50 million parameters beside torch.save and pytorch-ignite.

Run with simple-ignite and, if you like, pytorch-ignite installed: `python benchmarks/checkpoint_cost.py
[FOLDER]`. All ways take turns in one run, and the best of each is shown: a disk is noisy.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from torch import nn

from simple_ignite import Engine
from simple_ignite.handlers import Checkpoint

ROUNDS = 7
PARAMETERS = 50_000_000


def model() -> nn.Module:
    """Return 50 million parameters in 50 tensors."""
    return nn.ParameterList([nn.Parameter(torch.randn(PARAMETERS // 50)) for _ in range(50)])


def torch_save(weights: nn.Module, folder: Path) -> None:
    torch.save({"model": weights.state_dict()}, folder / "plain.pt")


def torch_save_fsync(weights: nn.Module, folder: Path) -> None:
    torch_save(weights, folder)
    with (folder / "plain.pt").open("rb+") as file:
        os.fsync(file.fileno())


def ways(weights: nn.Module, folder: Path) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Return, by name, what is timed and what is done after it outside the time."""
    engines = {name: Engine(lambda engine, batch: None) for name in ("whole", "thread")}
    whole = Checkpoint({"model": weights}, folder / "whole", n_saved=2)
    thread = Checkpoint({"model": weights}, folder / "thread", n_saved=2, asynchronous=True)

    def save(name: str, handler: Checkpoint) -> None:
        engines[name].state.iteration += 1
        handler(engines[name])

    found: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "torch.save": (lambda: torch_save(weights, folder), (folder / "plain.pt").unlink),
        "torch.save + fsync": (lambda: torch_save_fsync(weights, folder), (folder / "plain.pt").unlink),
        "Checkpoint": (lambda: save("whole", whole), lambda: None),
        "Checkpoint, asynchronous: stall": (lambda: save("thread", thread), thread.wait),
    }
    with contextlib.suppress(ImportError):
        from ignite.engine import Engine as Peer
        from ignite.handlers import Checkpoint as PeerCheckpoint
        from ignite.handlers import DiskSaver

        engine = Peer(lambda engine, batch: None)
        engine.run([1])
        saver = DiskSaver(str(folder / "ignite"), create_dir=True, require_empty=False)
        peer = PeerCheckpoint(
            {"model": weights}, saver, n_saved=2, global_step_transform=lambda e, n: e.state.iteration
        )

        def save_peer() -> None:
            engine.state.iteration += 1
            peer(engine)

        found["pytorch-ignite Checkpoint"] = (save_peer, lambda: None)
    return found


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    folder = Path(tempfile.mkdtemp(dir=sys.argv[1] if len(sys.argv) > 1 else None))
    try:
        todo = ways(model(), folder)
        times: dict[str, list[float]] = {name: [] for name in todo}
        for number in range(ROUNDS + 1):
            for name, (work, after) in todo.items():
                begun = time.perf_counter()
                work()
                if number:  # the first time warms up
                    times[name].append(time.perf_counter() - begun)
                after()
        floor = min(times["torch.save + fsync"])
        print(f"{'':34}{'best ms':>9}{'of torch.save + fsync':>24}")
        for name, measured in times.items():
            print(f"{name:34}{min(measured) * 1e3:9.0f}{min(measured) / floor:24.2f}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
