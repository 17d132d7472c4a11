"""Batches drawn in a thread, ahead of their consumer."""

import contextvars
import gc
import subprocess
import sys
import threading
import time
import weakref

import pytest
import torch

from simple_ignite.data.loading import lookahead as module
from simple_ignite.data.loading.device_transfer import HostTransfer
from simple_ignite.data.loading.lookahead import Lookahead
from simple_ignite.errors import IgniteWarning, PrefetchError


def ahead(source, depth=2, **kwargs):
    return Lookahead(iter(source), depth, HostTransfer(None), **kwargs)


def until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def idle(lookahead):
    """Wait until the thread draws no more."""
    until(
        lambda: (
            lookahead._thread is None
            or (len(lookahead._ready) >= lookahead._depth and not lookahead._drawing)
        )
    )


def rest(lookahead):
    found = []
    while True:
        try:
            found.append(lookahead.next())
        except StopIteration:
            return found


@pytest.mark.parametrize("depth", [1, 2, 50])
@pytest.mark.parametrize("count", [0, 1, 2, 20])
def test_the_order_is_the_sources(count, depth):
    lookahead = ahead(range(count), depth)
    assert rest(lookahead) == list(range(count))
    assert rest(lookahead) == []


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_it_is_never_more_than_depth_ahead(depth):
    drawn = []
    lookahead = ahead((drawn.append(number) or number for number in range(30)), depth)
    assert drawn == []
    for number in range(20):
        assert lookahead.next() == number
        wanted = number + 1 + depth
        until(lambda wanted=wanted: len(drawn) == wanted)
        time.sleep(0.002)
        assert len(drawn) == wanted
    lookahead.stop()


def test_the_first_is_drawn_in_the_consumers_thread_the_others_in_one_other():
    lookahead = ahead(threading.get_ident() for _ in range(6))
    first, *others = rest(lookahead)
    assert first == threading.get_ident()
    assert len(set(others)) == 1
    assert first not in others


def test_batches_are_let_go_once_they_are_handed_over():
    class Batch:
        pass

    lookahead = ahead((Batch() for _ in range(4)), 1)
    for _ in range(4):
        batch = lookahead.next()
        idle(lookahead)
        kept = weakref.ref(batch)
        del batch
        assert kept() is None


# Errors.


class Failing:
    """Numbers 0 to 5, of which some fail, but go on after that."""

    def __init__(self, *failures):
        self.numbers = iter(range(6))
        self.failures = failures

    def __iter__(self):
        return self

    def __next__(self):
        number = next(self.numbers)
        if number in self.failures:
            raise ValueError(number)
        return number


@pytest.mark.parametrize("failures", [(0,), (1,), (3,), (5,), (0, 1, 2), (2, 3), (0, 1, 2, 3, 4, 5)])
def test_errors_come_where_the_batch_would_have(failures):
    lookahead, found = ahead(Failing(*failures), 3), []
    while True:
        try:
            found.append(lookahead.next())
        except ValueError as error:
            found.append(error.args)
        except StopIteration:
            break
    assert found == [(number,) if number in failures else number for number in range(6)]


def test_consumers_in_several_threads_all_get_the_end():
    def source():
        yield 0
        gate.wait(20)

    gate, lookahead, ends = threading.Event(), ahead(source()), []
    lookahead.next()

    def consume():
        ends.append(rest(lookahead))

    consumers = [threading.Thread(target=consume) for _ in range(3)]
    for consumer in consumers:
        consumer.start()
    until(lambda: len(lookahead._changed._waiters) == 3)
    gate.set()
    for consumer in consumers:
        consumer.join(20)
    assert ends == [[], [], []]


def test_an_error_says_where_it_was_raised():
    lookahead = ahead(Failing(2))
    lookahead.next(), lookahead.next()
    with pytest.raises(ValueError) as caught:
        lookahead.next()
    assert caught.traceback[-1].name == "__next__"


