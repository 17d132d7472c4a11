"""Trackers side by side: what a call, a start and an import cost, bytes a point, and what a kill takes.

Usage: python peers.py [CALLS], in an environment that has the peers to compare with; those that are missing
are left out. Every tracker works in processes of its own, offline, in a fresh folder. `lost` is how many of
the points whose call had returned were gone after the process killed itself (SIGKILL) right after the last
one.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

POINTS = 2000
ENVIRONMENT = {
    "WANDB_MODE": "offline",
    "WANDB_SILENT": "true",
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "1",
    "AIM_TELEMETRY_ENABLED": "0",
}
Log = Callable[[dict[str, float], int], object]
Tracker = Callable[[], tuple[Log, Callable[[], object]]]


def start_simple_track() -> tuple[Log, Callable[[], object]]:
    """This package."""
    from simple_track import Track

    run = Track.run(project="bench", dir="data")
    return run.log, run.finish


def start_wandb() -> tuple[Log, Callable[[], object]]:
    """W&B, offline."""
    import wandb

    run = wandb.init(project="bench", mode="offline", dir=".")
    return lambda values, step: run.log(values, step=step), run.finish


def start_tensorboard() -> tuple[Log, Callable[[], object]]:
    """TensorBoard's event files, by tensorboardX."""
    from tensorboardX import SummaryWriter

    writer = SummaryWriter("data")

    def log(values: dict[str, float], step: int) -> None:
        for key, value in values.items():
            writer.add_scalar(key, value, step)

    return log, writer.close


def start_mlflow() -> tuple[Log, Callable[[], object]]:
    """MLflow, on files."""
    import mlflow

    mlflow.set_tracking_uri(Path("data").absolute().as_uri())
    mlflow.start_run()
    return lambda values, step: mlflow.log_metrics(values, step=step), mlflow.end_run


def start_trackio() -> tuple[Log, Callable[[], object]]:
    """Hugging Face's trackio."""
    import trackio

    trackio.init(project="bench", embed=False)
    return lambda values, step: trackio.log(values, step=step), trackio.finish


def start_aim() -> tuple[Log, Callable[[], object]]:
    """Aim."""
    from aim import Run

    run = Run(repo=".", system_tracking_interval=None, capture_terminal_logs=False)

    def log(values: dict[str, float], step: int) -> None:
        for key, value in values.items():
            run.track(value, name=key, step=step)

    return log, run.close


TRACKERS: dict[str, tuple[str, Tracker]] = {
    "simple-track": ("simple_track", start_simple_track),
    "wandb": ("wandb", start_wandb),
    "tensorboardX": ("tensorboardX", start_tensorboard),
    "mlflow": ("mlflow", start_mlflow),
    "trackio": ("trackio", start_trackio),
    "aim": ("aim", start_aim),
}


def count_points(name: str) -> int:
    """How many points the files of this folder hold, read as the tracker itself reads them."""
    counters: dict[str, Callable[[], int]] = {
        "simple-track": _count_simple_track,
        "wandb": _count_wandb,
        "tensorboardX": _count_tensorboard,
        "mlflow": lambda: sum(f.read_text().count("\n") for f in Path("data").glob("*/*/metrics/*")),
        "trackio": _count_trackio,
    }
    return counters[name]()


def _count_simple_track() -> int:
    from simple_track import Track

    return Track.runs(dir="data")[0].history(["x"]).rows


def _count_wandb() -> int:
    from wandb.proto import wandb_internal_pb2

    found = 0
    for data in _log_records(next(Path("wandb").glob("offline-run-*/*.wandb")).read_bytes()):
        record = wandb_internal_pb2.Record()
        record.ParseFromString(data)
        found += record.HasField("history")
    return found


def _log_records(data: bytes) -> Iterator[bytes]:
    """The whole records of a LevelDB log, as `.wandb` files are: blocks of 32 KiB, and a head of 7 bytes."""
    place, parts = 7, b""
    while place + 7 <= len(data):
        left = 32768 - place % 32768
        if left < 7:
            place += left
            continue
        length, kind = int.from_bytes(data[place + 4 : place + 6], "little"), data[place + 6]
        piece = data[place + 7 : place + 7 + length]
        if kind == 0 or len(piece) < length:
            return
        parts = piece if kind in (1, 2) else parts + piece
        if kind in (1, 4):
            yield parts
        place += 7 + length


