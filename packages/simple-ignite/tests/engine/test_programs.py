"""Random programs, run by an engine and by a small interpreter of what the documentation says.

A program is some data, handlers that act (terminate, raise, set other data, run another engine, ...), and a
sequence of runs, between which the state may be moved to a new engine. Both must call the same handlers in
the same order, at the same position, with the same batches.
"""

import itertools
import random
import warnings
from dataclasses import dataclass, field

import pytest

from simple_ignite import Engine, Events
from simple_ignite.errors import DataExhaustedError

MOST = 400
"""Calls of handlers after which a program is given up."""
PLACES = [one for one in Events if one is not Events.OPTIMIZER_STEP]
ACTIONS = (
    ["log"] * 8
    + ["remove", "preempt"]
    + [
        "terminate",
        "terminate_epoch",
        "interrupt",
        "raise",
        "set_data",
        "evaluate",
        "add",
        "save",
    ]
)


class Broken(Exception):
    """Raised by a handler or a step of a program."""


class Endless(Exception):
    """A program made too many calls."""


@dataclass
class Handler:
    """A handler: its event, the filter, and what it does."""

    name: str
    event: Events
    every: int = 1
    once: int | None = None
    after: int | None = None
    before: int | None = None
    last: bool = False
    priority: int = 0
    action: str = "log"
    data: int = 0

    @property
    def conditions(self):
        names = ("every", "once", "after", "before", "last")
        return {k: getattr(self, k) for k in names if getattr(self, k) is not None}

    def wants(self, count):
        """Whether it runs at this occurrence, as the page on events says."""
        chosen = count % self.every == 0 if self.once is None else count == self.once
        return chosen and self.in_range(count)

    def in_range(self, count):
        return (self.after is None or count > self.after) and (self.before is None or count < self.before)


@dataclass
class Run:
    """A call of `run`, perhaps with a new engine that the state is moved to."""

    data: int | None
    goal: dict
    restart: bool | None = None
    moved: bool = False


@dataclass
class Program:
    """Data by number, handlers, runs, and where the step and the evaluator fail or pause."""

    data: list
    handlers: list
    runs: list
    step_fails: int | None = None
    evaluator_pauses: int | None = None
    settles: bool = False


class Unsized:
    """Data that can be iterated over again, and cannot say how many they are."""

    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(list(self.items))


def make_data(kind, number, length):
    items = [100 * number + one for one in range(length)]
    return {"list": items, "unsized": Unsized(items), "iterator": iter(items)}[kind]


def make_program(seed):
    """Return a random program."""
    rng = random.Random(seed)
    kinds = ["list", "list", "unsized", "iterator"]
    data = [(rng.choice(kinds), rng.randint(1, 6)) for _ in range(rng.randint(2, 3))]
    handlers = [
        Handler(f"watch {one}", one) for one in PLACES if "BATCH" not in one.name or rng.random() < 0.5
    ]
    handlers += [make_handler(rng, place, len(data)) for place in range(rng.randint(0, 5))]
    rng.shuffle(handlers)
    runs = [make_run(rng, first=index == 0) for index in range(rng.randint(1, 4))]
    return Program(
        data,
        handlers,
        runs,
        step_fails=rng.choice([None, None, rng.randint(1, 9)]),
        evaluator_pauses=rng.choice([None, rng.randint(1, 5)]),
        settles=rng.random() < 0.25,
    )


def make_handler(rng, place, data):
    event, action = rng.choice(PLACES), rng.choice(ACTIONS)
    one = Handler(f"{action} {place}", event, action=action, data=rng.randrange(data))
    kind = rng.choice(["once", "every", "range", "all"] if action == "log" else ["once", "once", "range"])
    if kind == "once":
        one.once = rng.randint(1, 7)
    elif kind != "all":
        one.every = rng.randint(1, 4) if action == "log" else 1
    if kind == "range":
        one.after = rng.randint(0, 6)
        one.before = one.after + rng.randint(2, 5 if action == "log" else 3)
    one.priority = rng.choice([0, 0, 0, 1, -1])
    if event in (Events.ITERATION_COMPLETED, Events.EPOCH_COMPLETED):
        one.last = rng.random() < 0.3
    return one


def make_run(rng, first):
    goal = {rng.choice(["max_epochs", "max_iterations"]): rng.randint(1, 5)} if rng.random() < 0.8 else {}
    if "max_iterations" in goal:
        goal["max_iterations"] *= rng.randint(1, 3)
    if rng.random() < 0.3:
        goal["epoch_length"] = rng.randint(1, 8)
    if rng.random() < 0.1:
        return Run(None, {"max_iterations": rng.randint(1, 9)}, moved=not first and rng.random() < 0.3)
    return Run(
        data=0 if first else rng.choice([0, 0, 0, 1]),
        goal=goal,
        restart=rng.choice([None, None, None, True, False]),
        moved=not first and rng.random() < 0.3,
    )


