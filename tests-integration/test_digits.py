"""The digits example, run as a user runs it: what it leaves behind, and what it says to mistakes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from simple_track import Track

EXAMPLE = Path(__file__).parent.parent / "docs/examples/digits"


def only_run(folder: Path):
    Track.set_dir(folder / ".simple")
    (run,) = Track.runs(project="digits")
    return run


def test_the_script_is_short_enough_to_copy():
    assert len((EXAMPLE / "train.py").read_text("utf-8").splitlines()) <= 100


def test_three_epochs_leave_a_finished_run_with_its_metrics_config_and_artifact(example, tmp_path):
    done = example("digits", "train.epochs=3", "train.lr=0.01")
    assert done.returncode == 0, done.stderr
    run = only_run(tmp_path)
    assert run.state == "finished"
    assert str(run.dir) in done.stdout
    assert "val/accuracy" in done.stdout
    assert run.config["train"]["epochs"] == 3
    assert run.config["train"]["lr"] == 0.01
    assert list(tmp_path.glob(f"checkpoints/{run.id}/checkpoint_69.pt"))
    assert run.summary["val/accuracy"] == max(run.history(keys=["val/accuracy"])["val/accuracy"])
    history = run.history()
    assert (~torch.isnan(torch.as_tensor(history["train/loss"]))).sum() == 3 * 23
    assert (~torch.isnan(torch.as_tensor(history["val/accuracy"]))).sum() == 3
    weights = Track.artifact("digits-model:best").download(tmp_path / "downloaded")
    (checkpoint,) = Path(weights).glob("*.pt")
    assert torch.load(checkpoint, weights_only=True)


@pytest.mark.slow
def test_as_it_stands_it_reaches_more_than_96_percent(example, tmp_path):
    done = example("digits")
    assert done.returncode == 0, done.stderr
    history = only_run(tmp_path).history(keys=["val/accuracy"])
    assert max(history["val/accuracy"]) > 0.96


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_same_path_on_a_gpu(example, tmp_path):
    done = example("digits", "device=cuda")
    assert done.returncode == 0, done.stderr
    history = only_run(tmp_path).history(keys=["val/accuracy"])
    assert max(history["val/accuracy"]) > 0.96


@pytest.mark.slow
@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGKILL])
def test_a_job_that_is_killed_is_continued_by_the_same_command(example, tmp_path, way):
    command = [sys.executable, str(EXAMPLE / "train.py"), "train.epochs=8", "train.patience=100"]
    settings = {**os.environ, "OMP_NUM_THREADS": "1"}
    whole = tmp_path / "whole"
    whole.mkdir()
    assert subprocess.run(command, cwd=whole, env=settings, capture_output=True, check=False).returncode == 0
    training = subprocess.Popen(command, cwd=tmp_path, env=settings, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("checkpoints/*/checkpoint_*.pt")):
        assert training.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    training.send_signal(way)
    assert training.wait(60) == (143 if way == signal.SIGTERM else -9)
    assert only_run(tmp_path).state == ("interrupted" if way == signal.SIGTERM else "crashed")
    assert example("digits", *command[2:]).returncode == 0
    run, expected = only_run(tmp_path), only_run(whole)
    assert run.state == "finished"
    for key in ("train/loss", "val/accuracy", "val/loss"):
        ours, theirs = run.history([key]), expected.history([key])
        assert ours["step"].tolist() == theirs["step"].tolist()
        assert ours[key].tolist() == theirs[key].tolist()
    assert dict(run.summary) == dict(expected.summary)


def test_ctrl_c_marks_the_run_interrupted_and_leaves_a_whole_checkpoint(tmp_path):
    command = [sys.executable, str(EXAMPLE / "train.py"), "train.epochs=1000", "train.patience=1000"]
    settings = {**os.environ, "OMP_NUM_THREADS": "1"}
    training = subprocess.Popen(
        command, cwd=tmp_path, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("checkpoints/*/*.pt")):
        assert training.poll() is None, training.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    training.send_signal(signal.SIGINT)
    _, errors = training.communicate(timeout=60)
    assert training.returncode == 130
    assert "Traceback" not in errors
    assert only_run(tmp_path).state == "interrupted"
    checkpoints = list(tmp_path.glob("checkpoints/*/*.pt"))
    assert checkpoints
    assert all(torch.load(checkpoint, weights_only=True) for checkpoint in checkpoints)


MISTAKES = {
    "train.epocs=3": """\
error: command line: unknown key 'epocs'
  train.epocs=3
        ^
  hint: did you mean 'epochs'?
""",
    "train.lr=fast": """\
error: command line: expected float, got text 'fast'
  train.lr=fast
           ^
""",
    "train.epochs=2.5": """\
error: command line: expected int, got 2.5
  train.epochs=2.5
               ^
  hint: a fraction is never cut off
""",
    "model.hidden=[1,2": """\
error: command line: unclosed [
  model.hidden=[1,2
               ^
  hint: close it with ]
""",
    "model.dropout=1.5": """\
error: command line: dropout must be in [0, 1)
  model.dropout=1.5
                ^
""",
}


@pytest.mark.parametrize("override", MISTAKES)
def test_a_mistake_in_an_override_is_one_message_that_points_at_it(example, tmp_path, override):
    done = example("digits", override)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", MISTAKES[override])
    assert not (tmp_path / ".simple").exists()


def test_a_typo_in_the_file_names_line_and_column(example, tmp_path):
    text = (EXAMPLE / "config.sdn").read_text("utf-8").replace("batch_size:", "batchsize:")
    (tmp_path / "typo.sdn").write_text(text)
    done = example("digits", "typo.sdn")
    assert done.returncode == 2
    line = text.splitlines().index("    batchsize: 64") + 1
    assert f"typo.sdn:{line}:5: train.batchsize: unknown key 'batchsize'" in done.stderr
    assert "did you mean 'batch_size'?" in done.stderr
    assert "train.batch_size: this key is required" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_named(example):
    done = example("digits", "missing.sdn")
    assert done.returncode == 2
    assert "missing.sdn" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_dependency_is_named_with_the_command_that_installs_it(tmp_path):
    code = (
        "import runpy, sys\n"
        "sys.modules['sklearn'] = None\n"  # as where scikit-learn is not installed
        f"runpy.run_path({str(EXAMPLE / 'train.py')!r}, run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "train.py: scikit-learn is missing: pip install scikit-learn\n"


def test_help_lists_the_keys_with_their_types_and_values(example):
    done = example("digits", "--help")
    assert done.returncode == 0
    for part in ("train.patience", "int", "Epochs without a better accuracy before stopping."):
        assert part in done.stdout
