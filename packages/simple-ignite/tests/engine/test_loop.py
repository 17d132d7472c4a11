"""The loop: its three forms do the same, return where they must, and measure time."""

import itertools

import pytest

from simple_ignite import Engine, Events
from simple_ignite.engine import loop
from simple_ignite.engine.control import AFTER, BEFORE, CHANGED, FETCH, STEP, TERMINATE

FORMS = {
    "bare": (),
    "calling": (Events.ITERATION_COMPLETED,),
    "started": (Events.ITERATION_STARTED,),
    "periodic": (Events.ITERATION_COMPLETED(every=3),),
    "fetching": (Events.GET_BATCH_STARTED,),
    "fetched": (Events.GET_BATCH_COMPLETED, Events.ITERATION_COMPLETED),
}


def made(form, step=lambda engine, batch: batch):
    """Return an engine whose handlers call for a form of the loop, as at the start of a run."""
    engine = Engine(step)
    for event in FORMS[form]:
        engine.on(event, lambda: None)
    engine.table.control.signal = 0
    return engine


@pytest.fixture
def clock(monkeypatch):
    """Replace the clock of the loop by one that a test moves."""

    class Clock:
        now = 0.0

    monkeypatch.setattr(loop, "clock", lambda: Clock.now)
    return Clock


@pytest.mark.parametrize("form", FORMS)
def test_up_to_the_wanted_iterations_are_run_and_no_batch_more_is_fetched(form):
    fetched = []
    batches = (fetched.append(n) or n for n in itertools.count())
    engine = made(form)
    loop.iterate(engine, batches, 5)
    assert (engine.state.iteration, engine.table.control.done, fetched) == (5, 5, [0, 1, 2, 3, 4])
    loop.iterate(engine, batches, 2)
    assert (engine.state.iteration, fetched[-1]) == (7, 6)


@pytest.mark.parametrize("form", FORMS)
def test_it_returns_when_the_data_end(form):
    engine = made(form)
    loop.iterate(engine, iter("abc"), 5)
    assert (engine.state.iteration, engine.table.control.done) == (3, 3)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("many", [3, 70, 1200])
def test_a_signal_ends_it_after_the_iteration(form, many):
    """Also in the stretches of the bare form that are not timed."""

    def step(engine, batch):
        if engine.state.iteration == many:
            engine.table.control.signal |= TERMINATE

    engine = made(form, step)
    loop.iterate(engine, itertools.count(), 5000)
    assert (engine.state.iteration, engine.table.control.done) == (many, many)
    assert engine.table.control.signal == TERMINATE


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("many", [3, 100])
def test_a_step_that_adds_a_handler_completes_its_iteration(form, many):
    seen = []

    def step(engine, batch):
        if engine.state.iteration == many:
            engine.on(Events.ITERATION_COMPLETED, lambda engine: seen.append(engine.state.iteration))

    engine = made(form, step)
    loop.iterate(engine, itertools.count(), 500)
    assert (seen, engine.state.iteration) == ([many], many)
    assert engine.table.control.signal & CHANGED


@pytest.mark.parametrize("form", FORMS)
def test_the_step_sees_its_batch_and_its_output_is_seen(form):
    seen = []
    engine = made(form, lambda engine, batch: (engine.state.batch, batch))
    engine.on(Events.ITERATION_COMPLETED, lambda e: seen.append((e.state.output, e.state.batch)))
    engine.table.control.signal = 0
    loop.iterate(engine, iter("ab"), 2)
    assert seen == [(("a", "a"), "a"), (("b", "b"), "b")]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("many", [5, 100, 1200])
def test_neither_batch_nor_output_is_held_while_the_next_batch_is_fetched(form, many):
    engine = made(form)
    held = []

    def batches():
        for n in range(1, many + 1):
            held.append((engine.state.batch, engine.state.output))
            yield n

    loop.iterate(engine, batches(), many)
    assert set(held) == {(None, None)}


