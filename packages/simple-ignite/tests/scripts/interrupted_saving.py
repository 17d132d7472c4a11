"""Ctrl-C at each place, one after the other, at which Python can take it while a thread is given a save.

    interrupted_saving.py FOLDER

Prints at how many places it fell, how often a run ended otherwise than by KeyboardInterrupt, how many threads
were left waiting, how often the latest checkpoint was not there whole, and how often there was one.
"""

import dis
import functools
import itertools
import signal
import sys
import threading
from pathlib import Path

import torch

from simple_ignite import Engine, Events
from simple_ignite.handlers import Checkpoint

OURS = ("checkpoint.py", "interrupt.py", "writer.py")
THEIRS = ("threading.py", "thread.py", "_base.py", "_weakrefset.py")
TAKES = ("CALL", "CALL_FUNCTION_EX", "CALL_KW", "RESUME", "JUMP_BACKWARD")  # then Python looks for signals
PATIENCE = 10  # seconds


@functools.cache
def places_in(code):
    """Where in a code object a signal can be taken: the offsets after those bytecodes."""
    found = list(dis.get_instructions(code))
    return {after.offset for one, after in itertools.pairwise(found) if one.opname in TAKES}


class CtrlC:
    """Sends Ctrl-C at the place that comes as number `wanted`, in the code in question."""

    def __init__(self, wanted: int) -> None:
        self.left = wanted

    def trace(self, frame, event, _argument):
        if not frame.f_code.co_filename.endswith(OURS + THEIRS):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode" and self.left and frame.f_lasti in places_in(frame.f_code):
            self.left -= 1
            if not self.left:
                signal.raise_signal(signal.SIGINT)
        return self.trace


def train(folder: Path, ctrl_c: CtrlC) -> tuple[Checkpoint, bool]:
    """Run three iterations, each with a save; return the handler, and whether Ctrl-C ended the run."""
    trainer = Engine(lambda engine, batch: None)
    saving = Checkpoint({"model": torch.nn.Linear(1, 1), "trainer": trainer}, folder, asynchronous=True)

    def traced(engine: Engine) -> None:
        sys.settrace(ctrl_c.trace)
        try:
            saving(engine)
        finally:
            sys.settrace(None)

    trainer.on(Events.ITERATION_COMPLETED, traced)
    try:
        trainer.run(range(3))
    except KeyboardInterrupt:
        return saving, True
    return saving, False


def main(folder: Path) -> None:
    places = other = stuck = missing = finished = 0
    while True:
        ctrl_c = CtrlC(places + 1)
        saving, ended = train(folder, ctrl_c)
        if ctrl_c.left:  # there is no such place any more
            break
        places += 1
        other += not ended
        waiting = threading.Thread(target=saving.wait, daemon=True)
        waiting.start()
        waiting.join(PATIENCE)
        stuck += waiting.is_alive()
        if stuck:
            break
        if saving.latest is not None:
            finished += 1
            missing += Checkpoint.load_latest(folder, {"model": torch.nn.Linear(1, 1)}) is None
            missing += not saving.latest.exists()
    saving = None  # and with it the thread that it kept
    for thread in threading.enumerate():
        if thread.name.startswith("checkpoint"):
            thread.join(PATIENCE)
            stuck += thread.is_alive()
    print(places, other, stuck, missing, finished, flush=True)
    if stuck:
        signal.raise_signal(signal.SIGKILL)  # nothing else ends this process


if __name__ == "__main__":
    main(Path(sys.argv[1]))
