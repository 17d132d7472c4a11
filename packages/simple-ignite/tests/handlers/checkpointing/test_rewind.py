"""A run that continues from a checkpoint takes back what was logged after it, before it logs anything."""

import gc
import weakref

import pytest

from simple_ignite import Engine, Events
from simple_ignite.handlers import Checkpoint, TrackingHandler


class Run:
    """A tracker that can be rewound; it keeps the calls in order."""

    def __init__(self):
        self.calls = []

    def log(self, values, *, step):
        self.calls.append(step)

    def rewind(self, step):
        self.calls.append(f"rewind {step}")


def trainer_logging_to(run, **options):
    trainer = Engine(lambda engine, batch: float(batch))
    trainer.on(Events.ITERATION_COMPLETED, TrackingHandler(run, output_transform=lambda x: x, **options))
    return trainer


def stopped(at=2, **options):
    trainer = trainer_logging_to(Run(), **options)
    trainer.on(Events.ITERATION_COMPLETED(once=at), Engine.terminate)
    trainer.run(range(4))
    return trainer.state_dict()


def test_a_resumed_run_rewinds_to_the_step_after_the_checkpoint_first():
    run = Run()
    trainer = trainer_logging_to(run)
    trainer.load_state_dict(stopped(at=2))
    trainer.run(range(4))
    assert run.calls == ["rewind 3", 3, 4]


def test_a_run_that_is_not_loaded_rewinds_nothing():
    run = Run()
    trainer = trainer_logging_to(run)
    trainer.on(Events.ITERATION_COMPLETED(once=2), Engine.interrupt)
    trainer.run(range(4))
    trainer.run()
    assert run.calls == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("resumed", "sought", "expected"),
    [(True, True, ["rewind 1", 1, 2]), (False, True, [1, 2]), (True, False, [1, 2])],
)
@pytest.mark.parametrize("steps", [None, lambda engine: engine.state.iteration])
def test_a_job_that_was_killed_before_its_first_checkpoint_rewinds_to_its_first_step(
    tmp_path, resumed, sought, expected, steps
):
    run = Run()
    run.resumed = resumed
    trainer = trainer_logging_to(run, global_step_transform=steps)
    if sought:
        assert Checkpoint.load_latest(tmp_path, {"trainer": trainer}, required=False) is None
    assert trainer.sought == sought
    trainer.run(range(2))
    assert not trainer.sought
    trainer.run(range(2), restart=True)
    assert run.calls == [*expected, 1, 2]


def test_handlers_that_log_to_one_tracker_rewind_it_once():
    run, other = Run(), Run()
    trainer = trainer_logging_to(run)
    evaluator = Engine(lambda engine, batch: 1.0)
    log = TrackingHandler(run, output_transform=lambda x: x, global_step_transform=trainer, tag="val")
    evaluator.on(Events.ITERATION_COMPLETED, log)
    evaluator.on(Events.ITERATION_COMPLETED, log)
    trainer.on(Events.ITERATION_COMPLETED, TrackingHandler(other, output_transform=lambda x: x))
    trainer.on(Events.ITERATION_COMPLETED(every=2), lambda: evaluator.run([1]))
    trainer.load_state_dict(stopped(at=1))
    trainer.run(range(4))
    assert run.calls == ["rewind 2", 2, 2, 2, 3, 4, 4, 4]
    assert other.calls == ["rewind 2", 2, 3, 4]


def test_an_evaluator_alone_rewinds_to_the_step_of_its_trainer():
    run, trainer = Run(), Engine(lambda engine, batch: None)
    evaluator = Engine(lambda engine, batch: 1.0)
    log = TrackingHandler(run, output_transform=lambda x: x, global_step_transform=trainer)
    evaluator.on(Events.ITERATION_COMPLETED, log)
    trainer.on(Events.COMPLETED, lambda: evaluator.run([1]))
    trainer.load_state_dict(stopped(at=2))
    trainer.run(range(4))
    assert run.calls == ["rewind 3", 4]


def test_steps_of_a_function_are_rewound_to_the_first_that_is_logged():
    run = Run()
    trainer = trainer_logging_to(run, global_step_transform=lambda engine: 10 * engine.state.iteration)
    trainer.load_state_dict(stopped(at=2))
    trainer.run(range(4))
    assert run.calls == ["rewind 30", 30, 40]


def test_steps_of_another_unit_do_not_take_back_what_counts_iterations():
    run = Run()
    trainer = trainer_logging_to(run)
    trainer.on(
        Events.ITERATION_COMPLETED,
        TrackingHandler(
            run, output_transform=lambda x: x, global_step_transform=lambda engine: engine.state.epoch
        ),
    )
    trainer.load_state_dict(stopped(at=2))
    trainer.run(range(4))
    assert run.calls == ["rewind 3", 3, 0, 4, 0]


def test_it_can_be_left_to_the_user():
    run = Run()
    trainer = trainer_logging_to(run, rewind=False)
    trainer.load_state_dict(stopped(at=2))
    trainer.run(range(4))
    assert run.calls == [3, 4]


def test_a_tracker_that_cannot_be_rewound_only_logs():
    class Plain:
        def __init__(self):
            self.calls = []

        def log(self, values, *, step):
            self.calls.append(step)

    run = Plain()
    trainer = trainer_logging_to(run)
    trainer.load_state_dict(stopped(at=2))
    trainer.run(range(4))
    assert run.calls == [3, 4]


@pytest.mark.parametrize("steps", [None, lambda engine: engine.state.iteration])
def test_a_state_that_is_loaded_again_rewinds_again(steps):
    run, state = Run(), stopped(at=2)
    trainer = trainer_logging_to(run, global_step_transform=steps)
    for _ in range(2):
        trainer.load_state_dict(state)
        trainer.run(range(4))
    assert run.calls == ["rewind 3", 3, 4] * 2


def test_the_engine_is_still_freed_by_its_last_reference():
    gc.disable()
    try:
        trainer = trainer_logging_to(Run())
        freed = weakref.ref(trainer)
        del trainer
        assert freed() is None
    finally:
        gc.enable()