@pytest.mark.parametrize("form", FORMS)
def test_an_exception_leaves_the_phase_and_the_position(form):
    def step(engine, batch):
        if engine.state.iteration == 2:
            raise ValueError

    engine = made(form, step)
    with pytest.raises(ValueError):
        loop.iterate(engine, iter("abc"), 5)
    assert (engine.table.control.phase, engine.state.iteration, engine.table.control.done) == (STEP, 2, 1)
    assert engine.table.control.failed is None


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("good", [1, 100, 1200])
def test_an_exception_of_the_data_leaves_the_phase_of_fetching(form, good):
    def batches():
        yield from range(good)
        raise OSError

    engine = made(form)
    with pytest.raises(OSError):
        loop.iterate(engine, batches(), 5000)
    assert (engine.table.control.phase, engine.state.iteration) == (FETCH, good)


@pytest.mark.parametrize("good", [100, 1200])
def test_an_exception_in_an_untimed_stretch_leaves_the_phase_of_the_step(good):
    def step(engine, batch):
        if engine.state.iteration == good:
            raise ValueError

    engine = made("bare", step)
    with pytest.raises(ValueError):
        loop.iterate(engine, itertools.count(), 5000)
    assert (engine.table.control.phase, engine.table.control.done) == (STEP, good - 1)


@pytest.mark.parametrize(
    ("event", "phase", "done"),
    [
        (Events.ITERATION_STARTED, BEFORE, 1),
        (Events.ITERATION_STARTED(every=2), BEFORE, 1),
        (Events.ITERATION_COMPLETED, AFTER, 2),
        (Events.ITERATION_COMPLETED(every=2), AFTER, 2),
    ],
)
@pytest.mark.parametrize("fetching", [False, True])
def test_an_exception_of_a_handler_leaves_its_name(event, phase, done, fetching):
    engine = Engine(lambda engine, batch: None)
    if fetching:
        engine.on(Events.GET_BATCH_COMPLETED, lambda: None)

    @engine.on(event)
    def fine():
        pass

    @engine.on(event)
    def broken(engine):
        if engine.state.iteration == 2:
            raise ValueError

    engine.table.control.signal = 0
    with pytest.raises(ValueError):
        loop.iterate(engine, iter("abc"), 3)
    control = engine.table.control
    assert (control.phase, control.done) == (phase, done)
    assert control.failed == (getattr(event, "event", event), "broken")


def test_a_batch_that_was_fetched_but_not_used_is_known():
    ahead = []
    engine = Engine(lambda engine, batch: None)
    for event in (Events.GET_BATCH_STARTED, Events.GET_BATCH_COMPLETED, Events.ITERATION_STARTED):
        engine.on(event, lambda engine: ahead.append((engine.table.control.ahead, engine.state.iteration)))
    engine.table.control.signal = 0
    loop.iterate(engine, iter("ab"), 2)
    assert ahead == [(False, 0), (True, 0), (False, 1), (False, 1), (True, 1), (False, 2)]


@pytest.mark.parametrize("event", [Events.GET_BATCH_STARTED, Events.GET_BATCH_COMPLETED])
@pytest.mark.parametrize("new", [Events.ITERATION_STARTED, Events.ITERATION_COMPLETED])
def test_a_handler_added_while_fetching_runs_in_the_same_iteration(event, new):
    seen, engine = [], Engine(lambda engine, batch: None)
    engine.on(event(once=2), lambda: engine.on(new, lambda engine: seen.append(engine.state.iteration)))
    engine.table.control.signal = 0
    loop.iterate(engine, itertools.count(), 9)
    assert (seen, engine.state.iteration) == ([2], 2)


def test_periodic_handlers_run_when_due_between_constant_ones():
    seen, engine = [], Engine(lambda engine, batch: None)
    engine.on(Events.ITERATION_STARTED(every=3), lambda engine: seen.append(("s", engine.state.iteration)))
    engine.on(Events.ITERATION_COMPLETED(every=2), lambda engine: seen.append(("c", engine.state.iteration)))
    engine.on(Events.GET_BATCH_STARTED(every=4), lambda engine: seen.append(("g", engine.state.iteration)))
    engine.table.control.signal = 0
    loop.iterate(engine, itertools.count(), 6)
    assert seen == [("c", 2), ("s", 3), ("g", 3), ("c", 4), ("s", 6), ("c", 6)]


