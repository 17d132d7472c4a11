"""ProgressBar: in a terminal, a notebook, a pipe and a log file."""

import io
import os
import subprocess
import sys
import types

import pytest
import torch

from simple_ignite import Engine, Events
from simple_ignite.handlers import ProgressBar
from simple_ignite.handlers import progress_bar as module


class Screen(io.StringIO):
    """A terminal of 80 columns."""

    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    """Return a clock that a test moves on by setting `clock.now`."""
    fake = types.SimpleNamespace(now=0.0)
    monkeypatch.setattr(module, "clock", lambda: fake.now)
    monkeypatch.setenv("COLUMNS", "81")
    return fake


def ticking(clock, seconds):
    def step(engine, batch):
        clock.now += seconds
        return {"loss": torch.tensor(1.0 / engine.state.iteration), "other": 1}

    return Engine(step)


def test_a_terminal_is_redrawn_by_time(clock):
    trainer, screen = ticking(clock, 0.06), Screen()
    ProgressBar(file=screen).attach(trainer, output_transform="loss")
    trainer.run(range(4))
    lines = screen.getvalue().split("\r")
    assert lines[0] == ""
    assert lines[1].startswith("Epoch [1/1]:  50%|")
    assert lines[1].endswith("| 2/4 [00:00<00:00, 16.67it/s, loss=0.5]")
    assert lines[-1].rstrip().endswith("| 4/4 [00:00<00:00, 16.67it/s, loss=0.25]")
    assert lines[-1].endswith("\n")
    assert len(lines) == 3
    assert all(len(line.rstrip("\n")) <= 80 for line in lines)


def test_a_log_file_gets_a_line_now_and_then(clock):
    trainer, log = ticking(clock, 1.0), io.StringIO()
    ProgressBar(file=log, log_interval=10).attach(trainer, output_transform=["loss"])
    trainer.run(range(25), max_epochs=2)
    lines = log.getvalue().splitlines()
    assert [line.split("|")[-1].split()[0] for line in lines] == ["10/25", "20/25", "25/25"] * 2
    assert "\r" not in log.getvalue()
    assert "▏" not in log.getvalue(), "an encoding that is not known gets plain characters"


def test_a_notebook_shows_one_cell_in_place(clock, monkeypatch):
    shown = []

    class Handle:
        def update(self, bundle, raw):
            shown.append(("update", bundle["text/plain"].split("|")[-1].strip()))

    def display(bundle, raw, display_id):
        shown.append(("display", bundle["text/plain"].split("|")[-1].strip()))
        return Handle()

    shell = type("ZMQInteractiveShell", (), {})()
    fake = types.SimpleNamespace(get_ipython=lambda: shell, display=types.SimpleNamespace(display=display))
    monkeypatch.setitem(sys.modules, "IPython", fake)
    trainer = ticking(clock, 0.06)
    ProgressBar().attach(trainer)
    trainer.run(range(4))
    assert shown == [
        ("display", "2/4 [00:00<00:00, 16.67it/s]"),
        ("update", "4/4 [00:00<00:00, 16.67it/s]"),
    ]


def test_values_are_read_only_when_the_line_is_drawn(clock):
    trainer, reads = ticking(clock, 0.01), []
    ProgressBar(file=Screen()).attach(trainer, output_transform=lambda output: reads.append(1) or {})
    trainer.run(range(100))
    assert len(reads) <= 12


def test_metrics_are_shown_and_the_label_may_be_chosen(clock):
    evaluator, screen = ticking(clock, 0.2), Screen()
    evaluator.on(
        Events.EPOCH_COMPLETED,
        lambda engine: engine.state.metrics.update(acc=torch.tensor(0.75)),
        priority=2000,
    )
    ProgressBar("validation", file=screen).attach(evaluator, "all")
    evaluator.run(range(3))
    assert screen.getvalue().split("\r")[-1].startswith("validation: 100%|")
    assert "acc=0.75]" in screen.getvalue()


def test_the_goal_may_be_a_number_of_iterations(clock):
    trainer, screen = ticking(clock, 0.2), Screen()
    ProgressBar(file=screen).attach(trainer)
    trainer.run((n for n in range(100)), max_iterations=5)
    assert "| 5/5 [" in screen.getvalue()
    assert screen.getvalue().split("\r")[1].startswith("Epoch:")


def test_a_run_that_ends_early_leaves_a_whole_line(clock):
    trainer, screen = ticking(clock, 0.2), Screen()
    ProgressBar(file=screen).attach(trainer)
    trainer.on(Events.ITERATION_COMPLETED(once=2), Engine.terminate)
    trainer.run(range(9))
    assert screen.getvalue().endswith("\n")

    def fail(engine, batch):
        clock.now += 0.2
        if batch == 2:
            raise ValueError

    broken, screen = Engine(fail), Screen()
    ProgressBar(file=screen).attach(broken)
    with pytest.raises(ValueError):
        broken.run(range(9))
    assert screen.getvalue().endswith("\n")


def test_a_run_that_goes_on_in_the_middle_of_an_epoch_has_its_bar_too(clock):
    trainer, screen = ticking(clock, 0.06), Screen()
    ProgressBar(file=screen).attach(trainer)
    pause = trainer.on(Events.ITERATION_COMPLETED(once=4), Engine.interrupt)
    data = list(range(10))
    trainer.run(data)
    assert "| 4/10 [" in screen.getvalue()
    pause.remove()
    before = len(screen.getvalue())
    trainer.run(data)
    assert "| 10/10 [00:00<00:00, 16.67it/s]" in screen.getvalue()[before:]