def test_an_error_keeps_nothing_alive():
    class Big:
        pass

    def source():
        big = Big()
        kept.append(weakref.ref(big))
        yield 1
        raise ValueError

    kept, lookahead = [], ahead(source())
    lookahead.next()
    with pytest.raises(ValueError):
        lookahead.next()
    lookahead.stop()
    del lookahead
    gc.collect()
    assert kept[0]() is None


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_what_is_no_exception_is_raised_too(error):
    def source():
        yield 1
        raise error

    lookahead = ahead(source())
    lookahead.next()
    with pytest.raises(error):
        lookahead.next()


# Ends.


def test_stopped_the_thread_ends_and_lets_the_source_go():
    def source():
        try:
            yield from range(100)
        finally:
            ended.set()

    ended, lookahead = threading.Event(), ahead(source())
    lookahead.next()
    idle(lookahead)
    thread = lookahead._thread
    lookahead.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert ended.is_set()
    assert rest(lookahead) == []
    lookahead.stop()


def test_stopping_does_not_wait_for_a_source_that_waits():
    gate = threading.Event()

    def source():
        yield 1
        gate.wait(30)
        yield 2

    lookahead = ahead(source())
    lookahead.next()
    until(lambda: lookahead._drawing)
    thread, begun = lookahead._thread, time.monotonic()
    lookahead.stop()
    assert time.monotonic() - begun < 10
    gate.set()
    thread.join(20)
    assert not thread.is_alive()


def test_a_pause_waits_for_the_draw_under_way_and_lasts_until_the_next_batch():
    gate, drawn = threading.Semaphore(1), []

    def source():
        for number in range(9):
            gate.acquire()
            drawn.append(number)
            yield number

    lookahead = ahead(source(), 4)
    lookahead.next()
    until(lambda: lookahead._drawing)
    threading.Timer(0.05, gate.release).start()
    lookahead.pause()
    assert drawn == [0, 1]
    gate.release(9)
    time.sleep(0.05)
    assert drawn == [0, 1]
    assert lookahead.next() == 1
    until(lambda: len(drawn) == 6)
    assert rest(lookahead) == list(range(2, 9))


def test_the_end_of_the_program_ends_the_threads():
    lookahead = ahead(range(10**9), 5)
    lookahead.next()
    thread = lookahead._thread
    module._stop_all()
    assert not thread.is_alive()
    assert rest(lookahead) == []