def timed(clock, form, step=2.0, data=1.0, handler=0.0, count=10):
    """Return the times of a run whose parts take these seconds each."""

    def batches():
        while True:
            clock.now += data
            yield None

    def work(engine, batch):
        clock.now += step

    engine = made(form, work)
    if handler:
        engine.on(Events.ITERATION_STARTED, lambda: setattr(clock, "now", clock.now + handler))
        engine.on(Events.ITERATION_COMPLETED, lambda: setattr(clock, "now", clock.now + handler))
        engine.table.control.signal = 0
    loop.iterate(engine, batches(), count)
    return engine.state.times


@pytest.mark.parametrize("form", FORMS)
def test_the_time_of_steps_and_data_is_told_apart(clock, form):
    times = timed(clock, form)
    assert times["step"] == pytest.approx(20.0)
    assert times["data"] == pytest.approx(10.0)
    assert times["handlers"] == pytest.approx(0.0)


@pytest.mark.parametrize("form", ["calling", "fetching"])
def test_the_time_of_handlers_is_told_apart(clock, form):
    times = timed(clock, form, handler=0.5)
    assert times["handlers"] == pytest.approx(10.0)
    assert times["step"] == pytest.approx(20.0)
    assert times["data"] == pytest.approx(10.0)


@pytest.mark.parametrize("count", [64, 65, 1000, 3000])
def test_short_steps_are_timed_in_stretches_and_the_others_taken_to_be_like_them(clock, count):
    times = timed(clock, "bare", step=3e-6, data=1e-6, count=count)
    assert times["step"] == pytest.approx(3e-6 * count)
    assert times["data"] == pytest.approx(1e-6 * count)


def test_steps_are_timed_again_after_an_untimed_stretch(clock):
    reads = []
    original = loop.clock
    loop.clock = lambda: reads.append(1) or original()
    timed(clock, "bare", step=3e-6, data=0.0, count=(loop.TIMED + loop.UNTIMED) * 2)
    assert len(reads) == 2 * (2 * loop.TIMED + 2 + 2), "two a timed step, two a stretch"


def test_long_steps_are_all_timed(clock):
    reads = []
    original = loop.clock
    loop.clock = lambda: reads.append(1) or original()
    timed(clock, "bare", step=2 * loop.QUICK, data=0.0, count=200)
    assert len(reads) == 2 * 200 + 2 * 4


@pytest.mark.parametrize("form", ["calling", "fetching"])
def test_times_are_up_to_date_in_every_handler(clock, form):
    seen = []

    def batches():
        while True:
            clock.now += 1.0
            yield None

    def work(engine, batch):
        clock.now += 2.0

    def look(engine):
        seen.append([engine.state.times[name] for name in ("data", "step", "handlers")])
        clock.now += 0.5

    engine = made(form, work)
    engine.on(Events.ITERATION_STARTED, look)
    engine.on(Events.ITERATION_COMPLETED, look)
    engine.table.control.signal = 0
    loop.iterate(engine, batches(), 2)
    assert seen == [[1.0, 0.0, 0.0], [1.0, 2.0, 0.5], [2.0, 2.0, 1.0], [2.0, 4.0, 1.5]]


def test_the_time_of_handlers_that_a_step_added_is_theirs(clock):
    def step(engine, batch):
        clock.now += 2.0
        engine.on(Events.ITERATION_COMPLETED, lambda: setattr(clock, "now", clock.now + 0.5))

    engine = Engine(step)
    engine.on(Events.ITERATION_STARTED, lambda: None)
    engine.table.control.signal = 0
    loop.iterate(engine, iter("a"), 1)
    assert [engine.state.times[name] for name in ("data", "step", "handlers")] == [0.0, 2.0, 0.5]


def test_the_step_itself_can_read_the_times_of_slow_steps(clock):
    seen = []

    def step(engine, batch):
        seen.append(engine.state.times["step"])
        clock.now += 2.0

    engine = Engine(step)
    loop.iterate(engine, itertools.count(), 3)
    assert seen == [0.0, 2.0, 4.0]
