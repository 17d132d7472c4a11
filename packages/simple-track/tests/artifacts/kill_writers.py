"""Kill processes that log, alias and remove versions, and look at what is left; run as a script.

Usage: kill_writers.py STORE KILLS SEED. Two writers at a time work in one store, and one of them is killed at
a random moment; whatever a call had returned must be there. Prints how many versions were logged.
"""

import contextlib
import os
import random
import signal
import sys
import time
from pathlib import Path

from simple_track.artifacts import trail_state
from simple_track.artifacts.artifact import Artifact, find_artifact, log_artifact
from simple_track.artifacts.collection import Collection
from simple_track.artifacts.trail_state import TrailState
from simple_track.maintenance.doctor import examine
from simple_track.maintenance.garbage import remove_garbage
from simple_track.storage.layout import Layout


def write(layout, seed, out):
    """Log versions for ever, and say after each which one it is."""
    dice = random.Random(seed)
    for count in range(10**9):
        artifact = Artifact("model", "model")
        artifact.add_bytes(f"{seed} {count}".encode(), "step.txt")
        artifact.add_bytes(dice.randbytes(dice.choice([10, 10_000, 300_000])), "weights.bin")
        artifact.add_bytes(b"the same", "labels.txt")
        version = log_artifact(layout, "demo", f"run-{seed}", artifact, [f"of-{seed}"])
        os.write(out, f"+{version.number} {version.digest}\n".encode())
        if dice.random() < 0.1:
            os.write(out, f"-{version.number} \n".encode())  # from here on it may be gone
            version.remove("a test")


def start(layout, seed):
    reader, out = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        with contextlib.suppress(BaseException):
            write(layout, seed, out)
        os._exit(0)
    os.close(out)
    return pid, os.fdopen(reader, "r")


def main():
    layout, kills, dice = Layout(Path(sys.argv[1])), int(sys.argv[2]), random.Random(int(sys.argv[3]))
    collection = Collection.of(layout, "demo", "model")
    logged, removed = {}, set()
    for number in range(0, kills, 2):
        writers = [start(layout, number + n) for n in range(2)]
        lines = [out.readline() for _, out in writers]  # both are at work
        for pid, _ in writers:
            time.sleep(dice.random() / 10)
            os.kill(pid, signal.SIGKILL)
        for pid, out in writers:
            lines += out.readlines()
            os.waitpid(pid, 0)
        for line in lines:
            name, digest = line[1:].split(" ")
            if line[0] == "-":
                removed.add(int(name))
                continue
            assert int(name) not in logged, f"v{name} was given twice"
            logged[int(name)] = digest.strip()
        trail_state._states.clear()
        followed = collection.state()
        assert followed == TrailState().after(*collection._trail.read()), "the cached state is another one"
        versions = collection.versions()
        assert set(logged) - removed <= set(versions), sorted(set(logged) - removed - set(versions))
        for version in versions:
            if version in logged:
                assert collection.manifest(version).digest == logged[version]
            collection.manifest(version)
    left = remove_garbage(layout, young=-1)
    assert not left.doubts, left.doubts
    for version in collection.versions():
        find_artifact(layout, "demo", f"model:v{version}").verify()
    wrong = [finding for finding in examine(layout, deep=True) if finding.level != "note"]
    assert not wrong, wrong
    print(len(logged))


if __name__ == "__main__":
    main()
