"""Checks before training in the examples, run as a user runs them."""

import pytest

VARIABLE = "SIMPLE_IGNITE_VALIDATION"
CLEAN = "checks before training: 0 errors, 0 warnings in "


def test_the_three_modes_of_the_digits_example(example, tmp_path):
    checked = example("digits", "train.epochs=1", "validation_mode=check_only")
    assert checked.returncode == 0
    assert checked.stderr.startswith(CLEAN)
    assert checked.stdout == ""
    assert not (tmp_path / "checkpoints").exists()
    both = example("digits", "train.epochs=1", "validation_mode=check_and_train")
    assert both.returncode == 0
    assert both.stderr.startswith(CLEAN)
    trained = example("digits", "train.epochs=1", "validation_mode=train_only")
    assert trained.returncode == 0
    assert "checks" not in trained.stderr
    metrics = [text.partition("train/loss")[2] for text in (both.stdout, trained.stdout)]
    assert metrics[0] == metrics[1] != ""  # the checks have changed nothing


BROKEN = """\
checks before training: 1 error, 0 warnings in {} s
error    training    training-nothing-moves optimizer: no parameter has changed after 10 steps
                     fix: raise the learning rate, or keep the weights in float32
"""


def test_a_broken_set_up_ends_each_checking_mode_with_1(example, tmp_path):
    checked = example("digits", "train.lr=1e-30", "validation_mode=check_only")
    seconds = checked.stderr.split(" in ")[1].split()[0]
    assert (checked.returncode, checked.stderr) == (1, BROKEN.format(seconds))
    both = example("digits", "train.lr=1e-30", "validation_mode=check_and_train")
    assert both.returncode == 1
    assert "ValidationError: the checks before training found 1 error" in both.stderr
    assert not list(tmp_path.glob("checkpoints/*/*"))


@pytest.mark.parametrize("name", ["digits", "char_lm"])
def test_the_variable_checks_an_example_without_a_changed_line(example, tmp_path, name):
    done = example(name, **{VARIABLE: "check_only"})
    assert done.returncode == 0
    assert done.stderr.startswith(CLEAN)
    assert not (tmp_path / "checkpoints").exists()
