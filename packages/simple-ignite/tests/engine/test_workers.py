"""The workers of a DataLoader under signals that are meant for the run."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from simple_ignite import Engine, Events
from simple_ignite.engine.signals import SignalWatch, watched
from simple_ignite.engine.workers import iterate_sheltered

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


class Pids(Dataset):
    """Items that say which process made them, and what it does on SIGTERM."""

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return torch.tensor([os.getpid(), worker_initialised])


worker_initialised = 0


def initialise(worker_id):
    global worker_initialised
    worker_initialised = 1


def test_what_is_watched_for_is_known_while_it_is():
    assert watched() == ()
    with SignalWatch(print), SignalWatch(print, ("SIGUSR1", "SIGUSR2")):
        assert watched() == (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
    assert watched() == ()


def test_the_loader_keeps_its_own_worker_init_fn():
    loader = DataLoader(Pids(), 2, num_workers=1, worker_init_fn=initialise)
    with SignalWatch(print):
        iterator = iterate_sheltered(loader)
        assert loader.worker_init_fn is initialise
        assert [batch[:, 1].tolist() for batch in iterator] == [[1, 1], [1, 1]]


def test_a_worker_survives_what_the_run_watches_for():
    with SignalWatch(print):
        iterator = iterate_sheltered(DataLoader(Pids(), 1, num_workers=1))
        worker = int(next(iterator)[0, 0])
        assert worker != os.getpid()
        os.kill(worker, signal.SIGTERM)
        os.kill(worker, signal.SIGUSR1)
        assert [int(batch[0, 0]) for batch in iterator] == [worker] * 3


def test_without_a_watch_a_loader_is_iterated_as_it_is():
    loader = DataLoader(Pids(), 1, num_workers=1)
    iterator = iterate_sheltered(loader)
    next(iterator)
    assert iterator._worker_init_fn is None
    assert list(iterate_sheltered([1, 2])) == [1, 2]


def test_data_that_fail_because_the_signal_reached_their_processes_too_end_the_run_in_order():
    def data():
        yield from range(3)
        os.kill(os.getpid(), signal.SIGTERM)
        raise RuntimeError("DataLoader worker exited unexpectedly")

    trainer, seen = Engine(lambda engine, batch: None), []
    trainer.on(Events.TERMINATED | Events.COMPLETED, lambda engine: seen.append(engine.state.iteration))
    assert trainer.run(data(), epoch_length=9, graceful="return").stop_reason == "SIGTERM"
    assert seen == [3, 3]


@pytest.mark.slow
def test_spawned_workers_are_initialised_and_survive_as_well():
    script = Path(__file__).parents[1] / "scripts" / "spawned_workers.py"
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True [1]\n", "")


EVALUATED = """
import os, sys, time, torch
from torch.utils.data import DataLoader, Dataset
from simple_ignite import Engine, Events
class Slow(Dataset):
    def __len__(self):
        return 20
    def __getitem__(self, index):
        time.sleep(0.02)
        return torch.ones(2)
os.setpgid(0, 0)
trainer, evaluator = Engine(lambda engine, batch: None), Engine(lambda engine, batch: None)
validation = DataLoader(Slow(), 1, num_workers=2, persistent_workers=True)
evaluator.on(Events.ITERATION_COMPLETED(once=5), lambda: print("go", flush=True))
trainer.on(Events.EPOCH_COMPLETED, lambda: evaluator.run(validation))
trainer.on(Events.TERMINATED, lambda: print(evaluator.state.iteration, trainer.state.iteration, flush=True))
trainer.run(DataLoader(Slow(), 4, num_workers=1), max_epochs=3, graceful="return")
print(trainer.state.stop_reason)
"""


@pytest.mark.slow
def test_a_signal_to_the_whole_group_lets_a_validation_with_workers_finish_and_the_process_end():
    process = subprocess.Popen(
        [sys.executable, "-c", EVALUATED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "go\n"
    os.killpg(process.pid, signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert out.splitlines() == ["20 5", "SIGTERM"]


LEFT = """
import torch
from torch.utils.data import DataLoader
from simple_ignite import Engine
trainer = Engine(lambda engine, batch: engine.interrupt() if engine.state.iteration == 2 else None)
loader = DataLoader(torch.arange(100), 1, num_workers=2)
trainer.run(loader, graceful="return")
print(trainer.state.iteration)
"""


@pytest.mark.slow
def test_workers_that_are_left_do_not_hold_up_the_end_of_the_process():
    """multiprocessing asks them to end by SIGTERM, and waits until they have."""
    done = subprocess.run(
        [sys.executable, "-c", LEFT], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "2\n", "")


def test_a_fork_leaves_the_workers_alone_and_epochs_add_nothing_to_do_at_exit(tmp_path):
    script = tmp_path / "forks.py"
    script.write_text(
        """
import atexit, os, sys
from torch.utils.data import DataLoader
from simple_ignite import Engine

def run(epochs):
    loader = DataLoader([1, 2], num_workers=1)
    Engine(lambda engine, batch: None).run(loader, max_epochs=epochs, graceful="return")

run(1)
registered = atexit._ncallbacks()
run(3)
assert atexit._ncallbacks() == registered
kept = DataLoader([1, 2], num_workers=1, persistent_workers=True)
Engine(lambda engine, batch: None).run(kept, graceful="return")
child = os.fork()
if child:
    os.waitpid(child, 0)
    assert all(worker.is_alive() for worker in kept._iterator._workers)
"""
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "simple_ignite" not in done.stderr


INTERRUPTED_FORK = """
import os, signal, torch
from torch.utils.data import DataLoader, TensorDataset
from simple_ignite import Engine

signal.signal(signal.SIGINT, signal.default_int_handler)
os.register_at_fork(after_in_parent=lambda: signal.raise_signal(signal.SIGINT))
done = []
loader = DataLoader(TensorDataset(torch.arange(4)), num_workers=2)
try:
    Engine(lambda engine, batch: done.append(batch)).run(loader)
except KeyboardInterrupt:
    print("interrupted after", len(done))
"""


def test_a_ctrl_c_while_workers_are_forked_is_not_lost():
    # Python drops an exception that is raised in a callback of a fork
    command = [sys.executable, "-c", INTERRUPTED_FORK]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout == "interrupted after 0\n", done.stderr