class Real:
    """Runs a program with engines."""

    def __init__(self, program):
        self.program, self.log, self.saved = program, [], None
        self.data = [make_data(kind, i, n) for i, (kind, n) in enumerate(program.data)]
        self.build()

    def build(self):
        self.items, self.handles = [0, 1, 2], {}
        self.engine, self.evaluator = Engine(self.step), Engine(self.evaluate)
        for one in self.program.handlers:
            self.handles[one.name] = self.engine.on(
                one.event(**one.conditions), self.handler(one), priority=one.priority
            )
        if self.program.settles:
            self.engine.on(Events.EXCEPTION_RAISED, lambda engine, error: isinstance(error, Broken))
        if self.program.evaluator_pauses:
            self.evaluator.on(
                Events.ITERATION_COMPLETED(every=self.program.evaluator_pauses), Engine.interrupt
            )

    def note(self, what):
        state = self.engine.state
        self.log.append((what, state.iteration, state.epoch, state.epoch_iteration, state.batch))
        if len(self.log) > MOST:
            raise Endless

    def step(self, engine, batch):
        self.note("step")
        if engine.state.iteration == self.program.step_fails:
            raise Broken

    def evaluate(self, engine, batch):
        self.log.append(("evaluate", engine.state.iteration, batch))

    def handler(self, one):
        def call(engine):
            self.note(one.name)
            if one.action in ("terminate", "terminate_epoch", "interrupt", "preempt"):
                getattr(engine, one.action)()
            elif one.action == "raise":
                raise Broken
            elif one.action == "remove":
                self.handles[one.name].remove()
            elif one.action == "set_data":
                engine.set_data(self.data[one.data])
            elif one.action == "evaluate":
                self.evaluator.run(self.items)
            elif one.action == "save":
                self.saved = engine.state_dict()
            elif one.action == "add":
                engine.on(Events.ITERATION_COMPLETED(every=2), lambda engine: self.note("added"))

        return call

    def move(self):
        state = self.engine.state_dict() if self.saved is None else self.saved
        self.saved = None
        self.data = [make_data(kind, i, n) for i, (kind, n) in enumerate(self.program.data)]
        self.build()
        self.engine.load_state_dict(state)

    def run(self, one):
        data = None if one.data is None else self.data[one.data]
        self.engine.run(data, **one.goal, restart=one.restart)

    def end(self):
        state = self.engine.state
        return state.iteration, state.epoch, state.epoch_iteration, state.batch, state.output


@dataclass
class Source:
    """Data of the interpreter."""

    kind: str
    items: list
    used: int = 0  # of an iterator, which has one position for all

    @property
    def length(self):
        return len(self.items) if self.kind == "list" else None


@dataclass
class Cursor:
    """A position in data."""

    source: Source | None
    place: int = 0
    origin: int = 0

    def next(self):
        """Return whether there is another batch, and that batch."""
        source = self.source
        if source is None:
            return True, None
        place = source.used if source.kind == "iterator" else self.place
        self.place += 1
        source.used += 1
        return (True, source.items[place]) if place < len(source.items) else (False, None)


@dataclass
class Position:
    """What a state saves."""

    done: int = 0
    begin: int = 0
    epochs: int = 0
    in_epoch: bool = False
    max_epochs: int | None = None
    max_iterations: int | None = None
    length: int | None = None
    own: bool = False
    data_ended: bool = False
    counts: dict = field(default_factory=dict)
    last_end: int | None = None
    fetched: int | None = None
    evaluated: int | None = None