def _count_tensorboard() -> int:
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    events = EventFileLoader(str(next(Path("data").glob("events*")))).Load()
    return sum(len(event.summary.value) for event in events)


def _count_trackio() -> int:
    import sqlite3

    found = 0
    for path in Path("trackio").glob("*.db"):
        with sqlite3.connect(path) as connection:
            found += connection.execute("select count(*) from metrics").fetchone()[0]
    return found


def calls(start: Tracker, count: int) -> dict[str, float]:
    """Microseconds a call with one and with ten numbers, best of some rounds; bytes a point at the end."""
    before = time.perf_counter()
    log, finish = start()
    started = time.perf_counter() - before
    found: dict[str, float] = {}
    step = 0
    for width in (1, 10):
        values = {f"m{i}": 0.123456789 * (i + 1) for i in range(width)}
        best = 1e9
        for _ in range(5):
            before = time.perf_counter()
            for _ in range(count):
                log(values, step)
                step += 1
            best = min(best, (time.perf_counter() - before) / count)
        found[f"µs, {width}"] = best * 1e6
    before = time.perf_counter()
    finish()
    found["start+finish ms"] = (started + time.perf_counter() - before) * 1e3
    found["bytes/point"] = sum(f.stat().st_size for f in Path().rglob("*") if f.is_file()) / (count * 5 * 11)
    return found


def one_run(start: Tracker) -> dict[str, float]:
    """Milliseconds to start and finish a run of one point; the second of two, after all imports."""
    times = []
    for _ in range(2):
        before = time.perf_counter()
        log, finish = start()
        log({"x": 1.0}, 0)
        finish()
        times.append(time.perf_counter() - before)
    return {"start+finish ms": times[-1] * 1e3}


def die(start: Tracker) -> None:
    """Log, and be killed right after the last call has returned."""
    log, _ = start()
    for step in range(POINTS):
        log({"x": float(step)}, step)
    os.kill(os.getpid(), signal.SIGKILL)


def work(what: str, name: str, count: int) -> None:
    """What a child process does."""
    module, start = TRACKERS[name]
    before = time.perf_counter()
    importlib.import_module(module)
    imported = (time.perf_counter() - before) * 1e3
    if what == "calls":
        found = calls(start, count) | {"import ms": imported}
        print("RESULT " + json.dumps(found))
    elif what == "one":
        print("RESULT " + json.dumps(one_run(start)))
    elif what == "die":
        die(start)
    elif what == "count":
        print("RESULT " + json.dumps({"lost": POINTS - count_points(name)}))


def child(what: str, name: str, count: int, folder: Path) -> dict[str, float]:
    """The result of a child process; empty when it failed or took too long."""
    environment = {**os.environ, **ENVIRONMENT, "TRACKIO_DIR": str(folder / "trackio"), "HOME": str(folder)}
    command = [sys.executable, str(Path(__file__).absolute()), what, name, str(count)]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
        )
    except subprocess.TimeoutExpired:
        return {}
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not lines and what != "die":
        print(f"{name} {what}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
    return dict(json.loads(lines[-1].removeprefix("RESULT "))) if lines else {}


def results(count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each tracker that is installed, with what was found out about it."""
    for name, (module, _) in TRACKERS.items():
        if importlib.util.find_spec(module) is None:
            continue
        found: dict[str, Any] = {}
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            found |= child(
                "calls", name, count if name in ("simple-track", "tensorboardX") else count // 10, Path(one)
            )
            child("die", name, count, Path(two))
            if name != "aim":  # its store shows nothing to a reader that was not told which run to finish
                found |= child("count", name, count, Path(two))
        with tempfile.TemporaryDirectory() as three:
            found |= child("one", name, count, Path(three))
        yield name, found


def main(count: int) -> None:
    """Print a table."""
    columns = ("µs, 1", "µs, 10", "start+finish ms", "import ms", "bytes/point", "lost")
    print(f"{'':14}" + "".join(f"{column:>17}" for column in columns))
    for name, found in results(count):
        cells = (f"{found[column]:.1f}" if column in found else "-" for column in columns)
        print(f"{name:14}" + "".join(f"{cell:>17}" for cell in cells), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        work(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