@pytest.mark.slow
def test_an_end_at_exit_leaves_no_thread_behind():
    """A daemon thread in a library's code would crash the interpreter, or keep it."""
    code = """
import torch
from simple_ignite.data import prefetch
batches = iter(prefetch((torch.randn(300, 300) @ torch.randn(300, 300) for _ in range(10**9)), depth=5))
next(batches)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")


# Surroundings.


variable = contextvars.ContextVar("variable", default="nothing")


@pytest.mark.parametrize("mode", [torch.no_grad, torch.enable_grad, torch.inference_mode])
def test_the_consumers_modes_hold_in_the_thread(mode):
    def source():
        for _ in range(4):
            yield (
                torch.is_grad_enabled(),
                torch.is_inference_mode_enabled(),
                torch.zeros(1).device.type,
                variable.get(),
            )

    token = variable.set("something")
    try:
        with mode(), torch.device("meta"):
            wanted = torch.is_grad_enabled(), torch.is_inference_mode_enabled(), "meta", "something"
            lookahead = ahead(source())
            assert rest(lookahead) == [wanted] * 4
    finally:
        variable.reset(token)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_in_a_fork_it_says_that_it_cannot_go_on(in_child):
    lookahead = ahead(range(9))
    lookahead.next()

    def work():
        with pytest.raises(
            PrefetchError, match="belong to the process that drew them; begin a new iteration"
        ):
            lookahead.next()
        lookahead.pause()
        lookahead.stop()

    assert in_child(work) == 0
    assert rest(lookahead) == list(range(1, 9))


def test_without_another_thread_it_goes_on_in_the_consumers(monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert rest(ahead(range(5))) == list(range(5))


def test_stopped_in_its_own_thread_it_does_not_wait_for_itself():
    """The garbage collector may find a lost iteration in any thread."""

    def source():
        yield 1
        lookahead.stop()
        yield 2

    lookahead = ahead(source(), generators=[torch.Generator()])
    lookahead.next()
    until(lambda: lookahead._thread is None)
    assert rest(lookahead) == []


# Generators and states.


def drawing(generator, count=9):
    for _ in range(count):
        yield torch.rand(1, generator=generator).item()


def seeded():
    return torch.Generator().manual_seed(5)


WANTED = list(drawing(seeded()))


def standing(generator):
    """Return how many numbers a generator has given."""
    other = seeded()
    for number in range(20):
        if torch.equal(other.get_state(), generator.get_state()):
            return number
        torch.rand(1, generator=other)
    raise AssertionError


def test_a_generator_stands_where_the_consumer_stands_while_it_is_paused():
    generator = seeded()
    lookahead = ahead(drawing(generator), 3, generators=[generator])
    found = []
    for number in range(1, 8):
        found.append(lookahead.next())
        idle(lookahead)
        assert standing(generator) == min(number + 3, 9)
        lookahead.pause()
        lookahead.pause()
        assert standing(generator) == number
    assert found + rest(lookahead) == WANTED
    assert standing(generator) == 9


@pytest.mark.parametrize("taken", [1, 4, 9])
@pytest.mark.parametrize("paused", [True, False])
def test_a_generator_is_put_back_when_an_iteration_is_left(taken, paused):
    generator = seeded()
    lookahead = ahead(drawing(generator), 3, generators=[generator])
    found = [lookahead.next() for _ in range(taken)]
    if paused:
        lookahead.pause()
    lookahead.stop()
    assert standing(generator) == taken
    assert found + list(drawing(generator, 9 - taken)) == WANTED


def test_a_generator_is_put_back_after_a_draw_under_way():
    generator, gate = seeded(), threading.Event()

    def source():
        for number in drawing(generator):
            yield number
            gate.wait(20)

    lookahead = ahead(source(), generators=[generator])
    lookahead.next()
    threading.Timer(0.05, gate.set).start()
    lookahead.stop()
    assert standing(generator) == 1


def test_a_generator_put_to_where_it_stood_goes_on():
    """So resuming does, after it has drawn the batches of the past again."""
    generator = seeded()
    lookahead = ahead(drawing(generator), 3, generators=[generator])
    found = [lookahead.next() for _ in range(4)]
    lookahead.pause()
    generator.set_state(generator.get_state())
    assert found + rest(lookahead) == WANTED


def test_a_generator_changed_under_way_is_reported_and_counts_from_then_on():
    generator = seeded()
    lookahead = ahead(drawing(generator), 3, generators=[generator])
    lookahead.next()
    idle(lookahead)
    lookahead.pause()
    generator.manual_seed(7)
    with pytest.warns(
        IgniteWarning, match="a generator of the loader was changed when 3 batches had been drawn ahead"
    ):
        second = lookahead.next()
    other = torch.Generator().manual_seed(7)
    assert [second, *rest(lookahead)] == WANTED[1:4] + list(drawing(other, 5))


class Counting:
    """Numbers, and how many were drawn, as a state that goes on changing."""

    def __init__(self):
        self.state = {"drawn": []}

    def __iter__(self):
        for number in range(6):
            self.state["drawn"].append(number)
            yield number


def test_the_state_is_that_after_the_batch_that_was_handed_out():
    loader = Counting()
    lookahead = ahead(loader, 4, state=lambda: loader.state)
    assert lookahead.position is None
    for number in range(6):
        lookahead.next()
        idle(lookahead)
        assert lookahead.position.state == {"drawn": list(range(number + 1))}
    assert rest(lookahead) == []
    assert lookahead.position.state == {"drawn": list(range(6))}


def test_a_state_that_cannot_be_taken_does_not_stop_the_batches():
    lookahead = ahead(range(3), state=lambda: 1 / 0)
    assert rest(lookahead) == [0, 1, 2]
    assert isinstance(lookahead.position.state, ZeroDivisionError)
