"""What computing eight metrics over two processes costs: one message, beside one for each metric.

Prints milliseconds, the best of several rounds, and ratios.
Usage: `python benchmarks/metric_ranks.py [rounds]`.
"""

import subprocess
import sys
import tempfile
import time
import warnings

import torch
import torch.distributed as dist

from simple_ignite import metrics as ours


def eight():
    """Eight metrics of eight kinds of counts, so that nothing is shared."""
    cross_entropy = torch.nn.functional.cross_entropy
    return {
        "accuracy": ours.Accuracy(),
        "top": ours.Accuracy(top_k=2),
        "recall": ours.Recall(ignore_index=9),
        "precision": ours.Precision(),
        "loss": ours.Loss(cross_entropy),
        "perplexity": ours.Perplexity(),
        "calibration": ours.CalibrationError(
            output_transform=lambda output: (output[0].softmax(1), output[1])
        ),
        "mean": ours.Average(output_transform=lambda output: output[0].mean()),
    }


def timed(function, rounds):
    """Give the milliseconds of the best round, in step with the other process."""
    best = float("inf")
    for _ in range(rounds):
        dist.barrier()
        start = time.perf_counter()
        function()
        best = min(best, time.perf_counter() - start)
    return best * 1e3


def work(rank, folder, rounds):
    """Be one of two processes."""
    warnings.filterwarnings("ignore")
    dist.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=2)
    together, apart = ours.MetricSet(), eight()
    for name, metric in eight().items():
        together.add(name, metric)
    batch = torch.randn(64, 10), torch.randint(0, 10, (64,))
    for metric in (together, *apart.values()):
        metric.update(batch)
    leaves = [leaf for metric in apart.values() for leaf in metric.leaves()]
    states = [value for leaf in leaves for value in leaf.local().values() if isinstance(value, torch.Tensor)]
    flat = timed(together.compute, rounds)
    each = timed(lambda: [metric.compute() for metric in apart.values()], rounds)
    reduces = timed(lambda: [dist.all_reduce(state.clone()) for state in states], rounds)
    if rank == 0:
        print(f"eight metrics in a set, one message    {flat:8.2f} ms")
        print(f"eight metrics alone, a message each    {each:8.2f} ms   a set is {flat / each:5.3f} ×")
        print(
            f"bare all_reduce calls, {len(states)} states     {reduces:8.2f} ms   without merging or values"
        )
    dist.barrier()
    dist.destroy_process_group()


def main():
    """Start both processes."""
    rounds = sys.argv[1] if len(sys.argv) > 1 else "50"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, rounds, folder]
        processes = [subprocess.Popen([*command, str(rank)]) for rank in range(2)]
        for process in processes:
            process.wait(timeout=120)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        work(int(sys.argv[3]), sys.argv[2], int(sys.argv[1]))
    else:
        main()
