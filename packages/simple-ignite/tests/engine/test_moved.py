"""Modules can be imported by their names of 0.3.0, and objects that it pickled become what they are now."""

import importlib
import operator
import pickle
from pathlib import Path

import pytest

from simple_ignite import Engine, Events
from simple_ignite.engine.batches import BatchSource
from simple_ignite.engine.moved import RENAMED, renamed
from simple_ignite.engine.progress import Progress
from simple_ignite.engine.resume import ResumeState
from simple_ignite.engine.rng import RngState

ASSETS = Path(__file__).parents[1] / "assets"
NAMES = {
    "course": ("Course", Progress),
    "dispatch": ("Control", None),
    "engine": ("Engine", Engine),
    "events": ("Events", Events),
    "failure": (None, None),
    "feed": ("Feed", BatchSource),
    "handlers.checkpoint": ("Checkpoint", None),
    "handlers.restore": ("load_latest", None),
    "interrupt": (None, None),
    "loop": ("iterate", None),
    "metrics.derived": ("Derived", None),
    "metrics.reduction": (None, None),
    "metrics.sharing": (None, None),
    "metrics.transform": ("single", None),
    "position": ("Memory", ResumeState),
    "preemption": (None, None),
    "resume": ("Randomness", RngState),
    "run": ("Run", None),
    "signature": ("adapt", None),
    "state": ("State", None),
    "workers": (None, None),
}


@pytest.mark.parametrize("module", NAMES)
def test_a_module_of_that_version_is_found_by_either_way_of_importing_it(module):
    name, kind = NAMES[module]
    found = importlib.import_module(f"simple_ignite.{module}")
    namespace = {}
    exec(f"import simple_ignite.{module}\nfound = simple_ignite.{module}", namespace)
    assert namespace["found"] is found
    if name is not None:
        thing = getattr(found, name)
        assert kind is None or issubclass(thing, kind)


@pytest.mark.parametrize("kind", RENAMED)
def test_attributes_that_are_renamed_exist_under_the_new_name(kind):
    engine = Engine(lambda engine, batch: None)
    engine.run([1])
    things = {
        "Engine": engine,
        "BatchSource": engine.batches,
        "Progress": engine.progress,
        "ResumeState": engine.resume_state,
        "RngState": RngState(),
    }
    assert all(hasattr(things[kind], name) for name in RENAMED[kind].values())
    assert not any(hasattr(things[kind], name) for name in set(RENAMED[kind]) - {"loaded"})


def test_other_attributes_keep_their_names():
    assert renamed("Engine", {"memory": 1, "step": 2}) == {"resume_state": 1, "step": 2}


def test_engines_that_were_pickled_go_on_where_they_were():
    engines = pickle.loads((ASSETS / "0.3.0" / "engines.pickle").read_bytes())
    fresh, run = engines["fresh"], engines["run"]
    assert (type(fresh), type(run.progress), type(run.batches), type(run.resume_state)) == (
        Engine, Progress, BatchSource, ResumeState,
    )  # fmt: skip
    assert fresh.run([1, 2], max_epochs=2).iteration == 4
    assert (run.state.iteration, run.progress.epochs) == (6, 2)
    assert run.run(max_epochs=3).iteration == 9, "a finished run whose goal is raised continues"


def test_an_engine_that_is_pickled_now_goes_on_too():
    engine = Engine(operator.is_)
    engine.run([1, 2], max_epochs=2)
    again = pickle.loads(pickle.dumps(engine))
    assert again.run(max_epochs=3).iteration == 6
