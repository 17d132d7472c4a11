"""RuntimeValidator: its modes, its arguments, and that it leaves everything as it was."""

import copy
import io
import random
import threading

import numpy as np
import pytest
import torch
from torch import nn

from simple_ignite import Engine, Events, supervised_trainer
from simple_ignite.checks import RuntimeValidator, ValidationError, ValidationMode
from simple_ignite.errors import HandlerError

SOUND = ["mlp", "cnn", "lstm", "transformer", "regression", "multilabel", "binary", "frozen_body",
         "list_of_batches", "workers"]  # fmt: skip


def broken(parts):
    """Give the optimizer the first layer only."""
    parts.optimizer = torch.optim.SGD(parts.model[0].parameters(), 0.1)
    return parts


def trainer_of(parts, *arguments, **options):
    trainer = supervised_trainer(parts.model, parts.optimizer, parts.loss_fn)
    options.setdefault("file", io.StringIO())
    validator = RuntimeValidator(*arguments, **options)
    trainer.on(Events.STARTED, validator)
    return trainer, validator


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_set_up_has_no_error_and_no_warning_and_its_loss_falls(sound, check, name):
    report = check(sound[name]())
    assert report.errors == report.warnings == ()
    assert [finding.code for finding in report.infos] == ["memory-size", "training-falls"]


# Everything is left as it was


def state_of(parts):
    """Return every value that must not change, and the identity of every object that must not."""
    model, optimizer = parts.model, parts.optimizer
    tensors = [*model.parameters(), *model.buffers()]
    return {
        "tensors": [(id(t), t.data_ptr(), t.requires_grad, t.detach().clone()) for t in tensors],
        "grads": [(id(p.grad), None if p.grad is None else p.grad.clone()) for p in model.parameters()],
        "modules": [(id(m), m.training, sorted(vars(m)), len(m._forward_hooks)) for m in model.modules()],
        "optimizer": copy.deepcopy(optimizer.state_dict()),
        "groups": [(id(group), [id(p) for p in group["params"]]) for group in optimizer.param_groups],
        "state": [(id(p), id(state)) for p, state in optimizer.state.items()],
        "python": random.getstate(),
        "numpy": np.random.get_state(),
        "torch": torch.get_rng_state(),
        "grad mode": torch.is_grad_enabled(),
        "iterator": id(getattr(parts.loader, "_iterator", None)),
    }


def equal(one, other):
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, dict):
        return list(one) == list(other) and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return one == other


def train_once(parts):
    """Take some steps, so that there are gradients and states."""
    trainer = supervised_trainer(parts.model, parts.optimizer, parts.loss_fn)
    trainer.run(parts.loader, max_iterations=3)


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_changed_bit_for_bit_and_object_for_object(sound, check, name, fresh):
    parts = sound[name]()
    if not fresh:
        train_once(parts)
        parts.model.eval()
    before = state_of(parts)
    check(parts)
    after = state_of(parts)
    assert [key for key in before if not equal(before[key], after[key])] == []


@pytest.mark.parametrize("name", SOUND)
def test_training_afterwards_gives_the_same_weights_as_without(sound, check, name):
    weights = []
    for checked in (True, False):
        torch.manual_seed(1)
        parts = sound[name]()
        if checked:
            check(parts)
        train_once(parts)
        weights.append([p.detach().clone() for p in parts.model.parameters()])
    assert all(map(torch.equal, *weights))


