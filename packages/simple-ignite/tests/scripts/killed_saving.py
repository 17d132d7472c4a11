"""Save checkpoints in a child that is killed in the middle, again and again; after each kill one must load.

`killed_saving.py FOLDER KILLS SEED` prints how many kills left a temporary file (so fell within a save), how
many left no good checkpoint, how many went back behind what had been reported as saved, the last step, and
how many files and temporary files are left after one more save.
"""

import os
import random
import signal
import sys
import time
import warnings
from pathlib import Path

import torch

from simple_ignite import Engine, Events
from simple_ignite.handlers import Checkpoint


class Weights:
    """Two tensors that must agree, of 1 MiB together."""

    def __init__(self):
        self.halves = torch.zeros(2, 1 << 17)

    def state_dict(self):
        return {"first": self.halves[0].clone(), "second": self.halves[1].clone()}

    def load_state_dict(self, state):
        self.halves = torch.stack([state["first"], state["second"]])


def save_forever(folder, asynchronous, progress):
    torch.set_num_threads(1)
    weights = Weights()
    trainer = Engine(lambda engine, batch: weights.halves.fill_(engine.state.iteration))
    parts = {"weights": weights, "trainer": trainer}
    Checkpoint.load_latest(folder, parts, required=False)
    saving = Checkpoint(parts, folder, n_saved=1, asynchronous=asynchronous)
    trainer.on(Events.ITERATION_COMPLETED, saving)
    if not asynchronous:
        report = lambda engine: progress.write_text(str(engine.state.iteration))  # noqa: E731
        trainer.on(Events.ITERATION_COMPLETED, report, priority=-2000)
    trainer.run(max_iterations=10**9)


def clean(folder):
    """Save once more, undisturbed."""
    weights, trainer = Weights(), Engine(print)
    parts = {"weights": weights, "trainer": trainer}
    saving = Checkpoint(parts, folder)
    Checkpoint.load_latest(folder, parts)
    saving(trainer)


def main():
    folder, kills, chance = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
    within, lost, behind, last = 0, 0, 0, 0
    for kill in range(kills):
        progress = folder / f"progress{kill}"
        child = os.fork()
        if child == 0:
            save_forever(folder, bool(kill % 2), progress)
            os._exit(1)
        begun = time.monotonic()
        while kill == 0 and not list(folder.glob("*.pt")) and time.monotonic() - begun < 30:
            time.sleep(0.001)  # the first of all saves may finish
        while not list(folder.glob(".*.tmp")) and time.monotonic() - begun < 30:
            time.sleep(0.0002)
        time.sleep(chance.choice([0, chance.uniform(0, 0.005), chance.uniform(0, 0.06)]))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        left = list(folder.glob(".*.tmp"))
        within += bool(left)
        for path in left if kill % 3 else []:  # every third time the next run is to sweep them
            path.unlink()
        reported = int(progress.read_text() or 0) if progress.exists() else 0
        weights, trainer = Weights(), Engine(print)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                Checkpoint.load_latest(folder, {"weights": weights, "trainer": trainer})
        except Exception as error:
            print(error, file=sys.stderr)
            lost += 1
            continue
        step = trainer.state.iteration
        whole = bool((weights.halves == step).all())
        lost += not whole
        behind += step < max(last, reported)
        last = max(last, step)
    clean(folder)
    print(within, lost, behind, last, len(list(folder.glob("*.pt"))), len(list(folder.glob(".*.tmp"))))


if __name__ == "__main__":
    main()