class Model:
    """Interprets a program as the documentation describes it."""

    def __init__(self, program):
        self.program, self.log, self.saved = program, [], None
        self.evaluated = None  # how many batches a paused evaluation has had
        self.evaluator_iterations = 0
        self.data = [Source(k, [100 * i + j for j in range(n)]) for i, (k, n) in enumerate(program.data)]
        self.handlers = sorted(program.handlers, key=lambda one: -one.priority)
        self.p = Position()
        self.source = self.cursor = None
        self.has_data = self.ended = self.loaded = self.failed = False
        self.iteration = self.epoch = 0
        self.batch = None
        self.stop = None
        self.end_epoch = self.changed = False
        self.reenter = None

    # Handlers

    def note(self, what):
        self.log.append((what, self.iteration, self.epoch, self.iteration - self.p.begin, self.batch))
        if len(self.log) > MOST:
            raise Endless

    def count(self, event):
        if event in (Events.ITERATION_STARTED, Events.ITERATION_COMPLETED):
            return self.iteration
        if event in (Events.GET_BATCH_STARTED, Events.GET_BATCH_COMPLETED):
            return self.iteration + 1
        if event in (Events.EPOCH_STARTED, Events.EPOCH_COMPLETED):
            return self.epoch + 1
        self.p.counts[event] = self.p.counts.get(event, 0) + 1
        return self.p.counts[event]

    def fire(self, event):
        count = self.count(event)
        for one in [one for one in self.handlers if one.event is event]:
            if one.wants(count):
                try:
                    self.call(one)
                except Broken:
                    if event is not Events.EXCEPTION_RAISED:
                        raise

    def call(self, one):
        self.note(one.name)
        if one.action == "terminate":
            self.stop = "terminate"
        elif one.action == "interrupt":
            self.stop = self.stop or "interrupt"
        elif one.action == "terminate_epoch":
            self.end_epoch = True
        elif one.action == "raise":
            raise Broken
        elif one.action == "set_data":
            self.set_data(self.data[one.data])
        elif one.action == "evaluate":
            self.run_evaluator()
        elif one.action == "save":
            self.saved = self.position()
        elif one.action == "add":
            self.handlers.append(Handler("added", Events.ITERATION_COMPLETED, every=2))
            self.handlers.sort(key=lambda one: -one.priority)
        elif one.action == "remove":
            self.handlers.remove(one)
        elif one.action == "preempt":
            self.stop, self.preempted = "terminate", True

    def run_evaluator(self):
        if self.evaluated is None:
            self.evaluated = 0
        while self.evaluated < 3:
            self.evaluated += 1
            self.log.append(("evaluate", self.evaluated, self.evaluated - 1))
            pauses = self.program.evaluator_pauses
            if pauses and self.evaluated % pauses == 0:
                return
        self.evaluated = None

    def set_data(self, source):
        self.source, self.cursor, self.changed = source, None, True
        self.reenter = None if self.reenter is None else 0
        self.set_length(None)

    # State

    def position(self):
        p = self.p
        fetched = None if self.cursor is None else p.done - self.cursor.origin
        return Position(
            **{**vars(p), "counts": dict(p.counts), "fetched": fetched, "evaluated": self.evaluated}
        )

    def move(self):
        p = self.position() if self.saved is None else self.saved
        log, program = self.log, self.program
        Model.__init__(self, program)
        self.log, self.p, self.evaluated = log, p, p.evaluated
        self.iteration, self.loaded, self.ended = p.done, True, True
        self.epoch = p.epochs if p.in_epoch else max(p.epochs - 1, 0)
        self.reenter = p.fetched or 0

    def set_length(self, given):
        p, length = self.p, None if self.source is None else self.source.length
        if given is not None:
            p.own, p.length = given != length, given
        elif not (p.own and (p.in_epoch or p.epochs)):
            p.own, p.length = False, length

    def finished(self):
        p = self.p
        if p.in_epoch:
            return False
        return p.epochs >= p.max_epochs if p.max_epochs is not None else self.iteration >= p.max_iterations

    def remaining(self):
        p, left = self.p, 10**9
        if p.length is not None and (p.own or (self.source is not None and self.source.length is not None)):
            left = p.length - (self.iteration - p.begin)
        return left if p.max_iterations is None else min(left, p.max_iterations - self.iteration)

    # Running

    def run(self, one):
        p, goal = self.p, dict(one.goal)
        length = goal.pop("epoch_length", None)
        if goal:
            p.max_epochs, p.max_iterations = goal.get("max_epochs"), goal.get("max_iterations")
        elif p.max_epochs is None and p.max_iterations is None:
            p.max_epochs = 1
        again = self.ended and not self.loaded and self.finished()
        if one.restart or (self.failed and one.restart is None) or again:
            goals = p.max_epochs, p.max_iterations
            p = self.p = Position(length=p.length, own=p.own)
            p.max_epochs, p.max_iterations = goals
            self.iteration = self.epoch = 0
            self.has_data, self.cursor, self.reenter = False, None, None
            self.loaded = False
        data = None if one.data is None else self.data[one.data]
        if data is None and self.has_data:
            data = self.source
        if not self.has_data or data is not self.source:
            self.source, self.cursor = data, None
        self.has_data = True
        self.set_length(length)
        self.failed, self.stop, self.end_epoch, self.changed = False, None, False, False
        self.preempted = False
        try:
            self.train()
        except (Broken, DataExhaustedError) as error:
            self.failed = self.reenter is None  # a loaded state that was not reached is still to be continued
            self.fire(Events.EXCEPTION_RAISED)
            if not (isinstance(error, Broken) and self.program.settles):
                raise
        finally:
            self.batch = None

    def train(self):
        p = self.p
        self.fire(Events.STARTED)
        self.ended = False
        if not p.in_epoch:
            self.restore()
        while self.stop is None and not self.finished():
            self.open_epoch()
            self.iterate()
            if self.stop is not None:
                break
            if self.end_epoch or not p.own:
                self.cursor = None
            self.end_epoch = p.in_epoch = False
            p.epochs += 1
            self.fire(Events.EPOCH_COMPLETED)
        self.ended, self.loaded = self.finished(), False
        if self.stop == "terminate":
            self.fire(Events.TERMINATED)
        elif self.stop == "interrupt":
            self.ended = False
            self.fire(Events.INTERRUPTED)
            return
        if not self.preempted:
            self.call_last()
        self.fire(Events.COMPLETED)

    def restore(self):
        """Go to a loaded position in the data."""
        if self.reenter:
            self.cursor = Cursor(self.source)
            self.cursor.origin = self.p.done - self.reenter
            for _ in range(self.reenter):
                self.cursor.next()
        self.reenter = None

    def open_epoch(self):
        p = self.p
        if not p.in_epoch:
            self.end_epoch, p.in_epoch = False, True
            self.epoch, p.begin = p.epochs, self.iteration
            self.fire(Events.EPOCH_STARTED)
        elif self.reenter is not None:
            self.fire(Events.EPOCH_STARTED)
            self.restore()

    def iterate(self):
        p = self.p
        if p.data_ended:
            p.data_ended = False
            return
        while self.stop is None and not self.end_epoch and self.remaining() > 0:
            if not self.iteration_done():
                before = self.source
                self.fire(Events.DATALOADER_STOP_ITERATION)
                if not self.refill(before):
                    p.data_ended = self.stop is not None
                    return

    def iteration_done(self):
        """Do one iteration; return False if there was no batch for it."""
        p = self.p
        self.fire(Events.GET_BATCH_STARTED)
        if self.cursor is None:
            self.cursor = Cursor(self.source)
            self.cursor.origin = self.iteration
        found, batch = self.cursor.next()
        if not found:
            return self.stop is not None or self.end_epoch
        self.batch = batch
        self.fire(Events.GET_BATCH_COMPLETED)
        self.iteration += 1
        self.fire(Events.ITERATION_STARTED)
        self.note("step")
        if self.iteration == self.program.step_fails:
            raise Broken
        p.done = self.iteration
        self.fire(Events.ITERATION_COMPLETED)
        self.batch = None
        return True

    def refill(self, before):
        """Restart data that have ended; return False if the epoch ends with them."""
        p = self.p
        if self.changed and self.cursor is None:
            self.changed = False
            return p.own
        empty = self.iteration == self.cursor.origin
        self.cursor = None
        if not p.own and self.iteration > p.begin:
            p.length = self.iteration - p.begin
            return False
        if empty:
            raise DataExhaustedError("used up", done=0, wanted=None)
        return True

    def call_last(self):
        p = self.p
        if not any(one.last for one in self.handlers):
            return
        if p.last_end == self.iteration:
            return
        p.last_end = self.iteration
        for one in [one for one in self.handlers if one.last]:
            epochs = one.event is Events.EPOCH_COMPLETED
            count, cut = (p.epochs, p.in_epoch) if epochs else (self.iteration, False)
            called = count > 0 and not cut and one.wants(count)
            if not called and one.in_range(count):
                self.call(one)

    def end(self):
        return self.iteration, self.epoch, self.iteration - self.p.begin, self.batch, None