class Uncopyable(nn.Module):
    """Counts its calls, and holds what deepcopy refuses."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(10, 8)
        self.norm = nn.BatchNorm1d(8)
        self.head = nn.Linear(8, 3)
        self.calls = 0
        self.seen = []
        self.lock = threading.Lock()  # cannot be copied

    def forward(self, x):
        self.calls += 1
        self.seen.append(x.shape)
        return self.head(self.norm(self.linear(x)))


@pytest.mark.parametrize("trained", [False, True])
def test_a_model_that_cannot_be_copied_is_checked_in_place_and_put_back(sound, check, trained):
    parts = sound["mlp"]()
    parts.model = Uncopyable()
    parts.optimizer = torch.optim.Adam(parts.model.parameters(), 1e-2)
    if trained:
        train_once(parts)
    before, calls, seen = state_of(parts), parts.model.calls, list(parts.model.seen)
    report = check(parts)
    after = state_of(parts)
    assert report.errors == report.warnings == ()
    assert [f.code for f in report.infos] == ["checked-in-place", "memory-size", "training-falls"]
    assert [key for key in before if not equal(before[key], after[key])] == []
    assert (parts.model.calls, parts.model.seen) == (calls, seen)


@pytest.mark.parametrize("kind", ["copied", "in place"])
def test_an_interrupt_leaves_everything_as_it_was(sound, check, kind):
    class Interrupting(Uncopyable if kind == "in place" else nn.Linear):
        armed = True

        def forward(self, x):
            result = super().forward(x)
            if self.armed:
                raise KeyboardInterrupt
            return result

    parts = sound["mlp"]()
    parts.model = Interrupting() if kind == "in place" else Interrupting(10, 3)
    parts.optimizer = torch.optim.Adam(parts.model.parameters(), 1e-2)
    before = state_of(parts)
    with pytest.raises(KeyboardInterrupt):
        check(parts)
    after = state_of(parts)
    assert [key for key in before if not equal(before[key], after[key])] == []


def test_a_loss_that_uses_the_models_own_weights_leaves_them_without_gradients(sound, check):
    parts = sound["mlp"]()
    decay = lambda: sum(p.square().sum() for p in parts.model.parameters())  # noqa: E731
    parts.loss_fn = lambda output, target: nn.functional.cross_entropy(output, target) + 1e-3 * decay()
    before = state_of(parts)
    report = check(parts)
    assert report.errors == report.warnings == ()
    assert "checked-in-place" in [finding.code for finding in report.infos]
    assert equal(before, state_of(parts))


def test_no_grad_around_the_checks_does_not_matter(sound, check):
    with torch.no_grad():
        report = check(sound["mlp"]())
        assert not torch.is_grad_enabled()
    assert report.errors == ()


# Modes


@pytest.mark.parametrize("mode", ["check_only", ValidationMode.CHECK_ONLY])
@pytest.mark.parametrize(("spoil", "code"), [(lambda parts: parts, 0), (broken, 1)])
def test_check_only_exits_before_the_first_iteration(sound, mode, spoil, code):
    parts = spoil(sound["mlp"]())
    trainer, _ = trainer_of(parts, mode)
    called = []
    trainer.on(Events.STARTED | Events.ITERATION_STARTED, lambda: called.append("started"))
    trainer.on(Events.EXCEPTION_RAISED, lambda: called.append("raised"))
    with pytest.raises(SystemExit) as ended:
        trainer.run(parts.loader)
    assert (ended.value.code, called) == (code, [])


def test_check_and_train_trains_if_there_is_no_error(sound):
    parts = sound["mlp"]()
    trainer, validator = trainer_of(parts, "check_and_train")
    assert trainer.run(parts.loader).iteration == 4
    assert validator.report.ok
    assert validator.should_train()


def test_check_and_train_raises_an_error_that_lists_what_was_found(sound):
    parts = broken(sound["mlp"]())
    trainer, validator = trainer_of(parts, "check_and_train")
    with pytest.raises(ValidationError) as raised:
        trainer.run(parts.loader)
    assert raised.value.report is validator.report
    assert str(raised.value) == (
        "the checks before training found 1 error\n"
        "  optimizer-missing: 2.weight: 2 trainable parameters are not in the optimizer: 2.weight, 2.bias"
    )
    assert trainer.state.iteration == 0
    assert not validator.should_train()


def test_train_only_looks_at_nothing(sound):
    parts = broken(sound["mlp"]())
    trainer, validator = trainer_of(parts, "train_only")
    assert trainer.run(parts.loader).iteration == 4
    assert validator.report is None
    assert not validator.should_check()
    assert validator.should_train()


def test_without_a_mode_the_environment_decides(monkeypatch):
    assert RuntimeValidator().mode is ValidationMode.CHECK_AND_TRAIN
    monkeypatch.setenv("SIMPLE_IGNITE_VALIDATION", "train_only")
    assert RuntimeValidator().mode is ValidationMode.TRAIN_ONLY
    assert RuntimeValidator("check_only").mode is ValidationMode.CHECK_ONLY


def test_another_mode_is_refused_with_the_three(monkeypatch):
    words = '"check_only", "train_only", "check_and_train"'
    with pytest.raises(ValueError, match=f"mode must be one of {words}, not 'maybe'"):
        RuntimeValidator("maybe")
    monkeypatch.setenv("SIMPLE_IGNITE_VALIDATION", "never")
    with pytest.raises(ValueError, match=f"SIMPLE_IGNITE_VALIDATION must be one of {words}, not 'never'"):
        RuntimeValidator()


def test_a_resumed_run_is_not_checked(sound):
    parts = sound["mlp"]()
    first = supervised_trainer(parts.model, parts.optimizer, parts.loss_fn)
    first.run(parts.loader, max_iterations=2)
    trainer, validator = trainer_of(broken(parts))
    trainer.load_state_dict(first.state_dict())
    trainer.run(parts.loader, max_epochs=2)
    assert validator.report is None


# Arguments


def test_a_step_of_your_own_needs_the_parts():
    engine = Engine(lambda engine, batch: None)
    with pytest.raises(HandlerError) as raised:
        engine.on(Events.STARTED, RuntimeValidator(model=nn.Linear(1, 1)))
    assert str(raised.value) == (
        "RuntimeValidator needs optimizer, loss_fn for a step of your own: "
        "RuntimeValidator(optimizer=..., loss_fn=...)"
    )
    assert engine.run([1, 2]).iteration == 2


def test_a_step_of_your_own_is_checked_with_the_parts(sound):
    parts = broken(sound["mlp"]())
    engine = Engine(lambda engine, batch: None)
    given = {"model": parts.model, "optimizer": parts.optimizer, "loss_fn": parts.loss_fn}
    engine.on(Events.STARTED, RuntimeValidator(**given, file=io.StringIO()))
    with pytest.raises(ValidationError, match="optimizer-missing"):
        engine.run(parts.loader)


def test_strict_turns_warnings_into_errors(sound, check):
    parts = sound["frozen_body"]()
    parts.optimizer = torch.optim.Adam(parts.model.parameters(), 1e-2)
    assert [finding.code for finding in check(parts).warnings] == ["optimizer-frozen"]
    assert [finding.code for finding in check(parts, strict=True).errors] == ["optimizer-frozen"]


def test_codes_are_left_out(sound, codes):
    parts = broken(sound["mlp"]())
    assert codes(parts) == ["optimizer-missing"]
    assert codes(parts, ignore=["optimizer-missing"]) == []
    assert codes(parts, ignore="optimizer-missing") == []


def test_a_code_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="unknown code 'optimizer-mising'; did you mean 'optimizer-missing'"):
        RuntimeValidator(ignore=["optimizer-mising"])


def test_the_tracker_gets_the_numbers_at_step_0(sound):
    logged = []

    class Log:
        def log(self, values, *, step):
            logged.append((values, step))

    parts = broken(sound["mlp"]())
    trainer, validator = trainer_of(parts, tracker=Log())
    with pytest.raises(ValidationError):
        trainer.run(parts.loader)
    assert logged == [(validator.report.to_metrics(), 0)]


def test_the_table_goes_to_the_file_and_by_default_to_stderr(sound, capsys):
    parts = sound["mlp"]()
    trainer, validator = trainer_of(parts, file=None)
    trainer.run(parts.loader)
    assert capsys.readouterr() == ("", f"{validator.report}\n")


def test_validate_all_prints_nothing(sound, check, capsys):
    check(broken(sound["mlp"]()))
    assert capsys.readouterr() == ("", "")


def test_it_comes_before_other_handlers(sound):
    parts = sound["mlp"]()
    order = []
    trainer = supervised_trainer(parts.model, parts.optimizer, parts.loss_fn)
    trainer.on(Events.STARTED, lambda: order.append("first"), priority=1999)
    trainer.on(Events.STARTED, RuntimeValidator("check_only", file=io.StringIO()))
    with pytest.raises(SystemExit):
        trainer.run(parts.loader)
    assert order == []
