"""The rank of this process in a distributed job, and how the ranks of a job find their shared run."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from pathlib import Path

from simple_track.errors import RunNotFoundError
from simple_track.storage.atomic_write import atomic_write
from simple_track.storage.layout import Layout
from simple_track.storage.lock import is_alive

RANK_VARIABLES = ("RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK")
JOB_VARIABLES = (
    "TORCHELASTIC_RUN_ID",
    "TORCHELASTIC_RESTART_COUNT",
    "MASTER_ADDR",
    "MASTER_PORT",
    "SLURM_JOB_ID",
    "SLURM_STEP_ID",
    "WORLD_SIZE",
)
PATIENCE = 120.0
"""Maximum time, in seconds, that a rank waits for rank 0 to start the run."""


def rank() -> int:
    """The rank of this process: of torch.distributed if it is initialized, else of a launcher, else 0."""
    torch = sys.modules.get("torch")
    distributed = getattr(torch, "distributed", None)
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return int(distributed.get_rank())
    for name in RANK_VARIABLES:
        value = os.environ.get(name, "")
        if value.isdigit():
            return int(value)
    return 0


def job_key(project: str) -> str:
    """The key of this job, which all its ranks share."""
    facts = [project, *(f"{name}={os.environ.get(name, '')}" for name in JOB_VARIABLES)]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:32]


def announce(layout: Layout, project: str, run_id: str) -> None:
    """Announce the run of this job to its other ranks."""
    path = layout.rendezvous(project, job_key(project))
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path, durable=False) as file:
        file.write(run_id.encode("ascii"))


def await_run(layout: Layout, project: str, patience: float = PATIENCE) -> str:
    """Wait until rank 0 has started the run of this job.

    Args:
        layout: The store.
        project: The project.
        patience: Maximum time to wait, in seconds.

    Returns:
        The id of the run.

    Raises:
        RunNotFoundError: It did not start in time.
    """
    path = layout.rendezvous(project, job_key(project))
    end = time.monotonic() + patience
    while True:
        run_id = _read(path)
        if run_id and is_alive(layout.run(project, run_id).lock):
            return run_id
        if time.monotonic() > end:
            hint = f"rank 0 did not start one within {patience:.0f} s; call Track.run(shared=True) there too"
            raise RunNotFoundError("of this job", layout.runs, hint)
        time.sleep(0.05)


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (FileNotFoundError, UnicodeDecodeError):
        return ""