def outcome(one, program):
    """Run a program, and return the log with the error and the end of each run."""
    try:
        for run in program.runs:
            if run.moved:
                one.move()
            try:
                one.run(run)
                error = None
            except (Broken, DataExhaustedError) as found:
                error = type(found).__name__
            one.log.append(("end", error, *one.end()))
    except Endless:
        pass
    return one.log[:MOST]


def difference(seed):
    """Return where the engine and the documentation differ on a program, or None."""
    program = make_program(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        real = outcome(Real(program), program)
    told = outcome(Model(program), program)
    for place, (one, other) in enumerate(itertools.zip_longest(real, told)):
        if one != other:
            before = "".join(f"\n  {entry}" for entry in real[max(place - 12, 0) : place])
            return f"program {seed}, after{before}\nthe engine: {one}\nthe documentation: {other}\n{program}"
    return None


@pytest.mark.parametrize("block", range(10))
def test_random_programs_do_what_the_documentation_says(block):
    found = [one for one in map(difference, range(block * 50, block * 50 + 50)) if one]
    assert not found, f"{len(found)} programs differ; the shortest:\n{min(found, key=len)}"


@pytest.mark.slow
@pytest.mark.parametrize("block", range(1, 21))
def test_many_random_programs_do_what_the_documentation_says(block):
    found = [one for one in map(difference, range(block * 1000, block * 1000 + 1000)) if one]
    assert not found, f"{len(found)} programs differ; the shortest:\n{min(found, key=len)}"
