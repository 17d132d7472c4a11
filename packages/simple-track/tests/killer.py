"""Kill writing processes at random moments and look at what is left; run as a script, in a light process.

Usage: killer.py writers|runs FOLDER KILLS PAD SEED. Each child counts in shared memory what has returned;
after the kill the files must hold all of that, in order, and at most the one call that was under way. Prints
how many records there are; exits with an error when one is missing, twice, or out of order.
"""

import contextlib
import mmap
import os
import random
import signal
import sys
import time
from pathlib import Path

from simple_track import Track
from simple_track.reading.summary import Summary
from simple_track.reading.tail import FileTail
from simple_track.recording.writer import Writer
from simple_track.storage.layout import Layout
from simple_track.storage.reader import read_records


class Victim:
    """A forked child that works until it is killed."""

    def __init__(self, work):
        self.counter = memoryview(mmap.mmap(-1, 8)).cast("q")  # one store of eight bytes: never half written
        self.pid = os.fork()
        if self.pid == 0:
            with contextlib.suppress(BaseException):
                work(lambda count: self.counter.__setitem__(0, count))
            os._exit(0)

    def kill_after(self, seconds):
        """Kill it some time after its first call has returned; returns how many had."""
        patience = time.perf_counter() + 20
        while self.counter[0] == 0 and time.perf_counter() < patience:
            time.sleep(0.0001)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            time.sleep(0.0001)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return self.counter[0]


def write_forever(layout, start, pad):
    """Log lines of many lengths, and say after each how many have returned."""

    def work(returned):
        writer = Writer(layout, None, Summary(), step=start - 1)
        writer.metrics.open()
        dice = random.Random(start)
        for i in range(start, start + 10**9):
            values = {"i": i, "loss": 1 / (i + 1)}
            if dice.random() < 0.2:
                values["odd"] = float("nan")
            if dice.random() < 0.05:
                values["text"] = "ü" * dice.randrange(pad)
            writer.log(values)
            returned(i + 1)

    return work


def kill_writers(folder, kills, pad, dice):
    """Kill one writer after another; each continues the log of those before it."""
    layout = Layout(folder).run("demo", "one")
    layout.dir.mkdir(parents=True)
    seen = FileTail(layout.metrics)
    there = 0
    for _ in range(kills):
        done = Victim(write_forever(layout, there, pad)).kill_after(dice.random() * 0.002)
        numbers = [record["i"] for record in seen.read()]
        numbers += [record["i"] for record in unfinished(layout.metrics, seen.offset)]
        assert numbers == list(range(there, there + len(numbers))), (
            f"a gap or a line twice: {numbers[:3]} at {there}"
        )
        there += len(numbers)
        assert done <= there <= done + 1, f"{done} calls had returned, {there} lines are there"
        seen.offset = layout.metrics.stat().st_size
    records = list(read_records(layout.metrics))
    assert [record["i"] for record in records] == list(range(there))
    assert [record["step"] for record in records] == list(range(there))
    return there


def unfinished(path, offset):
    """The record at the end that only lacks its newline, if there is one."""
    from simple_track.storage.record import decode

    with path.open("rb") as file:
        file.seek(offset)
        record = decode(file.read())
    return [] if record is None else [record]


def run_forever(folder):
    """A run with numbers, media values and a summary written by hand."""

    def work(returned):
        with Track.run(project="demo", dir=folder, system=False) as run:
            for i in range(10**9):
                run.log({"i": i, "spread": Track.Media.Histogram([i, i + 1, i + 2])})
                run.summary["hand"] = i
                returned(i + 1)

    return work


def kill_runs(folder, kills, _, dice):
    """Kill whole runs; each must be seen as crashed at once, with everything that it logged."""
    total = 0
    for kill in range(kills):
        done = Victim(run_forever(folder)).kill_after(dice.random() * 0.01)
        runs = Track.runs(dir=folder)
        assert len(runs) == kill + 1
        run = runs[0]
        assert run.state == "crashed", run.state
        assert run.end_time is not None
        history = run.history()
        numbers = history["i"][history.present("i")].tolist()
        assert numbers == list(range(len(numbers)))
        assert done <= len(numbers) <= done + 1, f"{done} calls had returned, {len(numbers)} lines are there"
        assert len(run.media("spread")) >= done
        assert run.summary["hand"] >= done - 1
        total += len(numbers)
    assert len(Track.runs(dir=folder, where="state == 'crashed'")) == kills
    return total


if __name__ == "__main__":
    what, place, times, width, seed = sys.argv[1:]
    run = {"writers": kill_writers, "runs": kill_runs}[what]
    print(run(Path(place), int(times), int(width), random.Random(int(seed))))
