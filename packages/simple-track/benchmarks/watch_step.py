"""What `run.watch` adds to a step of a model of 10 million parameters on the CPU at log_freq=100 (bar: 5 %).

Usage: OMP_NUM_THREADS=1 python watch_step.py [ROUNDS]. Rounds of 100 steps, watched and not in turn; the
medians.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time

import torch

from simple_track import Track


def hundred_steps(model: torch.nn.Module, optimizer: torch.optim.Optimizer, batch: torch.Tensor) -> float:
    """Seconds for 100 training steps."""
    before = time.perf_counter()
    for _ in range(100):
        optimizer.zero_grad()
        model(batch).square().mean().backward()
        optimizer.step()
    return time.perf_counter() - before


def main(rounds: int) -> None:
    """Measure watched and unwatched rounds in turn."""
    torch.manual_seed(0)
    layers = [layer for _ in range(10) for layer in (torch.nn.Linear(1000, 1000), torch.nn.ReLU())]
    model = torch.nn.Sequential(*layers)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    batch = torch.randn(32, 1000)
    hundred_steps(model, optimizer, batch)
    times: dict[str, list[float]] = {"plain": [], "gradients": [], "all": []}
    with tempfile.TemporaryDirectory() as folder, Track.run(project="bench", dir=folder, system=False) as run:
        for _ in range(rounds):
            for log, found in times.items():
                if log != "plain":
                    run.watch(model, log=log, log_freq=100)
                found.append(hundred_steps(model, optimizer, batch))
                run.unwatch()
    plain = statistics.median(times["plain"])
    count = sum(p.numel() for p in model.parameters()) / 1e6
    print(f"{count:.1f} M parameters, {plain * 10:.1f} ms a step")
    for log in ("gradients", "all"):
        extra = statistics.median(b / a - 1 for a, b in zip(times["plain"], times[log], strict=True))
        print(f"watching {log:9}: {extra:+.2%} (bar 5 %)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
