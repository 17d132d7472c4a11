"""Overhead of the engine beside the bare loop, pytorch-ignite, Lightning's Trainer and Fabric.

Run with simple-ignite, pytorch-ignite and lightning installed: `python benchmarks/engine_overhead.py`. Peers
that are missing are left out. Every figure is the best of several in this one run.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator

os.environ.setdefault("OMP_NUM_THREADS", "1")
warnings.simplefilter("ignore")

import torch  # noqa: E402
from torch import nn  # noqa: E402

from simple_ignite import Engine, Events  # noqa: E402
from simple_ignite.handlers import ProgressBar  # noqa: E402

ROUNDS = 7
EMPTY = 100_000
REAL = 1_000


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the shortest of several times, in seconds."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def nothing(engine: object, batch: object) -> None:
    """Do nothing."""


def bare(data: range) -> None:
    for batch in data:
        nothing(None, batch)


def handlers(engine: object, events: object, kind: str) -> None:
    """Add three handlers of a kind to an engine of ours or of ignite's."""
    add = getattr(engine, "add_event_handler", None) or engine.on  # type: ignore[attr-defined]
    event = events.ITERATION_COMPLETED  # type: ignore[attr-defined]
    if kind == "batch/100":
        add(events.GET_BATCH_STARTED(every=100), lambda engine: None)  # type: ignore[attr-defined]
        return
    for _ in range(0 if kind == "none" else 3):
        add(event(every=100) if kind == "every=100" else event, lambda engine: None)


def empty_step() -> None:
    """Print the cost of an iteration whose step does nothing."""
    data, few = range(EMPTY), range(EMPTY // 10)
    print("\nempty step, ns an iteration over the bare loop")
    print(f"{'handlers':12}{'bare':>10}{'ours':>10}{'ignite':>10}{'ratio':>10}")
    for kind in ("none", "three", "every=100", "batch/100"):
        ours = Engine(nothing)
        handlers(ours, Events, kind)
        runs: list[tuple[Callable[[], object], int]] = [
            (lambda: bare(data), EMPTY),
            (lambda ours=ours: ours.run(data, restart=True), EMPTY),  # type: ignore[misc]
        ]
        with contextlib.suppress(ImportError):
            import ignite.engine as peer

            theirs = peer.Engine(nothing)
            handlers(theirs, peer.Events, kind)
            runs.append((lambda theirs=theirs: theirs.run(few), len(few)))  # type: ignore[misc]
        turns = [[best(run, 1) / number * 1e9 for run, number in runs] for _ in range(2 * ROUNDS)]
        floor, *rest = (min(figures) for figures in zip(*turns, strict=True))
        shown = [figure - floor for figure in rest]
        ratio = f"{shown[0] / shown[1]:10.3f}" if len(shown) > 1 else ""
        print(f"{kind:12}{floor:10.0f}" + "".join(f"{figure:10.0f}" for figure in shown) + ratio)


def short_runs() -> None:
    """Print the cost of a run over ten batches, and of a progress bar."""
    data, engine = list(range(10)), Engine(nothing)
    cost = best(lambda: [engine.run(data) for _ in range(1000)]) / 1000 * 1e6
    print(f"\na run over ten batches: {cost:.1f} us (bar 15)")
    data = range(EMPTY)
    shown = Engine(nothing)
    ProgressBar(file=io.StringIO(), log_interval=0.1).attach(shown)
    with_bar = best(lambda: shown.run(data)) / EMPTY * 1e9
    without = best(lambda: engine.run(data)) / EMPTY * 1e9
    print(f"a progress bar: {with_bar - without:.0f} ns an iteration (bar 500)")


class Batches:
    """A list of batches that nobody takes for several loaders."""

    def __init__(self, batches: list[torch.Tensor]) -> None:
        self.batches = batches

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[torch.Tensor]:
        return iter(self.batches)


def real_step() -> None:
    """Print the cost of an iteration that trains a tiny model."""
    model, data = nn.Linear(16, 4), Batches([torch.randn(32, 16) for _ in range(REAL)])
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)

    def train(engine: object, batch: torch.Tensor) -> None:
        optimizer.zero_grad()
        model(batch).square().mean().backward()
        optimizer.step()

    def loop() -> None:
        for batch in data:
            train(None, batch)

    engine = Engine(train)
    runs: dict[str, Callable[[], object]] = {"bare loop": loop, "simple-ignite": lambda: engine.run(data)}
    with contextlib.suppress(ImportError):
        import ignite.engine as peer

        theirs = peer.Engine(train)
        runs["pytorch-ignite"] = lambda: theirs.run(data)
    with contextlib.suppress(ImportError):
        runs.update(lightning_runs(data))
    figures: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):  # in turns, so that a slow moment of the machine falls on all
        for name, run in runs.items():
            figures[name].append(best(run, 1))
    floor = min(figures["bare loop"])
    print(f"\na real step of {floor / REAL * 1e6:.0f} us")
    for name, times in figures.items():
        print(f"{name:20}{min(times) / REAL * 1e6:8.1f} us  {min(times) / floor - 1:+8.1%}")


def lightning_runs(data: Batches) -> dict[str, Callable[[], object]]:
    """Return the same training with Lightning's Trainer and Fabric."""
    import lightning

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    logging.getLogger("lightning.fabric").setLevel(logging.ERROR)

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model = nn.Linear(16, 4)

        def training_step(self, batch: torch.Tensor, batch_idx: int) -> torch.Tensor:
            return self.model(batch).square().mean()

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), lr=1e-4)

    def trainer() -> None:
        lightning.Trainer(
            max_epochs=1,
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        ).fit(Module(), data)

    fabric = lightning.Fabric(accelerator="cpu", devices=1)
    model = nn.Linear(16, 4)
    wrapped, optimizer = fabric.setup(model, torch.optim.SGD(model.parameters(), lr=1e-4))

    def loop() -> None:
        for batch in data:
            optimizer.zero_grad()
            fabric.backward(wrapped(batch).square().mean())
            optimizer.step()

    return {"Lightning Trainer": trainer, "Lightning Fabric": loop}


def import_time() -> None:
    """Print what importing costs beyond torch."""
    print("\nimport beyond torch, ms (bar 40)")
    for module in ("simple_ignite", "ignite.engine", "lightning"):
        code = f"import torch, time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
        runs = [
            subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True)
            for _ in range(3)
        ]
        if all(run.returncode == 0 for run in runs):
            print(f"{module:20}{min(float(run.stdout) for run in runs) * 1e3:8.0f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    empty_step()
    short_runs()
    real_step()
    import_time()