def test_each_state_is_written_once_in_a_log(clock):
    trainer, log = ticking(clock, 1.0), io.StringIO()
    ProgressBar(file=log, log_interval=2).attach(trainer)
    trainer.run(range(4))
    assert [line.split("|")[-1].split()[0] for line in log.getvalue().splitlines()] == ["2/4", "4/4"]


def test_a_log_says_how_far_a_failed_run_came(clock):
    def fail(engine, batch):
        clock.now += 0.2
        if batch == 2:
            raise ValueError

    log = io.StringIO()
    broken = Engine(fail)
    ProgressBar(file=log).attach(broken)
    with pytest.raises(ValueError):
        broken.run(range(9))
    assert "| 3/9 [" in log.getvalue()


def test_lines_may_vanish(clock):
    trainer, screen = ticking(clock, 0.2), Screen()
    ProgressBar(file=screen, persist=False).attach(trainer)
    trainer.run(range(3))
    assert screen.getvalue().endswith(" \r")
    assert "\n" not in screen.getvalue()


SCRIPT = """
import time
from simple_ignite import Engine
from simple_ignite.handlers import ProgressBar
trainer = Engine(lambda engine, batch: time.sleep(0.05))
ProgressBar().attach(trainer)
trainer.run(range(8))
"""


@pytest.mark.slow
def test_a_real_pipe_and_a_real_terminal():
    pty = pytest.importorskip("pty")
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == 1
    assert "\r" not in done.stderr
    assert "| 8/8 [" in done.stderr
    master, slave = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", SCRIPT], stderr=slave, env=environment)
    os.close(slave)
    seen = b""
    while True:
        try:
            chunk = os.read(master, 4096)
        except OSError:
            break
        if not chunk:
            break
        seen += chunk
    os.close(master)
    assert process.wait(timeout=60) == 0
    assert seen.count(b"\r") >= 3
    assert seen.decode().rstrip().endswith("it/s]")


def test_why_a_run_was_stopped_is_said_below_the_line():
    trainer, out = Engine(lambda engine, batch: None), io.StringIO()
    ProgressBar(file=out).attach(trainer)
    trainer.on(Events.EPOCH_COMPLETED(once=2), lambda: trainer.terminate(reason="the loss is good enough"))
    trainer.run(range(3), max_epochs=5)
    assert out.getvalue().splitlines()[2:] == ["Stopped in epoch [2/5]: the loss is good enough"]


def test_a_run_stopped_without_a_reason_has_no_line_for_it():
    trainer, out = Engine(lambda engine, batch: None), io.StringIO()
    ProgressBar(file=out).attach(trainer)
    trainer.on(Events.EPOCH_COMPLETED(once=2), trainer.terminate)
    trainer.run(range(3), max_epochs=5)
    assert len(out.getvalue().splitlines()) == 2


@pytest.mark.parametrize(
    ("data", "goal", "stop", "count"),
    [
        (lambda: range(7), {}, None, 7),
        (lambda: iter(range(7)), {}, None, 7),
        (lambda: (x for x in range(7)), {"epoch_length": 5}, None, 5),
        (lambda: iter(range(7)), {"max_iterations": 5}, None, 5),
        (lambda: range(7), {"max_iterations": 5}, None, 5),
        (lambda: range(7), {}, Engine.terminate_epoch, 4),
        (lambda: range(7), {}, Engine.terminate, 4),
        (lambda: range(7), {}, Engine.interrupt, 4),
        (lambda: iter(range(7)), {}, Engine.terminate_epoch, 4),
        (lambda: iter(range(7)), {}, Engine.terminate, 4),
    ],
)
def test_the_last_line_shows_the_last_output(clock, data, goal, stop, count):
    trainer, screen = ticking(clock, 0.001), Screen()  # so that no line is drawn in between
    ProgressBar(file=screen).attach(trainer, output_transform="loss")
    if stop is not None:
        trainer.on(Events.ITERATION_COMPLETED(once=4), stop)
    trainer.run(data(), **goal)
    last = screen.getvalue().split("\r")[-1]
    assert f"loss={1 / count:.3g}"[:9] in last
    assert f"{count}/" in last or f"{count}it" in last


def test_the_last_output_of_unsized_data_is_let_go():
    trainer, screen = Engine(lambda engine, batch: {"loss": torch.ones(1)}), Screen()
    bar = ProgressBar(file=screen).attach(trainer, output_transform="loss")
    trainer.run(iter(range(3)))
    assert bar._held is None


def test_fast_iterations_seldom_look_at_the_clock_and_slow_ones_always(clock, monkeypatch):
    looks = []
    monkeypatch.setattr(module, "clock", lambda: looks.append(clock.now) or clock.now)

    def step(engine, batch):
        clock.now += 0.0001 if engine.state.iteration <= 1000 else 1.0

    trainer, screen = Engine(step), Screen()
    ProgressBar(file=screen).attach(trainer)
    trainer.run(range(1040))
    fast = [now for now in looks if now <= 0.1]
    assert len(fast) < 1000 / 10
    slow = [round(now - 0.1) for now in looks if now > 0.1]
    assert slow[0] <= 16
    assert set(range(slow[0], 41)) <= set(slow)
    assert "1039/1040" in screen.getvalue()
